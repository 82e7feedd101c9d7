//! `tfevents import`.

use std::fs;

use crate::support::tfevents;

mod exported;
mod faults;
mod lines;
mod others;

/// Imports a file of that content, and what `export` says of the result.
fn imported(name: &str, content: &str, args: &[&str]) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    let output = tfevents(dir.path(), &[&["import", name, "-o", "new"], args].concat());
    assert!([0, 3].contains(&output.status), "{}", output.stderr);
    assert_eq!(
        output.status == 3,
        output.stderr.contains("warning"),
        "{}",
        output.stderr
    );
    (
        tfevents(dir.path(), &["export", "new"]).done(),
        output.stderr,
    )
}

/// The rows without their wall times, where these are the file's.
fn rows(csv: &str) -> Vec<String> {
    let row = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        format!("{} {} {} {}", cells[0], cells[1], cells[2], cells[4])
    };
    csv.lines().skip(1).map(row).collect()
}

/// What is said of a file that is refused.
fn refused(name: &str, content: &str, args: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    let output = tfevents(dir.path(), &[&["import", name, "-o", "new"], args].concat());
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(!dir.path().join("new").exists());
    output.stderr
}
