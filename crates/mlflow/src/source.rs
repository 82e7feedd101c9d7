//! Runs that are to be pushed, with what belongs to them.

use std::collections::BTreeMap;
use std::path::Path;

use tfevents::plugin::hparams::{HParamValue, SESSION_START_TAG};
use tfevents::{Kind, Logdir, LogdirState, Run, Selection};
use tfevents_analysis::hyperparameters::{Finder, Lookup, Trials};

use crate::error::Result;

/// A run that is to be pushed.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) name: String,
    pub(crate) run: Run,
    /// Runs of `add_hparams` that belong to it.
    pub(crate) trials: Vec<Run>,
    pub(crate) hparams: BTreeMap<String, HParamValue>,
}

impl Source {
    /// A run, and what it is called in MLflow. A run that is the logdir itself, `.`, is called as its directory.
    #[must_use]
    pub fn new(name: &str, run: Run) -> Self {
        let dir = run.dir().canonicalize().ok();
        let dir = dir.as_deref().and_then(Path::file_name);
        let name = match (name, dir) {
            (".", Some(dir)) => tfevents::reader::path_text(dir.as_ref()),
            (name, _) => name.to_owned(),
        };
        Self {
            name,
            run,
            trials: Vec::new(),
            hparams: BTreeMap::new(),
        }
    }

    /// Adds the hyperparameters, and the runs that `add_hparams` of PyTorch made for these.
    #[must_use]
    pub fn configured(self, mut hparams: BTreeMap<String, HParamValue>, trials: Vec<Run>) -> Self {
        // What is not set has no value that anybody could compare.
        hparams.retain(|_, value| *value != HParamValue::Null);
        Self {
            hparams,
            trials,
            ..self
        }
    }

    /// All runs of a logdir, with the hyperparameters that are found for them.
    ///
    /// # Errors
    ///
    /// The directory does not exist, or cannot be listed.
    pub fn all(logdir: impl AsRef<Path>) -> Result<Vec<Self>> {
        let logdir = logdir.as_ref();
        let lookup = Lookup::default();
        let found = Logdir::open(logdir)?;
        let trials = Trials::of(found.runs(), |_| true);
        let reads = lookup.clone();
        let selection = Selection::all()
            .tags(move |tag| tag == SESSION_START_TAG || reads.reads(tag))
            .kinds([Kind::HParams, Kind::Text]);
        let state = LogdirState::load(logdir, selection)?;
        let mut finder = Finder::new(&lookup, &state, &trials);
        let is_run = |run: &&Run| !trials.has(run.name());
        let sources = found.runs().iter().filter(is_run).map(|run| {
            let hparams = finder.of(run).values;
            let below: Vec<_> = trials.below(run.name()).collect();
            let below = found
                .runs()
                .iter()
                .filter(|run| below.contains(&run.name()));
            Self::new(run.name(), run.clone()).configured(hparams, below.cloned().collect())
        });
        Ok(sources.collect())
    }

    /// What it is called in MLflow.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The run itself, then those that belong to it.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Run> {
        std::iter::once(&self.run).chain(&self.trials)
    }
}
