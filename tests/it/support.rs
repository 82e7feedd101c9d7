//! What several test modules need: where files are, how to speak past the test harness, digests, and how to
//! put a property to the question.

use std::cell::Cell;
use std::fmt::Debug;
use std::io::Write as _;
use std::panic::Location;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use sha2::{Digest as _, Sha256};

pub(crate) mod arbitrary;
pub(crate) mod memory;
pub(crate) mod soup;
#[path = "../support/stock.rs"]
pub(crate) mod stock;

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The logdirs by other writers that are part of the repository.
pub(crate) fn fixtures() -> PathBuf {
    root().join("fixtures")
}

/// The larger collection that is not, if it is there: `TFEVENTS_CORPUS`, else `../shared/corpus`.
pub(crate) fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("TFEVENTS_CORPUS")
        .map_or_else(|| root().join("../shared/corpus"), PathBuf::from);
    root.join("reference").is_dir().then_some(root)
}

/// Says on the real stderr why a test does nothing: the harness swallows what passing tests print. In one piece, so that
/// `.ci/run` finds the line whatever other tests print meanwhile.
pub(crate) fn skipped(test: &str, why: &str) {
    let line = format!("test {test} is skipped: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// All files below `root`: their paths relative to it, with slashes.
pub(crate) fn files(root: &Path) -> Vec<String> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap();
            path.to_str().unwrap().replace('\\', "/")
        })
        .collect()
}

/// The event files among them.
pub(crate) fn event_files(root: &Path) -> Vec<String> {
    let mut files = files(root);
    files.retain(|path| path.rsplit('/').next().unwrap().contains("tfevents"));
    files.sort();
    files
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether what two readings agree on is to accept, as opposed to refuse; an error where they do not agree.
pub(crate) type Verdict = Result<bool, TestCaseError>;

pub(crate) fn differ(input: impl Debug, ours: impl Debug, theirs: impl Debug) -> Verdict {
    let differ = format!("{input:?}\nis read as {ours:?}\nand should be {theirs:?}");
    Err(TestCaseError::fail(differ))
}

/// Puts many values to a test, and says which share of them was accepted: a property that is never put to
/// the question holds, too.
#[track_caller]
pub(crate) fn accepted<S: Strategy>(
    cases: u32,
    values: S,
    test: impl Fn(S::Value) -> Verdict,
) -> f64 {
    let (accepted, all) = (Cell::new(0), Cell::new(0));
    let config = ProptestConfig {
        cases,
        // Failures are kept beside the caller's file, and tried again first.
        source_file: Some(Location::caller().file()),
        ..ProptestConfig::default()
    };
    let result = TestRunner::new(config).run(&values, |value| {
        all.set(all.get() + 1);
        accepted.set(accepted.get() + u32::from(test(value)?));
        Ok(())
    });
    if let Err(e) = result {
        panic!("{e}");
    }
    f64::from(accepted.get()) / f64::from(all.get())
}
