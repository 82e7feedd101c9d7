//! `tfevents diff`.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tfevents::proto;
use tfevents::{Image, Layout, Text};

use crate::support::{
    FILE, Output, assert_documented, assert_golden, fixture, hparams, plugin, scalar, tfevents,
    version, write_events,
};

fn write(dir: &Path, run: &str, events: &[proto::Event]) {
    let mut all = vec![version("t")];
    all.extend_from_slice(events);
    write_events(dir.join(run).join(FILE), &all);
}

/// Two logdirs that differ in everything in which logdirs can.
fn pair() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let both = dir.path();
    let settings = |lr: f64, extra: &str| hparams(&[("lr", lr.into()), (extra, true.into())]);
    let common = [scalar(0, "acc", 0.5), scalar(1, "acc", f32::NAN)];
    let mut left = vec![settings(0.1, "left")];
    left.extend(common.clone());
    left.extend([
        scalar(0, "loss", 1.0),
        scalar(1, "loss", 0.5),
        scalar(2, "loss", f32::NAN),
        scalar(3, "loss", 1.0),
        scalar(0, "gone", 1.0),
        scalar(0, "kind", 1.0),
        plugin(7, "note", &Text::new("before")),
    ]);
    let mut right = vec![settings(0.2, "right")];
    right.extend(common);
    right.extend([
        scalar(0, "loss", 1.0),
        scalar(1, "loss", 0.501),
        scalar(2, "loss", f32::NAN),
        scalar(2, "loss", 0.0),
        scalar(4, "loss", 1.0),
        plugin(0, "kind", &Text::new("text")),
        plugin(7, "note", &Text::new("after")),
    ]);
    write(both, "a/train", &left);
    write(both, "b/train", &right);
    write(both, "a/same", &[scalar(0, "x", 1.0)]);
    write(both, "b/same", &[scalar(0, "x", 1.0)]);
    write(both, "a/old", &[scalar(0, "x", 1.0)]);
    write(both, "b/new", &[scalar(0, "x", 1.0)]);
    dir
}

fn diff(args: &[&str]) -> Output {
    let args: Vec<_> = ["diff", "a", "b"].iter().chain(args).copied().collect();
    tfevents(pair().path(), &args)
}

#[test]
fn every_difference_is_told() {
    assert_golden("diff.txt", &diff(&[]).ended(3, ""));
}

#[test]
fn json_is_documented() {
    let json = diff(&["--json"]).ended(3, "");
    assert_documented("tfevents diff a b --json", &json);
}

#[test]
fn nothing_differs_from_itself() {
    for writer in ["tf2", "keras", "tensorboardx", "torch", "tf1"] {
        let path = fixture(writer);
        let path = path.to_str().unwrap();
        let text = tfevents(".", &["diff", path, path]).done();
        assert!(
            text.ends_with(" compared: no differences\n"),
            "{writer}: {text}"
        );
    }
}

#[test]
fn tolerances_excuse_small_differences() {
    let status =
        |args: &[&str]| diff(&[&["--run", "train", "--tag", "loss"], args].concat()).stdout;
    let differing = |text: &str| text.contains("1 of 3");
    assert!(differing(&status(&[])));
    assert!(!differing(&status(&["--atol", "0.0011"])));
    assert!(differing(&status(&["--atol", "0.0009"])));
    assert!(!differing(&status(&["--rtol", "0.0021"])));
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a", &[scalar(0, "x", 1.0)]);
    write(dir.path(), "b", &[scalar(0, "x", 1.001)]);
    assert_eq!(tfevents(dir.path(), &["diff", "a", "b"]).status, 3);
    tfevents(dir.path(), &["diff", "a", "b", "--rtol", "1e-2"]).done();
}

#[test]
fn single_runs_need_no_common_name() {
    let dir = pair();
    let text = tfevents(dir.path(), &["diff", "a/same", "b/same"]).done();
    assert_eq!(text, "1 run compared: no differences\n");
    let file = format!("a/same/{FILE}");
    tfevents(dir.path(), &["diff", &file, "b/new"]).done();
    let text = tfevents(dir.path(), &["diff", "a/same", "b/train"]).ended(3, "");
    assert!(text.starts_with("a/same and b/train\n"), "{text}");
    let renamed = tfevents(dir.path(), &["diff", "a", "b", "--run", "same"]).done();
    assert_eq!(renamed, "1 run compared: no differences\n");
}

#[test]
fn how_a_value_is_stored_is_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let tensor = tfevents::plugin::scalar::Scalar::new(0.5);
    write(dir.path(), "a", &[scalar(0, "x", 0.5)]);
    write(dir.path(), "b", &[plugin(0, "x", &tensor)]);
    tfevents(dir.path(), &["diff", "a", "b"]).done();
}

#[test]
fn pixels_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let image = |grey: u8| Image::new(&[grey; 4], Layout::Hw, &[2, 2]).unwrap();
    write(dir.path(), "a", &[plugin(0, "x", &image(1))]);
    write(dir.path(), "b", &[plugin(0, "x", &image(2))]);
    let text = tfevents(dir.path(), &["diff", "a", "b"]).ended(3, "");
    assert!(text.contains("1 of 1  first at step 0"), "{text}");
    fs::copy(
        dir.path().join("a").join(FILE),
        dir.path().join("b").join(FILE),
    )
    .unwrap();
    tfevents(dir.path(), &["diff", "a", "b"]).done();
}

#[test]
fn failures_and_usage() {
    let dir = pair();
    let missing = tfevents(dir.path(), &["diff", "a/train", "b/trian"]);
    assert_eq!(missing.status, 1);
    assert!(
        missing.stderr.contains("did you mean `b/train`?"),
        "{}",
        missing.stderr
    );
    assert_eq!(tfevents(dir.path(), &["diff", "a"]).status, 2);
    assert_eq!(
        tfevents(dir.path(), &["diff", "a", "b", "--rtol", "x"]).status,
        2
    );
    assert_eq!(tfevents(dir.path(), &["diff", "a", "-"]).status, 2);
    let tag = tfevents(dir.path(), &["diff", "a", "b", "--tag", "los"]);
    assert_eq!(
        (tag.status, &*tag.stderr),
        (1, "error: no tag matches `los`; did you mean `loss`?\n")
    );
}
