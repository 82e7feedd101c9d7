//! Failures as Python's exceptions.

use std::io;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use tfevents::{Error, ErrorKind};

/// What reading ends with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// With what the library says.
    Library(Error),
    /// With what an outlet says.
    Outlet(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Outlet(error)
    }
}

/// The exception for a failure.
pub(crate) fn raise(py: Python<'_>, failure: Failure) -> PyErr {
    match failure {
        Failure::Library(error) => of(py, &error),
        Failure::Outlet(error) => error.into(),
    }
}

/// `ValueError` for arguments, the subclass of `OSError` that fits for what the system refused, and otherwise
/// `tfevents.Error`, which says where in which file.
pub(crate) fn of(py: Python<'_>, error: &Error) -> PyErr {
    match error.kind() {
        ErrorKind::Argument(_) => PyValueError::new_err(error.to_string()),
        ErrorKind::Io(io) => match (io.raw_os_error(), error.path()) {
            // Python makes a FileNotFoundError and the like of the number.
            (Some(number), Some(path)) => {
                PyOSError::new_err((number, without_code(io), path.to_path_buf()))
            }
            _ => PyOSError::new_err(error.to_string()),
        },
        _ => {
            let place = (error.path(), error.offset(), error.record());
            let exception = || {
                let class = py.import("tfevents._errors")?.getattr("Error")?;
                class.call1((error.to_string(), place.0, place.1, place.2))
            };
            exception().map_or_else(|e| e, PyErr::from_value)
        }
    }
}

/// What the system says, without the number, which Python adds.
fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((message, _)) => message.to_owned(),
        None => text,
    }
}
