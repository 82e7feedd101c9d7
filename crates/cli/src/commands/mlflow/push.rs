//! `tfevents mlflow push`: runs of logdirs become runs in MLflow.

use crate::args::filters::{Filters, Kinds};
use crate::args::paths::Paths;

#[cfg(feature = "mlflow")]
mod carry_out;
#[cfg(feature = "mlflow")]
pub(super) use carry_out::run;

/// Copy runs to MLflow: scalars with their steps and times, and everything else as artifacts
///
/// Images, audio, text, graphs, histograms and so on become files that MLflow's pages show; the file MAPPING.md of the crate
/// tfevents-mlflow says which.
///
/// What was pushed before is not sent again: a run is found by its directory's name and its first event file, and only
/// what is new is added to it.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Tracking server, such as http://localhost:5000
    #[arg(
        long,
        value_name = "URI",
        env = "MLFLOW_TRACKING_URI",
        hide_env_values = true
    )]
    tracking_uri: Option<String>,

    /// Experiment that the runs go to; it is created if there is none of that name
    #[arg(
        long,
        value_name = "NAME",
        env = "MLFLOW_EXPERIMENT_NAME",
        hide_env_values = true,
        default_value = "Default"
    )]
    experiment: String,

    /// Push to the MLflow run with this id, instead of one that is found or created
    #[arg(long, value_name = "ID", env = "MLFLOW_RUN_ID", hide_env_values = true)]
    run_id: Option<String>,

    /// What to do with NaN and infinite values
    #[arg(long, value_enum, value_name = "HOW", default_value_t = NonFinite::Keep)]
    non_finite: NonFinite,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filters: Filters,

    #[command(flatten)]
    kinds: Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow push runs --tracking-uri http://localhost:5000
  tfevents mlflow push runs --experiment mnist --run 'adam*'

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something could not be copied as
it is; or nothing matched.";

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum NonFinite {
    /// Send them; MLflow stores infinities as the largest number
    Keep,
    /// Leave them out
    Skip,
    /// Stop pushing their run
    Fail,
}
