//! What a mirror tells.

use crate::error::Error;
use crate::push::Pushed;

/// What happens in a [`Mirror`](crate::Mirror).
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A run is followed from now on.
    Followed {
        /// Its name.
        run: &'a str,
        /// The id of the run in MLflow.
        run_id: &'a str,
        /// Whether the run was made now.
        is_new: bool,
    },
    /// Points were sent, of whichever run.
    Sent {
        /// How many.
        points: u64,
    },
    /// A run has ended, and the server holds everything.
    Ended {
        /// Its name.
        run: &'a str,
        /// What became of it.
        pushed: &'a Pushed,
    },
    /// What is new of a run cannot be sent. This comes once for each reason; it is tried again later.
    Failed {
        /// Its name.
        run: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// Nothing can be sent: the server is away, or wants other credentials.
    Away {
        /// Why.
        error: &'a Error,
    },
    /// Everything goes on.
    Back,
    /// Something of the logdir cannot be listed. This comes once, for as long as it lasts.
    Unlisted {
        /// Why.
        error: &'a tfevents::Error,
    },
}
