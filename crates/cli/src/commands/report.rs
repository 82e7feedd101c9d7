//! `tfevents report`: runs as one HTML file.

use std::path::PathBuf;

use anyhow::Result;
use tfevents::Policy;

use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::hparams::HParamsFrom;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::args::policy::policies;
use crate::ui::reporter::Reporter;

#[cfg(feature = "report")]
mod write;

/// Write one HTML file with charts and a table, which opens anywhere
///
/// The file needs no server, network or account: open it in a browser, mail it, or put it on any web site. It shows
/// scalars, hyperparameters, images, histograms, text, audio and PR curves, and says what it does not hold.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Write to FILE, which appears only once it is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    replace: Replace,

    /// Title of the page
    #[arg(long)]
    title: Option<String>,

    /// Show the Markdown in FILE above the charts
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,

    /// Show tags whose name matches first, with their best values in the table. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    pin: Vec<String>,

    /// Keep at most about N points of each series, among them every minimum and maximum
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = points)]
    sample: usize,

    /// Keep fewer images, then fewer histograms, then fewer points if the file would be larger than SIZE
    #[arg(long, value_name = "SIZE", default_value = "20MB", value_parser = numbers::parse_size)]
    max_size: u64,

    /// Which points to show where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::LastWins)]
    policy: Policy,

    /// Keep host names and directories, which are removed otherwise
    #[arg(long)]
    with_origin: bool,

    /// Mask what REGEX matches in names, hyperparameters, texts and notes
    #[arg(long, value_name = "REGEX")]
    redact: Option<String>,

    #[command(flatten)]
    hparams: HParamsFrom,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents report runs -o report.html
  tfevents report runs --title 'Two optimizers' --notes notes.md -o adam.html
  tfevents report runs --kind scalar,hparams -o numbers.html
  tfevents report runs --tag 'val/*' --pin val/acc --sample 500 -o small.html

Values that look like credentials are masked. The same runs give the same file,
byte for byte. See docs/report.md for what the page can do, and for how to read
the data in it with other programs.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged, or the
file is larger than asked for; or nothing matched.";

fn points(text: &str) -> Result<usize, String> {
    match numbers::parse(text)? {
        0 | 1 => Err("expected at least 2".to_owned()),
        points => Ok(points),
    }
}

#[cfg(not(feature = "report"))]
pub(crate) fn run(_: &Args, _: &Reporter) -> Result<()> {
    Err(anyhow::anyhow!(
        "this program was built without reports; `cargo install --path crates/cli --features report` adds them"
    ))
}

#[cfg(feature = "report")]
pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    write::run(args, reporter)
}
