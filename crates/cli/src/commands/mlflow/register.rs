//! `tfevents mlflow register`: an ONNX file becomes a model that MLflow serves.

use std::path::PathBuf;

use super::server::{DEFAULT, Server};

#[cfg(feature = "mlflow")]
mod carry_out;
#[cfg(feature = "mlflow")]
pub(super) use carry_out::run;

/// Register an ONNX model of a run, so that MLflow can serve it
///
/// The model becomes a logged model of the run, with a signature from its inputs and outputs, and a version in MLflow's model
/// registry. Files with weights beside it go along. The same model of the same run is registered once, so an interrupted call
/// can be repeated.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// A run directory that was pushed, or the id of an MLflow run
    #[arg(value_name = "RUN")]
    run: PathBuf,

    /// The model
    #[arg(value_name = "MODEL.onnx")]
    model: PathBuf,

    /// Name in the registry; if it exists, the model becomes its next version
    #[arg(long, value_name = "NAME")]
    name: String,

    /// Alias for this version, such as `champion`; it moves here from any other version
    #[arg(long, value_name = "ALIAS")]
    alias: Option<String>,

    /// Input to try the model with: JSON with the values of each input by name
    #[arg(long, value_name = "FILE.json")]
    input_example: Option<PathBuf>,

    /// Show the last value of each of the run's metrics with the model
    #[arg(long)]
    metrics: bool,

    #[command(flatten)]
    server: Server,

    /// Experiment that the run directory was pushed to
    #[arg(
        long,
        value_name = "NAME",
        env = "MLFLOW_EXPERIMENT_NAME",
        hide_env_values = true,
        default_value = DEFAULT
    )]
    experiment: String,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow register runs/adam net.onnx --name digits --alias champion
  tfevents mlflow register 0a1b2c3d4e5f60718293a4b5c6d7e8f9 net.onnx \\
    --name digits --input-example input.json --metrics
  mlflow models serve -m models:/digits@champion --env-manager local

Exit status: 0 done, 1 failed, 2 wrong usage.";
