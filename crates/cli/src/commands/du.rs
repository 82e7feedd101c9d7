//! `tfevents du`: what the bytes of a logdir are spent on.

use std::io::Write as _;

use anyhow::Result;

use crate::args::filters;
use crate::input::paths::Paths;
use crate::input::read::Checks;
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};

mod json;
mod text;
mod usage;

use usage::{By, Usage};

/// Show what takes the space: plugins, tags or runs, overhead, and the largest records
///
/// Every byte of the files is counted once, so that the sizes add up to those of the files.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// What bytes are added up by
    #[arg(long, value_enum, default_value_t = By::Plugin)]
    by: By,

    /// How many of them, and how many of the largest records, are shown
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,

    /// Print JSON, with all of them and the N largest records (shape: docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    checks: Checks,

    #[command(flatten)]
    filters: filters::RunFilters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents du runs
  tfevents du runs --by tag --no-verify
  tfevents du runs --by run --top 0 --json | jq '.groups[] | [.run, .bytes]'

data are the values with their tags; metadata say what a tag is; overhead is the
framing of records (16 bytes each) and the rest of events: times, steps and
lengths. Where several values share a record, they share its overhead.

Bytes of compressed files are counted unwrapped.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 damage was found.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted, reporter)?;
    reporter.begin_progress(sources.bytes(), false);
    let mut usage = Usage::new(args.by, args.top);
    for source in &sources.runs {
        usage.add_run(source, &args.checks, reporter)?;
    }
    reporter.end_progress();
    let report = usage.finish();
    let beside = sources.beside();
    let mut out = output::styled_stdout();
    if args.json {
        json::print(&mut out, &report, &beside, &sources.problems)?;
    } else {
        text::print(
            &mut out,
            &report,
            &beside,
            args.top,
            style::width(),
            Styles::for_stdout(),
        )?;
    }
    out.flush()?;
    Ok(())
}
