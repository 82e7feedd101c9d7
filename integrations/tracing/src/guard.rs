//! The end of a run.

use std::fmt;
use std::sync::Arc;

use tfevents::{Result, Status};

use crate::not_logged::NotLogged;
use crate::shared::Shared;

/// Ends the run when it is closed or dropped: the subscriber with the layer usually lives as long as the program, and
/// nothing would write what was logged last. Keep it in `main`.
///
/// A guard that is dropped without [`close`](Self::close), as by a `?` or a panic, ends the run as a failure.
#[must_use = "the run ends when this is dropped"]
pub struct Guard {
    shared: Arc<Shared>,
}

impl Guard {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// What has not been logged so far. Events that come after the end are counted, too.
    pub fn not_logged(&self) -> NotLogged {
        self.shared.not_logged()
    }

    /// Ends the run as a success, and returns what was not logged, which a text in the run says, too. Closing again does nothing.
    ///
    /// # Errors
    ///
    /// As for [`Sink::end`](tfevents::Sink::end). [`not_logged`](Self::not_logged) still returns the counts.
    pub fn close(&self) -> Result<NotLogged> {
        self.shared.end(Status::Success)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A drop cannot report an error.
        let _ = self.shared.end(Status::Failure);
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.not_logged()).finish()
    }
}
