//! `tfevents board`: TensorBoard, with its data from this program.

use std::ffi::OsString;

use anyhow::Result;

use crate::args::numbers;
use crate::args::serving::Serving;
use crate::ui::reporter::Reporter;

#[cfg(feature = "server")]
mod flags;
#[cfg(feature = "server")]
mod link;
#[cfg(feature = "server")]
mod tensorboard;

/// Open logdirs in TensorBoard: fast, and with every point kept
///
/// Starts your installed TensorBoard and serves its data. Large logdirs
/// appear at once, damaged files are read past the damage, and spikes stay in
/// the charts.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    serving: Serving,

    /// Port of the page [default: 6006, or the next free one]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Let other machines open the page, without a password
    #[arg(long, alias = "bind_all")]
    bind_all: bool,

    /// The TensorBoard to start
    #[arg(long, value_name = "PROGRAM", default_value = "tensorboard")]
    tensorboard: OsString,

    /// Pin the chart of a scalar at the top. Can be repeated
    #[arg(long, value_name = "TAG", help_heading = LINK)]
    pin: Vec<String>,

    /// Smooth charts with this weight, from 0 to below 1
    #[arg(long, value_name = "WEIGHT", value_parser = numbers::parse_weight, help_heading = LINK)]
    smoothing: Option<f64>,

    /// Show only tags that this regular expression matches
    #[arg(long, value_name = "REGEX", help_heading = LINK)]
    tag_filter: Option<String>,

    /// Select only runs that this regular expression matches
    #[arg(long, value_name = "REGEX", help_heading = LINK)]
    run_filter: Option<String>,

    /// Flags for TensorBoard itself
    #[arg(last = true, value_name = "FLAGS")]
    flags: Vec<OsString>,
}

const LINK: &str = "What the link shows first";

const AFTER_HELP: &str = "\
Examples:
  tfevents board runs
  tfevents board runs/a runs/b --pin loss --smoothing 0.9
  tfevents board runs -- --samples_per_plugin scalars=0

Prints the link, what it serves, what is damaged, and how many points restarts
hide. ^C ends both programs. A chart shows up to 1,000 points: the first, last,
smallest and largest of each interval. `--samples_per_plugin scalars=0` shows up
to 50,000. The Projector and Profile dashboards need LOGDIR to be a single
directory.

TensorBoard must be installed: `pip install tensorboard`.

Exit status: 0 TensorBoard ended, 1 failed, 2 wrong usage, 130 interrupted.";

#[cfg(not(feature = "server"))]
pub(crate) fn run(_: &Args, _: &Reporter) -> Result<()> {
    Err(crate::args::serving::absent())
}

#[cfg(feature = "server")]
pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    use std::io::Write as _;
    use std::sync::mpsc;

    use crate::output;
    use tensorboard::{Event, TensorBoard};

    flags::check(&args.flags)?;
    let (sender, events) = mpsc::channel();
    let news = sender.clone();
    let tell = move |what| drop(news.send(Event::News(what)));
    let mut served = args.serving.start(0, reporter, tell)?;
    let flags = flags::all(args, served.address);
    let _running = TensorBoard::start(&args.tensorboard, &flags, sender)?;

    let mut out = output::stdout();
    let mut link = None;
    let mut has_said = false;
    for event in events {
        match event {
            Event::Ready(url) => {
                let to = link::with_settings(&url, args)?;
                writeln!(out, "{to}  {}", served.summary())?;
                out.flush()?;
                if let Some(host) = link::public_host(&url) {
                    reporter.caution(format_args!(
                        "anyone who can reach {host} can read the logdir; there is no password"
                    ));
                } else if let Some(command) = link::forwarding(&url) {
                    reporter.note(format_args!("to open it on your own machine: {command}"));
                }
                link = Some(url);
            }
            Event::News(news) => {
                let summary = served.take(news, reporter)?;
                // Without a link yet it will be part of the line with it.
                if let Some(summary) = summary.filter(|_| link.is_some()) {
                    writeln!(out, "{summary}")?;
                    out.flush()?;
                }
            }
            Event::Said(line) => {
                has_said = true;
                reporter.pass_on(&line);
            }
            Event::Ended(status) if link.is_some() && status.success() => return Ok(()),
            Event::Ended(status) => {
                let program = args.tensorboard.to_string_lossy();
                let early = if link.is_some() {
                    ""
                } else {
                    " before it was ready"
                };
                let messages = if has_said {
                    "; its messages are above"
                } else {
                    ""
                };
                anyhow::bail!("`{program}` ended{early} ({status}){messages}");
            }
        }
    }
    Ok(())
}
