//! That `check` is not silent about what a loader does not hand out, and silent about what both do.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfevents::check::{Report, Severity};
use tfevents::event::{DataRef, What};
use tfevents::{EventItem, EventReader, Run};

use super::compare::{failed, listed};
use crate::stock::NOT_LISTED;

/// Of what a loader drops some points only.
const SOME: &[&str] = &["rewound", "restarted", "same_step"];

/// The tags of a run of which a loader hands out less than there is, without a word by `check`.
pub(super) fn silent(run: &Run, report: &Report, theirs: &Json) -> Vec<String> {
    let said = |tag: Option<&str>, is_enough: &dyn Fn(&str) -> bool| {
        let mut findings = report.findings.iter();
        findings.any(|f| {
            let is_own = f.tag.as_deref() == tag && f.severity() >= Severity::NotShown;
            is_own && is_enough(f.problem.code())
        })
    };
    let whole = |code: &str| code == "nothing_left" || NOT_LISTED.contains(&code);
    let not_some = |code: &str| !SOME.contains(&code);
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
        // Of values that are none nothing is missing.
        let values = values.iter().filter(|value| value.is_valued).count();
        // What the loaders call differently is said of one of its names.
        let names = ["", "node"];
        let is_unnamed =
            names.contains(&&*tag) && names.iter().any(|name| said(Some(name), &whole));
        if values == 0 || is_unnamed {
            continue;
        }
        let (problem, is_enough): (_, &dyn Fn(&str) -> bool) = match listed.get(&*tag) {
            None if !failed.is_empty() => continue,
            Some(series) if series.is_asked_for() => match &series.points {
                // Their dashboard asks for the metadata only.
                None if series.plugin == "hparams" => continue,
                None => ("fails", &not_some),
                Some(points) if points.len() < values && series.plugin != "hparams" => {
                    ("not all of it", &|_| true)
                }
                Some(_) => continue,
            },
            _ => ("not listed", &whole),
        };
        if !said(Some(&tag), is_enough) && !said(None, &|_| true) {
            let said: Vec<_> = report.findings.iter().map(|f| f.problem.code()).collect();
            silent.push(format!(
                "{} {tag:?}: {problem}, beside {said:?}",
                run.name()
            ));
        }
    }
    silent
}

/// What must be amiss where `check` finds this of a tag.
#[derive(Clone, Copy)]
pub(super) enum Amiss {
    /// Of the fast loader: that later values discard as many as are counted.
    Rewound,
    /// That the loader whose name is in the message lists the tag.
    Listed,
    /// That it lists the tag nowhere.
    NothingLeft,
    /// That these loaders hand out fewer values than there are, by as many as are counted.
    Fast,
    Slow,
    Either,
    /// Whichever the message names, or both, have no series that a dashboard asks for.
    Unlisted,
}

/// What is said of how loaders take a series. What dashboards make of values is not asked here, such as of two kinds
/// of tensors in one tag.
pub(super) const JUDGED: [(&str, Amiss); 17] = [
    ("rewound", Amiss::Rewound),
    ("nothing_left", Amiss::NothingLeft),
    ("form", Amiss::Fast),
    ("other_plugin", Amiss::Fast),
    ("restarted", Amiss::Slow),
    ("same_step", Amiss::Slow),
    ("mixed_forms", Amiss::Listed),
    ("tensor_type", Amiss::Either),
    ("no_value", Amiss::Either),
    ("histogram_edges", Amiss::Either),
    ("scalar_form", Amiss::Either),
    ("sound_form", Amiss::Either),
    ("no_metadata", Amiss::Unlisted),
    ("late_metadata", Amiss::Unlisted),
    ("no_plugin", Amiss::Unlisted),
    ("no_class", Amiss::Unlisted),
    ("wrong_class", Amiss::Unlisted),
];

/// The findings about tags that the loaders they concern do not bear out, and how many of each were held against them.
pub(super) fn groundless(
    run: &Run,
    report: &Report,
    fast: &Json,
    slow: &Json,
    judged: &mut BTreeMap<&'static str, u64>,
) -> Vec<String> {
    let values = values(run);
    let mut groundless = Vec::new();
    for finding in &report.findings {
        let code = finding.problem.code();
        let amiss = JUDGED.iter().find(|(judged, _)| *judged == code);
        let (Some(tag), Some((_, amiss))) = (&finding.tag, amiss) else {
            continue;
        };
        if ["", "node"].contains(&&**tag) {
            // The loaders do not agree on what such a series is called.
            continue;
        }
        *judged.entry(code).or_default() += 1;
        let values = values.get(&**tag).map_or(&[][..], Vec::as_slice);
        let count = finding.count as usize;
        let text = finding.problem.to_string();
        let lacks = |theirs| Lacks::of(theirs, tag, values);
        let is_so = match amiss {
            Amiss::Rewound => count == rewound(values) && lacks(fast).at_least(count),
            Amiss::Listed if text.contains("fast loader") => !matches!(lacks(fast), Lacks::All),
            Amiss::Listed => !matches!(lacks(slow), Lacks::All),
            Amiss::NothingLeft => matches!(lacks(fast), Lacks::All) && count == values.len(),
            Amiss::Fast => lacks(fast).at_least(count),
            Amiss::Slow => lacks(slow).at_least(count),
            Amiss::Either => lacks(fast).at_least(count) || lacks(slow).at_least(count),
            Amiss::Unlisted => [("slow", fast), ("fast", slow)]
                .into_iter()
                .filter(|(other, _)| !text.contains(&format!("the {other} loader does not")))
                .all(|(_, theirs)| matches!(lacks(theirs), Lacks::All | Lacks::Unknown)),
        };
        if !is_so {
            groundless.push(format!(
                "{} {tag:?}: {text} ({count} of {})",
                run.name(),
                values.len()
            ));
        }
    }
    groundless
}

/// What a loader does not hand out of a series.
enum Lacks {
    /// It fails, and so nobody knows.
    Unknown,
    /// No dashboard gets the series.
    All,
    /// That many values.
    Some(usize),
}

impl Lacks {
    fn of(theirs: &Json, tag: &str, values: &[Value]) -> Self {
        if theirs.get("failed").is_some() || !failed(theirs).is_empty() {
            return Self::Unknown;
        }
        let listed = listed(theirs);
        match listed.get(tag).filter(|series| series.is_asked_for()) {
            None => Self::All,
            Some(series) => match &series.points {
                None => Self::Unknown,
                Some(points) => {
                    let shown = points.iter().filter(|point| point.has_all()).count();
                    Self::Some(values.len().saturating_sub(shown))
                }
            },
        }
    }

    fn at_least(&self, count: usize) -> bool {
        match self {
            Self::Unknown | Self::All => true,
            Self::Some(lacking) => *lacking >= count,
        }
    }
}

/// A value of a tag, or an event that is one.
struct Value {
    step: i64,
    /// Whether there is more to it than its metadata.
    is_valued: bool,
}

/// How many values that are any have a step that a later one of the tag does not exceed.
fn rewound(values: &[Value]) -> usize {
    let valued = values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.is_valued);
    valued
        .filter(|(i, value)| values[i + 1..].iter().any(|later| later.step <= value.step))
        .count()
}

/// The values of each tag, in order.
fn values(run: &Run) -> BTreeMap<String, Vec<Value>> {
    let mut values = BTreeMap::<String, Vec<Value>>::new();
    for file in run.files() {
        let mut reader = EventReader::open(file).unwrap();
        while let EventItem::Event(record) = reader.next_item().unwrap() {
            let tags: Vec<_> = match &record.event.what {
                What::Summary(summary) => summary
                    .values()
                    .map(Result::unwrap)
                    .map(|value| {
                        let is_valued = !matches!(value.data, DataRef::None);
                        (value.series_tag().to_owned(), is_valued)
                    })
                    .collect(),
                What::GraphDef(_) => vec![("__run_graph__".to_owned(), true)],
                What::TaggedRunMetadata(run) => vec![(run.tag.to_owned(), true)],
                _ => Vec::new(),
            };
            for (tag, is_valued) in tags {
                values.entry(tag).or_default().push(Value {
                    step: record.event.step,
                    is_valued,
                });
            }
        }
    }
    values
}
