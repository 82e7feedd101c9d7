//! The runs that `add_hparams` of PyTorch and tensorboardX makes below the one that is logged to: `RUN/1700000000.123`.
//!
//! One of them holds an experiment, the start and the end of a session, and the metrics that were given along with the
//! parameters, however often they were logged. People think of all that as part of the run above.

use std::collections::{BTreeMap, BTreeSet};

use tfevents::plugin::hparams::HParamsEvent;
use tfevents::plugin::{PointDecoder, Value};
use tfevents::{Kind, Run, RunItem};

use super::stated::Stated;
use crate::text::natural_order;

/// The runs that belong to others, as `add_hparams` makes them.
///
/// Those below a run without a value of its own are trials of a sweep if there are several, and stay runs; so do those
/// without a run above them.
///
/// # Examples
///
/// ```
/// use tfevents::{Logdir, SummaryWriter};
/// use tfevents_analysis::hyperparameters::Trials;
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path().join("exp"))?;
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.close()?;
///
/// let logdir = Logdir::open(dir.path())?;
/// let trials = Trials::of(logdir.runs(), |_| true);
/// assert!(!trials.has("exp"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trials {
    /// By the run that they belong to, in the order in which they were logged.
    by_run: BTreeMap<String, Vec<Trial>>,
    names: BTreeSet<String>,
}

/// What a run of `add_hparams` holds.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) name: String,
    pub(super) stated: Stated,
    /// When it was logged.
    time: f64,
}

impl Trials {
    /// Those among the runs of a logdir that belong to one of which `is_meant` approves.
    pub fn of<'r>(
        runs: impl IntoIterator<Item = &'r Run>,
        is_meant: impl Fn(&str) -> bool,
    ) -> Self {
        let runs: BTreeMap<_, _> = runs.into_iter().map(|run| (run.name(), run)).collect();
        let mut by_run = BTreeMap::<String, Vec<Trial>>::new();
        for run in runs.values() {
            let Some(above) = above(run.name()) else {
                continue;
            };
            if is_meant(above)
                && runs.contains_key(above)
                && let Some(trial) = Trial::read(run)
            {
                by_run.entry(above.to_owned()).or_default().push(trial);
            }
        }
        by_run.retain(|name, trials| {
            trials.len() == 1 || runs.get(&**name).is_some_and(|run| has_values(run))
        });
        // What a trial has below itself stays where it is.
        let trials = by_run.values().flatten();
        let names: BTreeSet<_> = trials.map(|trial| trial.name.clone()).collect();
        by_run.retain(|name, _| !names.contains(name));
        for trials in by_run.values_mut() {
            trials.sort_by(|a, b| {
                let by_time = a.time.total_cmp(&b.time);
                by_time.then_with(|| natural_order(&a.name, &b.name))
            });
        }
        let trials = by_run.values().flatten();
        let names = trials.map(|trial| trial.name.clone()).collect();
        Self { by_run, names }
    }

    /// Whether a run belongs to another one.
    #[must_use]
    pub fn has(&self, run: &str) -> bool {
        self.names.contains(run)
    }

    /// The runs that belong to one, in the order in which they were logged. Only the last counts.
    pub fn below(&self, run: &str) -> impl Iterator<Item = &str> {
        self.all(run).iter().map(|trial| &*trial.name)
    }

    /// The run below one that counts.
    #[must_use]
    pub fn last(&self, run: &str) -> Option<&str> {
        self.all(run).last().map(|trial| &*trial.name)
    }

    /// What the runs below one hold.
    pub(super) fn all(&self, run: &str) -> &[Trial] {
        self.by_run.get(run).map_or(&[], Vec::as_slice)
    }
}

/// The run directly above.
fn above(run: &str) -> Option<&str> {
    match run.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None => (run != ".").then_some("."),
    }
}

impl Trial {
    /// `None` for a run that holds anything else.
    fn read(run: &Run) -> Option<Self> {
        let (mut metrics, mut has_begun, mut has_ended) = (BTreeSet::new(), false, false);
        let mut trial = Self {
            name: run.name().to_owned(),
            stated: Stated::default(),
            time: f64::INFINITY,
        };
        let mut decoder = PointDecoder::default();
        let mut reader = run.read();
        while let Some(item) = reader.next_item().ok()? {
            let event = match item {
                RunItem::Event { event, .. } => event,
                RunItem::FileEnd { .. } => continue,
                _ => return None,
            };
            trial.time = trial.time.min(event.event.wall_time.as_secs());
            for point in decoder.points(&event.event) {
                let point = point.ok()?;
                match point.value {
                    Value::HParams(event) => match *event {
                        HParamsEvent::Experiment(experiment) => {
                            metrics.extend(experiment.metrics.into_iter().map(|metric| metric.tag));
                        }
                        HParamsEvent::SessionStart { hparams, .. } => {
                            has_begun = true;
                            trial.stated.replace(&hparams.values.into());
                        }
                        HParamsEvent::SessionEnd { .. } => has_ended = true,
                        _ => return None,
                    },
                    Value::Scalar(_) if metrics.contains(point.tag) => {}
                    // Most runs end here, at their first value.
                    _ => return None,
                }
            }
        }
        (has_begun && has_ended).then_some(trial)
    }
}

/// Whether a run has a value of any kind but hyperparameters. Reads no further than that takes.
fn has_values(run: &Run) -> bool {
    any_point(run, |kind| kind != Kind::HParams)
}

/// Whether a run has any scalar. Reads no further than that takes.
#[must_use]
pub fn has_scalars(run: &Run) -> bool {
    any_point(run, |kind| kind == Kind::Scalar)
}

fn any_point(run: &Run, is_wanted: impl Fn(Kind) -> bool) -> bool {
    let mut decoder = PointDecoder::default();
    let mut reader = run.read();
    while let Ok(Some(item)) = reader.next_item() {
        if let RunItem::Event { event, .. } = item {
            let mut points = decoder.points(&event.event).flatten();
            if points.any(|point| is_wanted(point.kind)) {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use tfevents::{Experiment, HParam, HParams, Logdir, Metric, SummaryWriter};

    use super::*;

    /// A run as `add_hparams` makes it: the order in which the parts are written counts.
    fn trial(dir: &std::path::Path, lr: f64, more: &[(&str, f64)]) {
        let writer = SummaryWriter::new(dir).unwrap();
        let experiment = Experiment::new()
            .hparam(HParam::number("lr"))
            .metric(Metric::new("hparam/acc"));
        writer.add_experiment(&experiment).unwrap();
        let hparams = HParams::new().with("lr", lr);
        writer
            .add_hparams(hparams, [("hparam/acc", 0.5)], 0)
            .unwrap();
        for (tag, value) in more {
            writer.add_scalar(tag, *value, 1).unwrap();
        }
        writer.close().unwrap();
    }

    fn values(dir: &std::path::Path, tags: &[&str]) {
        let writer = SummaryWriter::new(dir).unwrap();
        for tag in tags {
            writer.add_scalar(tag, 1.0, 1).unwrap();
        }
        writer.close().unwrap();
    }

    fn names(dir: &std::path::Path) -> Vec<String> {
        let logdir = Logdir::open(dir).unwrap();
        let trials = Trials::of(logdir.runs(), |_| true);
        trials.names.into_iter().collect()
    }

    #[test]
    fn a_session_belongs_to_the_run_above() {
        let dir = tempfile::tempdir().unwrap();
        values(&dir.path().join("exp"), &["loss"]);
        trial(&dir.path().join("exp/1700000000.5"), 0.1, &[]);
        trial(&dir.path().join("exp/named"), 0.2, &[]);
        // People log the metrics of a session again, by another writer in its directory.
        let again = ["hparam/acc"; 3].map(|tag| (tag, 1.0));
        trial(&dir.path().join("exp/again"), 0.4, &again);
        // These hold something else, too, or stand alone.
        trial(&dir.path().join("exp/other"), 0.3, &[("other", 1.0)]);
        trial(&dir.path().join("alone/1700000000.5"), 0.5, &[]);
        values(&dir.path().join("exp/train"), &["loss"]);
        assert_eq!(
            names(dir.path()),
            ["exp/1700000000.5", "exp/again", "exp/named"]
        );
        let logdir = Logdir::open(dir.path()).unwrap();
        let trials = Trials::of(logdir.runs(), |_| true);
        assert_eq!(trials.below("exp").count(), 3);
        let last = trials.all("exp").last().unwrap();
        assert_eq!(Some(&*last.name), trials.last("exp"));
        let none = Trials::of(logdir.runs(), |run| run != "exp");
        assert!(!none.has("exp/named"));
    }

    #[test]
    fn trials_of_a_sweep_are_runs() {
        let dir = tempfile::tempdir().unwrap();
        values(dir.path(), &[]);
        trial(&dir.path().join("1700000000.5"), 0.1, &[]);
        assert_eq!(names(dir.path()), ["1700000000.5"]);
        trial(&dir.path().join("1700000001.5"), 0.2, &[]);
        assert_eq!(names(dir.path()), [""; 0]);
        std::fs::remove_dir_all(dir.path().join("1700000001.5")).unwrap();
        // What is below a trial is no part of the run above that.
        trial(&dir.path().join("1700000000.5/deeper"), 0.2, &[]);
        assert_eq!(names(dir.path()), ["1700000000.5"]);
    }
}
