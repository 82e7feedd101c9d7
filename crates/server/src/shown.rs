//! Which points of a series are shown: what the policy makes of restarts, whatever the form of the values.
//!
//! TensorBoard's loaders also hide values by their form, and whole series by what their first value says. That
//! is not copied: a value that can be read is shown.

use std::borrow::Cow;

use tfevents::event::DataClass;
use tfevents::series::Numbers;
use tfevents::state::{BlobPoint, RunState, ScalarColumns};
use tfevents::{Number, Policy, Scalars, WallTime};

/// The points of a series of numbers that are shown. Values are copied only where some are hidden, or several files are
/// put together.
#[derive(Debug)]
pub(crate) enum Shown<'r> {
    Held(ScalarColumns<'r>),
    Copied(Scalars),
}

impl Shown<'_> {
    pub(crate) fn steps(&self) -> &[i64] {
        match self {
            Self::Held(points) => &points.steps,
            Self::Copied(points) => &points.steps,
        }
    }

    pub(crate) fn wall_times(&self) -> &[WallTime] {
        match self {
            Self::Held(points) => &points.wall_times,
            Self::Copied(points) => &points.wall_times,
        }
    }

    pub(crate) fn values(&self) -> &Numbers {
        match self {
            Self::Held(points) => points.values,
            Self::Copied(points) => &points.values,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.steps().len()
    }

    /// The values in the single precision in which scalars travel, as most are anyway.
    pub(crate) fn singles(&self) -> Cow<'_, [f32]> {
        match self.values() {
            Numbers::F32(values) => Cow::Borrowed(values),
            other => Cow::Owned(other.iter().map(single).collect()),
        }
    }
}

/// The points of a series of numbers. `None` if there is no such series.
pub(crate) fn scalars<'r>(run: &'r RunState, tag: &str, policy: Policy) -> Option<Shown<'r>> {
    let held = || {
        run.columns(tag)
            .map(Shown::Held)
            .or_else(|| run.scalars(tag, Policy::Raw).map(Shown::Copied))
    };
    match policy {
        Policy::Raw => held(),
        Policy::Fast => {
            let all = held()?;
            let Some(kept) = survivors(all.steps().iter().copied()) else {
                return Some(all);
            };
            let mut shown = Scalars::default();
            for i in kept {
                if let Some(value) = all.values().number(i) {
                    shown.push(all.steps()[i], all.wall_times()[i], value);
                }
            }
            Some(Shown::Copied(shown))
        }
        _ => run.scalars(tag, policy).map(Shown::Copied).or_else(held),
    }
}

/// The points of any other series. `None` if there is no such series.
pub(crate) fn blobs(
    run: &RunState,
    tag: &str,
    policy: Policy,
    class: DataClass,
) -> Option<Vec<BlobPoint>> {
    let mut points = match policy {
        Policy::Fast => {
            let all = run.blobs(tag, Policy::Raw)?;
            match survivors(all.iter().map(|point| point.step)) {
                Some(kept) => kept.into_iter().map(|i| all[i].clone()).collect(),
                None => all,
            }
        }
        _ => run
            .blobs(tag, policy)
            .or_else(|| run.blobs(tag, Policy::Raw))?,
    };
    // What has no files is nothing that a dashboard of files can show.
    if class == DataClass::BlobSequence {
        points.retain(|point| point.sequence_len().is_some());
    }
    Some(points)
}

/// The data server's rule: each point replaces those whose steps are not smaller. Positions; `None` if all stay.
fn survivors(steps: impl Iterator<Item = i64> + Clone) -> Option<Vec<usize>> {
    let next = steps.clone().skip(1);
    if steps.clone().zip(next).all(|(step, next)| step < next) {
        return None;
    }
    let mut kept: Vec<(usize, i64)> = Vec::new();
    for (i, step) in steps.enumerate() {
        while kept.pop_if(|&mut (_, last)| last >= step).is_some() {}
        kept.push((i, step));
    }
    Some(kept.into_iter().map(|(i, _)| i).collect())
}

/// A number in the single precision in which scalars travel.
#[expect(clippy::cast_possible_truncation, reason = "the protocol has no other")]
pub(crate) fn single(number: Number) -> f32 {
    match number {
        // Without the detour, which would make another NaN of some.
        Number::F32(value) => value,
        other => other.as_f64() as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_replaces_those_behind_it() {
        let of = |steps: &[i64]| survivors(steps.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[1, 2, 9]), None);
        assert_eq!(of(&[1, 2, 2, 3]), Some(vec![0, 2, 3]));
        assert_eq!(of(&[5, 6, 7, 6, 9, 1]), Some(vec![5]));
        assert_eq!(of(&[0, 10, 20, 15]), Some(vec![0, 1, 3]));
        assert_eq!(of(&[3, 3, 3]), Some(vec![2]));
    }
}
