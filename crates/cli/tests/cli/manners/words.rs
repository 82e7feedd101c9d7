//! Which words people get to read.

use super::{small, trying};
use crate::support::{calls, demo, tfevents};

/// Phrases that are not English: write "per run" instead of "one row a run", and "header" for the names of a table's columns.
const ODD: &[&str] = &[
    "with a head ",
    "a line a ",
    "object a line",
    "value a line",
    "line a run",
    "row a run",
    "chart a tag",
    "column a tag",
    "file a run",
    "parted by",
    "stands behind",
    "truth value",
    "that is none",
];

#[test]
fn help_fits_eighty_columns_and_has_examples() {
    let top = tfevents(".", &["--help"]).done();
    assert!(top.contains("Exit status"), "{top}");
    for (verb, _) in calls().iter().filter(|(verb, _)| verb != "help") {
        for flag in ["-h", "--help"] {
            let args: Vec<_> = verb.split(' ').chain([flag]).collect();
            let help = tfevents(".", &args).done();
            let longest = help
                .lines()
                .max_by_key(|line| line.chars().count())
                .unwrap();
            assert!(longest.chars().count() <= 80, "{longest}");
            assert!(help.contains("Examples:\n  tfevents "), "{help}");
            let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
            for odd in ODD {
                assert!(!words.contains(odd), "{verb} {flag}: {odd}");
            }
        }
    }
}

/// What libraries say, and nobody but their authors should have to read.
const OF_LIBRARIES: &[&str] = &[
    "invalid digit",
    "invalid float",
    "number too",
    "number would be zero",
    "cannot parse",
    "could not parse",
    "regex parse error",
    "(os error",
    "CSV error",
    "at line 1 column",
    "invalid utf-8",
    "did not contain valid UTF-8",
    "Utf8Error",
    "ParseIntError",
    "Error {",
    "Error(",
    "Some(",
    "panicked",
];

#[test]
fn what_is_wrong_with_a_value_is_said_in_our_words() {
    let dir = small();
    let program = tfevents_cli::command();
    for verb in program.get_subcommands() {
        let name = verb.get_name();
        let Some(start) = trying(name) else {
            continue;
        };
        let flags = verb.get_arguments().filter(|arg| !arg.is_positional());
        for flag in flags.filter(|arg| arg.get_action().takes_values()) {
            let Some(long) = flag.get_long() else {
                continue;
            };
            // What is written and where is not a value to be understood.
            if ["output", "media", "trash", "timeout", "interval"].contains(&long) {
                continue;
            }
            for bad in [
                "10-20",
                "",
                "(",
                "[",
                "1e999",
                "-1",
                "99999999999999999999999",
                "a=b",
            ] {
                let flag_needs_equals = flag.is_require_equals_set();
                let count = flag.get_num_args().map_or(1, |n| n.min_values().max(1));
                let flag = format!("--{long}");
                let mut args = start.clone();
                args.push(&flag);
                args.extend(std::iter::repeat_n(bad, count));
                let said = tfevents(dir.path(), &args).stderr;
                for odd in OF_LIBRARIES {
                    assert!(!said.contains(odd), "{args:?}: {said}");
                }
                // A number with a minus is a number.
                let is_number = !said.contains("unexpected argument '-1'");
                assert!(is_number || flag_needs_equals, "{args:?}");
            }
        }
    }
}

#[test]
fn what_the_system_says_comes_without_its_numbers() {
    let dir = demo();
    for args in [
        &["export", "runs", "-o", "no/such/dir/x.csv"][..],
        &["import", "nowhere.csv", "-o", "new"],
        &["inspect", "nowhere"],
        &["inspect", "--regex", "--run", "(", "runs"],
        &["import", "in.log", "--regex", "(", "-o", "new"],
        &["rename", "runs", "--sub-tag", "(", "x", "-o", "new"],
    ] {
        let said = tfevents(dir.path(), args).stderr;
        assert!(said.contains("error: "), "{args:?}: {said}");
        for odd in OF_LIBRARIES {
            assert!(!said.contains(odd), "{args:?}: {said}");
        }
    }
}
