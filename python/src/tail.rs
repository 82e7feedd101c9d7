//! What is new in a logdir since the last look, also since that of another process.

use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use tfevents::Kind;
use tfevents::reader::{Tail as Follower, TailItem};
use tfevents_analysis::text;
use tfevents_table::series::Outlet as _;
use tfevents_table::{Origin, Row, batches};

use crate::failure::{self, Failure};
use crate::outlet::Tables;
use crate::problem::Problem;
use crate::request::{Request, What};
use crate::table::RawTable;
use crate::wait;

/// How many rows are one piece of memory.
const BATCH: usize = 1 << 16;

/// Follows a logdir.
#[pyclass(frozen, module = "tfevents._native")]
pub(crate) struct Tail {
    what: Arc<What>,
    follower: Arc<Mutex<Follower>>,
}

#[pymethods]
impl Tail {
    /// Begins at the beginning, or at a position.
    #[new]
    fn new(py: Python<'_>, request: &Request, position: &str) -> PyResult<Self> {
        let what = request.what();
        let follower = Follower::of_roots(what.named_roots());
        let follower = follower.resume(position);
        Ok(Self {
            what,
            follower: Arc::new(Mutex::new(follower.map_err(|e| failure::of(py, &e))?)),
        })
    }

    /// The rows that are new, and what went wrong.
    fn poll(&self, py: Python<'_>) -> PyResult<(RawTable, Vec<Problem>)> {
        let (what, follower) = (Arc::clone(&self.what), Arc::clone(&self.follower));
        let polled = wait::run(py, move |_| {
            let mut follower = follower.lock().unwrap_or_else(PoisonError::into_inner);
            poll(&mut follower, &what)
        })?;
        match self.what.raised() {
            Some(raised) => Err(raised),
            None => polled.map_err(|e| failure::raise(py, e)),
        }
    }

    /// How far each file was read.
    fn position(&self, py: Python<'_>) -> String {
        // Another thread may be at work, and want the interpreter.
        py.detach(|| {
            self.follower
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .position()
        })
    }
}

fn poll(follower: &mut Follower, what: &What) -> Result<(RawTable, Vec<Problem>), Failure> {
    let mut received = Vec::new();
    let mut tables = Tables::new(&what.kinds, what.steps, BATCH, |_| {
        let (each, batches) = mpsc::channel();
        received.push(batches);
        move |batch| each.send(batch).map_err(io::Error::other)
    });
    let (mut problems, mut failure) = (Vec::new(), None);
    let wants = what.wants();
    let unlisted = follower.poll(&mut |item| match item {
        TailItem::Point {
            run,
            step,
            wall_time,
            point,
        } if what.wants_run(run) && wants(point.tag) => {
            let put = tables.value(&Row {
                run,
                tag: point.tag,
                kind: point.kind,
                step,
                wall_time,
                value: &point.value,
                origin: Origin::Value(None),
            });
            failure = failure.take().or(put.err());
        }
        TailItem::Damage { file, defect, .. } => problems.push(Problem::of_defect(file, &defect)),
        TailItem::Unreadable { error, .. } => problems.push(error.into()),
        TailItem::Replaced { run, file } => problems.push(Problem::new(
            "notice",
            format!(
                "{run}: {} was replaced, so its points come again",
                text::path(file)
            ),
        )),
        _ => {}
    });
    problems.extend(unlisted.iter().map(Problem::from));
    if let Some(failure) = failure {
        return Err(failure.into());
    }
    problems.extend(tables.finish()?);
    let batches = batches::shared(received.into_iter().flatten().collect())?;
    let kind = what.kinds.first().copied().unwrap_or(Kind::Scalar);
    Ok((
        RawTable::new(batches::schema(kind, "run"), batches),
        problems,
    ))
}
