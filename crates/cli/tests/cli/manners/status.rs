//! How the program ends, and what it says then.

use std::fs;

use super::{OTHER_VERBS, VERBS};
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
    let cases: [(&[&str], &str); 6] = [
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
        (
            &["runs", "--run", "trian"],
            "error: no run matches `trian`; did you mean `train`?\n",
        ),
        (
            &["runs/train", "--tag", "LOSS"],
            "error: no tag matches `LOSS`; did you mean `loss`?\n",
        ),
        (
            &["runs/train", "--regex", "--tag", "^zzz"],
            "error: no tag matches `^zzz`; there are `loss` and `note`\n",
        ),
    ];
    for verb in VERBS.iter().chain(OTHER_VERBS) {
        for (args, stderr) in &cases {
            let whole_files = ["compact", "merge", "prune", "repair"];
            if whole_files.contains(&verb[0]) && args.contains(&"--tag") {
                continue;
            }
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
