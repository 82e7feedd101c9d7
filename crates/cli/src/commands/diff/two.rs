//! Two paths, compared point by point.

use std::io::Write;

use anyhow::Result;
use tfevents_analysis::WholeRun;
use tfevents_analysis::diff::{self, LogdirDiff, RunDiff};
use tfevents_analysis::number;
use tfevents_analysis::text::natural_order;

use super::{Args, Found};
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};

mod json;
mod text;

/// Names of two runs that share none.
type Names = Option<[String; 2]>;

/// As much of a difference as `--limit` shows.
struct Shown<'d> {
    only_left: &'d [String],
    only_right: &'d [String],
    /// Runs that both have. Without a limit JSON has those that are equal, too.
    runs: Vec<&'d (String, RunDiff)>,
}

/// What differs, and the names of the two runs if they are compared whatever they are called.
pub(super) fn compare(mut runs: Vec<Found<'_>>, args: &Args) -> Result<(LogdirDiff, Names)> {
    let mut names = None;
    let left: Vec<_> = runs
        .extract_if(.., |(source, _)| source.path == 0)
        .collect();
    let mut diff = if let ([(a, left)], [(b, right)]) = (&*left, &*runs) {
        let name = match (left.name(), right.name()) {
            (a, b) if a == b && a != "." => a.to_owned(),
            // With their paths, which say which one is on the left.
            _ => {
                names = Some([a.name.clone(), b.name.clone()]);
                format!("{} and {}", a.name, b.name)
            }
        };
        let mut diff = LogdirDiff::default();
        let run = diff::runs(left, right, args.tolerance())?;
        diff.runs.push((name, run));
        diff
    } else {
        diff::logdirs(
            &without_sources(left),
            &without_sources(runs),
            args.tolerance(),
        )?
    };
    diff.retain_kinds(|kind| args.kinds.has(kind));
    in_order(&mut diff);
    Ok((diff, names))
}

/// Sorts names as people list them.
fn in_order(diff: &mut LogdirDiff) {
    diff.only_left.sort_by(|a, b| natural_order(a, b));
    diff.only_right.sort_by(|a, b| natural_order(a, b));
    diff.runs.sort_by(|(a, _), (b, _)| natural_order(a, b));
    for (_, run) in &mut diff.runs {
        run.hparams.sort_by(|(a, ..), (b, ..)| natural_order(a, b));
        run.series.sort_by(|a, b| natural_order(&a.tag, &b.tag));
    }
}

fn without_sources(found: Vec<Found<'_>>) -> Vec<WholeRun<'_>> {
    found.into_iter().map(|(_, run)| run).collect()
}

pub(super) fn print(
    (diff, names): &(LogdirDiff, Names),
    out: &mut impl Write,
    args: &Args,
    reporter: &Reporter,
) -> Result<()> {
    if !diff.is_empty() {
        reporter.finding();
    }
    let shown = shown(diff, args, reporter);
    if args.json {
        json::print(out, diff, &shown)
    } else {
        Ok(text::print(
            out,
            (diff, names.as_ref()),
            &shown,
            style::width(),
            Styles::for_stdout(),
        )?)
    }
}

/// The first runs that differ, those of one side before those of both; says how many others there are.
fn shown<'d>(diff: &'d LogdirDiff, args: &Args, reporter: &Reporter) -> Shown<'d> {
    let differing = diff.runs.iter().filter(|(_, run)| !run.is_empty());
    let differing: Vec<_> = differing.collect();
    let all = diff.only_left.len() + diff.only_right.len() + differing.len();
    let limit = args.limit.limit.unwrap_or(all);
    if all > limit {
        let others = number::counted((all - limit) as u64, "more run");
        reporter.note(format_args!(
            "{others} with differences; --limit shows more"
        ));
    }
    let mut left = limit;
    let mut take = |count: usize| {
        let taken = count.min(left);
        left -= taken;
        taken
    };
    let only_left = &diff.only_left[..take(diff.only_left.len())];
    let only_right = &diff.only_right[..take(diff.only_right.len())];
    let runs = match all > limit || !args.json {
        true => differing.into_iter().take(take(usize::MAX)).collect(),
        false => diff.runs.iter().collect(),
    };
    Shown {
        only_left,
        only_right,
        runs,
    }
}
