//! The error that every call returns: what was wrong, in which file and at which byte.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::Fault;
use crate::os;

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and where: which file, which byte, which record.
///
/// One pointer wide and cheap to clone, so that a writer can hand the same failure to every later call.
///
/// # Examples
///
/// ```
/// let missing = tfevents::Logdir::open("/no/such/logdir").unwrap_err();
/// assert!(missing.is_io());
/// assert!(missing.to_string().starts_with("/no/such/logdir: "));
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    path: Option<PathBuf>,
    offset: Option<u64>,
    record: Option<u64>,
}

/// The kinds of failure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to read or write.
    Io(Arc<io::Error>),
    /// A record of a file is damaged.
    Record(Fault),
    /// Bytes are not the protobuf message, or the plugin's data, that they should be.
    Decode(String),
    /// A caller's argument cannot be written in the format, or cannot be shown by TensorBoard.
    Argument(String),
    /// The same points seem to be in another file, too: one of the two is the compressed form of the other.
    Doubled(PathBuf),
    /// The file has another name in the same run, under which it is read.
    Linked(PathBuf),
    /// The writer was closed, or the run of a [`Sink`](crate::Sink) ended, before this call.
    Closed,
    /// The writer was opened before this process was forked from the one that writes.
    Forked,
    /// The writer stopped at an earlier failure.
    Stopped {
        /// The failure that stopped it.
        cause: Error,
        /// How many events it had accepted that are not in the file. If it was syncing that failed, those since
        /// the last sync that did not: the system does not tell what has become of them.
        lost: u64,
    },
    /// Some sinks failed, such as those of a [`Fanout`](crate::sink::Fanout).
    Sinks(Vec<SinkFailure>),
}

/// What went wrong in one sink, for one that keeps failures until the end, such as a
/// [`Fanout`](crate::sink::Fanout).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SinkFailure {
    /// The sink's name.
    pub sink: String,
    /// How many calls failed.
    pub calls: u64,
    /// The first error.
    pub first: Error,
}

impl SinkFailure {
    /// The first failure of the sink of this name.
    #[must_use]
    pub fn new(sink: impl Into<String>, first: Error) -> Self {
        Self {
            sink: sink.into(),
            calls: 1,
            first,
        }
    }
}

impl fmt::Display for SinkFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sink, calls, first } = self;
        match calls {
            1 => write!(f, "the sink `{sink}` failed: {first}"),
            _ => write!(
                f,
                "the sink `{sink}` failed {calls} times, first with: {first}"
            ),
        }
    }
}

impl Error {
    /// Wraps a kind, without a place.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(Inner {
            kind,
            path: None,
            offset: None,
            record: None,
        }))
    }

    /// Bytes that are [not what they should be](ErrorKind::Decode), for a [`Plugin`](crate::Plugin).
    #[must_use]
    pub fn decode(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode(what.into()))
    }

    /// An [argument](ErrorKind::Argument) that is refused, for what is built on this crate.
    #[must_use]
    pub fn argument(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Argument(what.into()))
    }

    /// A name that is not among those that `what` can have.
    pub(crate) fn unknown_name(what: &str, name: &str, names: &[&str]) -> Self {
        let names = match names {
            [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            names => names.concat(),
        };
        Self::argument(format!("unknown {what} `{name}`: use {names}"))
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The file it happened in, if known.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The byte of that file at which the record in question starts.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// The number of that record, counted from 0.
    #[must_use]
    pub fn record(&self) -> Option<u64> {
        self.0.record
    }

    /// Whether the operating system reported it.
    #[must_use]
    pub fn is_io(&self) -> bool {
        match &self.0.kind {
            ErrorKind::Io(_) => true,
            ErrorKind::Stopped { cause, .. } => cause.is_io(),
            ErrorKind::Sinks(failures) => failures.iter().any(|failure| failure.first.is_io()),
            _ => false,
        }
    }

    /// Whether the system has run out of something, such as descriptors or memory: there is nothing wrong with the
    /// file in question, and whoever leaves it out loses data.
    pub(crate) fn is_exhaustion(&self) -> bool {
        let ErrorKind::Io(e) = self.kind() else {
            return false;
        };
        let number = e.raw_os_error();
        e.kind() == io::ErrorKind::OutOfMemory
            || number.is_some_and(|number| os::OUT_OF_DESCRIPTORS.contains(&number))
    }

    /// Names the file, unless an inner layer already did.
    #[must_use]
    pub fn with_path(self, path: impl Into<PathBuf>) -> Self {
        self.amend(|inner| {
            if inner.path.is_none() {
                inner.path = Some(path.into());
            }
        })
    }

    /// Names the record and the byte it starts at, unless an inner layer already did.
    #[must_use]
    pub fn at(self, offset: u64, record: u64) -> Self {
        self.amend(|inner| {
            if inner.offset.is_none() {
                inner.offset = Some(offset);
                inner.record = Some(record);
            }
        })
    }

    fn amend(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

/// The same sentence as [`Display`](fmt::Display) writes, because this is what people get to see of a `main` that returns an
/// error. For the parts there are methods.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            write!(f, "{}: ", path.display())?;
        }
        if let (Some(offset), Some(record)) = (self.0.offset, self.0.record) {
            write!(f, "record {record} at byte {offset}: ")?;
        }
        match &self.0.kind {
            ErrorKind::Io(e) => write!(f, "{e}"),
            ErrorKind::Record(fault) => write!(f, "{fault}"),
            ErrorKind::Decode(what) | ErrorKind::Argument(what) => f.write_str(what),
            ErrorKind::Doubled(other) => write!(
                f,
                "looks like another form of `{}`, so every point counts twice; remove one of the two",
                other.display()
            ),
            ErrorKind::Linked(other) => write!(
                f,
                "is another name for `{}` and is read once; TensorBoard shows its points twice",
                other.display()
            ),
            ErrorKind::Closed => f.write_str("the writer is closed; open a new one to continue"),
            ErrorKind::Forked => f.write_str(
                "the writer belongs to the process that opened it; open a new one after the fork",
            ),
            ErrorKind::Stopped { cause, lost } => {
                write!(f, "writing stopped and {lost} events are lost: {cause}")
            }
            ErrorKind::Sinks(failures) => {
                for (i, failure) in failures.iter().enumerate() {
                    f.write_str(if i > 0 { "; " } else { "" })?;
                    failure.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The text above includes the cause's, so what follows is the cause's cause: reports would repeat it.
        match &self.0.kind {
            ErrorKind::Io(e) => e.source(),
            ErrorKind::Stopped { cause, .. } => cause.source(),
            ErrorKind::Sinks(failures) => failures.first()?.first.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(e: io::Error) -> Self {
        Self::new(ErrorKind::Io(Arc::new(e)))
    }
}

/// For conversions that cannot fail, where those that can are taken, too.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::new(ErrorKind::Record(fault))
    }
}

impl From<Error> for io::Error {
    fn from(e: Error) -> Self {
        let kind = match e.kind() {
            ErrorKind::Io(io) => io.kind(),
            ErrorKind::Record(_)
            | ErrorKind::Decode(_)
            | ErrorKind::Doubled(_)
            | ErrorKind::Linked(_) => io::ErrorKind::InvalidData,
            ErrorKind::Argument(_) => io::ErrorKind::InvalidInput,
            ErrorKind::Closed => io::ErrorKind::BrokenPipe,
            ErrorKind::Forked | ErrorKind::Stopped { .. } | ErrorKind::Sinks(_) => {
                io::ErrorKind::Other
            }
        };
        Self::new(kind, e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide_and_shareable() {
        fn shareable<T: Send + Sync + 'static>() {}
        shareable::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Error>>(), size_of::<usize>());
    }

    #[test]
    fn says_where_innermost_first_come() {
        let e = Error::decode("bad tag")
            .at(40, 1)
            .with_path("run/a")
            .at(0, 0)
            .with_path("b");
        assert_eq!(e.to_string(), "run/a: record 1 at byte 40: bad tag");
        assert_eq!(e.offset(), Some(40));
        assert_eq!(io::Error::from(e).kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn failures_of_sinks_keep_their_causes() {
        let full = Error::from(io::Error::new(
            io::ErrorKind::StorageFull,
            Error::decode("the cause"),
        ));
        let broken = SinkFailure::new("a", Error::argument("bad"));
        let failures = vec![SinkFailure::new("b", full), broken.clone()];
        let error = Error::new(ErrorKind::Sinks(failures));
        assert!(error.is_io());
        assert!(!Error::new(ErrorKind::Sinks(vec![broken])).is_io());
        assert_eq!(
            error.to_string(),
            "the sink `b` failed: the cause; the sink `a` failed: bad"
        );
    }
}
