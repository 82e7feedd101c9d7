//! `tfevents mlflow pull`: MLflow's runs become event files.

use std::path::PathBuf;

use super::server::Server;
use crate::args::copying;
use crate::args::filters::{Filters, Kinds};

#[cfg(feature = "mlflow")]
mod carry_out;
#[cfg(feature = "mlflow")]
mod losses;
#[cfg(feature = "mlflow")]
mod writing;
#[cfg(feature = "mlflow")]
pub(super) use carry_out::run;

/// Write MLflow runs as event files that TensorBoard shows
///
/// Each run becomes DIR/EXPERIMENT/NAME-ID, with the first digits of its id; nested runs are below their parents. Metrics keep
/// their steps, times and digits. Parameters become hyperparameters, the description a text, and images and WAV files are
/// taken from the artifacts. Of runs that `push` copied, everything else comes back, too, as it was logged.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, mut_arg("output", copying::dir_only))]
pub(crate) struct Args {
    /// A directory `mlruns` to read instead of asking a server
    #[arg(value_name = "MLRUNS", conflicts_with = "run_id")]
    directory: Option<PathBuf>,

    #[command(flatten)]
    server: Server,

    /// Experiment whose runs are wanted; in MLRUNS, all experiments by default
    #[arg(
        long,
        value_name = "NAME",
        env = "MLFLOW_EXPERIMENT_NAME",
        hide_env_values = true
    )]
    experiment: Option<String>,

    /// Only the MLflow run with this id. Can be repeated
    #[arg(long, value_name = "ID")]
    run_id: Vec<String>,

    /// Where steps come from
    #[arg(long, value_enum, value_name = "FROM", default_value_t = Step::Stored)]
    step: Step,

    /// Take the event files that `push --with-event-files` stored, byte for byte, instead of writing one. What was added to
    /// the run in MLflow is not in them
    #[arg(long, conflicts_with_all = ["tag", "exclude_tag", "kind", "step"])]
    with_event_files: bool,

    #[command(flatten)]
    output: copying::Output,

    #[command(flatten)]
    filters: Filters,

    #[command(flatten)]
    kinds: Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow pull mlruns -o runs
  tfevents mlflow pull --experiment mnist -o runs
  tfevents mlflow pull --experiment mnist --run '*/adam*' --kind scalar -o runs
  tfevents mlflow pull --run-id 0a1b2c3d4e5f60718293a4b5c6d7e8f9 -o runs

A run also matches --run by its id. TensorBoard shows numbers rounded to 32
bits, but the files keep all digits: `tfevents export` prints them.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged; or
nothing matched.";

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Step {
    /// From MLflow
    Stored,
    /// Counted, in metrics whose points all have the same step, as when they were logged without one
    Index,
}
