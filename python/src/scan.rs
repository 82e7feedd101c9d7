//! Batch after batch, in constant memory.

use std::io;
use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use tfevents::state::RunState;
use tfevents_table::{Stream, batches};

use crate::failure::{self, Failure};
use crate::gather;
use crate::in_order::in_order;
use crate::outlet::Tables;
use crate::problem::{self, Problem};
use crate::request::{Named, Request, What};
use crate::table::RawTable;
use crate::wait::{self, Cancel, PATIENCE};

/// How many batches wait to be taken. With the one that is being filled and the one that is looked at, they are what is in
/// memory.
const WAITING: usize = 2;

/// What comes from the thread that reads.
enum Message {
    Batch(RecordBatch),
    Failed(Failure),
    /// All was read; this went wrong.
    Done(Vec<Problem>),
}

/// Batches on their way. Its iterator ends with the last batch; after that, `problems` says what went wrong.
#[pyclass(frozen, module = "tfevents._native")]
pub(crate) struct Scan {
    what: Arc<What>,
    schema: SchemaRef,
    messages: Mutex<Receiver<Message>>,
    problems: Mutex<Vec<Problem>>,
    cancel: Cancel,
    /// The process whose thread reads: a forked child has none.
    process: u32,
}

/// Begins to read what is wanted of the one kind, in batches of at most so many rows.
#[pyfunction]
pub(crate) fn scan(request: &Request, batch_size: usize) -> PyResult<Scan> {
    let what = request.what();
    let &[kind] = &*what.kinds else {
        return Err(PyValueError::new_err("scan takes one kind"));
    };
    let (sender, messages) = sync_channel(WAITING);
    let cancel = Cancel::default();
    let scan = Scan {
        what: request.what(),
        schema: batches::schema(kind, "run"),
        messages: Mutex::new(messages),
        problems: Mutex::default(),
        cancel: cancel.clone(),
        process: process::id(),
    };
    wait::spawn(move || {
        let last = match all(&what, batch_size, &sender, &cancel) {
            Ok(problems) => Message::Done(problems),
            Err(failure) => Message::Failed(failure),
        };
        // Whoever has let go of the scan does not want to know.
        let _ = sender.send(last);
    })?;
    Ok(scan)
}

/// Sends all batches; returns what went wrong.
fn all(
    what: &What,
    batch_size: usize,
    sender: &SyncSender<Message>,
    cancel: &Cancel,
) -> Result<Vec<Problem>, Failure> {
    let mut problems = Vec::new();
    let runs = what.list(&mut problems)?;
    let mut tables = Tables::new(&what.kinds, what.steps, batch_size, |_| {
        let sender = sender.clone();
        move |batch| {
            let sent = sender.send(Message::Batch(batch));
            sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    });
    if what.view.is_raw() {
        let wants = what.wants();
        for Named { name, run, .. } in &runs {
            let mut stream = Stream::new(name, &wants);
            for file in run.files() {
                let reading = stream.file(run, file, &mut tables)?;
                tables.problems.extend(problem::of_reading(file, &reading));
            }
        }
    } else {
        // These want whole series, so one run per thread is in memory.
        let selection = what.selection();
        let load = |named: &Named| RunState::load(&named.run, &selection);
        in_order(&runs, cancel, load, |named, run| {
            gather::put(&mut tables, &named.name, &run, what).map_err(Failure::from)
        })?;
    }
    problems.extend(tables.finish()?);
    problems.extend(what.unmatched());
    Ok(problems)
}

#[pymethods]
impl Scan {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<RawTable>> {
        if self.process != process::id() {
            let problem = "a scan cannot go on in a forked process: start it there";
            return Err(PyRuntimeError::new_err(problem));
        }
        loop {
            let received = py.detach(|| {
                let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
                messages.recv_timeout(PATIENCE)
            });
            match received {
                Ok(Message::Batch(batch)) => {
                    return Ok(Some(RawTable::new(batch.schema(), vec![batch])));
                }
                Ok(Message::Failed(failure)) => return Err(failure::raise(py, failure)),
                Ok(Message::Done(problems)) => {
                    if let Some(raised) = self.what.raised() {
                        return Err(raised);
                    }
                    *self.problems.lock().unwrap_or_else(PoisonError::into_inner) = problems;
                    return Ok(None);
                }
                Err(RecvTimeoutError::Timeout) => py.check_signals()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    /// A table without rows, for its schema.
    fn empty(&self) -> RawTable {
        RawTable::new(SchemaRef::clone(&self.schema), Vec::new())
    }

    /// What went wrong, each told once.
    fn problems(&self) -> Vec<Problem> {
        std::mem::take(&mut *self.problems.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
