//! How the program ends, and what it says then.

use std::fs;

use super::{OTHER_VERBS, VERBS, small, trying};
use crate::support::{demo, fixture, tfevents};

#[test]
fn wrong_usage_is_status_2() {
    let bad: [&[&str]; 10] = [
        &[],
        &["no-such-verb"],
        &["inspect"],
        &["inspect", ".", "--no-such-option"],
        &["inspect", ".", "--tag", "["],
        &["inspect", ".", "--regex", "--run", "("],
        &["inspect", "-"],
        &["cat", "-", "."],
        &["cat", ".", "--format", "xml"],
        &["export", "-"],
    ];
    for args in bad {
        let output = tfevents(fixture("keras"), args);
        assert_eq!(output.status, 2, "{args:?}");
        assert_eq!(output.stdout, "", "{args:?}");
        assert_ne!(output.stderr, "", "{args:?}");
    }
}

#[test]
fn failures_are_status_1_and_say_what_to_do() {
    let dir = demo();
    fs::create_dir(dir.path().join("empty")).unwrap();
    let cases: [(&[&str], &str); 3] = [
        (
            &["rnus"],
            "error: `rnus` does not exist; did you mean `runs`?\n",
        ),
        (
            &["runs/tarin/x"],
            "error: `runs/tarin/x` does not exist; did you mean `runs/train`?\n",
        ),
        (
            &["empty"],
            "error: empty: no event files found\nDirectories are searched for files with `tfevents` in \
             their names; a file given by its own path is always read.\n",
        ),
    ];
    for verb in VERBS.iter().chain(OTHER_VERBS) {
        for (args, stderr) in &cases {
            let args: Vec<_> = verb.iter().chain(*args).copied().collect();
            let output = tfevents(dir.path(), &args);
            assert_eq!((output.status, &*output.stderr), (1, *stderr), "{args:?}");
        }
    }
}

#[test]
fn a_path_without_events_beside_one_with_some_is_status_3() {
    let dir = demo();
    fs::create_dir(dir.path().join("empty")).unwrap();
    for verb in VERBS {
        let args: Vec<_> = verb
            .iter()
            .chain(&["empty", "runs/train"])
            .copied()
            .collect();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3);
        assert_eq!(output.stderr, "warning: empty: no event files found\n");
        assert!(output.stdout.contains("loss"));
    }
}

/// What is wrong with a value whatever the logdir holds is said first: here, there is none.
#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let dir = small();
    let program = tfevents_cli::command();
    let mut tried = 0;
    for verb in program.get_subcommands() {
        let Some(start) = trying(verb.get_name()) else {
            continue;
        };
        let nowhere = start.iter().map(|arg| match *arg {
            "runs" | "runs/a" | "runs/b" => "nowhere".to_owned(),
            "in.csv" => "nowhere.csv".to_owned(),
            other => other.to_owned(),
        });
        let nowhere: Vec<_> = nowhere.collect();
        let flags = verb.get_arguments().filter(|arg| !arg.is_positional());
        for flag in flags.filter(|arg| arg.get_action().takes_values()) {
            let Some(long) = flag.get_long() else {
                continue;
            };
            for bad in ["[", "-1", "x<"] {
                let count = flag.get_num_args().map_or(1, |n| n.min_values().max(1));
                let values = std::iter::repeat_n(bad, count).map(str::to_owned);
                let values: Vec<_> = std::iter::once(format!("--{long}")).chain(values).collect();
                let status = |start: &[String]| {
                    let args = [start, &values].concat();
                    let args: Vec<_> = args.iter().map(String::as_str).collect();
                    tfevents(dir.path(), &args).status
                };
                let there: Vec<_> = start.iter().map(|arg| (*arg).to_owned()).collect();
                if status(&there) == 2 {
                    assert_eq!(status(&nowhere), 2, "{nowhere:?} {values:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
    for args in [
        &["plot", "nowhere", "--xlim", "2:1"][..],
        &["plot", "nowhere", "--ylim=-1:2", "--log-y"],
        &["plot", "nowhere", "-o", "x.gif"],
        &[
            "plot", "nowhere", "--width", "200in", "--dpi", "2400", "-o", "x.png",
        ],
        &["diff", "nowhere", "-"],
        &["tail", "nowhere", "--no-follow", "--fail-if", "x <"],
    ] {
        assert_eq!(tfevents(dir.path(), args).status, 2, "{args:?}");
    }
}

#[test]
fn numbers_may_be_negative_where_that_means_something() {
    let dir = small();
    for args in [
        &["plot", "runs", "--ylim", "-1:2"][..],
        &["plot", "runs", "--xlim", "-1,2"],
        &["table", "runs", "--where", "-1 < loss"],
        &["prune", "runs", "--where", "-1 < loss", "--dry-run"],
        &["tail", "runs", "--no-follow", "--until", "-1 < loss"],
        &["rename", "runs", "--scale", "loss", "-1", "--dry-run"],
        &["merge", "runs", "--step-offset", "-1", "--dry-run"],
        &["filter", "runs", "--step", "-1..", "--dry-run"],
        &["filter", "runs", "--since", "-1", "--dry-run"],
    ] {
        let output = tfevents(dir.path(), args);
        assert_eq!(output.status, 0, "{args:?}: {}", output.stderr);
    }
    for (args, said) in [
        (
            &["diff", "runs/a", "runs/b", "--rtol", "-1"][..],
            "a number of 0 or more",
        ),
        (
            &["diff", "runs/a", "runs/b", "--rtol", "nan"],
            "a number of 0 or more",
        ),
        (
            &["diff", "runs/a", "runs/b", "--atol", "inf"],
            "a number of 0 or more",
        ),
        (
            &["rename", "runs", "--scale", "loss", "nan", "--dry-run"],
            "not a finite number",
        ),
        (
            &["filter", "runs", "--since", "nan", "--dry-run"],
            "--since",
        ),
        (&["tail", "runs", "-n", "-1"], "`-1` is too small"),
        (
            &["table", "runs", "--where", "-1 <"],
            "invalid condition --where",
        ),
        // Anything else that begins with a dash may be a mistyped flag.
        (&["export", "runs", "--tag", "-x"], "write --OPTION='-x'"),
    ] {
        let output = tfevents(dir.path(), args);
        assert_eq!(output.status, 2, "{args:?}");
        assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
    }
}
