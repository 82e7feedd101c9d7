//! Runs of a logdir become runs in MLflow.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use tfevents::{Kind, Run};

use crate::api::Entry;
use crate::api::experiments::{self, Experiment};
use crate::api::runs::{self, New, Update};
use crate::error::{Error, Result};
use crate::http::Http;
use crate::identity::{self, Identity};
use crate::mapping::loss::Losses;
use crate::mapping::metrics::{NonFinite, millis};
use crate::marks;

mod feed;
mod files;
mod find;
mod sender;

use feed::Feed;
use files::Files;
use sender::Sender;

/// A run that is to be pushed.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is called in MLflow.
    pub name: String,
    /// Where its event files are.
    pub run: Run,
}

/// What is pushed, and how.
pub struct Options {
    /// The experiment that runs go to.
    pub experiment: String,
    /// The run that is pushed to, instead of one that is found or made.
    pub run_id: Option<String>,
    /// Which tags are wanted.
    pub wants: Box<dyn Fn(&str) -> bool + Send + Sync>,
    /// The kinds that are wanted; none stand for all.
    pub kinds: Vec<Kind>,
    /// What becomes of NaN and infinities.
    pub non_finite: NonFinite,
    /// How many runs are pushed at a time.
    pub jobs: usize,
}

impl Options {
    /// Whether values of a kind are wanted.
    fn has(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("experiment", &self.experiment)
            .finish_non_exhaustive()
    }
}

/// The experiment `Default`, all tags of all kinds, four runs at a time.
impl Default for Options {
    fn default() -> Self {
        Self {
            experiment: "Default".to_owned(),
            run_id: None,
            wants: Box::new(|_| true),
            kinds: Vec::new(),
            non_finite: NonFinite::default(),
            jobs: 4,
        }
    }
}

/// What was pushed of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pushed {
    /// The id of the run in MLflow.
    pub run_id: String,
    /// The id of its experiment.
    pub experiment_id: String,
    /// Whether the run was made now.
    pub is_new: bool,
    /// How many points were sent.
    pub points: u64,
    /// How many files were stored.
    pub artifacts: u64,
    /// The kinds of series that were met; none if nothing had to be read.
    pub kinds: BTreeSet<Kind>,
    /// How many metrics the files have.
    pub metrics: usize,
    /// What could not be sent as it is.
    pub losses: Losses,
}

/// Pushes runs, several at a time. For each, in the same order, what was pushed, or why that failed; `None` if it holds nothing yet.
/// `tell` is called with the number of points that were sent, each time some were.
///
/// # Errors
///
/// There is no way to the experiment.
pub(crate) fn push(
    http: &Http,
    sources: &[Source],
    options: &Options,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Result<Option<Pushed>>>> {
    let experiment = experiments::find_or_create(http, &options.experiment)?;
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, sources.len().max(1)) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(source) = sources.get(number) else {
                        return;
                    };
                    let pushed = push_run(http, source, &experiment, options, tell);
                    // Nobody else will have more luck.
                    if pushed.as_ref().is_err_and(Error::is_of_all) {
                        stop.store(true, Ordering::Relaxed);
                    }
                    let mut done = done
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    done.push((number, pushed));
                }
            });
        }
    });
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, pushed)| pushed).collect())
}

fn push_run(
    http: &Http,
    source: &Source,
    experiment: &Experiment,
    options: &Options,
    tell: &dyn Fn(u64),
) -> Result<Option<Pushed>> {
    let Some(identity) = identity::of(&source.run) else {
        return Ok(None);
    };
    let (run, is_new) = match &options.run_id {
        Some(id) => (runs::get(http, id)?, false),
        None => {
            let tags = [Entry::new(identity::TAG, &*identity.text)];
            let new = New {
                experiment_id: &experiment.experiment_id,
                run_name: &source.name,
                start_time: start(&identity),
                tags: &tags,
            };
            find::find_or_create(http, &new, &identity.text)?
        }
    };
    let files = Files::new(http, &run);
    let mut feed = Feed::new(options, marks::among(&run.data.tags), &source.name, files)?;
    let mut sender = Sender::new(http, &run.info.run_id, tell);
    if !feed.is_sent(&source.run) {
        feed.send(&source.run, &mut sender)?;
        sender.flush(&[], &feed.tags())?;
    }
    finish(http, &run, feed.last)?;
    Ok(Some(Pushed {
        run_id: run.info.run_id.clone(),
        experiment_id: run.info.experiment_id.clone(),
        is_new,
        points: sender.sent(),
        artifacts: feed.files.stored(),
        kinds: feed.kinds,
        metrics: feed.metrics.len(),
        losses: feed.losses,
    }))
}

/// When a run began, in milliseconds.
fn start(identity: &Identity) -> i64 {
    let times = identity.began.iter();
    let times = times.filter_map(|time| millis(tfevents::WallTime::from_secs(*time)));
    times.min().unwrap_or(0)
}

/// Says that a run has ended, and when, unless it is known.
fn finish(http: &Http, run: &runs::Run, last: Option<i64>) -> Result<()> {
    let end = last.max(run.info.end_time);
    if run.info.status == "FINISHED" && run.info.end_time == end {
        return Ok(());
    }
    runs::update(
        http,
        &Update {
            run_id: &run.info.run_id,
            status: Some("FINISHED"),
            end_time: end,
            run_name: None,
        },
    )
}
