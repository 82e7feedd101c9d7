//! What all verbs have in common.

use std::fs;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::{FILE, command, demo, fixture, run, scalar, tfevents, write_events};

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

/// Verbs that want other arguments, and whose own tests show how they fail.
const PARTICULAR: &[&[&str]] = &[
    &["import"],
    &["reduce"],
    &["table"],
    &["diff"],
    &["plot"],
    &["get"],
    &["tail"],
    &["completions"],
    &["man"],
];

#[test]
fn help_fits_eighty_columns_and_has_examples() {
    let top = tfevents(".", &["--help"]).done();
    assert!(top.contains("Exit status"), "{top}");
    let verbs = VERBS.iter().chain(OTHER_VERBS).chain(PARTICULAR);
    for verb in verbs {
        for flag in ["-h", "--help"] {
            let help = tfevents(".", &[verb[0], flag]).done();
            let longest = help
                .lines()
                .max_by_key(|line| line.chars().count())
                .unwrap();
            assert!(longest.chars().count() <= 80, "{longest}");
            assert!(help.contains("Examples:\n  tfevents "), "{help}");
        }
    }
}

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
            "error: empty: no event files in or below it\nA file counts if its name contains \
             `tfevents`; one given by its own path always does.\n",
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
            let whole_files = ["compact", "du", "merge", "prune", "repair"];
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
fn a_pattern_of_several_that_matches_nothing_is_status_3() {
    for verb in VERBS {
        let args: Vec<_> = verb
            .iter()
            .chain(&["runs/train", "--tag", "loss", "--tag", "acc"])
            .copied()
            .collect();
        let output = tfevents(demo().path(), &args);
        assert_eq!(output.status, 3);
        assert!(output.stderr.starts_with("warning: no tag matches `acc`"));
        assert!(output.stdout.contains("loss"));
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
        assert_eq!(
            output.stderr,
            "warning: empty: no event files in or below it\n"
        );
        assert!(output.stdout.contains("loss"));
    }
}

/// A logdir whose output does not fit into a pipe.
fn large() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<_> = (0..5000)
        .map(|step| scalar(step, &format!("tag{}", step % 500), 0.5))
        .collect();
    write_events(dir.path().join(FILE), &events);
    dir
}

#[test]
fn a_pipe_that_closes_early_is_fine() {
    let dir = large();
    for verb in VERBS {
        let args: Vec<_> = verb.iter().chain(&["."]).copied().collect();
        let mut child = command(dir.path(), &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.stderr, b"", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_status_1() {
    let dir = large();
    for verb in VERBS {
        let args: Vec<_> = verb.iter().chain(&["."]).copied().collect();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(dir.path(), &args)
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.contains("No space left on device"),
            "{args:?}: {stderr}"
        );
        assert_eq!(output.status.code(), Some(1), "{args:?}");
    }
}

#[test]
fn damage_is_status_3_and_the_rest_is_there() {
    let dir = demo();
    for verb in VERBS {
        let args: Vec<_> = verb.iter().chain(&["runs/val"]).copied().collect();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3, "{args:?}");
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(told.contains("checksum"), "{args:?}: {told}");
        assert!(
            output.stdout.contains("2.75"),
            "{args:?}: {}",
            output.stdout
        );
    }
}

#[test]
fn damage_is_status_3_and_copies_hold_the_rest() {
    let copies: [&[&str]; 6] = [
        &["filter"],
        &["rename", "--prefix-tag", "x/"],
        &["merge"],
        &["compact"],
        &["split", "--by", "restart"],
        &["split", "--by", "prefix"],
    ];
    for verb in copies {
        let dir = demo();
        let args = [verb, &["runs", "-o", "new/"]].concat();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 3, "{args:?}");
        assert!(output.stderr.contains("checksum"), "{args:?}");
        let csv = tfevents(dir.path(), &["export", "new"]).done();
        assert!(csv.contains("val,") && csv.contains(",2.75\n"), "{csv}");
    }
}

#[test]
fn colours_are_only_for_those_who_want_them() {
    let dir = demo();
    let coloured = |variables: &[&str]| {
        let mut inspect = command(dir.path(), &["inspect", "runs"]);
        for variable in variables {
            inspect.env(variable, "1");
        }
        run(inspect, &[]).stdout.contains('\x1b')
    };
    assert!(!coloured(&[]), "a pipe gets none");
    assert!(coloured(&["CLICOLOR_FORCE"]));
    assert!(!coloured(&["CLICOLOR_FORCE", "NO_COLOR"]));
}

/// Shells expand most patterns; one may be quoted, too large for a command line, or match nothing in there.
#[test]
fn paths_may_be_patterns() {
    let dir = TempDir::new().unwrap();
    for (run, value) in [("adam/train", 1.0), ("adam/eval", 2.0), ("sgd/train", 3.0)] {
        let path = dir.path().join("logs").join(run);
        fs::create_dir_all(&path).unwrap();
        write_events(path.join(FILE), &[scalar(1, "loss", value)]);
    }
    let runs = |patterns: &[&str]| -> Vec<String> {
        let args = [&["export"], patterns].concat();
        let csv = tfevents(dir.path(), &args).done();
        let rows = csv.lines().skip(1);
        rows.map(|row| row.split(',').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(runs(&["logs/*/train"]), ["adam/train", "sgd/train"]);
    assert_eq!(runs(&["log[s]/**/eval"]), ["logs/adam/eval"]);
    assert_eq!(
        runs(&["logs/a*", "logs/s*"]),
        ["logs/adam/eval", "logs/adam/train", "logs/sgd/train"]
    );
    let nothing = tfevents(dir.path(), &["export", "logs/x*"]);
    assert_eq!(nothing.status, 1);
    assert_eq!(
        nothing.stderr,
        "error: logs/x*: nothing matches this pattern\n"
    );
    assert_eq!(tfevents(dir.path(), &["export", "logs/[x"]).status, 2);
    // Something of that very name is meant before any pattern.
    fs::rename(dir.path().join("logs/sgd"), dir.path().join("logs/*")).unwrap();
    assert_eq!(runs(&["logs/*"]), ["train"]);
}
