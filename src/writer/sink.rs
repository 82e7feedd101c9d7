//! The writer as one destination among others.

use crate::error::Result;
use crate::plugin::histogram::Histogram;
use crate::plugin::hparams::{HParams, Status};
use crate::plugin::image::Image;
use crate::sink::Sink;
use crate::types::At;
use crate::writer::summary::SummaryWriter;

/// [`hparams`](Sink::hparams) starts a session, as [`start_session`](SummaryWriter::start_session) does;
/// [`end`](Sink::end) ends it with the given status, unless it has ended, and closes the writer.
///
/// Call these through a `&dyn Sink`: on the writer itself, [`scalar`](SummaryWriter::scalar) is another method.
impl Sink for SummaryWriter {
    fn scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
        self.add_scalar(tag, value, at)
    }

    fn histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        self.put_histogram(tag, histogram, at)
    }

    fn text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
        self.add_text(tag, markdown, at)
    }

    fn image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
        self.add_image(tag, image, at)
    }

    fn hparams(&self, hparams: &HParams) -> Result<()> {
        self.begin_session(hparams.clone())
    }

    fn end(&self, status: Status) -> Result<()> {
        self.end_session_and_close(status)
    }
}
