//! That `check` is not silent about what a loader does not hand out, and silent about what both do.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfevents::check::{Report, Severity};
use tfevents::event::{DataRef, What};
use tfevents::{EventItem, EventReader, Run};

use super::compare::{failed, listed};

/// Of what a loader drops some points only.
const SOME: &[&str] = &["rewound", "restarted", "same_step"];

/// The tags of a run of which a loader hands out less than there is, without a word by `check`.
pub(super) fn silent(run: &Run, report: &Report, theirs: &Json) -> Vec<String> {
    let said = |tag: Option<&str>, codes: &[&str]| {
        let mut findings = report.findings.iter();
        findings.any(|f| {
            let is_own = f.tag.as_deref() == tag && f.severity() >= Severity::NotShown;
            is_own && !codes.contains(&f.problem.code())
        })
    };
    if theirs.get("failed").is_some() {
        let stops = |f: &tfevents::check::Finding| f.problem.code() == "histogram_edges";
        let silent = !report.findings.iter().any(stops);
        return silent
            .then(|| format!("{} stops", run.name()))
            .into_iter()
            .collect();
    }
    let listed = listed(theirs);
    // Of a list that fails it is another tag that is at fault.
    let failed = failed(theirs);
    let mut silent = Vec::new();
    for (tag, values) in counts(run, false) {
        let (problem, but) = match listed.get(&*tag) {
            None if !failed.is_empty() => continue,
            Some(series) if series.is_asked_for() => match &series.points {
                None => ("fails", SOME),
                Some(points) if points.len() < values && series.plugin != "hparams" => {
                    ("not all of it", &[][..])
                }
                Some(_) => continue,
            },
            _ => ("not listed", SOME),
        };
        if !said(Some(&tag), but) && !said(None, &[]) {
            silent.push(format!("{} {tag:?}: {problem}", run.name()));
        }
    }
    silent
}

/// What must be amiss where `check` finds this of a tag.
enum Amiss {
    Fast,
    Slow,
    Either,
    /// Whichever the message names, or both.
    Named,
}

/// What is said of how loaders take a series. What dashboards make of values is not asked here, such as of two kinds
/// of tensors in one tag.
fn amiss(code: &str) -> Option<Amiss> {
    Some(match code {
        "rewound" | "form" | "other_plugin" => Amiss::Fast,
        "restarted" | "same_step" => Amiss::Slow,
        "mixed_forms" | "tensor_type" | "no_value" | "histogram_edges" | "scalar_form"
        | "sound_form" => Amiss::Either,
        "no_metadata" | "late_metadata" | "no_plugin" | "no_class" | "wrong_class" => Amiss::Named,
        _ => return None,
    })
}

/// The findings about tags of which the loaders that are concerned hand out everything.
pub(super) fn groundless(run: &Run, report: &Report, fast: &Json, slow: &Json) -> Vec<String> {
    // With those without a value, in the place of which loaders may put something.
    let values = counts(run, true);
    let lacks = |theirs: &Json, tag: &str| {
        if theirs.get("failed").is_some() || !failed(theirs).is_empty() {
            return true;
        }
        let listed = listed(theirs);
        let series = listed.get(tag).filter(|series| series.is_asked_for());
        let points = series.and_then(|series| series.points.as_ref());
        points.is_none_or(|points| points.len() < values.get(tag).copied().unwrap_or(1))
    };
    let mut groundless = Vec::new();
    for finding in &report.findings {
        let (Some(tag), Some(amiss)) = (&finding.tag, amiss(finding.problem.code())) else {
            continue;
        };
        if ["", "node"].contains(&&**tag) {
            // The loaders do not agree on what such a series is called.
            continue;
        }
        let text = finding.problem.to_string();
        let (fast, slow) = (lacks(fast, tag), lacks(slow, tag));
        let is_so = match amiss {
            Amiss::Fast => fast,
            Amiss::Slow => slow,
            Amiss::Either => fast || slow,
            Amiss::Named if text.contains("the fast loader does not") => fast,
            Amiss::Named if text.contains("the slow loader does not") => slow,
            Amiss::Named => fast && slow,
        };
        if !is_so {
            groundless.push(format!("{} {tag:?}: {text}", run.name()));
        }
    }
    groundless
}

/// How many values each tag has, with those or without those that have metadata only.
fn counts(run: &Run, all: bool) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::<String, usize>::new();
    for file in run.files() {
        let mut reader = EventReader::open(file).unwrap();
        while let EventItem::Event(record) = reader.next_item().unwrap() {
            let tags: Vec<_> = match &record.event.what {
                What::Summary(summary) => summary
                    .values()
                    .map(Result::unwrap)
                    .filter(|value| all || !matches!(value.data, DataRef::None))
                    .map(|value| value.series_tag().to_owned())
                    .collect(),
                What::GraphDef(_) => vec!["__run_graph__".to_owned()],
                What::TaggedRunMetadata(run) => vec![run.tag.to_owned()],
                _ => Vec::new(),
            };
            for tag in tags {
                *counts.entry(tag).or_default() += 1;
            }
        }
    }
    counts
}
