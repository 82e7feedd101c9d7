//! What the Python package `tfevents` does not do in Python: read event files, without holding the interpreter, and pass
//! on Arrow's record batches without copying them.
//!
//! `request` says what is wanted, `gather` and `scan` read it, and `table` is what Python gets. What went wrong along the
//! way is a list of `problem`s, which the Python half turns into warnings.

use pyo3::prelude::*;

mod accumulate;
mod configured;
mod failure;
mod gather;
mod in_order;
mod listing;
mod outlet;
mod problem;
mod request;
mod scan;
mod table;
mod tail;
mod wait;

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
    use super::{check, hparams, inspect, kinds, read};

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

/// The runs, series and files that are wanted, as three tables, and what went wrong.
#[pyfunction]
fn inspect(
    py: Python<'_>,
    request: &request::Request,
) -> PyResult<(Vec<table::RawTable>, Vec<problem::Problem>)> {
    let what = request.what();
    let done = wait::run(py, move |cancel| listing::inspect(&what, cancel));
    done?.map_err(|e| failure::raise(py, e))
}

/// The hyperparameters of the runs that are wanted, and what went wrong.
#[pyfunction]
fn hparams(
    py: Python<'_>,
    request: &request::Request,
) -> PyResult<(configured::Configured, Vec<problem::Problem>)> {
    let what = request.what();
    let done = wait::run(py, move |_| configured::find(&what));
    done?.map_err(|e| failure::raise(py, e))
}

/// What is wrong with the runs that are wanted, and with reading them.
#[pyfunction]
fn check(
    py: Python<'_>,
    request: &request::Request,
) -> PyResult<(table::RawTable, Vec<problem::Problem>)> {
    let what = request.what();
    let done = wait::run(py, move |cancel| listing::check(&what, cancel));
    done?.map_err(|e| failure::raise(py, e))
}

/// Reads everything that is wanted: a table for each kind, and what went wrong.
#[pyfunction]
fn read(
    py: Python<'_>,
    request: &request::Request,
) -> PyResult<(Vec<table::RawTable>, Vec<problem::Problem>)> {
    let what = request.what();
    wait::run(py, move |cancel| gather::read(&what, cancel))?.map_err(|e| failure::raise(py, e))
}
