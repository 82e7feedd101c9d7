//! Runs that are to be pushed, with what belongs to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tfevents::plugin::hparams::{HParamValue, SESSION_START_TAG};
use tfevents::reader::Root;
use tfevents::{Kind, Logdir, LogdirState, Run, Selection};
use tfevents_analysis::hyperparameters::{Finder, Lookup, Trials};
use tfevents_analysis::runs::ancestors;

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
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::SummaryWriter;
    /// use tfevents_mlflow::Source;
    ///
    /// let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path().join("exp1"))?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// writer.close()?;
    ///
    /// let runs = Source::all(dir.path())?;
    /// assert_eq!(runs[0].name(), "exp1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn all(logdir: impl AsRef<Path>) -> Result<Vec<Self>> {
        let roots = [Root::from(logdir.as_ref())];
        let found = Logdir::open_all(&roots)?;
        let trials = Trials::of(found.runs(), |_| true);
        let is_run = |run: &&Run| !trials.has(run.name());
        let names = found.runs().iter().filter(is_run);
        let names = names.map(|run| run.name().to_owned()).collect();
        Self::among(&roots, &found, &trials, &Lookup::default(), names)
    }

    /// Some of the runs of a logdir, with the hyperparameters and trials that are found for them.
    pub(crate) fn among(
        roots: &[Root],
        found: &Logdir,
        trials: &Trials,
        lookup: &Lookup,
        names: BTreeSet<String>,
    ) -> Result<Vec<Self>> {
        let above = names.iter().flat_map(|name| ancestors(name));
        let read: BTreeSet<String> = above.map(str::to_owned).collect();
        let reads = lookup.clone();
        let selection = Selection::all()
            .runs(move |run| read.contains(run))
            .tags(move |tag| tag == SESSION_START_TAG || reads.reads(tag))
            .kinds([Kind::HParams, Kind::Text]);
        let state = LogdirState::load_all(roots.to_vec(), selection)?;
        let mut finder = Finder::new(lookup, &state, trials);
        let runs = names.iter().filter_map(|name| found.run(name));
        let sources = runs.map(|run| {
            let mut hparams = finder.of(run).values;
            // What is not set has no value that anybody could compare.
            hparams.retain(|_, value| *value != HParamValue::Null);
            let below = trials.below(run.name());
            let below = below.filter_map(|name| found.run(name)).cloned();
            Self::new(run.name(), run.clone()).configured(hparams, below.collect())
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
