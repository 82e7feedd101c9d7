//! A scalar series as a page shows it: fewer points, and what all of them came to.

use serde::{Serialize, Serializer};
use tfevents::series::envelope;
use tfevents::{Number, Policy, Scalars};
use tfevents_analysis::WholeRun;

use crate::columns;

/// The points of a series that a page holds.
pub(crate) struct Curve {
    pub(crate) scalars: Scalars,
    pub(crate) facts: CurveFacts,
    /// Points that the policy hides.
    pub(crate) hidden: u64,
}

/// What is known about a series before its points are unpacked; an array in JSON.
#[derive(Clone, Serialize)]
pub(crate) struct CurveFacts(
    /// The number of its run.
    pub(crate) usize,
    /// How its values are stored.
    pub(crate) char,
    /// How many points the page holds, and how many there are.
    pub(crate) usize,
    pub(crate) usize,
    /// The last value and its step.
    pub(crate) Value,
    pub(crate) i64,
    /// The smallest finite value and its first step.
    pub(crate) Value,
    pub(crate) i64,
    /// The largest finite value and its first step.
    pub(crate) Value,
    pub(crate) i64,
);

/// A number, or what JSON has no number for.
#[derive(Clone, Copy)]
pub(crate) struct Value(pub(crate) Option<Number>);

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_none(),
            Some(number) if !number.as_f64().is_finite() => {
                serializer.serialize_str(&number.to_string())
            }
            Some(Number::I64(v)) => serializer.serialize_i64(v),
            Some(Number::F32(v)) => serializer.serialize_f32(v),
            Some(number) => serializer.serialize_f64(number.as_f64()),
        }
    }
}

/// The series of a run, with about so many points; none if it has none.
pub(crate) fn read(
    run: (usize, &WholeRun<'_>),
    tag: &str,
    policy: Policy,
    points: usize,
) -> Option<Curve> {
    let (position, run) = run;
    let scalars = run.scalars(tag, policy)?;
    let all = match policy {
        Policy::Raw => scalars.len(),
        _ => run.scalars(tag, Policy::Raw).map_or(0, |all| all.len()),
    };
    if scalars.is_empty() {
        return None;
    }
    let sampled = sampled(&scalars, points);
    let last = scalars.len() - 1;
    let step = |at: Option<usize>| {
        at.and_then(|at| scalars.steps.get(at).copied())
            .unwrap_or(0)
    };
    let value = |at: Option<usize>| Value(at.and_then(|at| scalars.values.number(at)));
    let (min, max) = extremes(&scalars);
    let facts = CurveFacts(
        position,
        columns::form(&sampled.values),
        sampled.len(),
        scalars.len(),
        value(Some(last)),
        step(Some(last)),
        value(min),
        step(min),
        value(max),
        step(max),
    );
    Some(Curve {
        facts,
        hidden: all.saturating_sub(scalars.len()) as u64,
        scalars: sampled,
    })
}

/// Where the smallest and the largest finite value are first.
fn extremes(scalars: &Scalars) -> (Option<usize>, Option<usize>) {
    let values = scalars.values.to_f64();
    let first = |is_further: fn(f64, f64) -> bool| {
        let finite = values.iter().copied().enumerate();
        let finite = finite.filter(|(_, value)| value.is_finite());
        let further = |best: (usize, f64), next: (usize, f64)| match is_further(next.1, best.1) {
            true => next,
            false => best,
        };
        finite.reduce(further).map(|(i, _)| i)
    };
    (first(|a, b| a < b), first(|a, b| a > b))
}

/// The points of an envelope, each as it was logged.
fn sampled(scalars: &Scalars, points: usize) -> Scalars {
    let values = scalars.values.to_f64();
    let kept = envelope(&values, (points / 2).max(1));
    let mut sampled = Scalars::default();
    for at in kept {
        if let (Some(&step), Some(&time), Some(value)) = (
            scalars.steps.get(at),
            scalars.wall_times.get(at),
            scalars.values.number(at),
        ) {
            sampled.push(step, time, value);
        }
    }
    sampled
}
