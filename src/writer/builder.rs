//! Opening a writer, and saying how it is to behave.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::types::{At, WallTime};
use crate::writer::buffering::OnFull;
#[cfg(feature = "local-time")]
use crate::writer::directory;
use crate::writer::options::Options;
use crate::writer::summary::SummaryWriter;

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
#[derive(Clone, Debug)]
pub struct SummaryWriterBuilder {
    options: Options,
}

impl SummaryWriterBuilder {
    /// How long an event may wait to be seen by a reader, by default.
    pub const FLUSH_INTERVAL: Duration = Duration::from_secs(5);
    /// How many bytes may wait for the disk, by default: about 350,000 scalars.
    pub const BUFFER_SIZE: usize = 8 << 20;

    fn new(logdir: PathBuf) -> Self {
        Self {
            options: Options {
                logdir,
                filename_suffix: String::new(),
                flush_interval: Self::FLUSH_INTERVAL,
                buffer_size: Self::BUFFER_SIZE,
                on_full: OnFull::default(),
                start_step: None,
                clock: None,
            },
        }
    }

    /// Text at the end of the file's name.
    #[must_use]
    pub fn filename_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.options.filename_suffix = suffix.into();
        self
    }

    /// How long an accepted event may stay in memory; after that it is in the file without further calls.
    #[doc(alias = "flush_secs")]
    #[must_use]
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.options.flush_interval = interval;
        self
    }

    /// How many bytes may wait for the disk; when they do, [`on_full`](Self::on_full) says what happens. The
    /// writer uses up to twice this much memory; one event of any size is taken all the same.
    #[doc(alias = "max_queue")]
    #[must_use]
    pub fn buffer_size(mut self, bytes: usize) -> Self {
        self.options.buffer_size = bytes;
        self
    }

    /// What logging calls do when the buffer is full.
    #[must_use]
    pub fn on_full(mut self, on_full: OnFull) -> Self {
        self.options.on_full = on_full;
        self
    }

    /// The first step that this writer will log: see [`SummaryWriter::resume`]. Without it, nothing that other
    /// files of the run hold is replaced on purpose.
    #[doc(alias = "purge_step")]
    #[must_use]
    pub fn start_step(mut self, step: impl Into<At>) -> Self {
        self.options.start_step = Some(step.into().step());
        self
    }

    /// Takes "now" from `clock` instead of the system, for tests and simulations.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> WallTime + Send + Sync + 'static) -> Self {
        self.options.clock = Some(Arc::new(clock));
        self
    }

    /// Creates the directory, where needed, and the event file.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::new`], and a suffix with a path separator.
    pub fn open(self) -> Result<SummaryWriter> {
        SummaryWriter::open(self.options)
    }
}

impl SummaryWriter {
    /// Opens a new event file in `logdir`, which is created where needed. A relative path is that of the directory
    /// in which the process is now, also for what is written to sub-runs and for embeddings later.
    ///
    /// # Errors
    ///
    /// A directory or file that cannot be created; a URL such as `s3://bucket/run`; a directory with `tfevents` in
    /// its name, which TensorBoard would take for an event file.
    #[doc(alias = "log_dir")]
    pub fn new(logdir: impl AsRef<Path>) -> Result<Self> {
        Self::builder(logdir).open()
    }

    /// PyTorch's default directory: `runs/<Mon><DD>_<HH-MM-SS>_<host><comment>`, such as
    /// `runs/Nov29_20-15-00_gpu7_lr0.1`, in local time, below the directory in which the process is.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use tfevents::SummaryWriter;
    ///
    /// let writer = SummaryWriter::new(SummaryWriter::default_logdir("_lr0.1"))?;
    /// println!("logging to {}", writer.logdir().display());
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    #[cfg(feature = "local-time")]
    #[must_use]
    pub fn default_logdir(comment: &str) -> PathBuf {
        let now = jiff::ZonedDateTime::now()
            .strftime("%b%d_%H-%M-%S")
            .to_string();
        directory::dated(&now, comment)
    }

    /// Options for a new event file in `logdir`.
    pub fn builder(logdir: impl AsRef<Path>) -> SummaryWriterBuilder {
        SummaryWriterBuilder::new(logdir.as_ref().to_path_buf())
    }

    /// Continues a run whose next step is `step`, in a new event file: after a crash, or from a checkpoint.
    ///
    /// TensorBoard shows the new points instead of those that the run's earlier files hold at this step and
    /// above. Its two loaders do so in different ways: the Python one drops them all as soon as it sees the new
    /// file; the data server drops those of a tag when a new point of that tag arrives, so that a tag which is not
    /// logged again keeps its old end. The files themselves are not touched.
    ///
    /// In a directory without event files this is [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::SummaryWriter;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let logdir = dir.path();
    /// let step_of_checkpoint = 500;
    /// let writer = SummaryWriter::resume(logdir, step_of_checkpoint + 1)?;
    /// for step in step_of_checkpoint + 1..1000 {
    ///     writer.add_scalar("train/loss", 1.0 / f64::from(step), step)?;
    /// }
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "purge_step")]
    pub fn resume(logdir: impl AsRef<Path>, step: impl Into<At>) -> Result<Self> {
        Self::builder(logdir).start_step(step).open()
    }
}
