//! Names in the order in which people list them: `run2` before `run10`.

use std::collections::BTreeSet;
use std::fs;

use tempfile::TempDir;

use super::verbs;
use crate::support::{FILE, age, scalar, tfevents, version, write_events};

/// What verbs list of two logdirs with the same runs and tags, but other values, and of a table.
const LISTING: &[(&[&str], &[&str])] = &[
    (&["inspect", "runs"], &["run", "tag"]),
    (&["inspect", "runs", "-v"], &["run", "tag"]),
    (&["inspect", "runs", "--tree"], &["run"]),
    (&["inspect", "runs", "--json"], &["run", "tag"]),
    (&["inspect", "runs", "--sort", "run"], &["run", "tag"]),
    (&["du", "runs"], &["run"]),
    (&["du", "runs", "--by", "run", "--sort", "name"], &["run"]),
    (
        &["du", "runs", "--by", "tag", "--sort", "name", "--json"],
        &["tag"],
    ),
    (&["cat", "runs"], &["run"]),
    (&["check", "runs"], &["run"]),
    (&["check", "runs", "--json"], &["run"]),
    (&["export", "runs"], &["run"]),
    (&["export", "runs", "--wide"], &["run", "tag"]),
    (&["export", "runs", "--policy", "fast"], &["run", "tag"]),
    (
        &["export", "runs", "--format", "jsonl", "--policy", "fast"],
        &["run", "tag"],
    ),
    (&["repair", "runs", "--dry-run", "--json"], &["run"]),
    (&["filter", "runs", "--dry-run"], &["run"]),
    (&["filter", "runs", "--dry-run", "--json"], &["run"]),
    (&["merge", "runs", "--dry-run"], &["run"]),
    (&["merge", "runs", "--dry-run", "--json"], &["run"]),
    (
        &["rename", "runs", "--prefix-tag", "x/", "--dry-run"],
        &["run", "tag"],
    ),
    (
        &[
            "rename",
            "runs",
            "--prefix-run",
            "x/",
            "--dry-run",
            "--json",
        ],
        &["run"],
    ),
    (
        &[
            "rename",
            "runs",
            "--prefix-tag",
            "x/",
            "--dry-run",
            "--json",
        ],
        &["run", "tag"],
    ),
    (&["split", "runs", "--by", "file", "--dry-run"], &["run"]),
    (
        &["split", "runs", "--by", "file", "--dry-run", "--json"],
        &["run"],
    ),
    (&["compact", "runs", "--dry-run"], &["run"]),
    (&["compact", "runs", "--dry-run", "--json"], &["run"]),
    (&["prune", "runs", "--run", "*", "--dry-run"], &["run"]),
    (
        &["prune", "runs", "--run", "*", "--dry-run", "--json"],
        &["run"],
    ),
    (&["import", "in.csv", "--dry-run", "--json"], &["run"]),
    (
        &["reduce", "runs", "--group", "{*}", "--dry-run", "--json"],
        &["run", "tag"],
    ),
    (
        &[
            "reduce", "runs", "--group", "run?", "--group", "run10", "--format", "csv",
        ],
        &["tag"],
    ),
    (
        &[
            "reduce", "runs", "--regex", "--group", "run(.*)", "--format", "json",
        ],
        &["run"],
    ),
    (&["table", "runs"], &["run", "tag"]),
    (
        &["table", "runs", "--sort", "run", "--json"],
        &["run", "tag"],
    ),
    (&["diff", "runs", "others"], &["run", "tag"]),
    (&["diff", "runs", "others", "--json"], &["run", "tag"]),
    (&["diff", "runs", "few"], &["run"]),
    (&["plot", "runs"], &["run", "tag"]),
    #[cfg(feature = "report")]
    (&["report", "runs", "-o", "-"], &["run", "tag"]),
];

/// Verbs that list no names, and why.
const OTHERS: &[(&str, &str)] = &[
    ("get", "prints one value"),
    (
        "tail",
        "prints values in the order in which they were logged",
    ),
    ("board", "TensorBoard lists them"),
    ("serve", "TensorBoard lists them"),
    ("mlflow", "speaks with a server"),
    #[cfg(not(feature = "report"))]
    ("report", "is not built in"),
    ("completions", "the shell sorts them"),
    ("man", "knows no logdir"),
];

fn logdirs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut csv = "run,tag,step,value\n".to_owned();
    for (logdir, value) in [("runs", 0.5), ("others", 0.25)] {
        for run in ["run10", "run2", "run1"] {
            let tags = ["tag10", "tag2", "tag1"];
            let mut events = vec![version("t")];
            // The last step was rewound, which `check` finds.
            let steps = [0, 1, 0].into_iter();
            events.extend(steps.flat_map(|step| tags.map(|tag| scalar(step, tag, value))));
            let path = dir.path().join(logdir).join(run).join(FILE);
            write_events(&path, &events);
            age(&path);
            csv += &format!("{run},loss,0,0.5\n");
        }
    }
    write_events(
        dir.path().join("few/x").join(FILE),
        &[scalar(0, "tag", 0.5)],
    );
    fs::write(dir.path().join("in.csv"), csv).unwrap();
    dir
}

/// Where a name is first, and not part of a longer one.
fn place(text: &str, name: &str) -> Option<usize> {
    let is_name = |&(at, _): &(usize, &str)| {
        let (before, after) = (
            text[..at].chars().last(),
            text[at + name.len()..].chars().next(),
        );
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    text.match_indices(name).find(is_name).map(|(at, _)| at)
}

#[test]
fn numbers_in_names_count_as_numbers() {
    let tried = LISTING.iter().map(|(args, _)| args[0]);
    let known = tried.chain(OTHERS.iter().map(|(verb, _)| *verb));
    let known: BTreeSet<_> = known.map(str::to_owned).collect();
    assert_eq!(known, verbs(), "a verb wants a line in LISTING");
    let dir = logdirs();
    for (args, nouns) in LISTING {
        let output = tfevents(dir.path(), args);
        for noun in *nouns {
            let names = [1, 2, 10].map(|n| format!("{noun}{n}"));
            let places = names.map(|name| place(&output.stdout, &name));
            let all = places.iter().all(Option::is_some);
            assert!(
                all && places.is_sorted(),
                "{args:?}: {places:?}\n{}",
                output.stdout
            );
        }
    }
    let last = tfevents(
        dir.path(),
        &["table", "runs", "--sort=-run", "--format", "csv"],
    )
    .done();
    assert!(place(&last, "run10") < place(&last, "run2"), "{last}");
}
