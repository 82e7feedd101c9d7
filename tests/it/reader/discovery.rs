//! Which files and directories are read, and what the runs are called.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use tfevents::{Logdir, Run};

use super::{scalars, steps, write};
use crate::support::skipped;

fn names(logdir: &Logdir) -> Vec<&str> {
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

#[test]
fn links_are_followed() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    write(elsewhere.path().join("e.tfevents.1"), scalars([7]));
    symlink(elsewhere.path(), dir.path().join("dir")).unwrap();
    fs::create_dir(dir.path().join("file")).unwrap();
    symlink(
        elsewhere.path().join("e.tfevents.1"),
        dir.path().join("file/e.tfevents.2"),
    )
    .unwrap();
    assert_eq!(steps(dir.path(), "dir"), [7]);
    assert_eq!(steps(dir.path(), "file"), [7]);
    let link = elsewhere.path().join("logdir");
    symlink(dir.path(), &link).unwrap();
    assert_eq!(steps(&link, "dir"), [7], "the logdir itself is a link");
}

/// SLOW has no detection: one such link made 41 runs, one more made 119,000.
#[test]
fn a_link_back_is_reported_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("run/e.tfevents.1"), scalars([7]));
    symlink("..", dir.path().join("run/loop")).unwrap();
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(names(&logdir), ["run"]);
    assert_eq!(logdir.problems().len(), 1, "{:?}", logdir.problems());
}

#[test]
fn a_dangling_link_is_reported_and_passed_by() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("run/e.tfevents.1"), scalars([7]));
    symlink("nowhere", dir.path().join("run/e.tfevents.0")).unwrap();
    let logdir = Logdir::open(dir.path()).unwrap();
    assert_eq!(steps(dir.path(), "run"), [7]);
    assert!(logdir.problems()[0].to_string().contains("e.tfevents.0"));
}

/// SLOW opens a pipe and waits for ever.
#[test]
fn pipes_and_sockets_are_never_opened() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("run/e.tfevents.1"), scalars([7]));
    let pipe = dir.path().join("run/pipe.tfevents.0");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let _socket =
        std::os::unix::net::UnixListener::bind(dir.path().join("run/s.tfevents.0")).unwrap();
    assert_eq!(steps(dir.path(), "run"), [7]);
    assert!(Logdir::open(&pipe).is_err(), "nor when it is named itself");
}

/// SLOW loads nothing at all then.
#[test]
fn an_unreadable_directory_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("a/e.tfevents.1"), scalars([7]));
    write(dir.path().join("b/e.tfevents.1"), scalars([8]));
    let closed = dir.path().join("a");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let readable_all_the_same = fs::read_dir(&closed).is_ok();
    let logdir = Logdir::open(dir.path()).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if readable_all_the_same {
        return skipped(
            "an_unreadable_directory_costs_only_itself",
            "root may read everything",
        );
    }
    assert_eq!(names(&logdir), ["b"]);
    assert_eq!(logdir.problems().len(), 1);
}

/// FAST replaces the bytes, so that two names can collide; SLOW loads nothing at all.
#[test]
fn names_that_are_not_utf8_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    for (name, step) in [(&b"run\xff"[..], 1), (b"run\xfe", 2)] {
        let run = dir.path().join(std::ffi::OsStr::from_bytes(name));
        write(run.join("e.tfevents.1"), scalars([step]));
    }
    assert_eq!(steps(dir.path(), "run\\xff"), [1]);
    assert_eq!(steps(dir.path(), "run\\xfe"), [2]);
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
