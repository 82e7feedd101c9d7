//! Closing a writer at the end of a scope.

use crate::error::Result;
use crate::writer::summary::{DROP_TIMEOUT, SummaryWriter};

/// Closes a writer when it is dropped, whoever else still holds a handle: made by
/// [`SummaryWriter::close_on_drop`].
#[must_use = "the writer is closed when this is dropped"]
#[derive(Debug)]
pub struct CloseOnDrop {
    writer: SummaryWriter,
}

impl SummaryWriter {
    /// Closes the writer at the end of a scope, whoever else holds a handle to it then.
    ///
    /// That is for a writer in a `static`, which Rust never drops, so that what was logged last would be lost
    /// when the program ends. Keep the guard in `main`; the scope also ends when `main` returns early with `?` or
    /// panics, but not at `std::process::exit`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::OnceLock;
    /// use tfevents::SummaryWriter;
    ///
    /// static WRITER: OnceLock<SummaryWriter> = OnceLock::new();
    ///
    /// fn main() -> tfevents::Result<()> {
    /// #   let dir = tempfile::tempdir().unwrap();
    /// #   let logdir = dir.path();
    ///     let writer = WRITER.get_or_init(|| SummaryWriter::new(logdir).expect("a writable logdir"));
    ///     let closing = writer.close_on_drop();
    ///
    ///     // Anywhere in the program:
    ///     if let Some(writer) = WRITER.get() {
    ///         writer.add_scalar("loss", 0.5, 1)?;
    ///     }
    ///
    ///     // All went well: let errors be seen.
    ///     closing.close()
    /// }
    /// ```
    pub fn close_on_drop(&self) -> CloseOnDrop {
        CloseOnDrop {
            writer: self.clone(),
        }
    }
}

impl CloseOnDrop {
    /// Closes the writer now, and says whether all went well.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::close`].
    pub fn close(self) -> Result<()> {
        self.writer.close()
    }
}

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        // A drop cannot report an error; a disk that does not answer must not stop the program's end.
        self.writer.inner.close_within(DROP_TIMEOUT);
    }
}
