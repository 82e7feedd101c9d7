//! What stock TensorBoard gets and shows with this data server, beside its own two loaders.

use std::path::{Path, PathBuf};

use serde_json::Value;

use support::{Mode, finish, script, venv};

#[path = "../../../../tests/support/stock.rs"]
mod support;

mod dashboards;
mod differential;
mod generated;

const SERVER: &str = env!("CARGO_BIN_EXE_tfevents-data-server");

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
