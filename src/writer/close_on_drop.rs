//! Closing a writer at the end of a scope.

use crate::error::Result;
use crate::writer::SummaryWriter;
use crate::writer::background::DROP_TIMEOUT;

/// Closes a writer when it is dropped, whoever else still holds a handle: made by
/// [`SummaryWriter::close_on_drop`].
#[must_use = "the writer is closed when this is dropped"]
#[derive(Debug)]
pub struct CloseOnDrop {
    writer: SummaryWriter,
}

impl CloseOnDrop {
    pub(super) fn new(writer: SummaryWriter) -> Self {
        Self { writer }
    }

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
        // Nobody is left to tell of an error; a disk that does not answer must not stop the program's end.
        self.writer.close_within(DROP_TIMEOUT);
    }
}
