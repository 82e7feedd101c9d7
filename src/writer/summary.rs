//! The handle that a training loop logs through.

use std::fmt;
use std::iter;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::plugin::histogram::{Bins, Bucket, Histogram};
use crate::plugin::hparams::Experiment;
use crate::plugin::image::Image;
use crate::plugin::text::Text;
use crate::plugin::{self, Description, Kind, Loggable};
use crate::proto::{self, event::What, summary::value};
use crate::tensor::OwnedTensor;
use crate::types::{At, IntoScalar, WallTime};
use crate::writer::background::Background;
use crate::writer::backlog::Scalar;
use crate::writer::buffering::{Buffering, Importance};
use crate::writer::charts::Charts;
use crate::writer::directory;
use crate::writer::ending;
use crate::writer::file_name;
use crate::writer::framed::framed;
use crate::writer::guard::Guard;
use crate::writer::head;
use crate::writer::options::Options;
use crate::writer::output::Output;
use crate::writer::process::{Lock, Process};
use crate::writer::sub_runs::SubRuns;

/// How long dropping the last handle may take, should the disk not answer.
pub(super) const DROP_TIMEOUT: Duration = Duration::from_secs(10);

/// Logs to a run from a training loop: to an event file in the directory of the run.
///
/// A handle is cheap to clone, can be used from many threads at once, and takes `&self` everywhere. Each process
/// and each rank of a distributed training needs a directory of its own: see the [module](crate::writer).
///
/// # When it is written
///
/// What you log is in the file within the flush interval, without further calls; [`flush`](Self::flush) waits for
/// that, [`sync`](Self::sync) for the disk. A process that is killed loses what was not yet in the file, and leaves
/// at most one record cut short. Dropping the last handle writes what is left, even while a panic unwinds. Rust never
/// drops a `static`; for a writer in one there is [`close_on_drop`](Self::close_on_drop). Call
/// [`close`](Self::close) before `std::process::exit`. For processes that a signal ends, the feature `signals` has
/// `close_on_signals`.
///
/// A process that was forked after the writer was opened cannot write. There, `flush`, `sync` and `close` return an
/// error at once, and logging returns one when it would need the writing thread.
///
/// # When the disk fails
///
/// No call waits for the disk while there is room in the buffer;
/// [`on_full`](crate::SummaryWriterBuilder::on_full) says what happens when there is none. The first failure stays: later
/// calls return it, with the number of events that are lost. Only [`close`](Self::close) can confirm that everything was
/// written. A file on a full disk ends with a whole record.
///
/// # Examples
///
/// ```
/// use tfevents::SummaryWriter;
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path().join("runs/exp1");
/// let writer = SummaryWriter::new(logdir)?;
/// for step in 0..100 {
///     writer.add_scalar("train/loss", 1.0 / f64::from(step + 1), step)?;
/// }
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SummaryWriter {
    pub(super) inner: Arc<Inner>,
    /// Only handles hold it: what closes writers at a signal holds `inner`, and the last handle must not be dropped before
    /// everything is written.
    #[expect(dead_code, reason = "what it is for is its drop")]
    handles: Arc<Handles>,
}

/// Closes the writer with the last handle.
struct Handles(Arc<Inner>);

impl Drop for Handles {
    fn drop(&mut self) {
        self.0.close_within(DROP_TIMEOUT);
    }
}

/// What all handles share.
pub(super) struct Inner {
    pub(super) background: Background,
    pub(super) options: Options,
    pub(super) charts: Arc<Lock<Charts>>,
    pub(super) sub_runs: SubRuns<SummaryWriter>,
    pub(super) experiment: OnceLock<Experiment>,
}

impl SummaryWriter {
    pub(crate) fn open(mut options: Options) -> Result<Self> {
        options.logdir = directory::resolve(&options.logdir)?;
        let now = options
            .clock
            .as_ref()
            .map_or_else(WallTime::now, |clock| clock())
            .writable()?;
        let created = file_name::create(&options.logdir, now, &options.filename_suffix)?;
        let head = head::records(now, options.start_step, created.continues)?;
        let output = Output::start(created, &head)?;
        let process = Process::current();
        let charts = Arc::new(Lock::new(process, Charts::default()));
        let background = Background::start(
            output,
            Arc::clone(&charts),
            Buffering {
                capacity: options.buffer_size,
                flush_interval: options.flush_interval,
                on_full: options.on_full,
            },
        )?;
        let inner = Arc::new(Inner {
            background,
            options,
            charts,
            sub_runs: SubRuns::new(process),
            experiment: OnceLock::new(),
        });
        let handles = Arc::new(Handles(Arc::clone(&inner)));
        Ok(Self { inner, handles })
    }

    /// The writer of a line of a chart, in a run of its own below this one.
    pub(super) fn sub_run(&self, main_tag: &str, name: &str) -> Result<Self> {
        let options = &self.inner.options;
        let sub_runs = &self.inner.sub_runs;
        sub_runs.writer(&options.logdir, main_tag, name, |logdir| {
            let writer = Self::open(Options {
                logdir,
                ..options.clone()
            })?;
            let described = |guard: &mut Guard| Ok(guard.description(main_tag).cloned());
            if let Some(description) = self.inner.background.queue().ask(described)? {
                writer.describe(main_tag, description)?;
            }
            Ok(writer)
        })
    }

    /// Logs a number.
    ///
    /// It is stored as `f32`, which is all that TensorBoard shows; NaN and infinities are kept. In one tag,
    /// let steps grow: TensorBoard drops points that a smaller step follows. For the hottest loops there is
    /// [`scalar`](Self::scalar).
    ///
    /// # Errors
    ///
    /// An empty tag, a tag of another kind, a time that is not finite, a closed writer, and an earlier failure of the disk; the same
    /// holds for every method that logs.
    #[inline]
    pub fn add_scalar(&self, tag: &str, value: impl IntoScalar, at: impl Into<At>) -> Result<()> {
        let at = at.into();
        let scalar = Scalar {
            wall_time: self.wall_time(at)?,
            step: at.step(),
            value: value.to_f32(),
        };
        let admit = |guard: &mut Guard| guard.admit(tag, Kind::Scalar);
        self.inner.background.queue().add_scalar(admit, scalar)
    }

    /// Logs the distribution of some values, such as a layer's weights, in 30 equal buckets: see
    /// [`Histogram::new`], also for what becomes of empty and constant input.
    ///
    /// NaN and infinities are never an error. They are left out of the buckets and, where there are any, their
    /// number is logged as the scalar `<tag>/left_out`.
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let weights = vec![0.1f32, -0.2, 0.05];
    /// writer.add_histogram("dense/weights", &weights, 0)?;
    /// writer.add_histogram("dense/squares", weights.iter().map(|w| w * w), 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_histogram<I>(&self, tag: &str, values: I, at: impl Into<At>) -> Result<()>
    where
        I: IntoIterator<Item: IntoScalar>,
    {
        self.put_histogram(tag, &Histogram::new(values), at.into())
    }

    /// The same in buckets of another shape.
    ///
    /// # Errors
    ///
    /// As for [`Histogram::with_bins`] and [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Bins;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// writer.add_histogram_with("gradients", &[1e-6, 2e-3, 0.5], &Bins::Exponential, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_histogram_with<I>(
        &self,
        tag: &str,
        values: I,
        bins: &Bins,
        at: impl Into<At>,
    ) -> Result<()>
    where
        I: IntoIterator<Item: IntoScalar>,
    {
        self.put_histogram(tag, &Histogram::with_bins(values, bins)?, at.into())
    }

    pub(super) fn put_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        self.add(tag, histogram, at)?;
        match histogram.left_out_scalar(tag) {
            Some((tag, count)) => self.add_scalar(&tag, count, at),
            None => Ok(()),
        }
    }

    /// Logs buckets that were counted elsewhere: [`Bucket`](crate::Bucket)s, or their left edge, right edge and count.
    ///
    /// # Errors
    ///
    /// As for [`Histogram::from_buckets`] and [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// writer.add_histogram_raw("weights", [[0.0, 1.0, 3.0], [1.0, 2.0, 4.0]], 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_histogram_raw<I>(&self, tag: &str, buckets: I, at: impl Into<At>) -> Result<()>
    where
        I: IntoIterator<Item: Into<Bucket>>,
    {
        self.add(tag, &Histogram::from_buckets(buckets)?, at)
    }

    /// Logs a picture: an [`Image`], pixels as a [`Bitmap`](crate::Bitmap), or, with the feature `image`, any picture
    /// of the crate `image`; each by value or by reference.
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar), and a picture without pixels or of 2 GiB or more.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, Image, Layout};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let pixels = vec![0.5f32; 3 * 8 * 8];
    /// writer.add_image("sample", Image::new(&pixels, Layout::Chw, &[3, 8, 8])?, 0)?;
    ///
    /// let mask = Bitmap::new(&[true, false, false, true], Layout::Hw, &[2, 2])?;
    /// writer.add_image("mask", &mask, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "add_figure")]
    pub fn add_image(
        &self,
        tag: &str,
        image: impl TryInto<Image, Error: Into<Error>>,
        at: impl Into<At>,
    ) -> Result<()> {
        self.add(tag, &image.try_into().map_err(Into::into)?, at)
    }

    /// Logs several pictures as samples of one step, each of which TensorBoard shows on a card of its own. They may
    /// be whatever [`add_image`](Self::add_image) takes.
    ///
    /// # Errors
    ///
    /// As for [`add_image`](Self::add_image), and no picture at all.
    pub fn add_images<I>(&self, tag: &str, images: I, at: impl Into<At>) -> Result<()>
    where
        I: IntoIterator<Item: TryInto<Image, Error: Into<Error>>>,
    {
        let images = images.into_iter();
        let images: Result<Vec<Image>> = images
            .map(|image| image.try_into().map_err(Into::into))
            .collect();
        self.add(tag, images?.as_slice(), at)
    }

    /// Logs Markdown: whatever can be printed. For a table of it, pass a [`Text`].
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Text;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let (epoch, lr) = (20, 1e-3);
    /// writer.add_text("notes", format_args!("Learning rate **{lr}** from epoch {epoch} on."), 0)?;
    /// writer.add_text("config", Text::table([["lr", "0.001"], ["optimizer", "adam"]])?, 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_text(&self, tag: &str, text: impl Into<Text>, at: impl Into<At>) -> Result<()> {
        self.add(tag, &text.into(), at)
    }

    /// Logs a tensor under PyTorch's plugin name, `tensor`. TensorBoard has no dashboard for it; readers get it back in
    /// its own type.
    ///
    /// # Errors
    ///
    /// As for [`add_scalar`](Self::add_scalar), and a tensor of 2 GiB or more.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::OwnedTensor;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let logits = OwnedTensor::new(&[2, 3], [0.1f32, 0.2, 0.7, 0.8, 0.1, 0.1])?;
    /// writer.add_tensor("logits", logits, 0)?;
    /// writer.add_tensor("class weights", [0.5f64, 2.0], 0)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_tensor(
        &self,
        tag: &str,
        tensor: impl Into<OwnedTensor>,
        at: impl Into<At>,
    ) -> Result<()> {
        let value = proto::summary::Value {
            tag: tag.to_owned(),
            metadata: Some(plugin::metadata("tensor", Vec::new())),
            value: Some(value::Value::Tensor(tensor.into().into_proto())),
            ..Default::default()
        };
        self.put_values(vec![value], at.into())
    }

    /// Sets the description (Markdown) and the display name of a tag. Call it before the tag's first value, which is where
    /// TensorBoard looks for them. For meshes and charts in sub-runs, pass the tag that you pass to their methods.
    ///
    /// Scalars, histograms, images, sounds, PR curves and kinds of your own are shown with it. For texts, meshes and
    /// tensors it is stored, but TensorBoard does not show it.
    ///
    /// # Errors
    ///
    /// An empty tag, and a tag that has values already.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Description, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// writer.describe("loss", Description::new("Mean **cross entropy**").display_name("Loss"))?;
    /// writer.describe("weights", "Of the last layer")?;
    /// writer.add_scalar("loss", 0.25, 0)?;
    /// writer.add_histogram("weights", [0.1, -0.2], 0)?;
    /// writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias("summary_description", "display_name"))]
    pub fn describe(&self, tag: &str, description: impl Into<Description>) -> Result<()> {
        let describe = |guard: &mut Guard| guard.describe(tag, description.into());
        self.inner.background.queue().ask(describe)
    }

    /// Logs anything that knows how it is stored: our own kinds, and third-party ones.
    ///
    /// # Errors
    ///
    /// What the value itself says, and as for [`add_scalar`](Self::add_scalar).
    pub fn add<V: Loggable + ?Sized>(&self, tag: &str, value: &V, at: impl Into<At>) -> Result<()> {
        self.put_values(vec![plugin::message(tag, value)?], at.into())
    }

    /// Logs a value of which a run has one under a tag.
    pub(super) fn add_once<V: Loggable>(&self, tag: &str, value: &V) -> Result<()> {
        let value = plugin::message(tag, value)?;
        let kind = plugin::kind_of_value(&value);
        let event = self.summary(vec![value], At::new(0))?;
        self.put_once(&event, |guard| guard.admit_once(tag, kind))
    }

    /// Logs values of one step as one event, so that readers get all of them or none.
    pub(crate) fn put_values(&self, value: Vec<proto::summary::Value>, at: At) -> Result<()> {
        let event = self.summary(value, at)?;
        self.put(&event, importance(&event))
    }

    /// An event of values of one step, with what was said of their tags.
    pub(super) fn summary(
        &self,
        mut value: Vec<proto::summary::Value>,
        at: At,
    ) -> Result<proto::Event> {
        let describe = |guard: &mut Guard| {
            guard.put_descriptions(&mut value);
            Ok(())
        };
        self.inner.background.queue().ask(describe)?;
        Ok(proto::Event {
            wall_time: self.wall_time(at)?.as_secs(),
            step: at.step(),
            what: Some(What::Summary(proto::Summary { value })),
            ..Default::default()
        })
    }

    /// Writes an event of the caller's making, such as one read from another file.
    ///
    /// # Errors
    ///
    /// A wall time that is not finite, and what holds for the tags and kinds of
    /// [`add_scalar`](Self::add_scalar).
    pub fn add_event(&self, event: &proto::Event) -> Result<()> {
        WallTime::from_secs(event.wall_time).writable()?;
        self.put(event, importance(event))
    }

    /// How many events were left out because the buffer was full, under [`OnFull::Drop`](crate::OnFull::Drop).
    /// Sub-runs count; in a forked child they may not.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let sub_runs = self.inner.sub_runs.writers().unwrap_or_default();
        let own = self.inner.background.queue().dropped();
        own + sub_runs.iter().map(Self::dropped).sum::<u64>()
    }

    /// Returns when everything logged before this call is in the file, where every reader sees it.
    ///
    /// # Errors
    ///
    /// The failure that stopped the writer, with the number of events that are lost.
    pub fn flush(&self) -> Result<()> {
        let flushed = self.inner.background.queue().flush();
        let flushed = flushed.and(self.inner.sub_runs.each(Self::flush));
        ending::wait();
        flushed
    }

    /// Returns when everything logged before this call is on the disk, and would survive a power failure.
    ///
    /// # Errors
    ///
    /// As for [`flush`](Self::flush), and a writer that was closed unsynced.
    pub fn sync(&self) -> Result<()> {
        let synced = self.inner.background.queue().sync();
        let synced = synced.and(self.inner.sub_runs.each(Self::sync));
        ending::wait();
        synced
    }

    /// Writes what is left and ends the writer; other handles to it get an error from then on. Closing again
    /// does nothing.
    ///
    /// # Errors
    ///
    /// As for [`flush`](Self::flush).
    pub fn close(&self) -> Result<()> {
        let closed = self.inner.background.close();
        let closed = closed.and(self.inner.sub_runs.close(Self::close));
        ending::wait();
        closed
    }

    /// The directory of the run.
    #[doc(alias = "get_logdir")]
    #[must_use]
    pub fn logdir(&self) -> &Path {
        &self.inner.options.logdir
    }

    /// The event file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.background.queue().path()
    }

    /// The given time, or else that of the options' clock, or else the system's.
    #[inline]
    pub(super) fn wall_time(&self, at: At) -> Result<WallTime> {
        self.inner.wall_time(at, WallTime::now)
    }

    /// Logs an event whose tags may take it.
    pub(super) fn put(&self, event: &proto::Event, importance: Importance) -> Result<()> {
        self.put_if(event, importance, |guard| guard.admit_event(event))
    }

    /// Logs an event of which there is one.
    pub(super) fn put_once(
        &self,
        event: &proto::Event,
        admit: impl FnOnce(&mut Guard) -> Result<()>,
    ) -> Result<()> {
        self.put_if(event, Importance::Unique, admit)
    }

    /// Encodes outside the lock, because pictures and the like take their time.
    fn put_if(
        &self,
        event: &proto::Event,
        importance: Importance,
        admit: impl FnOnce(&mut Guard) -> Result<()>,
    ) -> Result<()> {
        let record = framed(event)?;
        self.inner
            .background
            .queue()
            .add_record(&record, importance, admit)
    }
}

/// Only points of series that continue can be missed: scalars, histograms, pictures, sounds and meshes.
fn importance(event: &proto::Event) -> Importance {
    let goes_on = |value: &proto::summary::Value| {
        matches!(
            plugin::kind_of_value(value),
            Kind::Scalar | Kind::Histogram | Kind::Image | Kind::Audio | Kind::Mesh
        )
    };
    match &event.what {
        Some(What::Summary(summary))
            if !summary.value.is_empty() && summary.value.iter().all(goes_on) =>
        {
            Importance::OneOfMany
        }
        _ => Importance::Unique,
    }
}

impl Inner {
    /// Has this writer and its sub-runs take nothing any more, but the end of a session if one is open, and write what is
    /// left. Waits for nothing. Returns them all.
    pub(super) fn stop(self: &Arc<Self>, session_end: Option<&[u8]>) -> Vec<Arc<Self>> {
        // A forked child has nothing to close.
        let sub_runs = self.sub_runs.end().unwrap_or_default();
        let sub_runs = sub_runs.iter().map(|writer| Arc::clone(&writer.inner));
        let all: Vec<_> = iter::once(Arc::clone(self)).chain(sub_runs).collect();
        for writer in &all {
            let _told = writer.background.queue().stop(session_end);
        }
        all
    }

    /// The same as [`close`](SummaryWriter::close) for those who can neither wait long nor be told.
    pub(super) fn close_within(self: &Arc<Self>, patience: Duration) {
        let deadline = Instant::now() + patience;
        for writer in self.stop(None) {
            let left = deadline.saturating_duration_since(Instant::now());
            writer.background.close_within(left);
        }
        ending::wait();
    }

    /// The given time, or else that of the options' clock, or else `now`.
    #[inline]
    pub(super) fn wall_time(&self, at: At, now: impl FnOnce() -> WallTime) -> Result<WallTime> {
        match (at.wall_time(), &self.options.clock) {
            (Some(given), _) => given.writable(),
            (None, None) => Ok(now()),
            (None, Some(clock)) => clock().writable(),
        }
    }
}

impl fmt::Debug for SummaryWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SummaryWriter")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}
