//! What runs were configured with, in copies of them: wherever it is stated, a copy says the same, or it is told that it
//! does not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::hparams::{LAYOUTS, copy, table};
use crate::support::{FILE, hparams, scalar, tfevents, version, write_events};

/// Every verb that copies runs, with the name that it gives to a run.
const COPYING: &[&[&str]] = &[
    &["filter"],
    &["compact"],
    &["repair"],
    &["merge"],
    &["split", "--by", "file"],
    &["split", "--by", "restart"],
    &["rename", "--prefix-run", "x/"],
    &["rename", "--sub-run", "^", "all/"],
    &["rename", "--sub-run", "[^/]+$", "new-$0"],
    &["rename", "--sub-run", "/", "-"],
];

/// What a verb calls a run.
fn name(verb: &[&str], run: &str) -> String {
    match verb {
        ["rename", "--prefix-run", prefix] | ["rename", "--sub-run", "^", prefix] => {
            format!("{prefix}{run}")
        }
        ["rename", "--sub-run", "/", _] => run.replace('/', "-"),
        ["rename", ..] => match run.rsplit_once('/') {
            Some((above, last)) => format!("{above}/new-{last}"),
            None => format!("new-{run}"),
        },
        _ => run.to_owned(),
    }
}

type Configured = BTreeMap<String, BTreeMap<String, Value>>;

/// Runs with a scalar each.
fn write(dir: &Path, runs: &[&str]) {
    for run in runs {
        let events = [
            version("t"),
            scalar(1, "loss", 0.5),
            scalar(2, "loss", 0.25),
        ];
        write_events(dir.join("runs").join(run).join(FILE), &events);
    }
}

fn put(dir: &Path, path: &str, text: &str) {
    let path = dir.join("runs").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Configurations above runs, some of which are runs themselves, and beside runs that have none.
fn shared() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            "exp/train",
            "exp/val",
            "own/train",
            "own",
            "ray/a/b",
            "hydra/x",
            "plain",
            "deep/a/b/c",
        ],
    );
    put(dir.path(), "exp/hparams.yaml", "lr: 0.1\n");
    put(dir.path(), "own/hparams.yaml", "lr: 0.2\n");
    put(dir.path(), "ray/params.json", "{\"lr\": 0.3}");
    put(dir.path(), "hydra/.hydra/config.yaml", "lr: 0.4\n");
    put(dir.path(), "hydra/.hydra/hydra.yaml", "job: 1\n");
    put(dir.path(), "deep/hparams.yaml", "lr: 0.5\n");
    put(dir.path(), "deep/a/hparams.yaml", "lr: 0.6\n");
    dir
}

/// The configurations of the runs, under the names that a verb gives to them.
fn expected(verb: &[&str], before: &Configured) -> Configured {
    let named = before
        .iter()
        .map(|(run, values)| (name(verb, run), values.clone()));
    named.collect()
}

#[test]
fn copies_say_what_their_runs_were_configured_with() {
    let mut dirs: Vec<_> = LAYOUTS.map(|layout| (layout, copy(layout))).into();
    dirs.push(("shared", shared()));
    for (layout, dir) in &dirs {
        let runs = dir.path().join("runs");
        let all = table(&runs, &[]);
        assert!(
            all.len() > 1 && all.values().any(|values| !values.is_empty()),
            "{layout}"
        );
        let selections = all.keys().map(|run| vec!["--run", run.as_str()]);
        for some in std::iter::once(Vec::new()).chain(selections) {
            let before = table(&runs, &some);
            // Which runs are copied is found out in one place for all verbs; where they go, in three.
            let has_slash = before.keys().any(|run| run.contains('/'));
            let is_tried = |verb: &&[&str]| match verb {
                // Where nothing has to be renamed, nothing is written.
                ["rename", _, "/", _] => has_slash,
                _ => some.is_empty() || ["filter", "merge", "rename"].contains(&verb[0]),
            };
            for verb in COPYING.iter().copied().filter(is_tried) {
                let args = [verb, &["runs", "-o", "new/"], &*some].concat();
                let output = tfevents(dir.path(), &args);
                assert!(
                    [0, 3].contains(&output.status),
                    "{layout} {args:?}: {}",
                    output.stderr
                );
                let mut found = table(&dir.path().join("new"), &[]);
                let expected = expected(verb, &before);
                if verb[0] == "split" {
                    // There may be more parts.
                    found.retain(|run, _| expected.contains_key(run));
                }
                assert_eq!(found, expected, "{layout} {args:?}: {}", output.stderr);
                assert!(
                    !output.stderr.contains("hyperparameters are not copied"),
                    "{args:?}"
                );
                fs::remove_dir_all(dir.path().join("new")).unwrap();
            }
        }
    }
}

/// The configuration of one experiment says nothing about the runs of another.
#[test]
fn configurations_do_not_come_to_speak_for_other_runs() {
    let dir = tempfile::tempdir().unwrap();
    for (logdir, lr) in [("a", "1"), ("b", "2"), ("c", "")] {
        write(
            &dir.path().join(logdir),
            &[&format!("run-{logdir}"), "same/train"],
        );
        if !lr.is_empty() {
            put(
                &dir.path().join(logdir),
                "hparams.yaml",
                &format!("lr: {lr}\n"),
            );
        }
    }
    let args = [
        "merge",
        "a/runs",
        "b/runs",
        "c/runs",
        "--on-conflict",
        "suffix",
        "-o",
        "new",
    ];
    let output = tfevents(dir.path(), &args);
    assert_eq!((output.status, &*output.stderr), (0, ""));
    let found = table(&dir.path().join("new"), &[]);
    let lr = |run: &str| found.get(run).and_then(|values| values.get("lr")).cloned();
    for (run, expected) in [
        ("run-a", Some(1.0)),
        ("run-b", Some(2.0)),
        ("run-c", None),
        ("same/train", Some(1.0)),
        ("same/train-2", Some(2.0)),
        ("same/train-3", None),
    ] {
        assert_eq!(lr(run), expected.map(Value::from), "{run}: {found:?}");
    }

    let dir = shared();
    let args = [
        "rename",
        "runs",
        "--move-run",
        "exp/train",
        "t",
        "-o",
        "new",
    ];
    tfevents(dir.path(), &args).done();
    let found = table(&dir.path().join("new"), &[]);
    assert_eq!(found["t"]["lr"], 0.1);
    assert_eq!(found["exp/val"]["lr"], 0.1);
    assert!(found.get("plain").is_none_or(BTreeMap::is_empty));
}

#[test]
fn parts_of_a_run_keep_its_configuration() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &["a", "b"]);
    let again = [version("t"), scalar(1, "loss", 0.5)];
    write_events(
        dir.path().join("runs/a/events.out.tfevents.1800000000.x"),
        &again,
    );
    put(dir.path(), "a/hparams.yaml", "lr: 0.1\n");
    put(dir.path(), "a/metrics.csv", "step\n");
    tfevents(dir.path(), &["split", "runs", "--by", "file", "-o", "new"]).done();
    let found = table(&dir.path().join("new"), &[]);
    assert_eq!(found["a"], found["a-2"]);
    assert_eq!(found["a"]["lr"], 0.1);
    assert!(!dir.path().join("new/a-2/metrics.csv").exists());
}

#[test]
fn hydras_configuration_above_a_logdir_goes_along() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &["train", "val"]);
    let hydra = dir.path().join(".hydra");
    fs::create_dir(&hydra).unwrap();
    fs::write(hydra.join("config.yaml"), "lr: 0.1\n").unwrap();
    for args in [
        &["filter", "runs", "-o", "x/y/z/new"][..],
        &["merge", "runs", "--run", "val", "-o", "x/y/z/one"],
    ] {
        tfevents(dir.path(), args).done();
        let new = dir.path().join(args.last().unwrap());
        let found = table(&new, &[]);
        assert!(!found.is_empty() && found.values().all(|values| values["lr"] == 0.1));
        assert!(new.join(".hydra/config.yaml").exists());
    }
}

/// A session is in event files, and nobody asked for a copy of these.
#[test]
fn a_session_that_is_not_copied_is_told() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &["exp/train", "exp/val"]);
    let session = [version("t"), hparams(&[("lr", 0.1.into())])];
    write_events(dir.path().join("runs/exp").join(FILE), &session);
    for verb in COPYING.iter().copied() {
        let args = [verb, &["runs", "--run", "exp/*", "-o", "new"]].concat();
        let output = tfevents(dir.path(), &args);
        let said = |run: &str| {
            format!(
                "warning: {run}: its hyperparameters are not copied: they are in the run `exp`; copy that run, too\n"
            )
        };
        assert_eq!(
            output.stderr,
            said("exp/train") + &said("exp/val"),
            "{args:?}"
        );
        assert_eq!(output.status, 3);
        fs::remove_dir_all(dir.path().join("new")).unwrap();
        let args = [verb, &["runs", "-o", "new"]].concat();
        tfevents(dir.path(), &args).done();
        fs::remove_dir_all(dir.path().join("new")).unwrap();
    }
}

/// A copy has a name of its own.
#[test]
fn hyperparameters_in_the_name_of_a_logdir_are_kept_or_told() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("lr=0.1,seed=0");
    for run in ["a/train", "a/val"] {
        let events = [version("t"), scalar(1, "loss", 0.5)];
        write_events(root.join(run).join(FILE), &events);
    }
    let said = "warning: the hyperparameters in the name `lr=0.1,seed=0` are not copied; write to \
                `new/lr=0.1,seed=0` to keep them\n";
    for verb in COPYING.iter().copied() {
        let copy = |output: &str| {
            let args = [verb, &["lr=0.1,seed=0", "-o", output]].concat();
            tfevents(dir.path(), &args)
        };
        let output = copy("new");
        assert_eq!((output.status, &*output.stderr), (3, said), "{verb:?}");
        fs::remove_dir_all(dir.path().join("new")).unwrap();
        copy("new/lr=0.1,seed=0").done();
        let found = table(&dir.path().join("new"), &[]);
        assert!(!found.is_empty() && found.values().all(|values| values["lr"] == 0.1));
        fs::remove_dir_all(dir.path().join("new")).unwrap();
    }
    // Stated elsewhere, too, they go along.
    fs::write(root.join("hparams.yaml"), "lr: 0.1\n").unwrap();
    tfevents(dir.path(), &["filter", "lr=0.1,seed=0", "-o", "new"]).done();
}

#[test]
fn what_lies_above_runs_goes_along_or_is_named() {
    let dir = shared();
    put(dir.path(), "exp/notes.md", "good");
    put(dir.path(), "exp/checkpoints/last.ckpt", "large");
    put(dir.path(), "settings.toml", "a = 1");
    put(dir.path(), "data.csv", "1");
    let output = tfevents(
        dir.path(),
        &["filter", "runs", "--run", "exp/train", "-o", "new"],
    );
    let notes = "note: runs: not copied: settings.toml\nnote: runs/exp: not copied: checkpoints/ (1 file)\n";
    assert_eq!((output.status, &*output.stderr), (0, notes));
    for (path, there) in [
        ("exp/hparams.yaml", true),
        ("exp/notes.md", true),
        ("exp/checkpoints", false),
        ("settings.toml", false),
        ("data.csv", false),
    ] {
        assert_eq!(dir.path().join("new").join(path).exists(), there, "{path}");
    }
}

#[test]
fn runs_that_get_a_number_keep_what_their_name_states() {
    let dir = tempfile::tempdir().unwrap();
    let run = "lr=0.1,seed=0";
    write(dir.path(), &[run]);
    let events = [version("t"), scalar(3, "loss", 0.125)];
    for path in [
        format!("runs/{run}/{FILE}.later"),
        format!("more/{run}/{FILE}"),
    ] {
        write_events(dir.path().join(path), &events);
    }
    let split: &[&str] = &["split", "runs", "--by", "file"];
    let merge: &[&str] = &["merge", "runs", "more", "--on-conflict", "suffix"];
    for (out, verb) in [("split", split), ("merged", merge)] {
        tfevents(dir.path(), &[verb, &["-o", out]].concat()).done();
        let rows = ["table", out, "-c", "@lr", "@seed", "--format", "csv"];
        assert_eq!(
            tfevents(dir.path(), &rows).done(),
            format!("run,@lr,@seed\n\"{run}\",0.1,0\n\"{run}/2\",0.1,0\n"),
            "{out}"
        );
    }
}
