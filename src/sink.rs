//! Logs to several destinations with one call, for authors of frameworks.
//!
//! A framework that logs through a [`Sink`] leaves it to its users where things go: to TensorBoard
//! ([`SummaryWriter`](crate::SummaryWriter)), to JSON Lines (`JsonLines` of the crate `tfevents-table`), into memory
//! ([`Memory`], for tests), to a destination of their own, or to several of these at once ([`Fanout`]).
//!
//! # Examples
//!
//! ```
//! use tfevents::plugin::hparams::Status;
//! use tfevents::sink::{Fanout, Memory, Sink};
//! use tfevents::{HParams, SummaryWriter};
//!
//! // In the framework:
//! fn train(sink: &dyn Sink) -> tfevents::Result<()> {
//!     sink.hparams(&HParams::new().with("lr", 0.1))?;
//!     for step in 0..3 {
//!         sink.scalar("loss", 1.0 / f64::from(step + 1), step.into())?;
//!     }
//!     sink.end(Status::Success)
//! }
//!
//! // In the user's program:
//! # let dir = tempfile::tempdir()?;
//! # let logdir = dir.path();
//! let memory = Memory::new();
//! let sinks = Fanout::new()
//!     .with("tensorboard", SummaryWriter::new(logdir.join("exp1"))?)
//!     .with("memory", memory.clone());
//! train(&sinks)?;
//! assert_eq!(memory.scalars("loss"), [(0, 1.0), (1, 0.5), (2, 1.0 / 3.0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use crate::error::Result;
use crate::plugin::histogram::Histogram;
use crate::plugin::hparams::{HParams, Status};
use crate::plugin::image::Image;
use crate::types::At;

mod fanout;
mod memory;

pub use fanout::Fanout;
pub use memory::{Logged, Memory};

/// Where a run is logged to.
///
/// The trait is object-safe, and every method takes `&self`, so that a training loop, its threads and its callbacks
/// can share a `&dyn Sink`. A step becomes an [`At`] by `into()`; one without a wall time is at the time of the call.
///
/// A sink must not wait for the disk or a network longer than it has to, and must not panic: training goes on whatever
/// becomes of its logs. What could not be logged it returns as an error, at once or from [`end`](Self::end).
pub trait Sink: Send + Sync {
    /// Logs a number.
    ///
    /// # Errors
    ///
    /// What the sink says; the same holds for the other methods.
    fn scalar(&self, tag: &str, value: f64, at: At) -> Result<()>;

    /// Logs a distribution: [`Histogram::new`] counts values of any type.
    ///
    /// # Errors
    ///
    /// As for [`scalar`](Self::scalar).
    fn histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()>;

    /// Logs Markdown.
    ///
    /// # Errors
    ///
    /// As for [`scalar`](Self::scalar).
    fn text(&self, tag: &str, markdown: &str, at: At) -> Result<()>;

    /// Logs a picture.
    ///
    /// # Errors
    ///
    /// As for [`scalar`](Self::scalar).
    fn image(&self, tag: &str, image: &Image, at: At) -> Result<()>;

    /// Logs the hyperparameters of the run, once and before it ends.
    ///
    /// # Errors
    ///
    /// As for [`scalar`](Self::scalar).
    fn hparams(&self, hparams: &HParams) -> Result<()>;

    /// Ends the run. When this returns, everything that was logged is where it belongs; nothing can be logged
    /// afterwards.
    ///
    /// # Errors
    ///
    /// As for [`scalar`](Self::scalar), and whatever went wrong earlier and was not told.
    fn end(&self, status: Status) -> Result<()>;
}

macro_rules! sink_behind {
    ($($pointer:ty),*) => {$(
        impl<S: Sink + ?Sized> Sink for $pointer {
            fn scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
                (**self).scalar(tag, value, at)
            }
            fn histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
                (**self).histogram(tag, histogram, at)
            }
            fn text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
                (**self).text(tag, markdown, at)
            }
            fn image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
                (**self).image(tag, image, at)
            }
            fn hparams(&self, hparams: &HParams) -> Result<()> {
                (**self).hparams(hparams)
            }
            fn end(&self, status: Status) -> Result<()> {
                (**self).end(status)
            }
        }
    )*};
}
sink_behind!(&S, Box<S>, Arc<S>);
