//! What the Python package `tfevents` does not do in Python: read event files, without holding the interpreter, and pass
//! on Arrow's record batches without copying them.
//!
//! `request` says what is wanted, `gather` and `scan` read it, and `table` is what Python gets. What went wrong along the
//! way is a list of `problem`s, which the Python half turns into warnings.

use std::sync::Arc;

use pyo3::prelude::*;

mod accumulate;
mod configured;
mod failure;
mod gather;
mod in_order;
mod listing;
mod names;
mod outlet;
mod problem;
mod request;
mod scan;
mod table;
mod tail;
mod wait;

use tfevents_table::batches;

use configured::Configured;
use failure::Failure;
use problem::Problem;
use request::{Request, What};
use table::RawTable;
use wait::Cancel;

/// The native half of `tfevents`.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::accumulate::{Run, decode_tensor, directories};
    #[pymodule_export]
    use super::request::Request;
    #[pymodule_export]
    use super::scan::{Scan, scan};
    #[pymodule_export]
    use super::table::RawTable;
    #[pymodule_export]
    use super::tail::Tail;
    #[pymodule_export]
    use super::{check, empty, hparams, inspect, kinds, read};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// The kinds of which tables are made.
#[pyfunction]
fn kinds() -> Vec<&'static str> {
    tfevents_table::KINDS.map(tfevents::Kind::name).to_vec()
}

/// A table of a kind without rows, for its columns.
#[pyfunction]
fn empty(py: Python<'_>, kind: &str) -> PyResult<RawTable> {
    let kind = request::to_kind(py, kind)?;
    Ok(RawTable::new(batches::schema(kind, "run"), Vec::new()))
}

/// The runs, series and files that are wanted, as three tables, and what went wrong.
#[pyfunction]
fn inspect(py: Python<'_>, request: &Request) -> PyResult<(Vec<RawTable>, Vec<Problem>)> {
    answer(py, request, listing::inspect)
}

/// The hyperparameters of the runs that are wanted, and what went wrong.
#[pyfunction]
fn hparams(py: Python<'_>, request: &Request) -> PyResult<(Configured, Vec<Problem>)> {
    answer(py, request, |what, _| configured::find(what))
}

/// What is wrong with the runs that are wanted, and with reading them.
#[pyfunction]
fn check(py: Python<'_>, request: &Request) -> PyResult<(RawTable, Vec<Problem>)> {
    answer(py, request, listing::check)
}

/// Reads everything that is wanted: a table for each kind, and what went wrong.
#[pyfunction]
fn read(py: Python<'_>, request: &Request) -> PyResult<(Vec<RawTable>, Vec<Problem>)> {
    answer(py, request, gather::read)
}

/// Does the work for a request on another thread, and raises what failed.
fn answer<T: Send + 'static>(
    py: Python<'_>,
    request: &Request,
    work: impl FnOnce(&What, &Cancel) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let what = request.what();
    let asked = Arc::clone(&what);
    let done = wait::run(py, move |cancel| work(&what, cancel))?;
    match asked.raised() {
        Some(raised) => Err(raised),
        None => done.map_err(|failure| failure::raise(py, failure)),
    }
}
