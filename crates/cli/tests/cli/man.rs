//! `tfevents man`.

use std::fs;
use std::process::Command;

use crate::support::{run, tfevents};

#[test]
fn there_is_a_page_for_every_verb() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(tfevents(dir.path(), &["man", "-o", "man1"]).done(), "");
    let mut pages: Vec<_> = fs::read_dir(dir.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort_unstable();
    let program = tfevents_cli::command();
    let verbs = program.get_subcommands().map(clap::Command::get_name);
    let mut expected: Vec<_> = verbs
        .map(|verb| format!("tfevents-{verb}.1"))
        .chain(["tfevents.1".to_owned()])
        .collect();
    expected.sort_unstable();
    assert!(expected.len() > 10);
    assert_eq!(pages, expected);
    for page in pages {
        let text = fs::read_to_string(dir.path().join("man1").join(&page)).unwrap();
        assert!(
            text.contains(".SH NAME") && text.contains("Exit status"),
            "{page}"
        );
        // Each is what is printed for its verb.
        let verb = page.trim_end_matches(".1").trim_start_matches("tfevents");
        let args = ["man", verb.trim_start_matches('-')];
        let args = if verb.is_empty() {
            &args[..1]
        } else {
            &args[..]
        };
        assert_eq!(tfevents(".", args).done(), text, "{page}");
    }
    // They can be written again.
    assert_eq!(tfevents(dir.path(), &["man", "-o", "man1"]).done(), "");
}

#[test]
fn pages_hold_options_and_examples() {
    let page = tfevents(".", &["man", "ls"]).done();
    assert!(page.contains(".TH tfevents-inspect 1"), "{page}");
    assert!(page.contains("tfevents inspect runs"), "{page}");
    assert!(page.contains(r"\-\-no\-verify"), "{page}");
}

#[test]
fn pages_are_sound() {
    if Command::new("man").arg("--version").output().is_err() {
        eprintln!("skipped: there is no man");
        return;
    }
    let page = tfevents(".", &["man", "tail"]).done();
    let mut man = Command::new("man");
    man.args(["--warnings", "-E", "UTF-8", "-l", "-"])
        .env("MANWIDTH", "80")
        .env("LC_ALL", "C.UTF-8");
    let text = run(man, page.as_bytes()).done();
    assert!(
        text.contains("tfevents tail runs --tag '*loss' --json | jq .value"),
        "{text}"
    );
}

#[test]
fn verbs_that_are_none_are_told_with_those_that_are() {
    let output = tfevents(".", &["man", "inspct"]);
    assert_eq!(output.status, 1);
    assert_eq!(
        output.stderr,
        "error: no such command `inspct`; did you mean `inspect`?\n"
    );
    assert_eq!(tfevents(".", &["man", "inspect", "-o", "x"]).status, 2);
}
