//! Which files and directories are read, and what the runs are called.

use std::fs;

use tfevents::{Logdir, Run};

use super::{scalars, steps, write};

pub(super) fn names(logdir: &Logdir) -> Vec<&str> {
    logdir.runs().iter().map(Run::name).collect()
}

/// Anywhere in the base name, in this spelling, with any ending.
#[test]
fn a_file_counts_if_its_name_contains_tfevents() {
    let dir = tempfile::tempdir().unwrap();
    let yes = [
        "tfevents.123",
        ".hidden.tfevents.5",
        "events.out.tfevents.1.tmp",
        "x.profile-empty.tfevents",
        "events.out.tfevents.1.h.profile-empty",
    ];
    for name in yes {
        write(dir.path().join(name), scalars([1]));
    }
    for name in ["events.out.TFEVENTS.7", "tf-events.1", "model.ckpt"] {
        write(dir.path().join(name), scalars([1]));
    }
    write(dir.path().join("tfevents.dir/not-one"), scalars([1]));
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(names(&logdir), ["."]);
    assert_eq!(logdir.runs()[0].files().len(), yes.len());
}

/// SLOW takes such a directory for a file, and its reload thread dies.
#[test]
fn a_directory_named_like_a_file_is_an_ordinary_directory() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path().join("my.tfevents.runs/e.tfevents.1"),
        scalars([4]),
    );
    assert_eq!(steps(dir.path(), "my.tfevents.runs"), [4]);
}

#[test]
fn hidden_directories_and_the_root_are_runs() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("e.tfevents.1"), scalars([1]));
    write(dir.path().join(".git/deep/e.tfevents.1"), scalars([2]));
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(names(&logdir), [".", ".git/deep"]);
}

/// Byte order of paths: `10` comes before `9`, as both loaders have it.
#[test]
fn files_of_a_run_are_read_in_byte_order() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("events.out.tfevents.9.h"), scalars([1, 2]));
    write(dir.path().join("events.out.tfevents.10.h"), scalars([5, 6]));
    assert_eq!(steps(dir.path(), "."), [5, 6, 1, 2]);
}

/// Neither loader takes one.
#[test]
fn a_single_file_is_a_logdir() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("any name");
    write(&file, scalars([1, 2]));
    assert_eq!(steps(&file, "."), [1, 2]);
}

/// Both loaders wait for it to appear.
#[test]
fn a_missing_logdir_is_an_error_that_names_it() {
    let error = Logdir::open("/no/such/place").unwrap_err();
    assert!(error.to_string().starts_with("/no/such/place: "), "{error}");
}

/// FAST lists a run only once it has read an event of it.
#[test]
fn a_run_without_events_is_a_run() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("empty/e.tfevents.1"), b"");
    fs::create_dir(dir.path().join("nothing")).unwrap();
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(names(&logdir), ["empty"]);
    assert!(steps(dir.path(), "empty").is_empty());
}
