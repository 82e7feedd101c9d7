//! Stock TensorBoard, asked by the scripts of `tests/stock`. Shared by the tests of the library and of the integrations.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

#[path = "venv.rs"]
pub(crate) mod venv;

/// The two loaders, which disagree in many places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// The data server, which is what people use on Linux and macOS.
    Fast,
    /// The Python code, which is what they use elsewhere.
    Slow,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Slow => "slow",
        }
    }
}

/// What TensorBoard shows of a logdir; `tests/stock/README.md` says in which form, and which options there are.
pub(crate) fn ask(logdir: &Path, mode: Mode, options: &[&str]) -> Value {
    let mut ask = script("ask.py");
    ask.arg(logdir).args(["--mode", mode.name()]).args(options);
    finish(&mut ask)
}

/// One of the scripts, to be run by [`finish`].
pub(crate) fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command
        .arg(scripts().join(name))
        // The repository is not the place for Python's caches.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// What a script printed.
pub(crate) fn finish(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The scripts and what they need, from the tests of any crate of this checkout.
pub(crate) fn scripts() -> PathBuf {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let scripts = above.find_map(|dir| {
        let scripts = dir.join("tests/stock");
        scripts.is_dir().then_some(scripts)
    });
    scripts.unwrap()
}

/// The interpreter of the environment. Ends the test if there is none and none can be made.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let prepare = || venv::python("stock-venv", &scripts().join("requirements.txt"));
    match PYTHON.get_or_init(prepare) {
        Ok(python) => python,
        Err(why) => venv::give_up(why),
    }
}
