//! What TensorBoard's loaders would show of a run, held against what it holds.

use std::sync::Arc;

use super::{Finding, Problem};
use crate::plugin::Kind;
use crate::reader::Run;
use crate::select::Selection;
use crate::state::RunState;
use crate::state::listing::Unlisted;

/// What is hidden of each series; of a tag whose case is `explained` already, only what is hidden besides.
pub(super) fn compare(run: &Run, explained: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for series in RunState::load(run, &Selection::all()).hidden() {
        let mut add = |problem, points: usize| {
            if points > 0 {
                findings.push(Finding {
                    problem,
                    file: None,
                    place: None,
                    tag: Some(Arc::clone(&series.tag)),
                    count: points as u64,
                });
            }
        };
        let (fast, slow) = match (&series.fast, &series.slow) {
            (Err(why), Err(_)) => {
                if !explained(&series.tag) {
                    add(unlisted(why, series.kind), series.len);
                }
                continue;
            }
            (fast, slow) => (fast.as_ref().ok(), slow.as_ref().ok()),
        };
        add(Problem::Rewound, fast.map_or(0, |fast| fast.discarded));
        if !explained(&series.tag) {
            add(
                Problem::Form(series.kind),
                fast.map_or(series.len, |fast| fast.form),
            );
        }
        add(Problem::Restarted, slow.map_or(0, |slow| slow.discarded));
        add(Problem::SameStep, slow.map_or(0, |slow| slow.same_step));
        let kept = fast.into_iter().chain(slow).map(|seen| seen.kept).max();
        if let (Some(shown), Some(kept)) = (sample(series.kind), kept)
            && kept as u64 > shown
        {
            add(Problem::Sampled { shown }, kept);
        }
    }
    findings
}

/// Why no dashboard shows a series.
fn unlisted(why: &Unlisted, kind: Kind) -> Problem {
    match why {
        Unlisted::OtherForm(_) => Problem::Form(kind),
        Unlisted::NoClass { plugin } => Problem::UnknownPlugin(plugin.as_str().into()),
        _ => Problem::NoMetadata { late: None },
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
