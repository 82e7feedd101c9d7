//! What stock TensorBoard gets and shows with this data server, beside its own two loaders.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use support::{Mode, finish, script, venv};

#[path = "../../../../tests/support/stock.rs"]
mod support;

#[path = "../../../../tests/support/example.rs"]
mod example;

use crate::SERVER;

mod damaged;
mod dashboards;
mod differential;
mod generated;
#[cfg(target_os = "linux")]
mod growing;
mod python;

/// A difference that is meant.
struct Deliberate {
    /// What ours is, and why.
    why: &'static str,
    /// Whether a difference is one of these: its place, theirs, and ours.
    holds: fn(at: &[&str], theirs: &Value, ours: &Value) -> bool,
}

/// How many logdirs are generated. If this is set, the larger collection of real files is compared, too.
const RUNS: &str = "TFEVENTS_DIFFERENTIAL_RUNS";

/// Logdirs of other writers. None if these tests are to be skipped.
#[expect(clippy::print_stderr, reason = "to be seen among the results")]
fn fixtures() -> Vec<PathBuf> {
    if venv::is_unwanted() {
        eprintln!("SKIPPED stock::*: {} is set", venv::SKIP);
        return Vec::new();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let writers = ["keras", "tensorboardx", "tf1", "tf2", "torch"];
    writers.iter().map(|writer| root.join(writer)).collect()
}

/// The fixtures, what is generated, and what is damaged. None if these tests are to be skipped.
fn all_kinds_of(generated: &TempDir) -> Vec<PathBuf> {
    let mut logdirs = fixtures();
    if logdirs.is_empty() {
        return logdirs;
    }
    let wanted = std::env::var(RUNS).ok();
    let runs = wanted
        .as_ref()
        .map_or(500, |runs| runs.parse::<usize>().unwrap());
    let names = ["generated", "damaged"].map(|name| generated.path().join(name));
    names.iter().for_each(|dir| fs::create_dir(dir).unwrap());
    generated::log(&names[0], runs);
    damaged::log(&names[1]);
    logdirs.extend(names);
    if wanted.is_some() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let corpus = std::env::var_os("TFEVENTS_CORPUS")
            .map_or_else(|| root.join("../../../shared/corpus"), PathBuf::from);
        let all = fs::read_dir(corpus).unwrap();
        let all = all.map(|entry| entry.unwrap().path());
        logdirs.extend(all.filter(|path| path.is_dir()));
    }
    logdirs
}

/// TensorBoard, to be given its flags. None if these tests are to be skipped.
#[cfg(target_os = "linux")]
pub(crate) fn tensorboard() -> Option<std::process::Command> {
    if venv::is_unwanted() {
        return None;
    }
    // The one of the tests, unless another one is to be tried.
    if let Some(program) = std::env::var_os("TFEVENTS_TENSORBOARD") {
        return Some(std::process::Command::new(program));
    }
    let mut tensorboard = std::process::Command::new(support::python());
    tensorboard.args(["-m", "tensorboard.main"]);
    Some(tensorboard)
}
