//! Groups of runs, reduced to statistics.

use std::collections::BTreeSet;

use tfevents::{Kind, Policy};
use tfevents_analysis::reduce::{Alignment, Reduce, ReducedRun, ReducedSeries};

use super::loaded::Loaded;
use super::sources::Source;
use crate::args::grouping::Group;
use crate::ui::reporter::Reporter;
use tfevents_analysis::number;

/// A group that was reduced.
pub(crate) struct Reduced<'l> {
    pub(crate) name: String,
    pub(crate) runs: Vec<&'l Source>,
    pub(crate) result: ReducedRun,
}

/// Computes the statistics of every scalar tag that a run of the group has.
pub(crate) fn reduce_group<'l>(loaded: &'l Loaded, group: &Group, reduce: &Reduce) -> Reduced<'l> {
    let runs: Vec<_> = group
        .runs
        .iter()
        .filter_map(|&i| loaded.sources.runs.get(i))
        .collect();
    let states: Vec<_> = runs
        .iter()
        .filter_map(|source| loaded.run(source))
        .collect();
    let series = states.iter().flat_map(|run| run.series());
    let tags: BTreeSet<_> = series
        .filter(|series| series.kind == Kind::Scalar)
        .map(|series| series.tag)
        .collect();
    let mut result = ReducedRun::default();
    for tag in tags {
        let runs = states
            .iter()
            .filter_map(|run| run.scalars(&tag, Policy::Raw));
        let runs: Vec<_> = runs.collect();
        result.series.insert(tag.to_string(), reduce.series(&runs));
    }
    Reduced {
        name: group.name.clone(),
        runs,
        result,
    }
}

/// Tells of points that went into nothing.
pub(crate) fn warn_of_gaps(reduced: &[Reduced<'_>], align: Alignment, reporter: &Reporter) {
    let series = || {
        reduced
            .iter()
            .flat_map(|group| group.result.series.values())
    };
    let left_out: usize = series().map(ReducedSeries::left_out).sum();
    if left_out == 0 {
        return;
    }
    let points = series().flat_map(|series| &series.inputs);
    let points: usize = points.map(|input| input.points - input.replaced).sum();
    let (which, advice) = match align {
        Alignment::Intersect => (
            "all runs",
            "; --align union, interpolate or bin=N has room for them",
        ),
        _ => ("enough runs", ""),
    };
    reporter.warn(format_args!(
        "left out {} of {}, at steps that not {which} have{advice}",
        number::count(left_out as u64),
        number::counted(points as u64, "point"),
    ));
    for group in reduced {
        let empty = group
            .result
            .series
            .iter()
            .filter(|(_, s)| s.steps.is_empty());
        let empty: Vec<_> = empty.map(|(tag, _)| format!("`{tag}`")).collect();
        if !empty.is_empty() {
            reporter.warn(format_args!(
                "{}: nothing is left of {}",
                group.name,
                empty.join(", ")
            ));
        }
    }
}
