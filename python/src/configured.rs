//! How runs were configured, wherever that is stated.

use std::collections::BTreeMap;

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use tfevents::plugin::hparams::{HParamValue, SESSION_START_TAG};
use tfevents::{Kind, LogdirState, Selection};
use tfevents_analysis::hyperparameters::{Finder, Lookup, Trials};

use crate::failure::Failure;
use crate::problem::{self, Problem};
use crate::request::What;

/// Hyperparameters by run, in the order of runs.
pub(crate) struct Configured(Vec<(String, BTreeMap<String, HParamValue>)>);

/// Finds the hyperparameters of the runs that are wanted. Runs that only state those of others are not runs here.
pub(crate) fn find(what: &What) -> Result<(Configured, Vec<Problem>), Failure> {
    let mut problems = Vec::new();
    let wanted = what.list(&mut problems)?;
    let lookup = Lookup::default();
    let mut configured = Vec::new();
    for (number, root) in what.roots().iter().enumerate() {
        let reads = lookup.clone();
        let selection = Selection::all()
            .kinds([Kind::HParams, Kind::Text])
            .tags(move |tag| tag == SESSION_START_TAG || reads.reads(tag));
        let logdir = LogdirState::of_roots(vec![root.clone()], selection).loaded()?;
        problems.extend(logdir.runs().flat_map(problem::of_run));
        let own = || wanted.iter().filter(|named| named.root == number);
        let trials = Trials::of(own().map(|named| &named.run), |_| true);
        let mut finder = Finder::new(&lookup, &logdir, &trials);
        for named in own().filter(|named| !trials.has(named.run.name())) {
            configured.push((named.name.clone(), finder.of(&named.run).values));
        }
        let unread = finder.problems().iter();
        problems.extend(unread.map(|problem| Problem::new("unreadable", problem)));
    }
    problems.extend(what.unmatched());
    Ok((Configured(configured), problems))
}

impl<'py> IntoPyObject<'py> for Configured {
    type Target = PyDict;
    type Output = Bound<'py, PyDict>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let runs = PyDict::new(py);
        for (run, values) in &self.0 {
            runs.set_item(run, dictionary(py, values)?)?;
        }
        Ok(runs)
    }
}

/// Hyperparameters by name.
pub(crate) fn dictionary<'py>(
    py: Python<'py>,
    values: &BTreeMap<String, HParamValue>,
) -> PyResult<Bound<'py, PyDict>> {
    let dictionary = PyDict::new(py);
    for (name, value) in values {
        dictionary.set_item(name, object(py, value)?)?;
    }
    Ok(dictionary)
}

fn object<'py>(py: Python<'py>, value: &HParamValue) -> PyResult<Bound<'py, PyAny>> {
    match value {
        HParamValue::Null => Ok(py.None().into_bound(py)),
        HParamValue::Number(v) => v.into_bound_py_any(py),
        HParamValue::Bool(v) => v.into_bound_py_any(py),
        HParamValue::Text(v) => v.into_bound_py_any(py),
        HParamValue::List(values) => {
            let list = PyList::empty(py);
            for value in values {
                list.append(object(py, value)?)?;
            }
            Ok(list.into_any())
        }
        HParamValue::Struct(values) => Ok(dictionary(py, values)?.into_any()),
        other => Err(PyValueError::new_err(format!(
            "a hyperparameter of an unknown type: {other:?}"
        ))),
    }
}
