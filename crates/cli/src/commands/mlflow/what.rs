//! The runs, their server, and how they are mapped: what `push` and `diff` have in common.

#[cfg(feature = "mlflow")]
mod sources;

use super::server::{DEFAULT, Server};
use crate::args::filters::{Filters, Kinds};
use crate::args::hparams::HParamsFrom;
use crate::args::paths::Paths;

/// Where the help lists a verb's own options: behind those of `What`.
pub(super) const OWN: usize = 100;

/// Runs of logdirs, and where they belong in MLflow.
#[derive(Debug, clap::Args)]
pub(super) struct What {
    #[command(flatten)]
    pub(super) paths: Paths,

    #[command(flatten)]
    pub(super) server: Server,

    /// Experiment of the runs; `push` creates it if it does not exist
    #[arg(
        long,
        value_name = "NAME",
        env = "MLFLOW_EXPERIMENT_NAME",
        hide_env_values = true
    )]
    #[arg(default_value = DEFAULT)]
    pub(super) experiment: String,

    /// Use the MLflow run with this id instead of looking for one
    #[arg(long, value_name = "ID", env = "MLFLOW_RUN_ID", hide_env_values = true)]
    pub(super) run_id: Option<String>,

    /// Also log the best value of a tag, and its step, as metrics TAG.max and TAG.max.step, because MLflow sorts runs by
    /// last values. Several are separated by commas
    #[arg(long, value_name = "max:TAG|min:TAG", value_delimiter = ',')]
    #[cfg_attr(feature = "mlflow", arg(value_parser = str::parse::<tfevents_mlflow::Best>))]
    pub(super) best: Vec<Best>,

    /// Also store the event files themselves, as artifacts
    #[arg(long)]
    pub(super) with_event_files: bool,

    /// What to do with NaN and infinite values
    #[arg(long, value_enum, value_name = "HOW", default_value_t = NonFinite::Keep)]
    pub(super) non_finite: NonFinite,

    #[command(flatten)]
    pub(super) hparams: HParamsFrom,

    #[command(flatten)]
    pub(super) filters: Filters,

    #[command(flatten)]
    pub(super) kinds: Kinds,
}

#[cfg(feature = "mlflow")]
pub(super) type Best = tfevents_mlflow::Best;
#[cfg(not(feature = "mlflow"))]
pub(super) type Best = String;

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum NonFinite {
    /// Send them; MLflow stores infinities as the largest number
    Keep,
    /// Leave them out
    Skip,
    /// Stop pushing their run
    Fail,
}
