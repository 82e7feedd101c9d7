//! `tfevents rename`.

use std::fs;

use crate::support::{FILE, demo, fixture, only_file, scalar, tfevents, version, write_events};

#[test]
fn tags_and_runs_get_new_names_and_scalars_another_unit() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("t"),
        scalar(1, "train_ms", 1500.0),
        scalar(1, "acc", 0.5),
    ];
    write_events(dir.path().join("runs/exp_seed1").join(FILE), &events);
    let args = [
        "rename",
        "runs",
        "-o",
        "new",
        "--sub-run",
        r"_seed(\d+)$",
        "/$1",
        "--sub-tag",
        "_ms$",
        "_s",
        "--tag",
        "*_ms",
        "--prefix-tag",
        "time/",
        "--scale",
        "0.001",
    ];
    tfevents(dir.path(), &args).done();
    let expected = [
        version("t"),
        scalar(1, "time/train_s", 1.5),
        scalar(1, "acc", 0.5),
    ];
    write_events(dir.path().join("expected"), &expected);
    let new = fs::read(dir.path().join("new/exp/1").join(FILE)).unwrap();
    assert_eq!(new, fs::read(dir.path().join("expected")).unwrap());
}

#[test]
fn what_is_not_renamed_is_copied_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let input = fixture("keras/train");
    let output = dir.path().join("new.tfevents");
    let args = [
        "rename",
        ".",
        "--sub-tag",
        "nowhere in it",
        "x",
        "-o",
        output.to_str().unwrap(),
    ];
    tfevents(&input, &args).done();
    assert_eq!(
        fs::read(only_file(&input)).unwrap(),
        fs::read(output).unwrap()
    );
}

#[test]
fn two_never_get_the_same_name() {
    let dir = demo();
    let tags = ["rename", "runs", "--sub-tag", ".*", "x", "-o", "new"];
    let output = tfevents(dir.path(), &tags);
    assert_eq!(output.status, 1);
    assert!(
        output
            .stderr
            .contains("the tags `loss` and `note` would both be called `x"),
        "{}",
        output.stderr
    );
    let runs = ["rename", "runs", "--sub-run", "^.*$", "x", "-o", "new2"];
    let output = tfevents(dir.path(), &runs);
    assert_eq!(output.status, 1);
    assert!(
        output
            .stderr
            .contains("the runs `train` and `val` would both be called `x`"),
        "{}",
        output.stderr
    );
    assert!(!dir.path().join("new2").exists());
}

#[test]
fn something_has_to_change() {
    let output = tfevents(".", &["rename", ".", "-o", "new"]);
    assert_eq!(output.status, 2);
}
