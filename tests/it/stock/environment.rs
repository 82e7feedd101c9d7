//! The Python environments with stock TensorBoard in them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::{root, skipped};

#[path = "../../support/venv.rs"]
mod venv;

use venv::give_up;
pub(crate) use venv::is_unwanted;

/// The scripts and what they need.
pub(crate) fn scripts() -> PathBuf {
    root().join("tests/stock")
}

/// The interpreter of the environment. Ends the test if there is none and none can be made.
pub(super) fn python() -> &'static Path {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PYTHON.get_or_init(|| prepare("stock-venv", "requirements.txt")) {
        Ok(python) => python,
        Err(why) => give_up(why),
    }
}

/// The same of the environment with xprof in it. None where pip knows no xprof for this machine.
pub(crate) fn python_with_xprof() -> Option<PathBuf> {
    match prepare("xprof-venv", "requirements-xprof.txt") {
        Ok(python) => Some(python),
        Err(why) if why.contains("No matching distribution found for xprof") => {
            skipped(
                "xprof",
                &format!("pip finds no xprof for this machine: {why}"),
            );
            None
        }
        Err(why) => give_up(&why),
    }
}

fn prepare(name: &str, requirements: &str) -> Result<PathBuf, String> {
    venv::python(name, &scripts().join(requirements))
}
