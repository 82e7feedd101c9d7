//! `tfevents mlflow diff`: what MLflow and logdirs hold differently.

use super::what::What;

#[cfg(feature = "mlflow")]
mod carry_out;
#[cfg(feature = "mlflow")]
pub(super) use carry_out::run;

/// Compare runs with what MLflow holds of them
///
/// Every distinct value, step, time and parameter is compared, and artifacts by name and size. Give the same options as to
/// push. Runs of the experiment that are not among the paths are not looked at.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    what: What,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow diff runs --experiment mnist
  tfevents mlflow diff runs --run adam -v

`here` is in the event files, `there` in MLflow. Of each run, the first
differences are listed; with -v, all are.

Exit status: 0 no difference, 1 failed, 2 wrong usage, 3 differences, or nothing
matched.";
