//! Standard output that nobody reads, or that is full.

#[cfg(target_os = "linux")]
use std::fs;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Stdio;

use super::{printable, printing, verbs};
#[cfg(target_os = "linux")]
use crate::support::command;
use crate::support::{files, unread};

/// Starts the program with a pipe for standard output that nobody reads.
#[track_caller]
fn assert_done_unread(dir: &Path, args: &[&str]) {
    let output = unread(dir, args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("error"), "{args:?}: {stderr}");
    assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
}

#[test]
fn a_pipe_that_closes_early_is_fine() {
    let dir = printable();
    for args in printing() {
        assert_done_unread(dir.path(), args);
    }
    assert_done_unread(dir.path(), &["--help"]);
    assert_done_unread(dir.path(), &["--version"]);
    for verb in verbs() {
        assert_done_unread(dir.path(), &[&verb, "--help"]);
    }
}

/// What is to be done is done, whoever reads of it.
#[test]
fn work_does_not_stop_when_nobody_reads_of_it() {
    let dir = printable();
    let before = files(&dir.path().join("runs")).len();
    assert_done_unread(dir.path(), &["prune", "runs", "--run", "a", "--yes"]);
    assert_eq!(files(&dir.path().join("runs")).len(), before - 1);
    assert_done_unread(dir.path(), &["filter", "runs", "-o", "new/"]);
    assert_eq!(files(&dir.path().join("new")).len(), before - 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_status_1() {
    let dir = printable();
    let assert_failed = |args: &[&str]| {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(dir.path(), args)
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.contains("No space left on device"),
            "{args:?}: {stderr}"
        );
        // Libraries have nothing to say there.
        let mut ours = ["error: ", "warning: ", "note: "].iter();
        assert!(
            ours.any(|start| stderr.starts_with(start)),
            "{args:?}: {stderr}"
        );
        assert_eq!(output.status.code(), Some(1), "{args:?}");
    };
    for args in printing() {
        assert_failed(args);
    }
    assert_failed(&["--help"]);
    assert_failed(&["--version"]);
    for verb in verbs() {
        assert_failed(&[&verb, "--help"]);
        assert_failed(&[&verb, "-h"]);
    }
}
