//! One Parquet file per run.
#![cfg(feature = "parquet")]

use std::fs;
use std::path::Path;

use super::files_below;
use crate::support::{FILE, demo, scalar, tfevents, write_events};

fn export(dir: &Path, more: &[&str]) -> crate::support::Output {
    let args = ["export", "logdir", "--partition", "run", "-o", "out"];
    tfevents(dir, &[&args, more].concat())
}

fn logdir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b/c", "lr=0.1", "d"] {
        let file = dir.path().join("logdir").join(run).join(FILE);
        write_events(file, &[scalar(0, "loss", 0.5)]);
    }
    dir
}

#[test]
fn each_run_has_its_file() {
    let dir = logdir();
    let plan = export(dir.path(), &["--dry-run"]).done();
    assert!(!dir.path().join("out").exists());
    export(dir.path(), &[]).done();
    let files = files_below(&dir.path().join("out"));
    let expected = ["a", "b%2Fc", "d", "lr%3D0%2E1"].map(|run| format!("run={run}/part-0.parquet"));
    assert_eq!(files, expected);
    for (line, file) in plan.lines().zip(&expected) {
        assert!(
            line.starts_with(&format!("out/{file}: 1 event file")),
            "{line}"
        );
    }
    assert_eq!(plan.lines().count(), expected.len());
}

#[test]
fn nothing_is_mixed_up_with_what_was_there() {
    let dir = logdir();
    export(dir.path(), &[]).done();
    let full = "error: cannot write to `out`: not empty; choose a new directory\n";
    export(dir.path(), &[]).ended(1, full);
    fs::write(dir.path().join("out/mine.txt"), "precious").unwrap();
    export(dir.path(), &["--shard", "1/1"]).ended(1, full);
}

#[test]
fn machines_share_a_directory() {
    let dir = logdir();
    export(dir.path(), &["--shard", "1/2"]).done();
    export(dir.path(), &["--shard", "2/2"]).done();
    // One that failed can be started again.
    export(dir.path(), &["--shard", "2/2"]).done();
    let files = files_below(&dir.path().join("out"));
    assert_eq!(files.len(), 4, "{files:?}");
}

#[test]
fn partitions_are_of_parquet_in_a_directory() {
    let dir = demo();
    for more in [&["--format", "csv", "-o", "x"][..], &["-o", "-"]] {
        let args = [&["export", "runs", "--partition", "run"], more].concat();
        let output = tfevents(dir.path(), &args);
        assert_eq!(output.status, 2);
        assert!(
            output.stderr.contains("--partition needs --format parquet"),
            "{}",
            output.stderr
        );
    }
}
