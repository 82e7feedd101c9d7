//! A run as people think of it.

use std::collections::BTreeMap;

use tfevents::plugin::hparams::HParamValue;
use tfevents::state::{BlobPoint, RunState, SeriesInfo};
use tfevents::{Kind, Policy, Scalars};

/// A run with its hyperparameters, and with the metrics that `add_hparams` of PyTorch and tensorboardX logged along with
/// them into a [run of their own](crate::hyperparameters::Trials).
#[derive(Clone, Debug)]
pub struct WholeRun<'l> {
    run: &'l RunState,
    trial: Option<&'l RunState>,
    hparams: BTreeMap<String, HParamValue>,
}

impl<'l> WholeRun<'l> {
    /// A run alone.
    #[must_use]
    pub fn new(run: &'l RunState) -> Self {
        Self {
            run,
            trial: None,
            hparams: BTreeMap::new(),
        }
    }

    /// Adds the run that holds metrics of this one.
    #[must_use]
    pub fn with_trial(self, trial: Option<&'l RunState>) -> Self {
        Self { trial, ..self }
    }

    /// Adds what was found of hyperparameters.
    #[must_use]
    pub fn with_hparams(self, hparams: BTreeMap<String, HParamValue>) -> Self {
        Self { hparams, ..self }
    }

    /// The run's name in its logdir.
    #[must_use]
    pub fn name(&self) -> &'l str {
        self.run.name()
    }

    /// What was read of the run's own files.
    #[must_use]
    pub fn state(&self) -> &'l RunState {
        self.run
    }

    /// The hyperparameters.
    #[must_use]
    pub fn hparams(&self) -> &BTreeMap<String, HParamValue> {
        &self.hparams
    }

    /// The series but for those that hold hyperparameters, ordered by tag. A metric whose tag the run has itself is not
    /// there twice.
    pub fn series(&self) -> impl Iterator<Item = SeriesInfo<'l>> + use<'l> {
        let is_value = |series: &SeriesInfo<'_>| series.kind != Kind::HParams;
        let mut own = self.run.series().filter(is_value).peekable();
        let mut metrics = self.metrics().into_iter().peekable();
        std::iter::from_fn(move || match (own.peek(), metrics.peek()) {
            (Some(first), Some(metric)) if metric.tag < first.tag => metrics.next(),
            (Some(_), _) => own.next(),
            (None, _) => metrics.next(),
        })
    }

    /// The scalars of a tag.
    #[must_use]
    pub fn scalars(&self, tag: &str, policy: Policy) -> Option<Scalars> {
        let own = self.run.scalars(tag, policy);
        own.or_else(|| self.trial?.scalars(tag, policy))
    }

    /// The values of a tag whose kind is not scalar.
    #[must_use]
    pub fn blobs(&self, tag: &str, policy: Policy) -> Option<Vec<BlobPoint>> {
        self.run.blobs(tag, policy)
    }

    fn metrics(&self) -> Vec<SeriesInfo<'l>> {
        let Some(trial) = self.trial else {
            return Vec::new();
        };
        let scalars = trial.series().filter(|series| series.kind == Kind::Scalar);
        scalars
            .filter(|series| self.run.scalars(series.tag, Policy::Raw).is_none())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use tfevents::{LogdirState, Selection, SummaryWriter};

    use super::*;

    #[test]
    fn a_metric_is_there_once() {
        let dir = tempfile::tempdir().unwrap();
        for (run, tags) in [("exp", ["b", "loss"]), ("exp/1", ["loss", "a"])] {
            let writer = SummaryWriter::new(dir.path().join(run)).unwrap();
            for tag in tags {
                writer.add_scalar(tag, run.len() as f64, 0).unwrap();
            }
            writer.close().unwrap();
        }
        let logdir = LogdirState::load(dir.path(), Selection::all()).unwrap();
        let whole = WholeRun::new(logdir.run("exp").unwrap());
        let tags = |run: &WholeRun<'_>| {
            run.series()
                .map(|series| series.tag.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(tags(&whole), ["b", "loss"]);
        let whole = whole.with_trial(logdir.run("exp/1"));
        assert_eq!(tags(&whole), ["a", "b", "loss"]);
        let first = |tag| {
            whole
                .scalars(tag, Policy::Raw)
                .unwrap()
                .values
                .number(0)
                .unwrap()
                .as_f64()
        };
        assert_eq!((first("loss"), first("a")), (3.0, 5.0));
    }
}
