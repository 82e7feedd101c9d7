//! `tfevents completions`.

use std::process::{Command, Stdio};

use crate::support::{run, tfevents};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "elvish", "powershell"];

#[test]
fn every_shell_learns_of_every_verb() {
    for shell in SHELLS {
        let script = tfevents(".", &["completions", shell]).done();
        for word in [
            "inspect",
            "ls",
            "tail",
            "--no-verify",
            "--until",
            "completions",
        ] {
            // Some have options without their dashes.
            let word = word.trim_start_matches('-');
            assert!(script.contains(word), "{shell} does not know {word}");
        }
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
    let complete = |words: &str, at: usize| {
        let mut bash = Command::new("bash");
        bash.arg("/dev/stdin");
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={at}\n\
             _tfevents tfevents \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at}-1]}}\"\n\
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
