//! What all verbs have in common.
//!
//! | module | question |
//! |---|---|
//! | `filters` | do the same flags choose runs, tags and kinds everywhere, and is it told what matches nothing? |
//! | `flags` | do other flags mean the same everywhere? |
//! | `order` | are names listed as people list them? |
//! | `reading` | is everything read that is there, past damage, and the rest told? |
//! | `status` | is it the right exit status, and clear what to do? |
//! | `streams` | does nobody suffer where standard output is closed or full? |
//! | `words` | is it all said in plain words, which fit? |

use std::collections::BTreeSet;
use std::fs;

use tempfile::TempDir;
use tfevents::Text;

use crate::support::{FILE, age, plugin, scalar, version, write_events};

mod filters;
mod flags;
mod order;
mod reading;
mod status;
mod streams;
mod words;

/// Every verb, with what it needs besides paths.
const VERBS: &[&[&str]] = &[
    &["inspect"],
    &["inspect", "--json"],
    &["cat"],
    &["cat", "--format", "jsonl"],
    &["export"],
    &["export", "--format", "jsonl"],
    &["export", "--wide"],
];

/// Verbs that print what they found or did, rather than what the files hold.
const OTHER_VERBS: &[&[&str]] = &[
    &["check"],
    &["check", "--json"],
    &["du"],
    &["du", "--json", "--no-verify"],
    &["repair", "--dry-run"],
    &["merge", "--dry-run"],
    &["filter", "--dry-run"],
    &["rename", "--dry-run", "--prefix-tag", "x"],
    &["split", "--dry-run", "--by", "prefix"],
    &["compact", "--dry-run"],
    &["prune", "--dry-run", "--points", ">=0"],
];

/// Every verb in ways that print something, started beside two `runs`, `a` with a text, and a table `in.csv`.
const PRINTING: &[&[&str]] = &[
    &["inspect", "runs"],
    &["inspect", "runs", "--json"],
    &["inspect", "runs", "--tree"],
    &["du", "runs"],
    &["du", "runs", "--json"],
    &["cat", "runs"],
    &["cat", "runs", "--format", "jsonl"],
    &["get", "text", "runs/a"],
    &["get", "scalar", "runs/a", "--tag", "loss", "--json"],
    &["get", "tensor", "runs/a", "--tag", "note"],
    &["tail", "runs", "--from-start", "--no-follow"],
    &["tail", "runs", "--from-start", "--no-follow", "--json"],
    &["check", "runs"],
    &["check", "runs", "--json"],
    &["export", "runs"],
    &["export", "runs", "--wide"],
    &["export", "runs", "--format", "jsonl"],
    &["export", "runs", "--format", "md"],
    &["export", "runs", "--format", "npz"],
    &["export", "runs", "--dry-run"],
    &["repair", "runs/a", "-o", "-"],
    &["repair", "runs", "--dry-run"],
    &["repair", "runs", "--dry-run", "--json"],
    &["repair", "runs", "--in-place", "--dry-run"],
    &["filter", "runs/a", "-o", "-"],
    &["filter", "runs", "--dry-run"],
    &["filter", "runs", "--dry-run", "--json"],
    &["merge", "runs", "--into", "x", "-o", "-"],
    &["merge", "runs", "--dry-run"],
    &["rename", "runs/a", "--prefix-tag", "x/", "-o", "-"],
    &["rename", "runs", "--prefix-tag", "x/", "--dry-run"],
    &["split", "runs", "--by", "prefix", "--dry-run"],
    &["split", "runs", "--by", "file", "--dry-run", "--json"],
    &["compact", "runs/a", "-o", "-"],
    &["compact", "runs", "--dry-run"],
    &["prune", "runs", "--run", "*", "--dry-run"],
    &["prune", "runs", "--run", "*", "--dry-run", "--json"],
    &["import", "in.csv", "--dry-run"],
    &["reduce", "runs", "--group", "?", "--dry-run"],
    &["reduce", "runs", "--group", "?", "--format", "csv"],
    &["reduce", "runs", "--group", "?", "--format", "json"],
    &["table", "runs", "-c", "loss"],
    &["table", "runs", "-c", "loss", "--json"],
    &["diff", "runs/a", "runs/b"],
    &["diff", "runs/a", "runs/b", "--json"],
    &["plot", "runs"],
    #[cfg(feature = "report")]
    &["report", "runs", "-o", "-"],
    &["completions", "bash"],
    &["man"],
    &["man", "cat"],
];

/// The same for tables in other formats.
#[cfg(feature = "parquet")]
const PRINTING_TABLES: &[&[&str]] = &[
    &["export", "runs", "--format", "parquet"],
    &["export", "runs", "--format", "arrow"],
    &["table", "runs", "-c", "loss", "--format", "parquet"],
    &["table", "runs", "-c", "loss", "--format", "arrow"],
];

#[cfg(not(feature = "parquet"))]
const PRINTING_TABLES: &[&[&str]] = &[];

/// What goes on until it is interrupted, and is tried in `board`; what speaks with a server, and is tried in `mlflow_pull` and beside a real server.
const SERVING: &[&str] = &[
    "board",
    "serve",
    "mlflow",
    #[cfg(not(feature = "report"))]
    "report",
];

/// All of them, and that they are all.
fn printing() -> Vec<&'static [&'static str]> {
    let all: Vec<_> = PRINTING.iter().chain(PRINTING_TABLES).copied().collect();
    let tried: BTreeSet<_> = all.iter().map(|args| args[0].to_owned()).collect();
    let known: BTreeSet<_> = tried
        .iter()
        .cloned()
        .chain(SERVING.iter().map(|&verb| verb.to_owned()))
        .collect();
    assert_eq!(known, verbs(), "a verb wants a line in PRINTING");
    all
}

/// The verbs that the program knows.
fn verbs() -> BTreeSet<String> {
    let program = tfevents_cli::command();
    let names = program
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned());
    names.collect()
}

/// What [`PRINTING`] is started beside. What it prints does not fit into a pipe where it is all there is.
fn printable() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (run, value) in [("a", 0.5), ("b", 0.25)] {
        let mut events = vec![
            version("t"),
            plugin(0, "note", &Text::new("x".repeat(100_000))),
        ];
        let tag = |step: i64| match step % 2 {
            0 => "loss".to_owned(),
            _ => format!("tag{}", step % 500),
        };
        events.extend((0..5000).map(|step| scalar(step, &tag(step), value)));
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(&path, &events);
        age(&path);
    }
    fs::write(dir.path().join("in.csv"), "tag,step,value\nloss,1,0.5\n").unwrap();
    dir
}

/// Two `runs` with little in them, and a table `in.csv`.
fn small() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b"] {
        let path = dir.path().join("runs").join(run).join(FILE);
        let note = plugin(0, "note", &Text::new("x"));
        write_events(&path, &[version("t"), scalar(0, "loss", 0.5), note]);
        age(&path);
    }
    fs::write(dir.path().join("in.csv"), "tag,step,value\nloss,1,0.5\n").unwrap();
    dir
}

/// A verb on what [`small`] has, in a way that changes nothing, to try flags on; none for those that read nothing.
fn trying(verb: &str) -> Option<Vec<&str>> {
    Some(match verb {
        "get" => vec![verb, "scalar", "runs"],
        "diff" => vec![verb, "runs/a", "runs/b"],
        "import" => vec![verb, "in.csv", "--dry-run"],
        "tail" => vec![verb, "runs", "--no-follow"],
        "split" => vec![verb, "runs", "--by", "file", "--dry-run"],
        "rename" => vec![verb, "runs", "--prefix-tag", "x", "--dry-run"],
        "filter" | "merge" | "compact" | "repair" => vec![verb, "runs", "--dry-run"],
        "reduce" => vec![verb, "runs", "--group", "*", "--dry-run"],
        "prune" => vec![verb, "runs", "--points", ">0", "--dry-run"],
        "board" => vec![verb, "runs", "--tensorboard", "./none"],
        #[cfg(not(feature = "report"))]
        "report" => return None,
        #[cfg(feature = "report")]
        "report" => vec![verb, "runs", "-o", "-"],
        "completions" | "man" | "mlflow" => return None,
        _ => vec![verb, "runs"],
    })
}
