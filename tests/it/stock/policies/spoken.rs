//! That `check` is not silent about what a loader does not hand out.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfevents::check::{Report, Severity};
use tfevents::event::{DataRef, What};
use tfevents::{EventItem, EventReader, Run};

use super::compare::{failed, listed};

/// The tags of a run of which a loader hands out less than there is, without a word by `check`.
pub(super) fn silent(run: &Run, report: &Report, theirs: &Json) -> Vec<String> {
    let said = |tag: Option<&str>| {
        let mut findings = report.findings.iter();
        findings.any(|f| f.severity() >= Severity::NotShown && f.tag.as_deref() == tag)
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
        let handed_out = listed.get(&*tag).map(|series| {
            let points = series.points.as_ref().map_or(0, Vec::len);
            let is_whole = series.plugin == "hparams" || points >= values;
            is_whole && series.points.is_some() && series.is_asked_for()
        });
        let is_shown = handed_out.unwrap_or(!failed.is_empty());
        if !is_shown && !said(Some(&tag)) && !said(None) {
            let problem = match handed_out {
                None => "not listed",
                Some(_) => "not all of it",
            };
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
