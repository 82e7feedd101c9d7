//! `tfevents completions`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{FILE, command, demo, hparams, run, tfevents, write_events};

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
        ("loss".to_owned(), "min:loss".to_owned())
    );
    assert_eq!(columns("@"), "@lr");
    // Where no path is given there is nothing to look into.
    assert!(offered(&["export", "--tag", "lo"]).is_empty());
}

#[cfg(unix)]
#[test]
fn names_are_quoted_on_the_command_line() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
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
    let script = tfevents(".", &["completions", "bash"]).done();
    let bin = Path::new(env!("CARGO_BIN_EXE_tfevents")).parent().unwrap();
    let bin = bin.to_str().unwrap();
    let mut bash = Command::new("bash");
    bash.arg("/dev/stdin").current_dir(dir.path());
    let ask = format!(
        "{script}\nCOMP_WORDS=(tfevents inspect runs --run x); COMP_CWORD=4\n\
         PATH={bin}:$PATH _clap_complete_tfevents tfevents x --run\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let offered = run(bash, ask.as_bytes()).stdout;
    assert_eq!(offered, "x\\ y\nx\\$\\(touch\\ pwned\\)\n");
}

#[test]
fn scripts_parse() {
    for (shell, check) in [
        ("bash", &["-n"][..]),
        ("zsh", &["-n"]),
        ("fish", &["--no-execute"]),
    ] {
        let script = tfevents(".", &["completions", shell]).done();
        let found = Command::new(shell)
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        if found.is_err() {
            eprintln!("skipped: there is no {shell}");
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
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    let script = tfevents(".", &["completions", "bash"]).done();
    let bin = Path::new(env!("CARGO_BIN_EXE_tfevents")).parent().unwrap();
    let bin = bin.to_str().unwrap();
    let complete = |words: &str, at: usize| {
        let mut bash = Command::new("bash");
        bash.arg("/dev/stdin");
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={at}\n\
             PATH={bin}:$PATH _clap_complete_tfevents tfevents \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at}-1]}}\"\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        );
        run(bash, ask.as_bytes()).stdout
    };
    assert_eq!(complete("tfevents ins", 1), "inspect\n");
    assert!(complete("tfevents inspect --no-v", 2).contains("--no-verify\n"));
    assert!(complete("tfevents completions ''", 2).contains("fish\n"));
}

#[test]
fn unknown_shells_are_wrong_usage() {
    let output = tfevents(".", &["completions", "tcsh"]);
    assert_eq!((output.status, &*output.stdout), (2, ""));
    assert_eq!(tfevents(".", &["completions"]).status, 2);
}
