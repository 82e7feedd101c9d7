//! Sessions: runs that are rows of the HParams table.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::os;
use crate::plugin::hparams::{Experiment, HParams, HParamsEvent, Status};
use crate::proto::{self, event::What, summary::value};
use crate::types::{At, IntoScalar, WallTime};
use crate::writer::SummaryWriter;
use crate::writer::buffering::Importance;
use crate::writer::directory;
use crate::writer::summary::Inner;

/// The first step that breaks TensorBoard's HParams dashboard, if it is a metric's last one.
const STEP_LIMIT: i64 = 1 << 31;

impl SummaryWriter {
    /// Declares what the table of hyperparameters is to show. Do it once a logdir, or in every run alike; see
    /// [`Experiment`] for what happens without.
    ///
    /// # Errors
    ///
    /// A second experiment, a name that is declared twice or missing, a domain that does not go with the type,
    /// and as for [`add_scalar`](Self::add_scalar).
    pub fn add_experiment(&self, experiment: &Experiment) -> Result<()> {
        experiment.check()?;
        let at = At::new(0);
        let mut experiment = experiment.clone();
        if experiment.time_created == WallTime::default() {
            experiment.time_created = self.wall_time(at)?;
        }
        self.put_hparams([HParamsEvent::Experiment(experiment.clone())], at)?;
        // Only the first one gets here.
        let _ = self.inner.experiment.set(experiment);
        Ok(())
    }

    /// Makes this run a session: a row of the HParams table, which shows these values at once and, as they come
    /// in, the last values of the run's scalars. The session ends when the returned handle says so.
    ///
    /// Give the run a directory of its own below the logdir: for one that is the logdir itself TensorBoard
    /// shows no metrics, unless an [`Experiment`] declares them. Keep the steps of metrics below 2^31, at which
    /// its table breaks.
    ///
    /// # Errors
    ///
    /// A run that is a session already, a value that the experiment of
    /// [`add_experiment`](Self::add_experiment) does not declare, and as for [`add_scalar`](Self::add_scalar).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{HParams, SummaryWriter};
    ///
    /// # fn train(writer: &SummaryWriter) -> tfevents::Result<()> {
    /// #     writer.add_scalar("accuracy", 0.9, 1)
    /// # }
    /// # let dir = tempfile::tempdir()?;
    /// # let logdir = dir.path();
    /// let writer = SummaryWriter::new(logdir.join("exp7"))?;
    /// let session = writer.start_session(HParams::new().with("lr", 1e-3).with("optimizer", "adam"))?;
    /// train(&writer)?; // An error that leaves the function here makes the session a failed one.
    /// session.finish()?;
    /// writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_session(&self, hparams: HParams) -> Result<Session> {
        self.begin_session(hparams)?;
        Ok(Session {
            writer: self.clone(),
        })
    }

    pub(super) fn begin_session(&self, hparams: HParams) -> Result<()> {
        if let Some(experiment) = self.inner.experiment.get() {
            experiment.check_values(&hparams)?;
        }
        let at = At::new(0);
        let time = self.wall_time(at)?;
        self.put_hparams([HParamsEvent::SessionStart { hparams, time }], at)
    }

    pub(super) fn end_session_and_close(&self, status: Status) -> Result<()> {
        let ended = self.end_session(status);
        let closed = self.close();
        ended.and(closed)
    }

    /// Logs the hyperparameters and the final metrics of this run, which with that is a successful session.
    ///
    /// The metrics are logged as scalars of this run, too. Leave out those that it has logged anyway, with
    /// [`NoMetrics`] if these are all: the table shows their last values. To have the table show the run from its beginning, or to have a failure noted,
    /// use [`start_session`](Self::start_session), and for several sets of hyperparameters a [`Sweep`].
    ///
    /// # Errors
    ///
    /// A step of 2^31 or more, which would break the table, and as for [`start_session`](Self::start_session).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::HParams;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let hparams = HParams::new().with("lr", 0.1).with("batch size", 32);
    /// writer.add_hparams(hparams, [("test/accuracy", 0.93), ("test/loss", 0.2)], 1000)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// ```
    /// use tfevents::{HParams, NoMetrics};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// writer.add_scalar("test/accuracy", 0.93, 1000)?;
    /// writer.add_hparams(HParams::new().with("lr", 0.1), NoMetrics, 1000)?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "hparam_dict")]
    #[doc(alias = "metric_dict")]
    pub fn add_hparams<T, V>(
        &self,
        hparams: HParams,
        metrics: impl IntoIterator<Item = (T, V)>,
        at: impl Into<At>,
    ) -> Result<()>
    where
        T: AsRef<str>,
        V: IntoScalar,
    {
        let at = at.into();
        if at.step() >= STEP_LIMIT {
            return Err(Error::argument(format!(
                "step {} of a metric is too large: from 2^31 on TensorBoard's HParams dashboard fails for all runs",
                at.step()
            )));
        }
        if let Some(experiment) = self.inner.experiment.get() {
            experiment.check_values(&hparams)?;
        }
        let time = self.wall_time(at)?;
        let status = Status::Success;
        self.put_hparams(
            [
                HParamsEvent::SessionStart { hparams, time },
                HParamsEvent::SessionEnd { status, time },
            ],
            at,
        )?;
        // Not as points of a series, of which some may be left out: these are the result.
        for (tag, value) in metrics {
            let value = proto::summary::Value {
                tag: tag.as_ref().to_owned(),
                value: Some(value::Value::SimpleValue(value.to_f32())),
                ..Default::default()
            };
            self.put(&self.summary(vec![value], at)?, Importance::Unique)?;
        }
        Ok(())
    }

    /// Ends the session of this run, if one goes on: the first end counts.
    pub(super) fn end_session(&self, status: Status) -> Result<()> {
        if !self.inner.has_open_session()? {
            return Ok(());
        }
        let ended = self.put(&self.inner.session_end(status)?, Importance::Unique);
        if ended.is_err() && !self.inner.has_open_session()? {
            // Another thread was first.
            return Ok(());
        }
        ended
    }

    /// At step 0, as all writers do, and at the time of `at`.
    fn put_hparams<const N: usize>(&self, events: [HParamsEvent; N], at: At) -> Result<()> {
        let start = At::new(0);
        let at = at.wall_time().map_or(start, |time| start.at(time));
        self.put_values(events.into_iter().map(Into::into).collect(), at)
    }
}

impl Inner {
    fn has_open_session(&self) -> Result<bool> {
        let queue = self.background.queue();
        queue.ask(|guard| Ok(guard.has_open_session()))
    }

    /// The event that ends a session.
    pub(super) fn session_end(&self, status: Status) -> Result<proto::Event> {
        let time = self.wall_time(At::new(0), WallTime::now)?;
        let value = HParamsEvent::SessionEnd { status, time }.into();
        Ok(proto::Event {
            wall_time: time.as_secs(),
            what: Some(What::Summary(proto::Summary { value: vec![value] })),
            ..Default::default()
        })
    }
}

/// No metrics, for [`SummaryWriter::add_hparams`]: pass this if the metrics are already logged as scalars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoMetrics;

impl IntoIterator for NoMetrics {
    type Item = (&'static str, f32);
    type IntoIter = std::iter::Empty<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::empty()
    }
}

/// A session of the HParams table that has not ended: made by [`SummaryWriter::start_session`] and [`Sweep::trial`].
///
/// It is also a [`SummaryWriter`] of its run. What the table says about its end:
///
/// | end | status |
/// |---|---|
/// | [`finish`](Self::finish), [`close`](Self::close) | success |
/// | [`fail`](Self::fail), or dropped without either: an early return, a panic; a signal of `close_on_signals` | failure |
/// | the process is killed, aborts or exits before any of these; another handle of the writer is closed before | unknown |
///
/// TensorBoard keeps the first end of a run, so one that is resumed after a failure keeps that status.
#[must_use = "a session that is dropped has failed"]
#[derive(Debug)]
pub struct Session {
    writer: SummaryWriter,
}

impl Session {
    /// Ends the session as a success, and returns when everything logged before is in the file.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::flush`], and a closed writer.
    pub fn finish(self) -> Result<()> {
        self.writer.end_session(Status::Success)?;
        self.writer.flush()
    }

    /// Ends the session as a failure, and returns when everything logged before is in the file.
    ///
    /// # Errors
    ///
    /// As for [`finish`](Self::finish).
    pub fn fail(self) -> Result<()> {
        self.writer.end_session(Status::Failure)?;
        self.writer.flush()
    }

    /// The writer of the session's run.
    #[must_use]
    pub fn writer(&self) -> &SummaryWriter {
        &self.writer
    }

    /// Ends the session as a success, unless it has ended, and closes the writer with all of its handles.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::close`], and a writer that was closed before the session had ended.
    pub fn close(&self) -> Result<()> {
        self.writer.end_session_and_close(Status::Success)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A drop cannot report an error.
        let _ = self.writer.end_session(Status::Failure);
    }
}

/// Several sessions of one experiment, each in a run of its own below a logdir.
///
/// # Examples
///
/// ```
/// use tfevents::{Experiment, HParam, HParams, Metric, Sweep};
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let experiment = Experiment::new()
///     .hparam(HParam::number("lr"))
///     .metric(Metric::new("accuracy"));
/// let sweep = Sweep::new(logdir, experiment)?;
/// for lr in [0.1, 0.01] {
///     let trial = sweep.trial(&format!("lr={lr}"), HParams::new().with("lr", lr))?;
///     for step in 0..10 {
///         trial.writer().add_scalar("accuracy", lr * f64::from(step), step)?;
///     }
///     trial.finish()?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sweep {
    logdir: PathBuf,
    experiment: Experiment,
}

impl Sweep {
    /// Writes the experiment into the logdir itself, as TensorBoard's own library has it.
    ///
    /// A logdir that has an experiment keeps that one: for other columns take another logdir.
    ///
    /// # Errors
    ///
    /// As for [`SummaryWriter::new`] and [`SummaryWriter::add_experiment`].
    pub fn new(logdir: impl AsRef<Path>, experiment: Experiment) -> Result<Self> {
        experiment.check()?;
        let logdir = directory::resolve(logdir.as_ref())?;
        let writer = SummaryWriter::new(&logdir)?;
        writer.add_experiment(&experiment)?;
        writer.close()?;
        Ok(Self { logdir, experiment })
    }

    /// Starts a session in the directory of that name below the logdir. Trials may go on at the same time, in
    /// many threads.
    ///
    /// # Errors
    ///
    /// A name that is not a path below the logdir, or whose directory holds a run already; a value that the
    /// experiment does not declare; and as for [`SummaryWriter::new`].
    pub fn trial(&self, name: &str, hparams: HParams) -> Result<Session> {
        self.experiment.check_values(&hparams)?;
        let path = Path::new(name);
        let below = |c: Component<'_>| match c {
            Component::Normal(name) => name.to_str().is_some_and(|n| os::part_of_path(n) == n),
            _ => false,
        };
        if name.is_empty() || !path.components().all(below) {
            return Err(Error::argument(format!(
                "{name:?} cannot be a trial's name: it must be a relative path below the logdir"
            )));
        }
        let dir = self.logdir.join(path);
        if holds_run(&dir) {
            return Err(Error::argument(
                "a run already exists, whose hyperparameters TensorBoard would keep: choose a different name or logdir, or remove it",
            )
            .with_path(dir));
        }
        SummaryWriter::new(dir)?.start_session(hparams)
    }
}

/// Whether a directory has event files. One that cannot be listed is left to the writer to complain about.
fn holds_run(dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| files::is_event_file(&entry.file_name()))
}
