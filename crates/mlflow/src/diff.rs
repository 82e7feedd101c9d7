//! What the files hold and a server does not, and the reverse.

use std::path::{Path, PathBuf};

use crate::api::{artifacts, experiments, runs};
use crate::error::Result;
use crate::http::Http;
use crate::identity;
use crate::push::{Difference, Holds, Options, beside, check, find};
use crate::source::Source;

/// A run of files, compared with that of the server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compared {
    /// The id of the run in MLflow, if there is one.
    pub run_id: Option<String>,
    /// How many points, parameters and artifacts the files have.
    pub points: u64,
    /// See `points`.
    pub params: u64,
    /// See `points`.
    pub artifacts: u64,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What is compared, and how.
#[derive(Debug, Default)]
pub struct DiffOptions {
    /// The options that the runs were pushed with.
    pub pushed: Options,
    /// Whether the bytes of artifacts are compared, which are downloaded for that, instead of their sizes.
    pub content: bool,
    /// Logdirs of which runs are looked for that are at the server only.
    pub logdirs: Vec<PathBuf>,
}

/// What was compared.
#[derive(Debug)]
#[non_exhaustive]
pub struct Diff {
    /// The outcome for each source; `None` for one without events, or without any that are selected.
    pub runs: Vec<Result<Option<Compared>>>,
    /// Runs that were pushed from the logdirs, and are not there any more.
    pub only_there: Vec<OnlyThere>,
}

/// A run that is at the server only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnlyThere {
    /// Its id.
    pub run_id: String,
    /// Its name.
    pub name: String,
    /// Where it was when it was pushed.
    pub directory: String,
}

/// Compares runs with what the server holds of them.
///
/// # Errors
///
/// The experiment cannot be looked up.
pub(crate) fn diff(http: &Http, sources: &[Source], options: DiffOptions) -> Result<Diff> {
    let DiffOptions {
        pushed,
        content,
        logdirs,
    } = options;
    let experiment = experiments::find(http, &pushed.experiment)?;
    let comparing = Comparing {
        http,
        experiment_id: experiment.map(|experiment| experiment.experiment_id),
        content,
        options: Options {
            verify: true,
            ..pushed
        },
    };
    Ok(Diff {
        runs: sources
            .iter()
            .map(|source| comparing.compare(source))
            .collect(),
        only_there: comparing.only_there(&logdirs)?,
    })
}

/// What all runs have in common.
struct Comparing<'a> {
    http: &'a Http,
    experiment_id: Option<String>,
    content: bool,
    options: Options,
}

impl Comparing<'_> {
    fn compare(&self, source: &Source) -> Result<Option<Compared>> {
        let Some(identity) = identity::of(&source.run) else {
            return Ok(None);
        };
        let Self { http, options, .. } = self;
        if !source.has_selected(options) {
            return Ok(None);
        }
        let run = match (&options.run_id, &self.experiment_id) {
            (Some(id), _) => Some(runs::get(http, id)?),
            (None, Some(experiment_id)) => find::find(http, experiment_id, &identity)?,
            (None, None) => None,
        };
        let holds = Holds::of(source, options, self.content)?;
        let mut differences = match &run {
            Some(run) => {
                let mut differences = check::all(http, run, &holds.series, &holds.params)?;
                let wants = |tag: &str| options.has(tfevents::Kind::Scalar) && (options.wants)(tag);
                let others = check::others(http, run, &holds.series, &holds.params, wants);
                differences.extend(others?);
                differences
            }
            None => vec![Difference::Run],
        };
        if let Some(run) = &run {
            let mut there = artifacts::all(http, &run.info.run_id, "")?;
            if !options.event_files {
                for file in beside::event_files(source) {
                    there.remove(&file.path);
                }
            }
            let id = &run.info.run_id;
            differences.extend(check::artifacts(http, id, &holds.artifacts, &there)?);
        }
        Ok(Some(Compared {
            run_id: run.map(|run| run.info.run_id),
            points: holds.series.iter().map(|(_, series)| series.points).sum(),
            params: holds.params.entries.len() as u64,
            artifacts: holds.artifacts.len() as u64,
            differences,
        }))
    }

    /// The runs that were pushed from logdirs in which they are no longer.
    fn only_there(&self, logdirs: &[PathBuf]) -> Result<Vec<OnlyThere>> {
        let Some(experiment_id) = self.experiment_id.as_deref() else {
            return Ok(Vec::new());
        };
        let logdirs = logdirs.iter().filter_map(|dir| dir.canonicalize().ok());
        let logdirs: Vec<_> = logdirs.collect();
        if logdirs.is_empty() || self.options.run_id.is_some() {
            return Ok(Vec::new());
        }
        let found = runs::search(self.http, &[experiment_id], "")?;
        let gone = found.into_iter().filter_map(|run| {
            let directory = run.tag(identity::SOURCE)?.to_owned();
            let dir = Path::new(&directory);
            let is_gone = logdirs.iter().any(|logdir| dir.starts_with(logdir))
                && !identity::is_in(run.tag(identity::TAG)?, dir);
            is_gone.then_some(OnlyThere {
                run_id: run.info.run_id,
                name: run.info.run_name,
                directory,
            })
        });
        let mut gone: Vec<_> = gone.collect();
        gone.sort_by(|a, b| (&a.name, &a.run_id).cmp(&(&b.name, &b.run_id)));
        Ok(gone)
    }
}
