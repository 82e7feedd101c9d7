//! MLflow's runs become event files: those of a server, and those in a directory `mlruns`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use tfevents::Kind;

use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::mapping::loss::Losses;

mod artifacts;
mod beside;
mod events;
mod kept;
mod listing;
mod media;
mod meta;
mod mlruns;
mod params;
mod record;
mod series;
mod server;
mod sessions;
#[cfg(test)]
mod tests;

use listing::Listing;
use mlruns::Mlruns;
use record::{Record, Store};
use server::Server;

pub use beside::Copied;
pub use series::Steps;

/// Runs of MLflow that can be written as event files.
///
/// # Examples
///
/// Every run of a directory `mlruns` becomes a run of a logdir, without a server:
///
/// ```no_run
/// use std::fs::{self, File};
/// use std::path::Path;
/// use tfevents_mlflow::{PullOptions, Runs};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let runs = Runs::in_directory(Path::new("mlruns"))?;
/// for run in runs.list() {
///     let dir = Path::new("logs").join(&run.place);
///     fs::create_dir_all(&dir)?;
///     let file = File::create_new(dir.join(&run.file_name))?;
///     let pulled = runs.open(&run)?.write(&PullOptions::default(), file, &|_| {})?;
///     println!("{}: {} points", run.place, pulled.points);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Runs {
    store: Box<dyn Store>,
    records: Vec<Record>,
    deleted: usize,
    losses: Losses,
}

/// One of [`Runs`], and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunToPull {
    /// Its id in MLflow.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The name of its experiment.
    pub experiment: String,
    /// Its directory in a logdir, `EXPERIMENT/NAME-ID`; that of a nested run is below the one around it. It is as safe a path
    /// as the names are, which may be anything.
    pub place: String,
    /// The name of its event file, the same each time.
    pub file_name: String,
    /// How many metrics it has.
    pub metrics: usize,
    /// How many parameters it has.
    pub params: usize,
    /// Which of the runs it is.
    index: usize,
}

/// Says whether the values of a tag and a kind are wanted.
pub type WantsSeries = Box<dyn Fn(&str, Kind) -> bool + Send + Sync>;

/// What is written of a run, and how.
pub struct PullOptions {
    /// Which tags of which kinds are wanted.
    pub wants: WantsSeries,
    /// Where the steps of metrics come from.
    pub steps: Steps,
}

/// Everything, at its own steps.
impl Default for PullOptions {
    fn default() -> Self {
        Self {
            wants: Box::new(|_, _| true),
            steps: Steps::default(),
        }
    }
}

impl fmt::Debug for PullOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PullOptions")
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// What was written of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pulled {
    /// Points of metrics.
    pub points: u64,
    /// Metrics that have points.
    pub metrics: u64,
    /// Metrics with several points, all at one step: TensorBoard shows one of them. [`Steps::Index`] counts them.
    pub at_one_step: u64,
    /// Parameters.
    pub params: u64,
    /// Values of other kinds.
    pub values: BTreeMap<Kind, u64>,
    /// What could not be written as it is, or at all.
    pub losses: Losses,
}

impl Runs {
    /// The runs in a directory `mlruns`, or one with such a directory in it; no server is needed.
    ///
    /// # Errors
    ///
    /// A directory that cannot be read, or that holds no experiments.
    pub fn in_directory(dir: &Path) -> Result<Self> {
        let (mlruns, found) = Mlruns::open(dir)?;
        Ok(Self {
            store: Box::new(mlruns),
            records: found.records,
            deleted: found.deleted,
            losses: found.losses,
        })
    }

    pub(crate) fn in_experiment(http: Arc<Http>, name: &str) -> Result<Self> {
        Ok(Self::at_server(Server::experiment(http, name)?))
    }

    pub(crate) fn with_ids(http: Arc<Http>, ids: &[String]) -> Result<Self> {
        Ok(Self::at_server(Server::runs(http, ids)?))
    }

    fn at_server((server, records): (Server, Vec<Record>)) -> Self {
        Self {
            store: Box::new(server),
            records,
            // A server does not list them.
            deleted: 0,
            losses: Losses::default(),
        }
    }

    /// The runs, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<RunToPull> {
        let places = record::places(&self.records);
        let runs = self.records.iter().enumerate();
        runs.map(|(index, run)| RunToPull {
            id: run.id.clone(),
            name: run.name.clone(),
            experiment: run.experiment.clone(),
            place: places.get(&*run.id).cloned().unwrap_or_default(),
            file_name: format!(
                "events.out.tfevents.{:010}.mlflow",
                run.start.unwrap_or(0) / 1000
            ),
            metrics: run.metrics.len(),
            params: run.params.len(),
            index,
        })
        .collect()
    }

    /// How many runs are left out because they were deleted.
    #[must_use]
    pub fn deleted(&self) -> usize {
        self.deleted
    }

    /// What is damaged around the runs; a damaged `meta.yaml` costs no more than what it says.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Looks up what the artifacts of one of these runs are.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub fn open(&self, run: &RunToPull) -> Result<Contents<'_>> {
        let record = self.records.get(run.index).ok_or_else(|| {
            let message = format!("the run {} is not one of these", run.id);
            Error::new(ErrorKind::NotFound, message)
        })?;
        let files = Listing::of(&*self.store, record)?;
        let mut losses = Losses::default();
        let copied = beside::of(&files, &mut losses);
        Ok(Contents {
            store: &*self.store,
            record,
            files,
            copied,
            losses,
        })
    }
}

/// A run whose artifacts are known.
#[derive(Debug)]
pub struct Contents<'a> {
    store: &'a dyn Store,
    record: &'a Record,
    files: Listing,
    copied: Vec<Copied>,
    losses: Losses,
}

impl Contents<'_> {
    /// The files that were stored as they are: embeddings, profiles, and event files. What is in these event files is in the
    /// one that [`write`](Self::write) writes, too.
    #[must_use]
    pub fn copied(&self) -> &[Copied] {
        &self.copied
    }

    /// What of these files has no place in a directory.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Copies one of these files. Returns how many values are in it, if it is an event file, and else 0.
    ///
    /// # Errors
    ///
    /// What the store and the output say.
    pub fn copy(&self, file: &Copied, output: &mut impl Write) -> Result<u64> {
        let missing = || Error::new(ErrorKind::NotFound, format!("no `{}`", file.artifact));
        let found = self.files.get(&file.artifact).ok_or_else(missing)?;
        let bytes = self.store.open(self.record, found)?;
        let copied = beside::copy(bytes, output, file.is_events);
        copied.map_err(|e| Error::new(ErrorKind::Local, format!("`{}`: {e}", file.artifact)))
    }

    /// Writes the event file. `tell` is called with a number of points, each time some were read.
    ///
    /// Numbers that 32 bits do not hold are written as [`Scalar::exact`](tfevents::Scalar::exact).
    ///
    /// # Errors
    ///
    /// What the store and the output say.
    pub fn write(
        &self,
        options: &PullOptions,
        output: impl Write,
        tell: &dyn Fn(u64),
    ) -> Result<Pulled> {
        events::write(self, options, output, tell)
    }
}
