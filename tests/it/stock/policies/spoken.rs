//! That `check` is not silent about what a loader does not hand out.

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
    for (tag, values) in values(run) {
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

/// How many values each tag has.
fn values(run: &Run) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::<String, usize>::new();
    for file in run.files() {
        let mut reader = EventReader::open(file).unwrap();
        while let EventItem::Event(record) = reader.next_item().unwrap() {
            let tags: Vec<_> = match &record.event.what {
                What::Summary(summary) => summary
                    .values()
                    .map(Result::unwrap)
                    .filter(|value| !matches!(value.data, DataRef::None))
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
