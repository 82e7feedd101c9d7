//! Asks stock TensorBoard, by the scripts of `tests/stock`.

use std::io::{Seek as _, Write as _};
use std::path::Path;

use serde_json::Value;

pub(super) use crate::support::stock::Mode;
use crate::support::stock::{self, finish, script};

/// What TensorBoard shows of a logdir; `tests/stock/README.md` says in which form.
pub(super) fn ask(logdir: &Path, mode: Mode) -> Value {
    stock::ask(logdir, mode, &[])
}

/// The same with pictures and sounds themselves.
pub(super) fn ask_bytes(logdir: &Path, mode: Mode) -> Value {
    stock::ask(logdir, mode, &["--bytes"])
}

/// The same with as many points of a series at most.
pub(super) fn ask_sampled(logdir: &Path, mode: Mode, samples: usize) -> Value {
    stock::ask(logdir, mode, &["--samples", &samples.to_string()])
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
