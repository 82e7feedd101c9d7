//! Tags that most of the runs that belong together have.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Found;
use crate::check::{Finding, Problem, Report};

/// Fewer runs than this have no majority.
const ENOUGH: usize = 3;

pub(super) fn missing(reports: &[Report]) -> Vec<Found> {
    let mut found = Vec::new();
    for (run, report) in reports.iter().enumerate() {
        let Some(group) = group(reports, run) else {
            continue;
        };
        let mut users = BTreeMap::<&str, usize>::new();
        for tag in group.iter().flat_map(|&other| reports[other].tags()) {
            *users.entry(tag).or_default() += 1;
        }
        let most = users
            .into_iter()
            .filter(|&(_, users)| users > group.len() / 2);
        let missing = most.filter(|(tag, _)| !report.has_tag(tag));
        found.extend(missing.map(|(tag, _)| {
            (
                run,
                Finding::of_run(Problem::MissingTag, Some(Arc::from(tag)), 1),
            )
        }));
    }
    found
}

/// The runs that a run belongs together with, itself included, if they are enough. Runs without any tag do not
/// count.
fn group(reports: &[Report], run: usize) -> Option<Vec<usize>> {
    let own = reports.get(run).filter(|report| !report.tags.is_empty())?;
    let (parent, name) = split(&own.run)?;
    let grandparent = split(parent).map(|(above, _)| above);
    let with_tags = reports
        .iter()
        .enumerate()
        .filter(|(_, other)| !other.tags.is_empty());
    let (mut siblings, mut cousins) = (Vec::new(), Vec::new());
    for (i, other) in with_tags {
        let Some((other_parent, other_name)) = split(&other.run) else {
            continue;
        };
        if other_parent == parent {
            siblings.push(i);
        }
        let other_grandparent = split(other_parent).map(|(above, _)| above);
        if other_name == name
            && (i == run || grandparent.is_some() && other_grandparent == grandparent)
        {
            cousins.push(i);
        }
    }
    let closeness = |group: &[usize]| {
        let others = group.iter().filter(|&&other| other != run);
        let shares: Vec<_> = others.map(|&other| share(own, &reports[other])).collect();
        #[expect(clippy::cast_precision_loss, reason = "runs are few")]
        let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
        mean
    };
    let group = if closeness(&cousins) > closeness(&siblings) {
        cousins
    } else {
        siblings
    };
    (group.len() >= ENOUGH).then_some(group)
}

/// The directory of a run and its last name. The logdir itself has neither.
fn split(run: &str) -> Option<(&str, &str)> {
    match run {
        "." | "" => None,
        _ => Some(run.rsplit_once('/').unwrap_or(("", run))),
    }
}

/// How much of their tags two runs share.
#[expect(clippy::cast_precision_loss, reason = "tags are few")]
fn share(a: &Report, b: &Report) -> f64 {
    let common = a.tags().filter(|tag| b.has_tag(tag)).count();
    let all = a.tags.len() + b.tags.len() - common;
    common as f64 / all.max(1) as f64
}
