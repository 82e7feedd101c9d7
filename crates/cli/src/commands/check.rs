//! `tfevents check`: what is wrong with logdirs, what TensorBoard does not show of them, and what helps.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use tfevents::check::{self, Checker, Finding, Report, Severity};
use tfevents::reader::Foreign;

use crate::args::filters;
use crate::args::paths::Paths;
use crate::args::sorting::Limit;
use crate::input::beside::{Pile, Sort};
use crate::input::sources::{Source, Sources};
use crate::output;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::number;
use tfevents_analysis::pattern::WantedTags;
use tfevents_analysis::text::natural_order;

mod json;
mod text;

/// Find damage and anything TensorBoard will not show, and say why and what to do
///
/// Reads every value and reports damage, steps out of order, and whatever stock TensorBoard does not show:
/// values that one of its loaders leaves out (the fast one, its default, or the slow one, --load_fast=false),
/// and values that make a dashboard fail or stay blank.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "doctor", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    limit: Limit,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents check runs
  tfevents check runs --run '*seed1*' --tag 'val/*'
  tfevents check runs --json | jq '.runs[].findings[].message'

Each finding is one of these:
  damage     bytes or values that cannot be read
  not shown  intact, but left out by TensorBoard or one of its loaders
  warning    intact, but likely to be misread
  note       nothing is wrong, but it may not be what you meant
An arrow marks what to do about it. With --tag or --kind, findings about other
tags are left out.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something is damaged or not
shown; or nothing matched.";

/// What was found in a run, or in a directory that is not a run but has something to check.
struct Checked {
    name: String,
    dir: PathBuf,
    files: usize,
    findings: Vec<Finding>,
}

/// How many findings of each severity there are.
#[derive(Default, serde::Serialize)]
struct Totals {
    damage: usize,
    not_shown: usize,
    warning: usize,
    note: usize,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let mut tags = WantedTags::new(&wanted.tags);
    reporter.begin_progress(sources.bytes(), false);
    let reports = sources.runs.iter().map(|source| {
        let mut checker = Checker::new(&source.run);
        for file in source.run.files() {
            checker.file(file);
        }
        checker.finish()
    });
    let mut reports: Vec<_> = reports.collect();
    reporter.end_progress();
    together(&sources.runs, &mut reports);
    let (mut met, mut is_left) = (BTreeSet::new(), false);
    for report in &mut reports {
        for (tag, kind) in report.tags() {
            met.insert(kind);
            is_left |= tags.wants(tag) && args.kinds.has(kind);
        }
        let mut findings = std::mem::take(&mut report.findings);
        let has_kind = |tag: &str| report.kind(tag).is_none_or(|kind| args.kinds.has(kind));
        let mut is_wanted = |tag: &str| tags.wants(tag) && has_kind(tag);
        findings.retain(|finding| finding.tag.as_ref().is_none_or(|tag| is_wanted(tag)));
        report.findings = findings;
    }
    let unmatched = Unmatched::of_tags(&tags).and(args.kinds.unmatched(&met));
    unmatched.report(is_left, reporter)?;
    let mut checked: Vec<_> = sources
        .runs
        .iter()
        .zip(reports)
        .map(|(source, report)| Checked {
            name: report.run,
            dir: source.run.dir().to_path_buf(),
            files: source.run.files().len(),
            findings: report.findings,
        })
        .collect();
    checked.extend(embeddings_of_logdirs(&sources));
    checked.sort_by(|a, b| natural_order(&a.name, &b.name));
    let beside = sources.beside();
    let totals = Totals::of(&checked, &beside);
    if totals.damage + totals.not_shown > 0 {
        reporter.finding();
    }
    let shown = shown(&checked, args.limit, reporter);
    let mut out = output::styled_stdout();
    if args.json {
        json::print(&mut out, &shown, &beside, &totals, &sources.problems)?;
    } else {
        // Whoever asked for so many gets them.
        let listed = args.limit.limit.map_or(few::NAMED, |_| usize::MAX);
        text::print(
            &mut out,
            (&shown, &checked),
            listed,
            &beside,
            &totals,
            style::width(),
            Styles::for_stdout(),
        )?;
    }
    out.flush()?;
    Ok(())
}

impl Totals {
    fn of(checked: &[Checked], beside: &[Pile]) -> Self {
        let mut totals = Self::default();
        let findings = checked.iter().flat_map(|run| &run.findings);
        let severities = findings
            .map(Finding::severity)
            .chain(beside.iter().map(severity));
        for severity in severities {
            *match severity {
                Severity::Damage => &mut totals.damage,
                Severity::NotShown => &mut totals.not_shown,
                Severity::Warning => &mut totals.warning,
                Severity::Note => &mut totals.note,
            } += 1;
        }
        totals
    }
}

/// How bad it is that something lies beside event files.
fn severity(pile: &Pile) -> Severity {
    let Sort::Foreign(what) = pile.sort else {
        return Severity::Note;
    };
    match what {
        Foreign::Unnamed | Foreign::StrayProfile | Foreign::OldProfile => Severity::NotShown,
        // A copy, which TensorBoard takes for one more event file.
        Foreign::SageMaker if pile.bytes > 0 => Severity::Warning,
        _ => Severity::Note,
    }
}

/// What is printed: all, or as many of those with findings as `limit` says.
fn shown<'c>(checked: &'c [Checked], limit: Limit, reporter: &Reporter) -> Vec<&'c Checked> {
    if limit.limit.is_none() {
        return checked.iter().collect();
    }
    let found: Vec<_> = checked
        .iter()
        .filter(|run| !run.findings.is_empty())
        .collect();
    let (shown, others) = limit.first(&found);
    if others > 0 {
        let runs = number::counted(others, "more run");
        reporter.note(format_args!("{runs} with findings; --limit shows more"));
    }
    shown.to_vec()
}

/// The embeddings of logdirs that are not runs themselves.
fn embeddings_of_logdirs(sources: &Sources) -> Vec<Checked> {
    let is_run = |root: &PathBuf| sources.runs.iter().any(|source| source.run.dir() == root);
    let roots = sources
        .roots
        .iter()
        .filter(|root| !sources.some && root.is_dir() && !is_run(root));
    let checked = roots.map(|root| Checked {
        name: ".".to_owned(),
        dir: root.clone(),
        files: 0,
        findings: check::projector(root),
    });
    checked
        .filter(|checked| !checked.findings.is_empty())
        .collect()
}

/// Looks at the runs of each path side by side, and at all of them by the names that they have here.
fn together(sources: &[Source], reports: &mut [Report]) {
    let mut rest = &mut *reports;
    for logdir in sources.chunk_by(|a, b| a.path == b.path) {
        let (own, others) = rest.split_at_mut(logdir.len());
        // One file is not a logdir, whatever it is called.
        if logdir.first().is_some_and(|source| source.root.is_dir()) {
            check::together(own);
        }
        rest = others;
    }
    for (source, report) in sources.iter().zip(&mut *reports) {
        report.run.clone_from(&source.name);
    }
    check::missing_tags(reports);
}
