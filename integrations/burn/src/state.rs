//! What the handles of a logger share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricEntry, MetricId, NumericEntry};
use tfevents::error::SinkFailure;
use tfevents::{Error, ErrorKind, Result};

use crate::definition::description;
use crate::resumed;
use crate::run::{self, BY_EPOCH, EPOCH, Progress, SplitRun};
use crate::values::Values;

#[derive(Debug)]
pub(crate) struct State {
    logdir: PathBuf,
    pub(crate) every: usize,
    /// Where splits go on that are not open yet.
    progress: HashMap<Split, Progress>,
    definitions: HashMap<MetricId, MetricDefinition>,
    runs: HashMap<Split, SplitRun>,
    values: Values,
    /// Whether earlier runs go on.
    resumes: bool,
    closed: bool,
    failure: Option<SinkFailure>,
}

/// A metric's entry of one update.
enum Logged {
    Number(NumericEntry),
    Text(String),
}

impl State {
    /// A new training.
    pub(crate) fn new(logdir: PathBuf) -> Self {
        Self {
            logdir,
            every: 1,
            progress: HashMap::new(),
            definitions: HashMap::new(),
            runs: HashMap::new(),
            values: Values::default(),
            resumes: false,
            closed: false,
            failure: None,
        }
    }

    /// One that continues where its splits were, with the values of earlier epochs.
    pub(crate) fn resumed(
        logdir: PathBuf,
        progress: HashMap<Split, Progress>,
        values: Values,
    ) -> Self {
        Self {
            progress,
            values,
            resumes: true,
            ..Self::new(logdir)
        }
    }

    /// The runs of a split, opened where needed.
    pub(crate) fn run(&mut self, split: &Split) -> Result<&mut SplitRun> {
        if self.closed {
            return Err(Error::new(ErrorKind::Closed).with_path(&self.logdir));
        }
        match self.runs.entry(split.clone()) {
            Entry::Occupied(run) => Ok(run.into_mut()),
            Entry::Vacant(place) => {
                let progress = match (self.progress.get(split), split) {
                    (Some(progress), _) => *progress,
                    (None, Split::Test(_)) if self.resumes => resumed::end(&self.logdir, split)?,
                    _ => Progress::default(),
                };
                let run = SplitRun::open(&self.logdir, split, progress)?;
                for definition in self.definitions.values() {
                    describe(&run, definition)?;
                }
                Ok(place.insert(run))
            }
        }
    }

    /// How many batches of a split were seen.
    pub(crate) fn batches(&self, split: &Split) -> i64 {
        let open = self.runs.get(split).map(|run| run.progress);
        let progress = open.or_else(|| self.progress.get(split).copied());
        progress.unwrap_or_default().batches
    }

    pub(crate) fn define(&mut self, definition: MetricDefinition) -> Result<()> {
        let id = definition.metric_id.clone();
        if self.definitions.insert(id, definition.clone()).is_some() {
            return Ok(());
        }
        let results: Vec<_> = self
            .runs
            .values()
            .map(|run| describe(run, &definition))
            .collect();
        results.into_iter().collect()
    }

    pub(crate) fn log(&mut self, update: MetricsUpdate, epoch: usize, split: &Split) -> Result<()> {
        let logged = self.entries(update);
        let mut names_known = Ok(());
        // The last update of an epoch has the values of the epoch, and is no batch.
        let ends = logged
            .iter()
            .any(|(_, entry)| matches!(entry, Logged::Number(NumericEntry::Final(_))));
        let every = i64::try_from(self.every.max(1)).unwrap_or(i64::MAX);
        // What burn asks for later does not depend on a disk.
        for (name, entry) in &logged {
            match (name, entry) {
                (Some(name), Logged::Number(entry)) => self.values.add(split, name, epoch, entry),
                (Some(_), Logged::Text(_)) => {}
                (None, _) => {
                    names_known = Err(Error::argument(
                        "burn logged a metric without defining it first, so its name is unknown",
                    ));
                }
            }
        }
        let run = self.run(split)?;
        if !ends {
            run.progress.batches += 1;
        }
        let batch = run.progress.batches;
        let mut results = vec![names_known];
        for (name, entry) in logged {
            let Some(name) = name else { continue };
            match entry {
                Logged::Number(entry) if !ends && batch % every == 0 => {
                    results.push(run.writer.add_scalar(&name, entry.current(), batch));
                }
                Logged::Number(_) => {}
                Logged::Text(text) => drop(run.texts.insert(name, text)),
            }
        }
        results.into_iter().collect()
    }

    /// What an update holds, with the names of the metrics.
    fn entries(&self, update: MetricsUpdate) -> Vec<(Option<String>, Logged)> {
        let name = |entry: &MetricEntry| {
            let definition = self.definitions.get(&entry.metric_id);
            definition.map(|definition| definition.name.to_string())
        };
        let numeric = update.entries_numeric.iter().filter_map(|update| {
            let entry = update.numeric_entry.clone()?;
            Some((name(&update.entry), Logged::Number(entry)))
        });
        let others = update.entries.iter().filter_map(|entry| {
            let serialized = &entry.serialized_entry;
            if serialized.is_not_available() {
                return None;
            }
            // Registered as text, and a number all the same.
            let number = NumericEntry::deserialize(&serialized.serialized);
            let logged = match number {
                Ok(number) => Logged::Number(number),
                Err(_) => Logged::Text(serialized.formatted.clone()),
            };
            Some((name(entry), logged))
        });
        numeric.chain(others).collect()
    }

    pub(crate) fn end_epoch(&mut self, summary: &EpochSummary) -> Result<()> {
        let EpochSummary {
            epoch_number: epoch,
            split,
        } = summary;
        let values = self.values.of_epoch(split, *epoch);
        let run = self.run(split)?;
        run.progress.epoch = *epoch;
        let mut results: Vec<_> = values
            .into_iter()
            .map(|(name, value)| {
                run.epochs
                    .add_scalar(&format!("{BY_EPOCH}{name}"), value, *epoch)
            })
            .collect();
        for (name, text) in std::mem::take(&mut run.texts) {
            results.push(run.epochs.add_text(&name, text, *epoch));
        }
        let at = run.progress.batches;
        results.push(run.writer.add_scalar(EPOCH, *epoch, at));
        results.into_iter().collect()
    }

    pub(crate) fn read(&self, name: &str, epoch: usize, split: &Split) -> Vec<NumericEntry> {
        let value = self.values.get(split, name, epoch);
        value.map(NumericEntry::Final).into_iter().collect()
    }

    /// Remembers an error for the end: burn's loggers have nobody to tell.
    pub(crate) fn keep(&mut self, result: Result<()>) {
        if let Err(error) = result {
            match &mut self.failure {
                Some(failure) => failure.calls += 1,
                none => *none = Some(SinkFailure::new(NAME, error)),
            }
        }
    }

    /// Everything that went wrong so far, as one error.
    pub(crate) fn problem(&self) -> Result<()> {
        together(self.failure.iter().cloned().collect())
    }

    pub(crate) fn close(&mut self) -> Result<()> {
        self.closed = true;
        let mut failures: Vec<_> = self.failure.iter().cloned().collect();
        // What these say is new: how much is lost.
        for (split, run) in &self.runs {
            if let Err(error) = run.close() {
                failures.push(SinkFailure::new(run::name(split), error));
            }
        }
        together(failures)
    }
}

/// The name of the logger in failures.
const NAME: &str = "TensorBoardLogger";

fn together(failures: Vec<SinkFailure>) -> Result<()> {
    match failures.is_empty() {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Sinks(failures))),
    }
}

fn describe(run: &SplitRun, definition: &MetricDefinition) -> Result<()> {
    let text = description(definition);
    if text.is_empty() {
        return Ok(());
    }
    run.writer.describe(&definition.name, text.as_str())?;
    let by_epoch = format!("{BY_EPOCH}{}", definition.name);
    run.epochs.describe(&by_epoch, text)
}
