//! `tfevents diff`: what differs between two runs or logdirs.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use tfevents::Kind;
use tfevents_analysis::WholeRun;
use tfevents_analysis::diff::{self, LogdirDiff, RunDiff, Tolerance};
use tfevents_analysis::number;

use crate::args::filters;
use crate::args::hparams::HParamsFrom;
use crate::args::paths::{Limits, Paths};
use crate::args::sorting::Limit;
use crate::input::loaded::{Content, Loaded};
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};

mod json;
mod text;

/// Show what differs between two runs or logdirs
///
/// Compares hyperparameters, tags, steps, and values of every kind (or of those that --kind names), but not
/// wall times. Runs are matched by name; two single runs are compared whatever their names.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// A logdir, a run directory or an event file
    left: PathBuf,

    /// What to compare it with
    right: PathBuf,

    /// Relative tolerance: numbers are equal if they differ by at most R times the larger magnitude, plus
    /// --atol
    #[arg(
        long,
        value_name = "R",
        default_value_t = 0.0,
        hide_default_value = true
    )]
    rtol: f64,

    /// Absolute tolerance
    #[arg(
        long,
        value_name = "A",
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
    limits: Limits,

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

Points are matched by step, and in order within a step. NaN equals NaN.

Exit status: 0 nothing differs, 1 failed, 2 wrong usage, 3 something differs or
is damaged.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let paths = Paths {
        paths: vec![args.left.clone(), args.right.clone()],
        limits: args.limits,
    };
    let sources = paths.open(&wanted.runs, reporter)?;
    let content = match args.kinds.all() {
        true => Content::Everything,
        false => Content::Kinds(args.kinds.named()),
    };
    let lookup = args.hparams.lookup();
    let loaded = Loaded::matching(&paths, sources, content, &lookup, wanted.tags, reporter)?;
    let runs = loaded.by_path(reporter)?;
    args.kinds.report(&kinds(&runs), reporter);
    let tolerance = Tolerance {
        rtol: args.rtol,
        atol: args.atol,
    };
    // Other kinds than scalars are read when they are compared.
    reporter.begin_progress(loaded.sources.bytes(), false);
    let mut diff = compare(&loaded, &runs, tolerance)?;
    reporter.end_progress();
    diff.retain_kinds(|kind| args.kinds.has(kind));
    if !diff.is_empty() {
        reporter.finding();
    }
    let different: Vec<_> = diff
        .runs
        .iter()
        .filter(|(_, diff)| !diff.is_empty())
        .collect();
    let (different, others) = args.limit.first(&different);
    if others > 0 {
        let runs = number::counted(others, "more run");
        reporter.note(format_args!("{runs} with differences; --limit shows more"));
    }
    let mut out = output::styled_stdout();
    if args.json {
        json::print(&mut out, &diff, different)?;
    } else {
        let (width, styles) = (style::width(), Styles::for_stdout());
        text::print(&mut out, &diff, different, width, styles)?;
    }
    out.flush()?;
    Ok(())
}

/// A run and what differs in it.
type Different<'d> = &'d (String, RunDiff);

/// What there is to compare.
fn kinds(runs: &[Vec<WholeRun<'_>>; 2]) -> BTreeSet<Kind> {
    let runs = runs.iter().flatten();
    let kinds = runs.flat_map(|run| {
        let hparams = (!run.hparams().is_empty()).then_some(Kind::HParams);
        run.series().map(|series| series.kind).chain(hparams)
    });
    kinds.collect()
}

fn compare(
    loaded: &Loaded,
    [left, right]: &[Vec<WholeRun<'_>>; 2],
    tolerance: Tolerance,
) -> Result<LogdirDiff> {
    if let ([a], [b]) = (&**left, &**right) {
        // With their paths, which say which one is on the left.
        let names = loaded.sources.runs.iter().map(|source| &*source.name);
        let name = match (a.name(), b.name()) {
            (a, b) if a == b && a != "." => a.to_owned(),
            _ => names.collect::<Vec<_>>().join(" and "),
        };
        let mut diff = LogdirDiff::default();
        diff.runs.push((name, diff::runs(a, b, tolerance)?));
        return Ok(diff);
    }
    Ok(diff::logdirs(left, right, tolerance)?)
}
