//! What can go wrong between a logdir and a server.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

/// A result with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and what to do about it. Prints as one sentence that never holds a credential.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    /// What MLflow calls it, such as `RESOURCE_ALREADY_EXISTS`.
    code: String,
    /// Whether what was asked for may have been done all the same, and asking again may help.
    open: bool,
}

/// Kinds of [`Error`] that call for different reactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No answer came: the server is not running, or the connection broke, as often as it was tried.
    Unreachable,
    /// The server wants other credentials.
    Unauthorized,
    /// The server understood and refused, or failed while answering.
    Refused,
    /// What was asked for does not exist at the server.
    NotFound,
    /// An answer is not what MLflow answers: the address may be that of another service.
    Protocol,
    /// Nobody was ready to wait any longer.
    Stopped,
    /// A file or directory on this side.
    Local,
    /// What was given cannot be sent as it is, such as a file that is not an ONNX model.
    Invalid,
}

/// How long a secret is at least; anything shorter is in many words.
const SECRET: usize = 4;

impl Error {
    /// An error with a whole sentence, without a full stop.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: String::new(),
            open: false,
        }
    }

    /// The same where what was asked for may have been done all the same.
    pub(crate) fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// The same with what MLflow calls it.
    pub(crate) fn with_code(self, code: &str) -> Self {
        Self {
            code: code.to_owned(),
            ..self
        }
    }

    /// The same without what nobody may see.
    pub(crate) fn without(mut self, secrets: &[String]) -> Self {
        for secret in secrets.iter().filter(|secret| secret.len() >= SECRET) {
            self.message = self.message.replace(secret, "***");
        }
        self
    }

    /// A file or directory of this side that cannot be read.
    pub(crate) fn unreadable(path: &Path, e: &io::Error) -> Self {
        let path = tfevents::reader::path_text(path);
        Self::new(ErrorKind::Local, format!("cannot read `{path}`: {e}"))
    }

    /// Which kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether this is what MLflow calls `code`.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.code == code
    }

    /// Whether what was asked for may have been done all the same, and asking again may help.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it is about the server rather than about one run.
    pub(crate) fn is_of_all(&self) -> bool {
        use ErrorKind::{Protocol, Stopped, Unauthorized, Unreachable};
        matches!(self.kind, Protocol | Stopped | Unauthorized | Unreachable)
    }

    /// Whether the server has no way to do what was asked for.
    pub(crate) fn is_not_implemented(&self) -> bool {
        matches!(&*self.code, "NOT_IMPLEMENTED" | "ENDPOINT_NOT_FOUND") || self.is_not_found()
    }

    /// Whether the server failed in a way that may be over soon.
    pub(crate) fn is_temporary(&self) -> bool {
        matches!(
            &*self.code,
            "" | "INTERNAL_ERROR" | "TEMPORARILY_UNAVAILABLE"
        )
    }

    /// Whether MLflow says that the address or what it names does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {}

impl From<tfevents::Error> for Error {
    fn from(e: tfevents::Error) -> Self {
        Self::new(ErrorKind::Local, e.to_string())
    }
}
