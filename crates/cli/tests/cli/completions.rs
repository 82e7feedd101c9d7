//! `tfevents completions`.

#[cfg(unix)]
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{FILE, command, demo, hparams, run, scalar, tfevents, version, write_events};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "elvish", "powershell"];

/// What the program offers a shell for the last of these words.
fn offered(dir: &Path, shell: &str, words: &[&str]) -> Vec<String> {
    let args = [&["--", "tfevents"], words].concat();
    let mut program = command(dir, &args);
    program
        .env("COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n");
    let offered = run(program, b"").done();
    // Some shells get a description, too.
    let names = offered.lines().map(|line| {
        let name = line.split(['\t', ':']).next().unwrap_or_default();
        name.trim_end().to_owned()
    });
    names.collect()
}

#[test]
fn every_shell_learns_of_every_verb() {
    let all: Vec<_> = tfevents_cli::command()
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect();
    for shell in SHELLS {
        let script = tfevents(".", &["completions", shell]).done();
        assert!(script.contains("COMPLETE"), "{shell}: {script}");
        for verb in &all {
            let verbs = offered(Path::new("."), shell, &[verb]);
            assert!(
                verbs.contains(verb),
                "{shell} does not know {verb}: {verbs:?}"
            );
        }
    }
}

#[test]
fn names_of_runs_tags_and_kinds_are_offered() {
    let dir = demo();
    let offered = |words: &[&str]| offered(dir.path(), "bash", words);
    assert_eq!(offered(&["table", "runs", "--run", ""]), ["train", "val"]);
    assert_eq!(offered(&["inspect", "runs", "--exclude-run", "v"]), ["val"]);
    assert_eq!(offered(&["export", "runs", "--tag", ""]), ["loss", "note"]);
    assert_eq!(offered(&["cat", "runs", "--exclude-tag", "l"]), ["loss"]);
    assert_eq!(offered(&["filter", "runs", "--kind", "sc"]), ["scalar"]);
    assert_eq!(offered(&["prune", "runs", "--run", "t"]), ["train"]);
    let names = ["--", "tfevents", "table", "runs", "-c"];
    let columns = |current: &str| {
        let mut program = command(dir.path(), &[&names[..], &[current]].concat());
        program
            .env("COMPLETE", "bash")
            .env("_CLAP_COMPLETE_INDEX", "4");
        program.env("_CLAP_IFS", "\n");
        run(program, b"").done()
    };
    let events = [hparams(&[("lr", 0.1.into())])];
    write_events(dir.path().join("runs/configured").join(FILE), &events);
    assert_eq!(
        (columns("l"), columns("min:")),
        ("last:\nloss".to_owned(), "min:loss".to_owned())
    );
    assert_eq!(columns("@"), "@lr");
    // Where no path is given there is nothing to look into.
    assert!(offered(&["export", "--tag", "lo"]).is_empty());
}

/// Bash keeps the order in which they come.
#[test]
fn numbers_in_names_count_as_numbers() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["run10", "run2", "run1"] {
        let events = [version("t"), scalar(0, "loss", 0.5)];
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    }
    let runs = offered(dir.path(), "bash", &["filter", "runs", "--run", ""]);
    assert_eq!(runs, ["run1", "run2", "run10"]);
    let stderr = tfevents(dir.path(), &["table", "runs", "--run", "x"]).stderr;
    let told = "error: no run matches `x`; there are `run1`, `run2` and `run10`\n";
    assert_eq!(stderr, told);
}

#[cfg(unix)]
#[test]
fn names_are_quoted_on_the_command_line() {
    if is_missing("bash") {
        return;
    }
    let dir = demo();
    let runs = dir.path().join("runs");
    for name in ["x y", "x$(touch pwned)", "x\u{1b}[31m"] {
        fs::create_dir(runs.join(name)).unwrap();
        for file in fs::read_dir(runs.join("train")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), runs.join(name).join(file.file_name())).unwrap();
        }
    }
    assert_eq!(
        by_bash(dir.path(), "tfevents inspect runs --run x"),
        ["x\\ y", "x\\$\\(touch\\ pwned\\)"]
    );
    for (quote, offered) in [
        ('"', ["x y", "x\\$(touch pwned)"]),
        ('\'', ["x y", "x$(touch pwned)"]),
    ] {
        let line = format!("tfevents inspect runs --run {quote}x");
        assert_eq!(by_bash(dir.path(), &line), offered);
    }
}

/// What bash puts on the command line for a line with the cursor at its end, or at a `|` in it.
#[cfg(unix)]
fn by_bash(dir: &Path, line: &str) -> Vec<String> {
    let script = tfevents(".", &["completions", "bash"]).done();
    let bin = Path::new(env!("CARGO_BIN_EXE_tfevents")).parent().unwrap();
    let mut bash = Command::new("bash");
    bash.arg("/dev/stdin").current_dir(dir);
    let point = line.find('|').unwrap_or(line.len());
    let line = line.replace('|', "").replace('\'', "'\\''");
    let ask = format!(
        "{script}\nCOMP_WORDBREAKS=$' \\t\\n\"\\'@><=;|&(:'\nCOMP_LINE='{line}'; COMP_POINT={point}\n\
         PATH={}:$PATH _tfevents\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        bin.display()
    );
    let offered = run(bash, ask.as_bytes()).stdout;
    offered
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Readline takes what comes after `=`, `:` or `@` for the word, unless it is in quotes.
#[cfg(unix)]
#[test]
fn bash_completes_behind_equal_signs_and_colons() {
    if is_missing("bash") {
        return;
    }
    let dir = demo();
    let events = [hparams(&[("lr", 0.1.into()), ("optimizer", "adam".into())])];
    write_events(dir.path().join("runs/configured").join(FILE), &events);
    for (line, offered) in [
        ("tfevents ls runs --tag=lo", &["loss"][..]),
        (
            "tfevents ls runs --tag=",
            &[
                "_hparams_/session_end_info",
                "_hparams_/session_start_info",
                "loss",
                "note",
            ],
        ),
        ("tfevents ls runs --tag lo", &["loss"]),
        ("tfevents ls --tag=lo| runs", &["loss"]),
        ("tfevents ls --tag=lo|xyz runs", &["loss"]),
        ("tfevents ls runs --run=", &["configured", "train", "val"]),
        ("tfevents table runs -c min:lo", &["loss"]),
        ("tfevents table runs -c \"min:lo", &["min:loss"]),
        ("tfevents table runs -c mi", &["min:"]),
        ("tfevents table runs -c loss@min:lo", &["loss"]),
        ("tfevents table runs -c @l", &["@lr"]),
        ("tfevents table runs --column='@l", &["@lr"]),
        ("tfevents table runs --sort=-min:lo", &["loss"]),
        (
            "tfevents table runs --where 'min:loss < 1 and @l",
            &["min:loss < 1 and @lr"],
        ),
        ("tfevents table runs --group @o", &["@optimizer"]),
        ("tfevents reduce runs --group=@o", &["@optimizer"]),
        ("tfevents reduce runs --group t", &["train"]),
        ("tfevents prune runs --where=lo", &["loss"]),
        ("tfevents tail runs --until lo", &["loss"]),
        ("tfevents inspect runs --sort=-si", &["-size"]),
        ("tfevents du runs --sort na", &["name"]),
        ("tfevents export runs --kind=scalar,te", &["scalar\\,text"]),
        ("tfevents get te", &["tensor", "text"]),
        ("tfevents ru\\ns/ins", &[]),
    ] {
        assert_eq!(by_bash(dir.path(), line), offered, "{line}");
    }
}

/// Whether a shell is not there to be tried, which is told.
#[expect(
    clippy::print_stderr,
    reason = "nobody should believe that it was tried"
)]
fn is_missing(shell: &str) -> bool {
    let mut asked = Command::new(shell);
    let found = asked.arg("--version").stdout(Stdio::null()).status();
    if found.is_err() {
        eprintln!("skipped: there is no {shell}");
    }
    found.is_err()
}

/// fish says itself what it would offer.
#[cfg(unix)]
#[test]
fn fish_completes_behind_equal_signs_and_colons() {
    if is_missing("fish") {
        return;
    }
    let dir = demo();
    let events = [hparams(&[("lr", 0.1.into())])];
    write_events(dir.path().join("runs/configured").join(FILE), &events);
    let script = tfevents(".", &["completions", "fish"]).done();
    let bin = Path::new(env!("CARGO_BIN_EXE_tfevents")).parent().unwrap();
    for (line, offered) in [
        ("tfevents ls runs --tag=lo", "--tag=loss"),
        ("tfevents table runs -c min:lo", "min:loss"),
        ("tfevents table runs -c @l", "@lr"),
        ("tfevents ls runs --run t", "train"),
        ("tfevents du runs --sort=-si", "--sort=-size"),
        ("tfevents get te", "tensor"),
    ] {
        let mut fish = Command::new("fish");
        fish.current_dir(dir.path()).arg("--no-config").arg("-c");
        let line = line.replace('\'', "\\'");
        fish.arg(format!(
            "set -x PATH {} $PATH\n{script}\ncomplete -C '{line}'",
            bin.display()
        ));
        let found = run(fish, b"").done();
        let mut values = found
            .lines()
            .map(|line| line.split('\t').next().unwrap_or_default());
        assert!(values.any(|value| value == offered), "{line}: {found}");
    }
}

/// What zsh is asked to show, where the function that would show it prints it.
#[cfg(unix)]
#[test]
fn zsh_completes_behind_equal_signs_and_colons() {
    if is_missing("zsh") {
        return;
    }
    let dir = demo();
    let events = [hparams(&[("lr", 0.1.into())])];
    write_events(dir.path().join("runs/configured").join(FILE), &events);
    let script = tfevents(".", &["completions", "zsh"]).done();
    let bin = Path::new(env!("CARGO_BIN_EXE_tfevents")).parent().unwrap();
    for (words, offered) in [
        ("ls runs --tag=lo", "--tag=loss"),
        ("table runs -c min:lo", "min\\:loss"),
        ("table runs -c @l", "@lr"),
        ("du runs --sort=-si", "--sort=-size"),
        ("get te", "tensor"),
    ] {
        let mut zsh = Command::new("zsh");
        zsh.current_dir(dir.path()).args(["-f", "/dev/stdin"]);
        let current = words.split(' ').count() + 1;
        let ask = format!(
            "compdef() {{ }}\n_describe() {{ print -rl -- \"${{(@P)3}}\" }}\nPATH={}:$PATH\n{script}\n\
             words=(tfevents {words}); CURRENT={current}\n_clap_dynamic_completer_tfevents\n",
            bin.display()
        );
        let found = run(zsh, ask.as_bytes()).stdout;
        assert!(
            found.lines().any(|line| line == offered),
            "{words}: {found}"
        );
    }
}

/// What an interactive bash makes of what is typed, by running a function in the place of the program.
#[cfg(target_os = "linux")]
fn typed_in_bash(dir: &Path, line: &str) -> String {
    let script = tfevents(".", &["completions", "bash"]).done();
    let bin = Path::new(env!("CARGO_BIN_EXE_tfevents")).parent().unwrap();
    let setup = format!(
        "{script}\nPATH={}:$PATH\ntfevents() {{ if [ -n \"$COMPLETE\" ]; then command tfevents \"$@\"; else \
         printf '<%s>' \"$@\" > typed; fi; }}\nPS1='' PS2=''\n",
        bin.display()
    );
    fs::write(dir.join("setup"), setup).unwrap();
    let mut bash = Command::new("timeout");
    bash.args(["--foreground", "20", "bash", "--norc", "--noprofile", "-i"]);
    bash.current_dir(dir).env("TERM", "dumb");
    crate::pty::on_terminal(bash, &format!(". ./setup\n{line}\t\nexit\n"));
    fs::read_to_string(dir.join("typed")).unwrap_or_default()
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_typed_in_bash_is_completed() {
    if is_missing("bash") {
        return;
    }
    let dir = demo();
    let space = dir.path().join("runs/x y");
    write_events(space.join(FILE), &[hparams(&[("lr", 0.1.into())])]);
    for (line, args) in [
        ("tfevents ls runs --tag=lo", "<ls><runs><--tag=loss>"),
        (
            "tfevents table runs -c min:lo",
            "<table><runs><-c><min:loss>",
        ),
        ("tfevents table runs -c @l", "<table><runs><-c><@lr>"),
        (
            "tfevents table runs -c loss@min:l",
            "<table><runs><-c><loss@min:loss>",
        ),
        ("tfevents ls runs --run=x", "<ls><runs><--run=x y>"),
        ("tfevents ls runs --run 'x", "<ls><runs><--run><x y>"),
        ("tfevents ls runs --run \"x", "<ls><runs><--run><x y>"),
        ("tfevents ls runs --run=\"x", "<ls><runs><--run=x y>"),
    ] {
        assert_eq!(typed_in_bash(dir.path(), line), args, "{line}");
        let _ = fs::remove_file(dir.path().join("typed"));
    }
}

#[test]
fn scripts_parse() {
    for (shell, check) in [
        ("bash", &["-n"][..]),
        ("zsh", &["-n"]),
        ("fish", &["--no-execute"]),
    ] {
        let script = tfevents(".", &["completions", shell]).done();
        if is_missing(shell) {
            continue;
        }
        let mut parse = Command::new(shell);
        parse.args(check).arg("/dev/stdin");
        run(parse, script.as_bytes()).done();
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_verbs_and_options() {
    if is_missing("bash") {
        return;
    }
    let complete = |line: &str| by_bash(Path::new("."), line);
    assert_eq!(complete("tfevents ins"), ["inspect"]);
    assert!(complete("tfevents inspect --no-v").contains(&"--no-verify".to_owned()));
    assert!(complete("tfevents completions ").contains(&"fish".to_owned()));
}

#[test]
fn unknown_shells_are_wrong_usage() {
    let output = tfevents(".", &["completions", "tcsh"]);
    assert_eq!((output.status, &*output.stdout), (2, ""));
    assert_eq!(tfevents(".", &["completions"]).status, 2);
}
