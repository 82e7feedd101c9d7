//! What TensorBoard's loaders show of a run, held against what it holds.
//!
//! Which points of which series either loader has is [`state`](crate::state)'s knowledge. This puts it into words,
//! unless the walk through the files has done so already.

use std::path::Path;
use std::sync::Arc;

use super::series::Known;
use crate::check::flaw::HISTOGRAM_OBSOLETE;
use crate::check::{Finding, Flaw, Loader, Problem, dashboards};
use crate::plugin::{Kind, META_GRAPH_TAG, RUN_GRAPH_TAG};
use crate::reader::Run;
use crate::select::Selection;
use crate::series::Policy;
use crate::state::RunState;
use crate::state::hidden::Hidden;
use crate::state::listing::Unlisted;
use crate::state::seen::Seen;
use crate::tags::Tags;

/// What is not shown of each series, beside what is known from the run's files.
pub(super) fn compare(run: &Run, files: &[Arc<Path>], series: &Tags<Known>) -> Vec<Finding> {
    let state = RunState::load(run, &Selection::all());
    let mut findings = Vec::<Finding>::new();
    let mut hidden = state.hidden().peekable();
    while let Some(first) = hidden.next() {
        let second = hidden.next_if(|second| second.tag == first.tag);
        let forms: Vec<_> = std::iter::once(first).chain(second).collect();
        findings.extend(of_tag(&state, files, series, &forms));
    }
    findings
}

/// What is not shown of one tag, which may have numbers, other values, or both.
fn of_tag(
    state: &RunState,
    files: &[Arc<Path>],
    series: &Tags<Known>,
    forms: &[Hidden<'_>],
) -> Vec<Finding> {
    let mut findings = Vec::<Finding>::new();
    for hidden in forms {
        let known = series.find(hidden.tag).and_then(|id| series.value(id));
        let mut part = Part {
            hidden,
            known,
            files,
            findings: Vec::new(),
        };
        part.listings();
        part.points();
        if let Some(known) = known
            && matches!(hidden.fast, Err(Unlisted::NoMetadata))
            && hidden.slow.is_ok()
        {
            part.late_values(state, known);
        }
        for finding in part.findings {
            let mut same = findings.iter_mut();
            match same.find(|known| known.problem == finding.problem) {
                Some(known) => known.count += finding.count,
                None => findings.push(finding),
            }
        }
    }
    findings.extend(nothing_left(forms));
    findings
}

/// A series of which the data server has no value left, so that it does not list it.
fn nothing_left(forms: &[Hidden<'_>]) -> Option<Finding> {
    let is_left = |hidden: &Hidden<'_>| match &hidden.fast {
        Ok(seen) => seen.kept > 0,
        Err(Unlisted::OtherForm { points, .. }) => *points > 0,
        // Why it is not listed was said.
        Err(_) => true,
    };
    if forms.iter().any(is_left) {
        return None;
    }
    let values: usize = forms.iter().map(|hidden| hidden.len).sum();
    let rewound = forms.iter().any(|hidden| discarded(&hidden.fast) > 0);
    let tag = forms.first()?.tag;
    let by_slow = |hidden: &Hidden<'_>| matches!(&hidden.slow, Ok(slow) if slow.kept > 0 && slow.unreadable == 0);
    let flaw = dashboards::nothing_left(rewound, forms.iter().all(by_slow));
    Some(Finding::of_run(
        Problem::Dashboard(flaw),
        Some(Arc::from(tag)),
        values as u64,
    ))
}

/// How many values of a series that a loader lists were discarded by others.
fn discarded(seen: &Result<Seen, Unlisted>) -> usize {
    match seen {
        Ok(seen) => seen.discarded,
        Err(Unlisted::OtherForm { discarded, .. }) => *discarded,
        Err(_) => 0,
    }
}

/// What a tag has in one form: numbers, or anything else.
struct Part<'a> {
    hidden: &'a Hidden<'a>,
    known: Option<&'a Known>,
    files: &'a [Arc<Path>],
    findings: Vec<Finding>,
}

impl Part<'_> {
    /// What keeps the loaders from listing the series.
    fn listings(&mut self) {
        let Hidden {
            len, fast, slow, ..
        } = self.hidden;
        let is_obsolete = self
            .known
            .is_some_and(|known| known.found().has(HISTOGRAM_OBSOLETE));
        if matches!(fast, Err(Unlisted::Unnamed)) || is_obsolete {
            // The walk said so.
            return;
        }
        let late = self.known.map_or("", |known| &known.about.plugin);
        let is_form = |seen: &Result<_, _>| matches!(seen, Err(Unlisted::OtherForm { .. }));
        let neither = fast.is_err() && slow.is_err() && !is_form(slow);
        for (seen, loader) in [(fast, Loader::Fast), (slow, Loader::Slow)] {
            let flaw = match seen {
                Err(Unlisted::OtherForm { .. }) if self.is_said() => None,
                Err(Unlisted::OtherForm {
                    listing,
                    points,
                    discarded,
                }) => {
                    if loader == Loader::Fast {
                        let count = len - points - discarded;
                        match dashboards::taken(listing, self.hidden.kind) {
                            Some(flaw) => self.add(Problem::Dashboard(flaw), count),
                            None => self.add_form(count, self.misformed()),
                        }
                    }
                    let mixed = dashboards::mixed(&listing.plugin, loader);
                    if let Some(flaw) = mixed.filter(|_| self.is_faultless()) {
                        self.add(Problem::Dashboard(flaw), *points);
                    }
                    None
                }
                Err(why) => dashboards::unlisted(why, late, (!neither).then_some(loader)),
                Ok(seen) => dashboards::foreign(&seen.listing.plugin),
            };
            if let Some(flaw) = flaw {
                self.add_first(flaw);
            }
        }
    }

    /// What the loaders drop of the series, or fail at.
    fn points(&mut self) {
        let kind = self.hidden.kind;
        let [rewound, purged] = [&self.hidden.fast, &self.hidden.slow].map(discarded);
        let (fast, slow) = (self.hidden.fast.as_ref(), self.hidden.slow.as_ref());
        let (fast, slow) = (fast.ok(), slow.ok());
        let is_gone = slow.is_some_and(|slow| slow.kept == 0);
        if !self.is_one_for_all() {
            self.add(Problem::Rewound, rewound);
            self.add(Problem::SameStep, slow.map_or(0, |slow| slow.same_step));
        }
        if !self.is_one_for_all() || is_gone {
            self.add(Problem::Restarted, purged);
        }
        let form = fast.map_or(0, |fast| fast.form);
        let [by_fast, by_slow] = [fast, slow].map(|seen| seen.map_or(0, |seen| seen.unreadable));
        let mut unreadable = 0;
        if self.is_faultless() && kind != Kind::Other {
            unreadable = by_fast.max(by_slow);
            let flaw = dashboards::unreadable(kind, by_fast > 0, form > 0);
            self.add(Problem::Dashboard(flaw), unreadable);
        }
        if !self.is_said() {
            // Among numbers, nothing is misformed: what is not one is not held with them.
            let misformed = match kind {
                Kind::Scalar => 0,
                _ => self.misformed(),
            };
            self.add_form(form, misformed.max(unreadable));
        }
        let kept = fast.into_iter().chain(slow).map(|seen| seen.kept).max();
        if let (Some(shown), Some(kept)) = (sample(kind), kept)
            && kept as u64 > shown
        {
            self.add(Problem::Sampled { shown }, kept);
        }
    }

    /// Values that precede the metadata with their kind could not be checked when they were read.
    fn late_values(&mut self, state: &RunState, known: &Known) {
        let points = state.blobs(self.hidden.tag, Policy::Slow);
        for point in points.iter().flatten() {
            let Ok(blob) = point.read() else {
                continue;
            };
            let Ok(Some(value)) = blob.stored() else {
                continue;
            };
            let flaw =
                dashboards::of_value(known.kind(), self.hidden.tag, &value.data, &known.about);
            if let Some(flaw) = flaw.filter(|flaw| !known.found().has(flaw.code())) {
                self.add(Problem::Dashboard(flaw), 1);
            }
        }
    }

    /// Whether it was said already that the tag has values of different kinds.
    fn is_said(&self) -> bool {
        self.known
            .is_some_and(|known| known.found().again.kinds.is_some())
    }

    /// Whether nothing was found in the tag's values at which a dashboard fails anyway.
    fn is_faultless(&self) -> bool {
        self.known
            .is_none_or(|known| known.found().flaws.is_empty())
    }

    /// Whether one of the values stands for all, so that it is said in other words which, or not worth a word.
    fn is_one_for_all(&self) -> bool {
        [RUN_GRAPH_TAG, META_GRAPH_TAG].contains(&self.hidden.tag)
            || self
                .known
                .is_some_and(|known| matches!(known.kind(), Kind::HParams | Kind::CustomScalars))
    }

    /// How many values are missing or of a form that some loader does not show.
    fn misformed(&self) -> usize {
        self.known.map_or(0, |known| known.found().misformed)
    }

    /// Adds that values are of a form that the fast loader does not show, unless as many have findings that say what is
    /// wrong with them.
    fn add_form(&mut self, count: usize, said: usize) {
        if count > said {
            self.add(Problem::Form(self.hidden.kind), count);
        }
    }

    /// Adds what the tag's first value decides.
    fn add_first(&mut self, flaw: Flaw) {
        self.add(Problem::Dashboard(flaw), self.hidden.len);
        let first = self.known.and_then(Known::first);
        if let (Some((file, place)), Some(finding)) = (first, self.findings.last_mut()) {
            finding.file = self.files.get(file).cloned();
            finding.place = Some(place);
        }
    }

    /// Adds what was not found yet.
    fn add(&mut self, problem: Problem, points: usize) {
        let is_known = self.findings.iter().any(|known| known.problem == problem);
        if points > 0 && !is_known {
            let tag = Some(Arc::from(self.hidden.tag));
            self.findings
                .push(Finding::of_run(problem, tag, points as u64));
        }
    }
}

/// How many points of a series the fast loader keeps by default.
fn sample(kind: Kind) -> Option<u64> {
    match kind {
        Kind::Scalar => Some(1000),
        Kind::Image | Kind::Audio => Some(10),
        Kind::Graph => None,
        _ => Some(100),
    }
}
