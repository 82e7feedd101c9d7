//! What stock TensorBoard gets and shows with this data server, beside its own two loaders.

use std::path::{Path, PathBuf};

use serde_json::Value;

use support::{Mode, finish, script, venv};

#[path = "../../../../tests/support/stock.rs"]
mod support;

use crate::SERVER;

mod dashboards;
mod differential;
mod generated;
#[cfg(target_os = "linux")]
mod growing;

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

/// TensorBoard, to be given its flags. None if these tests are to be skipped.
#[cfg(target_os = "linux")]
pub(crate) fn tensorboard() -> Option<std::process::Command> {
    if venv::is_unwanted() {
        return None;
    }
    // The one of the tests, unless another one is to be tried.
    let python = std::env::var_os("TFEVENTS_TENSORBOARD_PYTHON").map(PathBuf::from);
    let mut tensorboard =
        std::process::Command::new(python.unwrap_or_else(|| support::python().into()));
    tensorboard.args(["-m", "tensorboard.main"]);
    Some(tensorboard)
}
