//! Asking the programs that people read tables with.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

#[path = "../../../../tests/support/venv.rs"]
pub(crate) mod venv;

/// What a script in `tests/python` prints. None if the test is to be skipped, of which the real stderr is told: the
/// harness swallows what passing tests print.
#[expect(clippy::explicit_write, reason = "the harness captures the macros")]
pub(crate) fn ask<T: DeserializeOwned>(script: &str, paths: &[&Path]) -> Option<T> {
    if venv::is_unwanted() {
        let why = venv::SKIP;
        writeln!(
            std::io::stderr(),
            "a test goes without {script}: {why} is set"
        )
        .unwrap();
        return None;
    }
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let prepare = || venv::python("readback-venv", &scripts.join("requirements.txt"));
    let python = match PYTHON.get_or_init(prepare) {
        Ok(python) => python,
        Err(why) => venv::give_up(why),
    };
    let output = Command::new(python)
        .arg(scripts.join(script))
        .args(paths)
        // The repository is not the place for Python's caches.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
