//! Tags that most of the runs that belong together have.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Found;
use crate::check::{Finding, Problem, Report};
use crate::record::work;

/// Fewer runs than this have no majority.
const ENOUGH: usize = 3;

pub(super) fn missing(reports: &[Report]) -> Vec<Found> {
    let groups = Groups::of(reports);
    let mut found = Vec::new();
    for (run, report) in reports.iter().enumerate() {
        let Some(group) = groups.closest(report) else {
            continue;
        };
        let missing = group.most.iter().filter(|tag| !report.has_tag(tag));
        found.extend(missing.map(|tag| {
            let tag = Some(Arc::from(*tag));
            (run, Finding::of_run(Problem::MissingTag, tag, 1))
        }));
    }
    found
}

/// Where a run lies: side by side with others, or as others of its name in directories side by side.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place<'r> {
    In(&'r str),
    Beside(&'r str, &'r str),
}

/// The places of a run.
fn places(run: &str) -> impl Iterator<Item = Place<'_>> {
    let (parent, name) = split(run).unzip();
    let beside = parent.and_then(split).zip(name);
    let beside = beside.map(|((above, _), name)| Place::Beside(above, name));
    parent.map(Place::In).into_iter().chain(beside)
}

/// Runs that belong together, by their place. Runs without any tag do not count.
struct Groups<'r>(HashMap<Place<'r>, Group<'r>>);

/// What is known of a group as a whole: there may be thousands of runs in it, too many to compare each with each.
#[derive(Default)]
struct Group<'r> {
    runs: usize,
    /// How many runs have each tag, and how many tags all runs have.
    users: BTreeMap<&'r str, usize>,
    tags: usize,
    /// The tags that most runs have.
    most: Vec<&'r str>,
}

impl<'r> Groups<'r> {
    fn of(reports: &'r [Report]) -> Self {
        let with_tags = || reports.iter().filter(|report| !report.tags.is_empty());
        let mut groups = HashMap::<_, Group<'r>>::new();
        for place in with_tags().flat_map(|report| places(&report.run)) {
            groups.entry(place).or_default().runs += 1;
        }
        // One run alone may have a tag for every point.
        groups.retain(|_, group| group.runs > 1);
        for report in with_tags() {
            for place in places(&report.run) {
                if let Some(group) = groups.get_mut(&place) {
                    work::add(report.tags.len());
                    group.tags += report.tags.len();
                    for (tag, _) in report.tags() {
                        *group.users.entry(tag).or_default() += 1;
                    }
                }
            }
        }
        for group in groups.values_mut() {
            let users = group.users.iter();
            let most = users.filter(|&(_, &users)| users > group.runs / 2);
            group.most = most.map(|(tag, _)| *tag).collect();
        }
        Self(groups)
    }

    /// The group that a run belongs to, if that is large enough: with which it shares more tags.
    fn closest(&self, report: &'r Report) -> Option<&Group<'r>> {
        if report.tags.is_empty() {
            return None;
        }
        let groups = places(&report.run).filter_map(|place| self.0.get(&place));
        let closeness = |group: &Group<'_>| group.closeness(report);
        let closest = groups.reduce(|a, b| match closeness(b) > closeness(a) {
            true => b,
            false => a,
        });
        closest.filter(|group| group.runs >= ENOUGH)
    }
}

impl Group<'_> {
    /// How much of their tags a run in it and the others share.
    #[expect(clippy::cast_precision_loss, reason = "tags are few")]
    fn closeness(&self, report: &Report) -> f64 {
        work::add(report.tags.len());
        let users = report.tags().filter_map(|(tag, _)| self.users.get(tag));
        let common: usize = users.map(|users| users - 1).sum();
        let others = self.tags - report.tags.len();
        let all = report.tags.len() * (self.runs - 1) + others - common;
        common as f64 / all.max(1) as f64
    }
}

/// The directory of a run and its last name. The logdir itself has neither.
fn split(run: &str) -> Option<(&str, &str)> {
    match run {
        "." | "" => None,
        _ => Some(run.rsplit_once('/').unwrap_or(("", run))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::reader::Logdir;
    use crate::writer::SummaryWriter;

    /// What it takes to compare so many runs, one of which lacks a tag.
    fn work(runs: usize) -> u64 {
        let dir = tempfile::tempdir().unwrap();
        for run in 0..runs {
            let writer = SummaryWriter::new(dir.path().join(run.to_string())).unwrap();
            for tag in ["a", "b"].iter().skip(usize::from(run == 0)) {
                writer.add_scalar(tag, 0.5, 1).unwrap();
            }
            writer.close().unwrap();
        }
        let logdir = Logdir::open(dir.path()).unwrap();
        let reports: Vec<_> = logdir.runs().iter().map(check::run).collect();
        let (found, work) = work::of(|| missing(&reports));
        let tags: Vec<_> = found
            .iter()
            .map(|(run, f)| (*run, f.tag.as_deref()))
            .collect();
        assert_eq!(tags, [(0, Some("a"))]);
        work
    }

    #[test]
    fn work_grows_with_the_runs_as_their_tags_do() {
        let (few, many) = (work(20), work(80));
        assert!(many <= 5 * few, "{few} for 20, {many} for 80");
    }
}
