//! What TensorBoard's loaders would show of a run, held against what it holds.

use std::sync::Arc;

use super::{Finding, Problem};
use crate::plugin::Kind;
use crate::reader::Run;
use crate::select::Selection;
use crate::state::RunState;
use crate::state::hidden::Hidden;

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
        if series.class.is_none() {
            if !explained(&series.tag) {
                add(unclassed(&series), series.len);
            }
            continue;
        }
        add(Problem::Rewound, series.rewound);
        if !explained(&series.tag) {
            add(Problem::Form(series.kind), series.form);
        }
        add(Problem::Restarted, series.restarted);
        add(Problem::SameStep, series.same_step);
        if let Some(shown) = sample(series.kind)
            && series.kept as u64 > shown
        {
            add(Problem::Sampled { shown }, series.kept);
        }
    }
    findings
}

/// Why TensorBoard has no class for a series.
fn unclassed(series: &Hidden) -> Problem {
    if !series.first {
        Problem::Form(series.kind)
    } else if series.plugin.is_empty() {
        Problem::NoMetadata { late: None }
    } else {
        Problem::UnknownPlugin(series.plugin.as_str().into())
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
