//! `tfevents diff`: what differs between two runs or logdirs, or among any number of runs.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::Result;
use tfevents::Kind;
use tfevents::plugin::hparams::HParamValue;
use tfevents_analysis::WholeRun;
use tfevents_analysis::diff::Tolerance;
use tfevents_analysis::text::{printable, shortened};
use unicode_width::UnicodeWidthStr as _;

use crate::args::filters;
use crate::args::hparams::HParamsFrom;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::args::sorting::Limit;
use crate::input::loaded::{Content, Loaded};
use crate::input::sources::Source;
use crate::output;
use crate::ui::reporter::Reporter;

mod many;
mod two;

/// Show what differs between two runs or logdirs, or among many runs
///
/// Two paths are compared in full: hyperparameters, tags, steps, and values of every kind (or of those that --kind
/// names), but not wall times. Their runs are matched by name; two single runs are compared whatever their names.
///
/// With one path, or three or more, the hyperparameters and tags that differ among all of their runs are shown.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Relative tolerance: numbers are equal if they differ by at most R times the larger magnitude, plus
    /// --atol
    #[arg(
        long,
        value_name = "R",
        value_parser = numbers::parse_tolerance,
        default_value_t = 0.0,
        hide_default_value = true
    )]
    rtol: f64,

    /// Absolute tolerance
    #[arg(
        long,
        value_name = "A",
        value_parser = numbers::parse_tolerance,
        default_value_t = 0.0,
        hide_default_value = true
    )]
    atol: f64,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    hparams: HParamsFrom,

    #[command(flatten)]
    limit: Limit,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents diff runs/before runs/after
  tfevents diff server1/runs server2/runs --tag '*loss' --rtol 1e-5
  tfevents diff a b --json | jq '.runs[].series[].tag'
  tfevents diff runs/*

Points are matched by step, and in order within a step. NaN equals NaN.

Exit status: 0 nothing differs, 1 failed, 2 wrong usage, 3 something differs or
is damaged; or nothing matched.";

/// A run as it was found, and what was read of it.
type Found<'l> = (&'l Source, WholeRun<'l>);

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let content = match args.kinds.all() {
        true => Content::Everything,
        false => Content::Kinds(args.kinds.named()),
    };
    let loaded = Loaded::matching(
        &args.paths,
        sources,
        content,
        &args.hparams.lookup(),
        wanted.tags,
        reporter,
    )?;
    let runs = loaded.configured(loaded.hparams(reporter)?);
    let runs: Vec<_> = runs.flatten().collect();
    let met = kinds(&runs);
    let is_left = met.iter().any(|kind| args.kinds.has(*kind));
    args.kinds.unmatched(&met).report(is_left, reporter)?;
    let mut out = output::styled_stdout();
    if args.paths.paths.len() == 2 {
        // Other kinds than scalars are read when they are compared.
        reporter.begin_progress(loaded.sources.bytes(), false);
        let diff = two::compare(runs, args)?;
        reporter.end_progress();
        two::print(&diff, &mut out, args, reporter)?;
    } else {
        many::print(&runs, &mut out, args, reporter)?;
    }
    out.flush()?;
    Ok(())
}

impl Args {
    fn tolerance(&self) -> Tolerance {
        Tolerance {
            rtol: self.rtol,
            atol: self.atol,
        }
    }
}

/// The kinds that were found.
fn kinds(runs: &[Found<'_>]) -> BTreeSet<Kind> {
    let kinds = runs.iter().flat_map(|(_, run)| {
        let hparams = (!run.hparams().is_empty()).then_some(Kind::HParams);
        run.series().map(|series| series.kind).chain(hparams)
    });
    kinds.collect()
}

/// Hyperparameters are shown up to this width.
const LONGEST_VALUE: usize = 24;

/// A hyperparameter as text shows it.
fn value(value: Option<&HParamValue>) -> String {
    let text = value.map_or("-".to_owned(), ToString::to_string);
    printable(&text).into_owned()
}

/// Values beside each other, as long as there is room for; those that differ still do.
fn short(values: &[String]) -> Vec<String> {
    let values: Vec<_> = values.iter().map(String::as_str).collect();
    shortened(&values, |value| value.width() <= LONGEST_VALUE)
}
