//! What a push would do, told without a server.

use std::collections::{BTreeMap, BTreeSet};

use tfevents::Kind;

use super::feed::{Feed, Part};
use super::outlet::{Held, Nowhere, Outlet as _};
use super::series::AllSeries;
use super::{Options, beside};
use crate::error::Result;
use crate::identity;
use crate::limits;
use crate::mapping::loss::{LossKind, Losses};
use crate::mapping::params::Params;
use crate::names::Key;
use crate::source::Source;

/// What a run would become.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// The name of a new run.
    pub run_name: String,
    /// What the run is found by: the tag `tfevents.run`.
    pub identity: String,
    /// When it began and ended, in milliseconds since 1970.
    pub start: i64,
    /// See `start`.
    pub end: Option<i64>,
    /// Its status.
    pub status: &'static str,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its metrics, ordered by tag.
    pub metrics: Vec<Metric>,
    /// The paths of its artifacts.
    pub artifacts: Vec<String>,
    /// The tag of the text that becomes its description.
    pub description: Option<String>,
    /// The kinds of series that were met.
    pub kinds: BTreeSet<Kind>,
    /// What could not be sent as it is.
    pub losses: Losses,
}

impl Planned {
    /// Whether the run would have more metrics than MLflow's pages can cope with.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.metrics.len() > limits::DRAWN_KEYS
    }
}

/// What a hyperparameter would become.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Param {
    /// The hyperparameter.
    pub name: String,
    /// The parameter.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// What a tag would become.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The tag.
    pub tag: String,
    /// The metric.
    pub key: String,
    /// How many points there are.
    pub points: u64,
}

/// Reads a run to its end, as it is pushed. Returns what that has shown, its parameters, and its artifacts.
pub(super) fn read<'a>(
    source: &Source,
    options: &'a Options,
    with_content: bool,
) -> Result<(Feed<'a>, Params, Nowhere)> {
    let mut feed = Feed::new(options, BTreeMap::new(), &source.name, true)?;
    let mut nowhere = Nowhere {
        with_content,
        ..Nowhere::default()
    };
    let params = Params::of(&source.hparams, &mut feed.losses);
    for file in &params.files {
        nowhere.artifact(file.clone())?;
    }
    let top = source.run.dir();
    feed.read(&source.run, top, Part::Own, &mut nowhere)?;
    for trial in &source.trials {
        feed.read(trial, top, Part::Trial, &mut nowhere)?;
    }
    feed.finish(&mut nowhere)?;
    let beside = beside::wanted(&source.run, options);
    for problem in beside.problems {
        feed.losses.add(LossKind::Artifact, || problem);
    }
    for file in beside.files {
        nowhere.artifact(file)?;
    }
    if options.event_files {
        for file in beside::event_files(source) {
            nowhere.artifact(file)?;
        }
    }
    Ok((feed, params, nowhere))
}

/// All that a run holds.
pub(crate) struct Holds {
    /// Its points, all of them if the options say that everything is verified.
    pub(crate) series: AllSeries,
    pub(crate) params: Params,
    /// Its artifacts, by path.
    pub(crate) artifacts: BTreeMap<String, Held>,
}

impl Holds {
    /// Reads a run; `with_content` if the bytes of its artifacts count.
    pub(crate) fn of(source: &Source, options: &Options, with_content: bool) -> Result<Self> {
        let (feed, params, files) = read(source, options, with_content)?;
        Ok(Self {
            series: feed.series,
            params,
            artifacts: files.artifacts,
        })
    }
}

/// What a run would become; `None` if it holds no event yet, or nothing that is selected. No server is asked.
///
/// # Errors
///
/// NaN or an infinity, if that is to fail.
///
/// # Examples
///
/// ```
/// use tfevents::SummaryWriter;
/// use tfevents_mlflow::{Options, Source, plan};
///
/// let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path().join("exp1"))?;
/// writer.add_scalar("loss (train)", 0.5, 1)?;
/// writer.close()?;
///
/// let runs = Source::all(dir.path())?;
/// let planned = plan(&runs[0], &Options::default())?.unwrap();
/// assert_eq!(planned.run_name, "exp1");
/// assert_eq!(planned.metrics[0].key, "loss _x28_train_x29_");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan(source: &Source, options: &Options) -> Result<Option<Planned>> {
    let Some(identity) = identity::of(&source.run) else {
        return Ok(None);
    };
    if !source.has_selected(options) {
        return Ok(None);
    }
    let (feed, params, files) = read(source, options, false)?;
    let names = source.hparams.keys();
    let params = names.zip(&params.entries).map(|(name, entry)| Param {
        name: name.clone(),
        key: entry.key.clone(),
        value: entry.value.clone(),
    });
    let mut metrics = Vec::new();
    for (tag, series) in feed.series.iter() {
        let metric = |tag: &str, key: &Key, points| Metric {
            tag: tag.to_owned(),
            key: key.text.clone(),
            points,
        };
        metrics.push(metric(tag, &series.key, series.points));
        let bests = series.bests().flat_map(|(best, _)| best.tags());
        metrics.extend(bests.map(|tag| metric(&tag, &Key::of(&tag), 1)));
    }
    let status = feed.session.status("FINISHED");
    Ok(Some(Planned {
        run_name: options
            .run_name
            .clone()
            .unwrap_or_else(|| source.name.clone()),
        identity: identity.text,
        start: feed.session.start(),
        end: feed.session.end().filter(|_| status != "RUNNING"),
        status,
        params: params.collect(),
        metrics,
        artifacts: files.artifacts.into_keys().collect(),
        description: feed.description().tag().map(str::to_owned),
        kinds: feed.kinds,
        losses: feed.losses,
    }))
}
