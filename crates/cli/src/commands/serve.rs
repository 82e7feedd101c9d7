//! `tfevents serve`: what TensorBoards get their data from.

use anyhow::Result;

use crate::args::serving::Serving;
use crate::ui::reporter::Reporter;

/// Serve logdirs to TensorBoards that you start yourself
///
/// One server can feed any number of TensorBoards on this machine. `tfevents
/// board` starts both.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    serving: Serving,

    /// Port to listen on; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 6806)]
    port: u16,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents serve runs
  tensorboard --grpc_data_provider localhost:6806

Runs until interrupted, and accepts connections from this machine only.

Exit status: 1 failed, 2 wrong usage, 130 interrupted.";

#[cfg(not(feature = "server"))]
pub(crate) fn run(_: &Args, _: &Reporter) -> Result<()> {
    Err(crate::args::serving::absent())
}

#[cfg(feature = "server")]
pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    use std::io::Write as _;
    use std::sync::mpsc;

    use crate::output;

    let (sender, events) = mpsc::channel();
    let tell = move |news| drop(sender.send(news));
    let mut served = args.serving.start(args.port, reporter, tell)?;
    let mut out = output::stdout();
    let port = served.address.port();
    writeln!(
        out,
        "Start TensorBoard with --grpc_data_provider localhost:{port}"
    )?;
    out.flush()?;
    for news in events {
        if let Some(summary) = served.take(news, reporter)? {
            writeln!(out, "{summary}")?;
            out.flush()?;
        }
    }
    Ok(())
}
