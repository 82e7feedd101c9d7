//! Work on a thread of its own, while this one waits for it and for ^C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;

/// How long Python may have to wait until it hears of ^C.
pub(crate) const PATIENCE: Duration = Duration::from_millis(50);

/// Whether the result is still wanted.
#[derive(Clone, Default)]
pub(crate) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub(crate) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Does the work without holding the interpreter. After ^C this returns at once; the work goes on until it notices that it was
/// cancelled.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Cancel) -> T + Send + 'static,
) -> PyResult<T> {
    let cancel = Cancel::default();
    let (done, mut result) = mpsc::sync_channel(1);
    let work = {
        let cancel = cancel.clone();
        move || {
            // Where nobody waits any more, nobody is to be told.
            let _ = done.send(work(&cancel));
        }
    };
    spawn(work)?;
    loop {
        let received;
        (received, result) = py.detach(move || (result.recv_timeout(PATIENCE), result));
        match received {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => {
                py.check_signals().inspect_err(|_| cancel.cancel())?
            }
            Err(RecvTimeoutError::Disconnected) => return Err(ended_early()),
        }
    }
}

/// Starts a thread.
pub(crate) fn spawn(work: impl FnOnce() + Send + 'static) -> PyResult<()> {
    let thread = thread::Builder::new().name("tfevents".to_owned());
    match thread.spawn(work) {
        Ok(_) => Ok(()),
        Err(e) => Err(PyOSError::new_err(format!("cannot start a thread: {e}"))),
    }
}

/// The error for a thread that is gone without a result, which it cannot be but by a mistake in here.
pub(crate) fn ended_early() -> PyErr {
    PyRuntimeError::new_err(
        "tfevents failed unexpectedly; please report this with the message above",
    )
}
