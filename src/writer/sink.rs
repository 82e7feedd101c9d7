//! The writer as one destination among others.

use crate::error::Result;
use crate::plugin::histogram::Histogram;
use crate::plugin::hparams::{HParams, Status};
use crate::plugin::image::Image;
use crate::sink::Sink;
use crate::types::At;
use crate::writer::summary::SummaryWriter;

/// [`log_hparams`](Sink::log_hparams) starts a session, as [`start_session`](SummaryWriter::start_session) does;
/// [`end`](Sink::end) ends it with the given status, unless it has ended, and closes the writer.
impl Sink for SummaryWriter {
    fn log_scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
        self.add_scalar(tag, value, at)
    }

    fn log_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        self.put_histogram(tag, histogram, at)
    }

    fn log_text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
        self.add_text(tag, markdown, at)
    }

    fn log_image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
        self.add_image(tag, image, at)
    }

    fn log_hparams(&self, hparams: &HParams) -> Result<()> {
        self.begin_session(hparams.clone())
    }

    fn end(&self, status: Status) -> Result<()> {
        self.end_session_and_close(status)
    }
}
