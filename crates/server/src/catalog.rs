//! What is served: the runs as they were last read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::filter::Wanted;
use crate::run::Run;

/// The runs that are served, each as it was last read.
///
/// A run is replaced as a whole. The locks are held while a name is looked up or put in, never while anything is read,
/// computed or sent.
#[derive(Debug, Default)]
pub struct Catalog {
    runs: RwLock<BTreeMap<Arc<str>, Arc<Run>>>,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    loads: u64,
    problems: Vec<String>,
}

/// What was loaded, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// How often the logdir was looked through to its end. 0 while it is read for the first time.
    pub loads: u64,
    /// Runs.
    pub runs: u64,
    /// Series that are shown.
    pub series: u64,
    /// All points that were read.
    pub points: u64,
    /// Those of them that the policy hides.
    pub hidden_points: u64,
    /// Records and values that are damaged. Of those that are [verified when they are
    /// read](crate::Loader::checksum), the ones that were read since their run last changed.
    pub damaged: u64,
    /// Files with anything damaged in them.
    pub damaged_files: u64,
    /// What could not be read or listed, one sentence each: the first hundred.
    pub problems: Vec<String>,
}

impl Health {
    /// What is damaged and what is not shown, for a line of text. `None` if neither is.
    #[must_use]
    pub fn notes(&self) -> Option<String> {
        let mut notes = Vec::new();
        if self.damaged > 0 {
            let files = match self.damaged_files {
                1 => "1 file",
                n => &*format!("{n} files"),
            };
            notes.push(format!("damaged records: {} in {files}", self.damaged));
        }
        if self.hidden_points > 0 {
            notes.push(format!("points not shown: {}", self.hidden_points));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// Whether the [notes](Self::notes) are worth saying again: more is damaged, or points are hidden for the first time.
    #[must_use]
    pub fn has_news_since(&self, earlier: &Self) -> bool {
        self.damaged > earlier.damaged || (self.hidden_points > 0 && earlier.hidden_points == 0)
    }
}

/// How many problems are reported one by one.
const MAX_PROBLEMS: usize = 100;

impl Catalog {
    pub(crate) fn publish(&self, run: Run) {
        let name = run.name().into();
        let mut runs = self.runs.write().unwrap_or_else(PoisonError::into_inner);
        let old = runs.insert(name, Arc::new(run));
        drop(runs);
        // To free a run takes longer than to put one in.
        drop(old);
    }

    pub(crate) fn withdraw(&self, name: &str) {
        let mut runs = self.runs.write().unwrap_or_else(PoisonError::into_inner);
        let old = runs.remove(name);
        drop(runs);
        drop(old);
    }

    /// Notes that the logdir was looked through, and what could not be read or listed.
    pub(crate) fn finish_load(&self, mut problems: Vec<String>) {
        problems.truncate(MAX_PROBLEMS);
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.loads += 1;
        log.problems = problems;
    }

    pub(crate) fn run(&self, name: &str) -> Option<Arc<Run>> {
        let runs = self.runs.read().unwrap_or_else(PoisonError::into_inner);
        runs.get(name).cloned()
    }

    /// All runs, in order of their names.
    pub(crate) fn runs(&self) -> Vec<Arc<Run>> {
        let runs = self.runs.read().unwrap_or_else(PoisonError::into_inner);
        runs.values().cloned().collect()
    }

    /// The runs that a request names, in order of their names.
    pub(crate) fn wanted(&self, wanted: &Wanted) -> Vec<Arc<Run>> {
        let Some(names) = wanted.runs() else {
            return self.runs();
        };
        let runs = self.runs.read().unwrap_or_else(PoisonError::into_inner);
        // There may be many more names than runs.
        if names.len() < runs.len() / 8 {
            return names
                .iter()
                .filter_map(|name| runs.get(name).cloned())
                .collect();
        }
        drop(runs);
        let mut runs = self.runs();
        runs.retain(|run| names.contains(run.name()));
        runs
    }

    /// What was loaded, and what is wrong with it.
    #[must_use]
    pub fn health(&self) -> Health {
        let runs = self.runs();
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let mut health = Health {
            loads: log.loads,
            runs: runs.len() as u64,
            problems: log.problems.clone(),
            ..Health::default()
        };
        drop(log);
        for run in &runs {
            health.series += run.series.len() as u64;
            health.points += run.points;
            health.hidden_points += run.hidden;
            let (records, files) = run.damage();
            health.damaged += records;
            health.damaged_files += files;
        }
        health
    }

    /// The plugins that have series, in order of their names.
    pub(crate) fn plugins(&self) -> Vec<String> {
        let runs = self.runs();
        let plugins = runs.iter().flat_map(|run| &run.plugins);
        let plugins: BTreeSet<&str> = plugins.map(|plugin| &**plugin).collect();
        plugins.into_iter().map(str::to_owned).collect()
    }
}
