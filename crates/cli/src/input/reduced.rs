//! Groups of runs, reduced to statistics.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::PathBuf;

use tfevents::Policy;
use tfevents_analysis::reduce::{Alignment, Reduce, ReducedRun};

use super::loaded::Loaded;
use super::met::Met;
use super::sources::Sources;
use crate::ui::reporter::Reporter;
use tfevents_analysis::group::Group;
use tfevents_analysis::number;
use tfevents_analysis::text;

/// A group that was reduced.
pub(crate) struct Reduced {
    pub(crate) name: String,
    /// The names of its runs.
    pub(crate) runs: Vec<String>,
    /// What a file is called that is made of it: as every file that is made of others, as the first of them.
    pub(crate) file_name: PathBuf,
    pub(crate) result: ReducedRun,
}

/// Drops runs from groups that already have all of their files under other names: as a link such as `latest`, they would
/// count twice. A run with some more files beside those that another one has cannot be told apart, so there is a warning.
pub(crate) fn count_once(groups: &mut [Group], sources: &Sources, reporter: &Reporter) {
    for group in groups {
        let files = |run: usize| sources.runs.get(run).map_or(&[][..], |s| s.run.files());
        // Whoever has more files has all of those that a part of them has.
        let mut largest_first = group.runs.clone();
        largest_first.sort_by_key(|&run| Reverse(files(run).len()));
        let mut met = Met::default();
        let mut dropped = HashSet::new();
        for run in largest_first {
            let Some(source) = sources.runs.get(run) else {
                continue;
            };
            let name = text::printable(&source.name);
            let new = files(run).iter().filter(|file| met.is_new(file)).count();
            match files(run).len() - new {
                0 => {}
                _ if new == 0 => {
                    dropped.insert(run);
                    reporter.note(format_args!(
                        "{name}: left out of the group {}, which already has its files under other names",
                        text::printable(&group.name)
                    ));
                }
                known => reporter.warn(format_args!(
                    "{name}: {} shared with other runs of the group {}; their points count twice",
                    number::counted(known as u64, "file"),
                    text::printable(&group.name)
                )),
            }
        }
        group.runs.retain(|run| !dropped.contains(run));
    }
}

/// Computes the statistics of these tags.
pub(crate) fn reduce_group<'l>(
    loaded: &'l Loaded,
    group: &Group,
    tags: impl IntoIterator<Item = &'l str>,
    policy: Policy,
    reduce: &Reduce,
) -> Reduced {
    let (sources, runs): (Vec<_>, Vec<_>) = loaded.at(&group.runs).unzip();
    let mut result = ReducedRun::new(reduce.clone());
    for tag in tags {
        let series = runs.iter().filter_map(|run| run.scalars(tag, policy));
        result.add(tag, &series.collect::<Vec<_>>());
    }
    let first = sources
        .first()
        .and_then(|source| source.run.files().first());
    Reduced {
        name: group.name.clone(),
        runs: sources.iter().map(|source| source.name.clone()).collect(),
        file_name: first.map_or_else(|| "events.out.tfevents".into(), PathBuf::clone),
        result,
    }
}

/// Warns of points that are in no result.
pub(crate) fn warn_of_gaps(reduced: &[Reduced], align: Alignment, reporter: &Reporter) {
    let series = || reduced.iter().flat_map(|group| group.result.iter());
    let left_out: usize = series().map(|(_, series)| series.left_out()).sum();
    if left_out == 0 {
        return;
    }
    let points = series().flat_map(|(_, series)| series.inputs);
    let points: usize = points.map(|input| input.points - input.replaced).sum();
    let (which, advice) = match align {
        Alignment::Intersect => (
            "missing from some runs",
            "--align union, interpolate or bin=N",
        ),
        _ => ("that too few runs have", "--min-runs 1"),
    };
    reporter.warn(format_args!(
        "dropped {} of {} at steps {which}; keep them with {advice}",
        number::count(left_out as u64),
        number::counted(points as u64, "point"),
    ));
    for group in reduced {
        let empty = group.result.iter().filter(|(_, s)| s.steps.is_empty());
        let empty: Vec<_> = empty.map(|(tag, _)| format!("`{tag}`")).collect();
        if !empty.is_empty() {
            reporter.warn(format_args!(
                "{}: no steps are left in {}",
                group.name,
                empty.join(", ")
            ));
        }
    }
}
