//! Runs of a logdir become runs in MLflow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tfevents::Kind;
use tfevents_analysis::runs::ancestors;

use crate::api::experiments;
use crate::api::runs::{self, Run};
use crate::error::{Error, Result};
use crate::http::Http;
use crate::identity;
use crate::limits;
use crate::mapping::best::Best;
use crate::mapping::loss::Losses;
use crate::mapping::metrics::NonFinite;
use crate::source::Source;

pub(crate) mod beside;
pub(crate) mod check;
mod feed;
mod files;
pub(crate) mod find;
mod known;
mod listing;
mod one;
mod outlet;
mod plan;
mod selected;
mod sender;
mod series;
mod stream;

pub use check::Difference;
use listing::Listing;
pub(crate) use one::Pushing;
pub(crate) use plan::Holds;
pub use plan::{Metric, Param, Planned, plan};
pub use series::Stored;
pub(crate) use stream::Stream;

/// Says whether a tag is wanted.
pub type Wants = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// What is pushed, and how.
///
/// # Examples
///
/// Only losses, and all runs of a logdir side by side. What selects them has to be said in words, too:
///
/// ```
/// use tfevents_mlflow::Options;
///
/// let options = Options {
///     experiment: "mnist".to_owned(),
///     wants: Box::new(|tag| tag.ends_with("loss")),
///     selection: "losses".to_owned(),
///     ..Options::default()
/// };
/// # let _ = options;
/// ```
pub struct Options {
    /// The experiment that runs go to, which is made if there is none of that name.
    pub experiment: String,
    /// The run that is pushed to, instead of one that is found or made.
    pub run_id: Option<String>,
    /// What a new run is called, instead of as its source is.
    pub run_name: Option<String>,
    /// Whether runs below other runs become nested runs of these.
    pub nested: bool,
    /// Which tags are wanted.
    pub wants: Wants,
    /// The kinds that are wanted; none stand for all.
    pub kinds: Vec<Kind>,
    /// What `wants` and `kinds` select, in any words; empty for everything. Where it is not what was selected last, the
    /// points that the server has are read back, and those that it does not have are sent, old ones too.
    pub selection: String,
    /// What becomes of NaN and infinities.
    pub non_finite: NonFinite,
    /// The best values that become metrics of their own.
    pub best: Vec<Best>,
    /// Whether the event files themselves are stored as artifacts, too.
    pub event_files: bool,
    /// Whether all that the server holds is compared with the files, rather than the last points.
    pub verify: bool,
    /// How many runs are pushed at a time.
    pub jobs: usize,
}

impl Options {
    /// Whether values of a kind are wanted.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// What selects points, in words.
    pub(crate) fn selected(&self) -> String {
        let numbers = match self.non_finite {
            NonFinite::Skip => "--non-finite skip ",
            NonFinite::Keep | NonFinite::Fail => "",
        };
        format!("{}{numbers}", self.selection)
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
            run_name: None,
            nested: false,
            wants: Box::new(|_| true),
            kinds: Vec::new(),
            selection: String::new(),
            non_finite: NonFinite::default(),
            best: Vec::new(),
            event_files: false,
            verify: false,
            jobs: 4,
        }
    }
}

/// What was pushed of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pushed {
    /// The id of the run in MLflow.
    pub run_id: String,
    /// The id of its experiment.
    pub experiment_id: String,
    /// Whether the run was made now.
    pub is_new: bool,
    /// What MLflow says about how it ended: `FINISHED`, `FAILED`, `KILLED` or, if it has not, `RUNNING`.
    pub status: String,
    /// How many points were sent.
    pub points: u64,
    /// How many parameters were sent.
    pub params: u64,
    /// How many files were stored.
    pub artifacts: u64,
    /// The kinds of series that were met; none if nothing had to be read.
    pub kinds: BTreeSet<Kind>,
    /// How many metrics the files have; 0 if nothing in them was new, so that they were not read.
    pub metrics: usize,
    /// What could not be sent as it is.
    pub losses: Losses,
    /// What the server holds otherwise than the files do.
    pub differences: Vec<Difference>,
}

impl Pushed {
    /// Whether the run has more metrics than MLflow's pages can cope with.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.metrics > limits::DRAWN_KEYS
    }
}

/// The outcome for a source; `None` if that holds no event yet, or nothing that is selected.
pub type Outcome = Result<Option<Pushed>>;

/// Pushes runs, several at a time. Returns the outcome for each, in the same order; what comes after an error that is about
/// the server is not tried. Where nothing is selected, no server is asked.
///
/// # Errors
///
/// There is no way to the experiment.
pub(crate) fn push(
    http: &Http,
    sources: &[Source],
    options: &Options,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Outcome>> {
    let is_left = sources.iter().map(|source| source.has_selected(options));
    let is_left: Vec<_> = is_left.collect();
    if !is_left.contains(&true) {
        return Ok(is_left.iter().map(|_| Ok(None)).collect());
    }
    let experiment_id = experiment_id(http, options)?;
    let listing = match &options.run_id {
        Some(_) => None,
        None => Listing::of(http, &experiment_id, sources.len())?,
    };
    let pushing = Pushing {
        http,
        experiment_id: &experiment_id,
        options,
        otherwise: "FINISHED",
        listing: listing.as_ref(),
        tell,
    };
    let found = match options.nested {
        true => nested(&pushing, sources, &is_left)?,
        false => Vec::new(),
    };
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, sources.len().max(1)) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(source) = sources.get(number) else {
                        return;
                    };
                    let known = found.get(number).cloned().flatten();
                    let outcome = match is_left.get(number) {
                        Some(true) => pushing.push(source, known),
                        _ => Ok(None),
                    };
                    // Nobody else will have more luck.
                    if outcome.as_ref().is_err_and(Error::is_of_all) {
                        stop.store(true, Ordering::Relaxed);
                    }
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.insert(number, outcome);
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(done.into_values().collect())
}

/// The experiment that is pushed to: that of the run, where one is given, and none is made then.
pub(crate) fn experiment_id(http: &Http, options: &Options) -> Result<String> {
    match &options.run_id {
        Some(id) => Ok(runs::get(http, id)?.info.experiment_id),
        None => Ok(experiments::find_or_create(http, &options.experiment)?.experiment_id),
    }
}

/// The id of the run that a run was pushed to.
pub(crate) fn find_pushed(
    http: &Http,
    run: &tfevents::Run,
    experiment: &str,
) -> Result<Option<String>> {
    let Some(identity) = identity::of(run) else {
        return Ok(None);
    };
    let Some(experiment) = experiments::find(http, experiment)? else {
        return Ok(None);
    };
    let found = find::find(http, &experiment.experiment_id, &identity)?;
    Ok(found.map(|run| run.info.run_id))
}

/// The runs for all sources that are left, each made below the nearest one whose name it is below.
fn nested(
    pushing: &Pushing<'_>,
    sources: &[Source],
    is_left: &[bool],
) -> Result<Vec<Option<(Run, bool)>>> {
    let mut ids = BTreeMap::new();
    let mut found = vec![None; sources.len()];
    let mut order: Vec<_> = sources.iter().enumerate().collect();
    order.retain(|(number, _)| is_left.get(*number) == Some(&true));
    // Whatever is above another one has fewer parts.
    order.sort_by_key(|(_, source)| source.name.matches('/').count());
    for (number, source) in order {
        let mut above = ancestors(&source.name).skip(1);
        let parent: Option<&String> = above.find_map(|name| ids.get(name));
        let run = pushing.find(source, parent.map(String::as_str))?;
        if let Some((run, _)) = &run {
            ids.insert(source.name.clone(), run.info.run_id.clone());
        }
        if let Some(place) = found.get_mut(number) {
            *place = run;
        }
    }
    Ok(found)
}
