//! How a writer is to behave.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::types::{At, WallTime};
use crate::writer::SummaryWriter;

/// Where a writer's "now" comes from.
pub(crate) type Clock = Arc<dyn Fn() -> WallTime + Send + Sync>;

/// What a logging call does when the buffer is full, because the disk does not keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFull {
    /// Waits for room: nothing is lost.
    #[default]
    Block,
    /// Leaves the event out and succeeds at once; [`SummaryWriter::dropped`] counts them. That holds for points of
    /// series that go on: scalars, histograms, pictures, sounds and meshes. Nothing later stands for anything else,
    /// such as text, graphs, chart layouts and the beginning and end of a session: there are another 8 MiB for
    /// these, and only when those are full do they wait for room.
    Drop,
}

/// Options of a [`SummaryWriter`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tfevents::{OnFull, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::builder(dir.path())
///     .filename_suffix(".worker3")
///     .flush_interval(Duration::from_secs(1))
///     .on_full(OnFull::Drop)
///     .start_step(1000)
///     .open()?;
/// # writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SummaryWriterBuilder {
    pub(crate) logdir: PathBuf,
    pub(crate) filename_suffix: String,
    pub(crate) flush_interval: Duration,
    pub(crate) buffer_size: usize,
    pub(crate) on_full: OnFull,
    pub(crate) start_step: Option<i64>,
    pub(crate) clock: Option<Clock>,
}

impl SummaryWriterBuilder {
    /// How long an event may wait to be seen by a reader, by default.
    pub const FLUSH_INTERVAL: Duration = Duration::from_secs(5);
    /// How many bytes may wait for the disk, by default: about 350,000 scalars.
    pub const BUFFER_SIZE: usize = 8 << 20;

    pub(crate) fn new(logdir: PathBuf) -> Self {
        Self {
            logdir,
            filename_suffix: String::new(),
            flush_interval: Self::FLUSH_INTERVAL,
            buffer_size: Self::BUFFER_SIZE,
            on_full: OnFull::default(),
            start_step: None,
            clock: None,
        }
    }

    /// Text at the end of the file's name.
    #[must_use]
    pub fn filename_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.filename_suffix = suffix.into();
        self
    }

    /// How long an accepted event may stay in memory; after that it is in the file without further calls.
    #[doc(alias = "flush_secs")]
    #[must_use]
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.flush_interval = interval;
        self
    }

    /// How many bytes may wait for the disk; when they do, [`on_full`](Self::on_full) says what happens. The
    /// writer uses up to twice this much memory; one event of any size is taken all the same.
    #[doc(alias = "max_queue")]
    #[must_use]
    pub fn buffer_size(mut self, bytes: usize) -> Self {
        self.buffer_size = bytes;
        self
    }

    /// What logging calls do when the buffer is full.
    #[must_use]
    pub fn on_full(mut self, on_full: OnFull) -> Self {
        self.on_full = on_full;
        self
    }

    /// The first step that this writer will log: see [`SummaryWriter::resume`]. Without it, nothing that other
    /// files of the run hold is replaced on purpose.
    #[doc(alias = "purge_step")]
    #[must_use]
    pub fn start_step(mut self, step: impl Into<At>) -> Self {
        self.start_step = Some(step.into().step());
        self
    }

    /// Takes "now" from `clock` instead of the system, for tests and simulations.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> WallTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Creates the directory, where needed, and the event file.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::new`], and a suffix with a path separator.
    pub fn open(self) -> Result<SummaryWriter> {
        SummaryWriter::open(self)
    }
}

impl fmt::Debug for SummaryWriterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SummaryWriterBuilder")
            .field("logdir", &self.logdir)
            .field("filename_suffix", &self.filename_suffix)
            .field("flush_interval", &self.flush_interval)
            .field("buffer_size", &self.buffer_size)
            .field("on_full", &self.on_full)
            .field("start_step", &self.start_step)
            .finish_non_exhaustive()
    }
}
