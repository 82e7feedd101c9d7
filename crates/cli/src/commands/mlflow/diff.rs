//! `tfevents mlflow diff`: what MLflow and logdirs hold differently.

use super::what::{OWN, What};

#[cfg(feature = "mlflow")]
mod carry_out;
#[cfg(feature = "mlflow")]
pub(super) use carry_out::run;

/// Compare runs with their copies in MLflow
///
/// Compares every distinct value, step, time and parameter, and artifacts by name and size. Use the same options as for
/// `push`. Runs that were pushed from the same directories and have been moved or deleted since are listed; other runs of the
/// experiment are ignored.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
// Filters come last, but `What` has options that come first.
#[command(next_display_order = OWN)]
pub(crate) struct Args {
    /// Also download all artifacts and compare their bytes
    #[arg(long)]
    content: bool,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten, next_display_order = 0)]
    what: What,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow diff runs --experiment mnist
  tfevents mlflow diff runs --run adam -v
  tfevents mlflow diff runs --content

`here` means in the event files, `there` in MLflow. The first differences of
each run are listed; -v lists all.

Exit status: 0 no difference, 1 failed, 2 wrong usage, 3 differences, or nothing
matched.";
