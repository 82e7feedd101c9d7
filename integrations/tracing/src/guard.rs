//! The end of a run.

use std::fmt;
use std::sync::Arc;

use tfevents::Result;
use tfevents::plugin::hparams::Status;

use crate::not_logged::NotLogged;
use crate::shared::Shared;

/// Ends the run when it is closed or dropped: the subscriber with the layer lives as long as the program as a rule, and
/// nothing would write what was logged last. Keep it in `main`.
#[must_use = "the run ends when this is dropped"]
pub struct Guard {
    shared: Arc<Shared>,
    closed: bool,
}

impl Guard {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            closed: false,
        }
    }

    /// What has not been logged so far.
    #[must_use]
    pub fn not_logged(&self) -> NotLogged {
        self.shared.not_logged(false)
    }

    /// Ends the run, and says what was not logged. A text in the run says so, too.
    ///
    /// # Errors
    ///
    /// What the sink says of the end: see [`Sink::end`](tfevents::Sink::end).
    pub fn close(mut self) -> Result<NotLogged> {
        self.closed = true;
        self.shared.end(Status::Success)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let status = if std::thread::panicking() {
            Status::Failure
        } else {
            Status::Success
        };
        // A drop cannot report an error.
        let _ = self.shared.end(status);
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.not_logged()).finish()
    }
}
