//! The progress bar, on a terminal that no results go to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tfevents::Text;

use crate::pty::stderr_on_terminal;
use crate::support::{FILE, age, command, plugin, run, scalar, version, write_events};

/// Has the bar appear without waiting, in the builds that have debug assertions.
const IMPATIENT: &str = "TFEVENTS_TEST_IMPATIENT";

/// Every verb that reads, in ways that read differently, started beside `runs` and a table `in.csv`.
const READING: &[&[&str]] = &[
    &["inspect", "runs"],
    &["inspect", "runs", "--no-verify"],
    &["du", "runs"],
    &["cat", "runs"],
    &["get", "text", "runs"],
    &["tail", "runs", "--no-follow"],
    &["check", "runs"],
    &["export", "runs"],
    &["export", "runs", "--wide"],
    &[
        "export",
        "runs",
        "--format",
        "jsonl",
        "--policy",
        "last-wins",
    ],
    &["repair", "runs", "--dry-run"],
    &["repair", "runs", "-o", "out"],
    &["filter", "runs", "-o", "out"],
    &["filter", "runs", "--cap", "10", "-o", "out"],
    &["merge", "runs", "-o", "out"],
    &["rename", "runs", "--prefix-tag", "x", "-o", "out"],
    &["split", "runs", "--by", "restart", "-o", "out"],
    &["split", "runs", "--by", "prefix", "-o", "out"],
    &["compact", "runs", "-o", "out"],
    &["prune", "runs", "--points", ">=0", "--dry-run"],
    &["prune", "runs", "--where", "loss > 0", "--dry-run"],
    &["import", "in.csv", "-o", "out"],
    &["reduce", "runs", "--group", "*", "-o", "out"],
    &["table", "runs", "-c", "loss"],
    &["diff", "runs", "runs"],
    &["plot", "runs", "--tag", "loss"],
    #[cfg(feature = "report")]
    &["report", "runs", "-o", "out.html"],
];

/// Verbs that read nothing, and those that speak with another program while they read.
const OTHERS: &[&str] = &[
    "completions",
    "man",
    "board",
    "serve",
    "mlflow",
    #[cfg(not(feature = "report"))]
    "report",
];

/// A run of one file, large enough to be read in many steps, with something beside it; and a table.
fn inputs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("t")];
    for step in 0..30_i64 {
        let text = Text::new("x".repeat(200_000));
        events.extend([scalar(step, "loss", 0.5), plugin(step, "note", &text)]);
    }
    let path = dir.path().join("runs/a").join(FILE);
    write_events(&path, &events);
    age(&path);
    let rows = (0..150_000).map(|step| format!("loss,{step},0.5\n"));
    let table = format!("tag,step,value\n{}", rows.collect::<String>());
    fs::write(dir.path().join("in.csv"), table).unwrap();
    dir
}

fn impatient(dir: &Path, args: &[&str]) -> Command {
    let mut program = command(dir, args);
    program.env(IMPATIENT, "1").env("TERM", "xterm");
    program
}

/// The positions of the bars, in order: `1.50 MB/6.00 MB`.
fn positions(text: &str) -> Vec<&str> {
    let words = text.split(['\r', '\n', '\x1b']);
    let bars = words.filter(|words| words.contains("B/"));
    bars.map(|bar| {
        let (before, _) = bar.split_once("B/").unwrap();
        let number = before.trim_end_matches(|c: char| c.is_alphabetic() || c == ' ');
        number.rsplit(' ').next().unwrap()
    })
    .collect()
}

#[test]
fn every_verb_that_reads_shows_how_far_it_is_within_a_file() {
    let program = tfevents_cli::command();
    let verbs: BTreeSet<_> = program.get_subcommands().map(clap_name).collect();
    let tried = READING.iter().map(|args| args[0].to_owned());
    let all = tried
        .chain(OTHERS.iter().map(|&verb| verb.to_owned()))
        .collect();
    assert_eq!(verbs, all, "a verb wants a line in READING");
    for args in READING {
        let dir = inputs();
        let (written, status) = stderr_on_terminal(impatient(dir.path(), args));
        let text = String::from_utf8(written).unwrap();
        assert!(matches!(status, 0 | 3), "{args:?}: {text}");
        let different: BTreeSet<_> = positions(&text).into_iter().collect();
        assert!(different.len() > 2, "{args:?}: {different:?} {text:?}");
        // What is drawn last is nothing.
        let (_, end) = text.rsplit_once("B/").unwrap();
        assert!(end.contains("\x1b[2K"), "{args:?}: {end:?}");
    }
}

fn clap_name(verb: &clap::Command) -> String {
    verb.get_name().to_owned()
}

#[test]
fn there_is_no_bar_where_nobody_wants_one() {
    for args in READING {
        let dir = inputs();
        let piped = run(impatient(dir.path(), args), b"").stderr;
        assert!(positions(&piped).is_empty(), "{args:?}: {piped:?}");
        for flag in ["--no-progress", "--quiet"] {
            let dir = inputs();
            let args = [args, &[flag][..]].concat();
            let (written, _) = stderr_on_terminal(impatient(dir.path(), &args));
            let text = String::from_utf8(written).unwrap();
            assert!(positions(&text).is_empty(), "{args:?}: {text:?}");
        }
    }
}

#[test]
fn what_belongs_to_runs_moves_the_bar_while_it_is_copied() {
    let dir = inputs();
    let beside = dir.path().join("runs/a/plugins/profile/x.xplane.pb");
    fs::create_dir_all(beside.parent().unwrap()).unwrap();
    fs::write(beside, vec![0; 9_000_000]).unwrap();
    let program = impatient(dir.path(), &["merge", "runs", "-o", "out"]);
    let (written, _) = stderr_on_terminal(program);
    let text = String::from_utf8(written).unwrap();
    let of_copy = text.split('\r').filter(|bar| bar.contains("/9.00 MB"));
    assert!(of_copy.count() > 2, "{text:?}");
}

#[test]
fn short_work_goes_without_a_bar() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join("runs").join(FILE),
        &[scalar(1, "loss", 0.5)],
    );
    let (written, _) = stderr_on_terminal(command(dir.path(), &["inspect", "runs"]));
    assert_eq!(String::from_utf8(written).unwrap(), "");
}
