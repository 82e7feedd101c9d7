//! `tfevents check`: what is wrong with logdirs, and what TensorBoard does not show of them.

use std::io::Write as _;

use anyhow::Result;
use tfevents::check::{self, Checker, Report, Severity};

use crate::output::{self, Styles};
use crate::reporter::Reporter;
use crate::source::Source;
use crate::{select, source};

mod json;
mod text;

/// Find what is wrong, and what TensorBoard will not show and why
///
/// Reports damage, files that writers disturbed, steps out of order, and every value that one of stock
/// TensorBoard's loaders hides: the fast one, its default, or the slow one (--load_fast=false).
#[derive(Debug, clap::Args)]
#[command(visible_alias = "doctor", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: source::Paths,

    /// Print JSON (shape: docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filters: select::Filters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents check runs
  tfevents check runs --run '*seed1*' --tag 'val/*'
  tfevents check runs --json | jq '.runs[].findings[].message'

A finding is one of
  loss     bytes or values that cannot be read; `repair` saves the rest
  hidden   values that are there, but one of TensorBoard's loaders hides them
  warning  all is there, but likely to be misread
  note     nothing is wrong, but it may not be what was meant
With --tag, findings about other tags are left out.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 there is loss or hidden data.";

/// A run that was checked.
struct Checked<'s> {
    source: &'s Source,
    report: Report,
}

/// How many findings of each severity there are.
#[derive(Default)]
struct Totals {
    loss: usize,
    hidden: usize,
    warning: usize,
    note: usize,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let mut tags = select::Tags::new(&wanted);
    reporter.begin_progress(sources.bytes(), false);
    let reports = sources.runs.iter().map(|source| {
        let mut checker = Checker::new(&source.run);
        for file in source.run.files() {
            reporter.begin_file(source::file_size(file));
            checker.file(file);
        }
        checker.finish()
    });
    let mut reports: Vec<_> = reports.collect();
    reporter.end_progress();
    check::missing_tags(&mut reports);
    for report in &mut reports {
        for tag in &report.tags {
            tags.wants(tag);
        }
        report
            .findings
            .retain(|finding| finding.tag.as_ref().is_none_or(|tag| tags.wants(tag)));
    }
    tags.check(reporter)?;
    let checked = sources.runs.iter().zip(reports);
    let checked: Vec<_> = checked
        .map(|(source, report)| Checked { source, report })
        .collect();
    let totals = Totals::of(&checked);
    if totals.loss + totals.hidden > 0 {
        reporter.finding();
    }
    let mut out = output::styled_stdout();
    if args.json {
        json::print(&mut out, &checked, &totals, &sources.problems)?;
    } else {
        text::print(
            &mut out,
            &checked,
            &totals,
            output::width(),
            Styles::for_stdout(),
        )?;
    }
    out.flush()?;
    Ok(())
}

impl Totals {
    fn of(checked: &[Checked<'_>]) -> Self {
        let mut totals = Self::default();
        for finding in checked.iter().flat_map(|run| &run.report.findings) {
            *match finding.severity() {
                Severity::Loss => &mut totals.loss,
                Severity::Hidden => &mut totals.hidden,
                Severity::Warning => &mut totals.warning,
                Severity::Note => &mut totals.note,
            } += 1;
        }
        totals
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Loss => "loss",
        Severity::Hidden => "hidden",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
