//! For framework authors: log once, to any number of destinations.
//!
//! A framework that logs through a [`Sink`] leaves it to its users where things go: to TensorBoard
//! ([`SummaryWriter`](crate::SummaryWriter)), to JSON Lines (`JsonLines` of the crate `tfevents-table`), into memory
//! ([`Memory`], for tests), to a destination of their own, or to several of these at once ([`Fanout`]).
//!
//! # Examples
//!
//! ```
//! use tfevents::sink::{Fanout, Memory};
//! use tfevents::{HParams, Sink, Status, SummaryWriter};
//!
//! // In the framework:
//! fn train(sink: &dyn Sink) -> tfevents::Result<()> {
//!     sink.log_hparams(&HParams::new().with("lr", 0.1))?;
//!     for step in 0..3 {
//!         sink.log_scalar("loss", 1.0 / f64::from(step + 1), step.into())?;
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

/// A destination for the values that a run logs.
///
/// The trait is object-safe, and every method takes `&self`, so that a training loop, its threads and its callbacks
/// can share a `&dyn Sink`. A step becomes an [`At`] by `into()`; one without a wall time is at the time of the call.
///
/// Implementations should not block, and must not panic: a logging failure must not stop training. Return failures as
/// errors, at once or from [`end`](Self::end). After the end, every method that logs returns an error of the kind
/// [`ErrorKind::Closed`](crate::ErrorKind::Closed).
///
/// Methods that later versions add will have a default that does nothing, so that existing sinks still compile.
pub trait Sink: Send + Sync {
    /// Logs a number.
    ///
    /// # Errors
    ///
    /// Any error of the destination.
    fn log_scalar(&self, tag: &str, value: f64, at: At) -> Result<()>;

    /// Logs a distribution: [`Histogram::new`] counts values of any type.
    ///
    /// A sink that cannot keep [how many values are in no bucket](Histogram::left_out) also logs
    /// [`Histogram::left_out_scalar`].
    ///
    /// # Errors
    ///
    /// As for [`log_scalar`](Self::log_scalar).
    fn log_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()>;

    /// Logs Markdown.
    ///
    /// # Errors
    ///
    /// As for [`log_scalar`](Self::log_scalar).
    fn log_text(&self, tag: &str, markdown: &str, at: At) -> Result<()>;

    /// Logs a picture.
    ///
    /// # Errors
    ///
    /// As for [`log_scalar`](Self::log_scalar).
    fn log_image(&self, tag: &str, image: &Image, at: At) -> Result<()>;

    /// Logs the hyperparameters of the run, once and before it ends.
    ///
    /// # Errors
    ///
    /// As for [`log_scalar`](Self::log_scalar).
    fn log_hparams(&self, hparams: &HParams) -> Result<()>;

    /// Ends the run. When this returns, everything logged has reached its destination. Ending a run again logs nothing.
    ///
    /// # Errors
    ///
    /// As for [`log_scalar`](Self::log_scalar), and earlier failures that were not returned.
    fn end(&self, status: Status) -> Result<()>;
}

macro_rules! sink_behind {
    ($($pointer:ty),*) => {$(
        impl<S: Sink + ?Sized> Sink for $pointer {
            fn log_scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
                (**self).log_scalar(tag, value, at)
            }
            fn log_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
                (**self).log_histogram(tag, histogram, at)
            }
            fn log_text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
                (**self).log_text(tag, markdown, at)
            }
            fn log_image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
                (**self).log_image(tag, image, at)
            }
            fn log_hparams(&self, hparams: &HParams) -> Result<()> {
                (**self).log_hparams(hparams)
            }
            fn end(&self, status: Status) -> Result<()> {
                (**self).end(status)
            }
        }
    )*};
}
sink_behind!(&S, Box<S>, Arc<S>);
