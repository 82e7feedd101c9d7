//! `tfevents inspect`: what is in a logdir.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::Result;
use tfevents::Kind;

use crate::args::complete;
use crate::args::filters;
use crate::args::paths::{Checks, Paths};
use crate::args::sorting::{Limit, Sort};
use crate::input::sources::Source;
use crate::output;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::number;
use tfevents_analysis::pattern::WantedTags;
use tfevents_analysis::stats::{RunStats, RunSurvey};

mod fold;
mod json;
mod order;
mod text;
mod tree;

use order::Order;
use text::Layout;

/// Show what logdirs contain: runs, files, tags, value ranges and damage
///
/// Up to ten runs are shown with their tags. More than ten get one line each, followed by the tags of all runs
/// combined; --verbose shows every tag of every run. If a kind has more than 40 tags, those with a common prefix
/// share a line. Only scalars are decoded; `check` verifies values of every kind. Sizes are those of `du`, so with
/// filters for tags or kinds they are those of matching values.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "ls", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Show runs as a directory tree, without their tags
    #[arg(long, conflicts_with = "json")]
    tree: bool,

    /// Sort runs by COLUMN in ascending order, or in descending order with a minus before it: run, size,
    /// points, time (of the last event) or step (the highest)
    #[arg(
        long,
        value_name = "[-]COLUMN",
        default_value = "run",
        allow_hyphen_values = true
    )]
    #[arg(value_parser = Sort::<Order>::parse, add = complete::order::<Order>())]
    sort: Sort<Order>,

    #[command(flatten)]
    limit: Limit,

    /// Print JSON with numbers in full (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    checks: Checks,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents inspect runs
  tfevents ls runs --run '*seed1*' --tag '*loss'
  tfevents ls runs --tree --sort=-size --no-verify
  tfevents inspect runs --json | jq '.runs[].series[].tag'

first and last are the first and the last value in file order. min and max leave
out NaN, which is counted separately.

Sizes mean the same as in `du`: each byte is counted once, compressed files
count at their uncompressed size, and values include their share of the
overhead.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 damage was found, or nothing
matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let mut tags = WantedTags::new(&wanted.tags);
    reporter.begin_progress(sources.bytes(), false);
    let mut runs: Vec<_> = sources
        .runs
        .iter()
        .map(|source| survey(source, &args.checks, &mut tags))
        .collect();
    reporter.end_progress();
    let mut unmatched = Unmatched::of_tags(&tags);
    if !args.kinds.all() {
        let met = only_kinds(&mut runs, &args.kinds);
        unmatched = unmatched.and(args.kinds.unmatched(&met));
    }
    let is_left = runs.iter().any(|run| !run.series.is_empty());
    unmatched.report(is_left, reporter)?;
    if !(tags.all() && args.kinds.all()) {
        runs.retain(|run| !run.series.is_empty() || run.has_findings());
    }
    order::sort(&mut runs, args.sort);
    if runs.iter().any(RunStats::has_findings) {
        reporter.finding();
    }
    let beside = sources.beside();
    let (shown, others) = args.limit.first(&runs);
    if others > 0 {
        let runs = number::counted(others, "more run");
        reporter.note(format_args!("{runs}; --limit shows more"));
    }
    let mut out = output::styled_stdout();
    if args.json {
        json::print(&mut out, shown, &beside, &sources.problems)?;
    } else {
        let layout = match (args.tree, few::names_all()) {
            (true, _) => Layout::Tree,
            (_, true) => Layout::Long,
            _ => Layout::Fitting,
        };
        text::print(
            &mut out,
            (shown, &runs),
            &beside,
            layout,
            style::width(),
            Styles::for_stdout(),
        )?;
    }
    out.flush()?;
    Ok(())
}

/// Leaves out series of other kinds, and returns the kinds of all.
fn only_kinds(runs: &mut [RunStats], kinds: &filters::Kinds) -> BTreeSet<Kind> {
    let mut met = BTreeSet::new();
    for run in runs {
        run.retain_kinds(|kind| {
            met.insert(kind);
            kinds.has(kind)
        });
    }
    met
}

/// Reads all files of a run.
fn survey(source: &Source, checks: &Checks, tags: &mut WantedTags<'_>) -> RunStats {
    let mut survey = RunSurvey::new(&source.name, source.run.dir(), tags);
    for path in source.run.files() {
        let mut file = survey.file(path);
        let Ok(reading) = checks.visit(&source.run, path, &mut file);
        file.finish(reading);
    }
    survey.finish()
}
