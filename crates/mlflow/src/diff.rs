//! What the files hold and a server does not, and the reverse.

use crate::api::{artifacts, experiments, runs};
use crate::error::Result;
use crate::http::Http;
use crate::identity;
use crate::push::{Difference, Holds, Options, check, find, one};
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

/// Compares runs with what the server holds of them; `None` for one without events, or without any that are selected.
///
/// # Errors
///
/// The experiment cannot be looked up.
pub(crate) fn diff(
    http: &Http,
    sources: &[Source],
    options: Options,
) -> Result<Vec<Result<Option<Compared>>>> {
    let experiment = experiments::find(http, &options.experiment)?;
    let comparing = Comparing {
        http,
        experiment_id: experiment.map(|experiment| experiment.experiment_id),
        options: Options {
            verify: true,
            ..options
        },
    };
    Ok(sources
        .iter()
        .map(|source| comparing.compare(source))
        .collect())
}

/// What all runs have in common.
struct Comparing<'a> {
    http: &'a Http,
    experiment_id: Option<String>,
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
        let holds = Holds::of(source, options)?;
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
                for file in one::event_files(source) {
                    there.remove(&file.path);
                }
            }
            differences.extend(check::artifacts(&holds.artifacts, &there));
        }
        Ok(Some(Compared {
            run_id: run.map(|run| run.info.run_id),
            points: holds.series.iter().map(|(_, series)| series.points).sum(),
            params: holds.params.entries.len() as u64,
            artifacts: holds.artifacts.len() as u64,
            differences,
        }))
    }
}
