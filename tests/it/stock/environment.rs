//! The Python environments with stock TensorBoard in them.

use std::path::PathBuf;

use crate::support::skipped;
pub(super) use crate::support::stock::python;
pub(crate) use crate::support::stock::scripts;
use crate::support::stock::venv;

pub(crate) use venv::is_unwanted;

/// The interpreter of the environment with xprof in it. None where pip knows no xprof for this machine.
pub(crate) fn python_with_xprof() -> Option<PathBuf> {
    match venv::python("xprof-venv", &scripts().join("requirements-xprof.txt")) {
        Ok(python) => Some(python),
        Err(why) if why.contains("No matching distribution found for xprof") => {
            skipped(
                "xprof",
                &format!("pip finds no xprof for this machine: {why}"),
            );
            None
        }
        Err(why) => venv::give_up(&why),
    }
}
