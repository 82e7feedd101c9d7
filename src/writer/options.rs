//! How a writer is to behave.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::types::WallTime;
use crate::writer::buffering::OnFull;

/// Where a writer's "now" comes from.
pub(crate) type Clock = Arc<dyn Fn() -> WallTime + Send + Sync>;

/// What [`SummaryWriterBuilder`](crate::SummaryWriterBuilder) was told. Its methods say what is what.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) logdir: PathBuf,
    pub(crate) filename_suffix: String,
    pub(crate) flush_interval: Duration,
    pub(crate) buffer_size: usize,
    pub(crate) on_full: OnFull,
    pub(crate) start_step: Option<i64>,
    pub(crate) clock: Option<Clock>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("logdir", &self.logdir)
            .field("filename_suffix", &self.filename_suffix)
            .field("flush_interval", &self.flush_interval)
            .field("buffer_size", &self.buffer_size)
            .field("on_full", &self.on_full)
            .field("start_step", &self.start_step)
            .finish_non_exhaustive()
    }
}
