//! `tfevents mlflow push`: runs of logdirs become runs in MLflow.

use std::time::Duration;

use super::what::{OWN, What};
use crate::args::numbers;

#[cfg(feature = "mlflow")]
mod carry_out;
#[cfg(feature = "mlflow")]
mod dry_run;
#[cfg(feature = "mlflow")]
mod losses;
#[cfg(feature = "mlflow")]
mod report;
#[cfg(feature = "mlflow")]
mod watch;
#[cfg(feature = "mlflow")]
pub(super) use carry_out::run;

/// Copy runs to MLflow: scalars with their steps and times, hyperparameters, and everything else as artifacts
///
/// Images, audio, text, graphs, histograms and so on become files that MLflow's pages show; the file MAPPING.md of the crate
/// tfevents-mlflow says which.
///
/// What was pushed before is not sent again: a run is found by its directory's name and its first event file, and only
/// what is new is added to it.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
// Filters come last, but `What` has options that come first.
#[command(next_display_order = OWN)]
pub(crate) struct Args {
    /// What to call a new run, instead of by its name in the logdir
    #[arg(long, value_name = "NAME")]
    run_name: Option<String>,

    /// Make runs below another run its nested runs
    #[arg(long)]
    nested: bool,

    /// Read everything back and compare it with the files, instead of the last point of each metric
    #[arg(long)]
    verify: bool,

    /// Go on until stopped, or for a minute after the sessions of all followed runs have ended, and send what is logged
    /// within seconds; the paths need not exist yet. A run is RUNNING until its session ends, or it is stale
    #[arg(long, conflicts_with_all = ["dry_run", "verify", "run_name"])]
    watch: bool,

    /// With --watch, end a run as KILLED when nothing was logged for so long and nobody has its files open [default:
    /// 30min]
    #[arg(long, value_name = "TIME", requires = "watch", value_parser = numbers::parse_duration)]
    stale: Option<Duration>,

    /// Show what would become of each run, tag and hyperparameter, without a server
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten, next_display_order = 0)]
    what: What,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow push runs --tracking-uri http://localhost:5000
  tfevents mlflow push runs --experiment mnist --run 'adam*'
  tfevents mlflow push runs --best max:val/acc,min:val/loss
  tfevents mlflow push runs --dry-run
  tfevents mlflow push runs --watch --stale 2h

Credentials come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or
from MLFLOW_TRACKING_TOKEN. Proxies and certificates come from HTTPS_PROXY,
NO_PROXY and REQUESTS_CA_BUNDLE.

Keys have what MLflow refuses as code points: the tag lr=0.1 becomes the metric
lr_x3D_0.1.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something could not be copied as
it is, or is not as it was sent; or nothing matched.";
