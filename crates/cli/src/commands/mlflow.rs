//! `tfevents mlflow`: runs in MLflow.

use anyhow::Result;
use clap::Subcommand;

use crate::ui::reporter::Reporter;

mod diff;
mod pull;
mod push;
mod register;
mod server;
mod what;

/// Copy runs to and from MLflow, and register models
///
/// The tracking server is the one that MLFLOW_TRACKING_URI names, with the credentials in MLFLOW_TRACKING_USERNAME and
/// MLFLOW_TRACKING_PASSWORD, or in MLFLOW_TRACKING_TOKEN.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents mlflow push runs --experiment mnist
  tfevents mlflow pull --experiment mnist -o runs
  tfevents mlflow register runs/adam net.onnx --name digits
  tfevents help mlflow push

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something could not be copied as
it is; or nothing matched.";

#[derive(Debug, Subcommand)]
enum Verb {
    // Many arguments, for which others need not have room.
    Push(Box<push::Args>),
    Pull(Box<pull::Args>),
    Diff(Box<diff::Args>),
    Register(register::Args),
}

#[cfg(not(feature = "mlflow"))]
pub(crate) fn run(args: &Args, _: &Reporter) -> Result<()> {
    let (Verb::Push(_) | Verb::Pull(_) | Verb::Diff(_) | Verb::Register(_)) = &args.verb;
    Err(anyhow::anyhow!(
        "this program was built without MLflow; `cargo install --path crates/cli --features mlflow` adds it"
    ))
}

#[cfg(feature = "mlflow")]
pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    match &args.verb {
        Verb::Push(args) => push::run(args, reporter),
        Verb::Diff(args) => diff::run(args, reporter),
        Verb::Pull(args) => pull::run(args, reporter),
        Verb::Register(args) => register::run(args, reporter),
    }
}
