//! A logdir in MLflow while it is written.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tfevents::reader::Root;
use tfevents::record::MAX_RECORD;
use tfevents_analysis::hyperparameters::Lookup;

use crate::client::Mlflow;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Ending;
use crate::push::{self, Options};

mod bell;
mod event;
mod job;
mod look;
mod watched;
mod watcher;

use bell::Bell;
pub use event::Event;

/// How long a run may be silent, unless somebody has its file open.
const STALE: Duration = Duration::from_secs(30 * 60);
/// How often files are looked at.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long a server is waited for before that is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a mirror that is dropped goes on.
const DROPPED: Duration = Duration::from_secs(10);

/// Keeps the runs of a logdir in MLflow as they are written: a thread that sends what is new every few seconds.
///
/// A run is `RUNNING` while it is followed. When a session of it ends, or it is silent for half an hour and nobody on this
/// machine has its files open, it is ended: as the session says, or as `KILLED` at the time of its last event. If it goes on
/// later, it is `RUNNING` again. What was sent stands at the server, so that another mirror or [push](Mlflow::push) goes on
/// where this one ended, however that happened. A run that nobody followed and that was silent for so long when it is first
/// seen is sent as a push sends it: it is `FINISHED` unless its session says otherwise. While the server is away, this waits:
/// the files hold what is to be sent.
///
/// Dropping it ends it within seconds, whatever was not sent; better [stop](Self::stop) it.
///
/// # Examples
///
/// ```no_run
/// use tfevents::SummaryWriter;
/// use tfevents_mlflow::{Mirror, Mlflow};
///
/// let server = Mlflow::new("http://localhost:5000")?;
/// let mirror = Mirror::builder(&server, "runs").experiment("mnist").start()?;
///
/// let writer = SummaryWriter::new("runs/exp1")?;
/// for step in 0..1000 {
///     writer.add_scalar("loss", 1.0 / (step + 1) as f64, step)?;
/// }
/// writer.close()?;
///
/// let mirrored = mirror.stop()?;
/// println!("{} points", mirrored.points);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Mirror {
    bell: Arc<Bell>,
    ending: Arc<Ending>,
    problem: Arc<Mutex<Option<Error>>>,
    thread: Option<JoinHandle<Result<Mirrored>>>,
}

/// What a mirror has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mirrored {
    /// How many points.
    pub points: u64,
    /// Of how many runs the server holds everything that is in the files.
    pub runs: usize,
}

/// Settings of a [`Mirror`].
pub struct MirrorBuilder {
    server: Mlflow,
    plan: Plan,
}

/// What is to be mirrored, and how.
struct Plan {
    roots: Vec<Root>,
    max_record: u64,
    wants_run: Box<dyn Fn(&str) -> bool + Send + Sync>,
    lookup: Lookup,
    options: Options,
    stale: Duration,
    tell: Box<dyn Fn(&Event<'_>) + Send + Sync>,
}

impl fmt::Debug for MirrorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MirrorBuilder")
            .field("server", &self.server)
            .field("roots", &self.plan.roots)
            .finish_non_exhaustive()
    }
}

impl MirrorBuilder {
    /// The experiment that runs go to, `Default` unless this is called.
    #[must_use]
    pub fn experiment(mut self, name: &str) -> Self {
        name.clone_into(&mut self.plan.options.experiment);
        self
    }

    /// What is pushed, and how. A mirror does not verify: [`diff`](Mlflow::diff) does.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.plan.options = Options {
            verify: false,
            ..options
        };
        self
    }

    /// Only runs whose names `test` accepts.
    #[must_use]
    pub fn runs(mut self, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.plan.wants_run = Box::new(test);
        self
    }

    /// Where hyperparameters are looked for.
    #[must_use]
    pub fn hparams(mut self, lookup: Lookup) -> Self {
        self.plan.lookup = lookup;
        self
    }

    /// Limits the size of records held in memory: see [`EventReader::max_record`](tfevents::EventReader::max_record).
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.plan.max_record = bytes;
        self
    }

    /// How long a run may be silent until it counts as ended, unless somebody has one of its files open for writing.
    #[must_use]
    pub fn stale(mut self, time: Duration) -> Self {
        self.plan.stale = time;
        self
    }

    /// Calls `tell` with what happens, on a thread of the mirror.
    #[must_use]
    pub fn on_event(mut self, tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.plan.tell = Box::new(tell);
        self
    }

    /// Starts the mirror.
    ///
    /// # Errors
    ///
    /// The server does not answer, or has no such experiment and makes none; or the system has no thread left.
    pub fn start(self) -> Result<Mirror> {
        let Self { server, plan } = self;
        let ending = Arc::<Ending>::default();
        let http = server.http().until(Arc::clone(&ending), PATIENCE);
        let experiment_id = push::experiment_id(&http, &plan.options)?;
        let bell = Arc::<Bell>::default();
        let problem = Arc::<Mutex<Option<Error>>>::default();
        let (called, seen) = (Arc::clone(&bell), Arc::clone(&problem));
        let thread = thread::Builder::new().name("tfevents-mirror".to_owned());
        let thread =
            thread.spawn(move || watcher::run(&http, &experiment_id, &plan, &called, &seen));
        let thread = thread.map_err(|e| Error::new(ErrorKind::Local, format!("no thread: {e}")))?;
        Ok(Mirror {
            bell,
            ending,
            problem,
            thread: Some(thread),
        })
    }
}

impl Mirror {
    /// A mirror of a logdir, which need not exist yet.
    pub fn builder(server: &Mlflow, logdir: impl Into<PathBuf>) -> MirrorBuilder {
        Self::of_roots(server, vec![logdir.into().into()])
    }

    /// The same for several trees.
    #[must_use]
    pub fn of_roots(server: &Mlflow, roots: Vec<Root>) -> MirrorBuilder {
        MirrorBuilder {
            server: server.clone(),
            plan: Plan {
                roots,
                max_record: MAX_RECORD,
                wants_run: Box::new(|_| true),
                lookup: Lookup::default(),
                options: Options::default(),
                stale: STALE,
                tell: Box::new(|_| {}),
            },
        }
    }

    /// Why nothing is sent at present, such as that the server does not answer; `None` if all is well.
    #[must_use]
    pub fn problem(&self) -> Option<Error> {
        let problem = self.problem.lock();
        problem.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends everything that was logged by now, and ends. Runs whose files nobody has open any more are ended, too: as their
    /// session says, or as `FINISHED`. So writers are to be closed before. Others stay `RUNNING`; so does, until it is
    /// [stale](MirrorBuilder::stale), a run whose writer opens and closes its file each time that it writes.
    ///
    /// # Errors
    ///
    /// Why not everything was sent. A server that is away is waited for no longer than usual.
    pub fn stop(self) -> Result<Mirrored> {
        self.stop_within(Duration::MAX)
    }

    /// The same within a time: what was not sent by then is left for the next mirror or push.
    ///
    /// # Errors
    ///
    /// As for [`stop`](Self::stop).
    pub fn stop_within(mut self, time: Duration) -> Result<Mirrored> {
        self.ending.within(time);
        self.bell.stop();
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(mirrored)) => mirrored,
            _ => Err(Error::new(ErrorKind::Local, "the mirror's thread panicked")),
        }
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.ending.within(DROPPED);
        self.bell.stop();
        // A server that does not answer keeps a request waiting, but not whoever drops this.
        let until = Instant::now() + 2 * DROPPED;
        while !thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The problem, as whoever owns the mirror sees it.
fn show(problem: &Mutex<Option<Error>>, new: Option<Error>) {
    *problem.lock().unwrap_or_else(PoisonError::into_inner) = new;
}
