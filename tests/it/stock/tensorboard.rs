//! Asks stock TensorBoard, by the scripts of `tests/stock`.

use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::environment;

/// The two loaders, which disagree in many places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    /// The data server, which is what people use on Linux and macOS.
    Fast,
    /// The Python code, which is what they use elsewhere.
    Slow,
}

impl Mode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Slow => "slow",
        }
    }
}

/// What TensorBoard shows of a logdir; `tests/stock/README.md` says in which form.
pub(super) fn ask(logdir: &Path, mode: Mode) -> Value {
    run("ask.py", logdir, &["--mode", mode.name()])
}

/// The same with pictures and sounds themselves.
pub(super) fn ask_bytes(logdir: &Path, mode: Mode) -> Value {
    run("ask.py", logdir, &["--mode", mode.name(), "--bytes"])
}

/// The same with as many points of a series at most.
pub(super) fn ask_sampled(logdir: &Path, mode: Mode, samples: usize) -> Value {
    run(
        "ask.py",
        logdir,
        &["--mode", mode.name(), "--samples", &samples.to_string()],
    )
}

/// What the data providers behind the dashboards hand out of a logdir, by runs.
pub(super) fn provided(logdir: &Path, mode: Mode) -> Value {
    run("provide.py", logdir, &["--mode", mode.name()])
}

/// What TensorBoard's Python readers find in a logdir, without a server.
pub(super) fn accumulate(logdir: &Path) -> Value {
    run("accumulate.py", logdir, &[])
}

/// Curves by TensorBoard's own code, of data that `tests/stock/pr_curve.py` says the form of.
pub(super) fn pr_curves(data: &Value) -> Value {
    let mut input = tempfile::tempfile().unwrap();
    write!(input, "{data}").unwrap();
    input.rewind().unwrap();
    finish(script("pr_curve.py").stdin(input))
}

fn run(name: &str, logdir: &Path, options: &[&str]) -> Value {
    finish(script(name).arg(logdir).args(options))
}

fn script(name: &str) -> Command {
    let mut command = Command::new(environment::python());
    command
        .arg(environment::scripts().join(name))
        // The repository is not the place for Python's caches.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn finish(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
