//! What was logged, kept in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::histogram::Histogram;
use crate::plugin::hparams::{HParams, Status};
use crate::plugin::image::Image;
use crate::types::At;

/// Keeps everything in memory, so that tests can inspect it. Clones share what they keep.
///
/// # Examples
///
/// ```
/// use tfevents::Sink;
/// use tfevents::sink::{Logged, Memory};
///
/// let memory = Memory::new();
/// let sink: Box<dyn Sink> = Box::new(memory.clone());
/// sink.log_text("note", "It **works**.", 3.into())?;
/// assert!(matches!(&memory.logged()[..], [Logged::Text { tag, at, .. }] if tag == "note" && at.step() == 3));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    logged: Arc<Mutex<Vec<Logged>>>,
}

/// A call of a [`Sink`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the fields are the arguments of the sink's methods"
)]
pub enum Logged {
    /// [`Sink::log_scalar`]
    Scalar { tag: String, value: f64, at: At },
    /// [`Sink::log_histogram`]
    Histogram {
        tag: String,
        histogram: Histogram,
        at: At,
    },
    /// [`Sink::log_text`]
    Text {
        tag: String,
        markdown: String,
        at: At,
    },
    /// [`Sink::log_image`]
    Image { tag: String, image: Image, at: At },
    /// [`Sink::log_hparams`]
    HParams(HParams),
    /// [`Sink::end`]
    End(Status),
}

impl Memory {
    /// Creates an empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All calls so far, in their order.
    #[must_use]
    pub fn logged(&self) -> Vec<Logged> {
        self.lock().clone()
    }

    /// The scalars of a tag with their steps, in the order in which they were logged.
    #[must_use]
    pub fn scalars(&self, tag: &str) -> Vec<(i64, f64)> {
        let of_tag = |logged: &Logged| match logged {
            Logged::Scalar { tag: t, value, at } if t == tag => Some((at.step(), *value)),
            _ => None,
        };
        self.lock().iter().filter_map(of_tag).collect()
    }

    fn keep(&self, logged: Logged) -> Result<()> {
        let mut kept = self.lock();
        // The end is always the last call.
        match (kept.last(), &logged) {
            (Some(Logged::End(_)), Logged::End(_)) => Ok(()),
            (Some(Logged::End(_)), _) => Err(Error::new(ErrorKind::Closed)),
            _ => {
                kept.push(logged);
                Ok(())
            }
        }
    }

    /// A panic elsewhere leaves the list whole.
    fn lock(&self) -> MutexGuard<'_, Vec<Logged>> {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn log_scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
        let tag = tag.to_owned();
        self.keep(Logged::Scalar { tag, value, at })
    }

    fn log_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        let (tag, histogram) = (tag.to_owned(), histogram.clone());
        self.keep(Logged::Histogram { tag, histogram, at })
    }

    fn log_text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
        let (tag, markdown) = (tag.to_owned(), markdown.to_owned());
        self.keep(Logged::Text { tag, markdown, at })
    }

    fn log_image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
        let (tag, image) = (tag.to_owned(), image.clone());
        self.keep(Logged::Image { tag, image, at })
    }

    fn log_hparams(&self, hparams: &HParams) -> Result<()> {
        self.keep(Logged::HParams(hparams.clone()))
    }

    fn end(&self, status: Status) -> Result<()> {
        self.keep(Logged::End(status))
    }
}
