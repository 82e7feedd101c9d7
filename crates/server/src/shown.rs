//! Which points of a series are shown: what the policy makes of restarts, whatever the form of the values.
//!
//! TensorBoard's loaders also hide values by their form, and whole series by what their first value says. That
//! is not copied: a value that can be read is shown.

use tfevents::event::DataClass;
use tfevents::state::{BlobPoint, RunState, ScalarColumns};
use tfevents::{Number, Policy, Scalars};

/// The points of a series of numbers that are shown, of all that it has: these themselves if none is hidden.
pub(crate) fn scalars(
    run: &RunState,
    tag: &str,
    all: ScalarColumns,
    policy: Policy,
) -> ScalarColumns {
    match policy {
        Policy::Raw => all,
        Policy::Fast => {
            let mut steps = Vec::new();
            all.copy_steps(&mut steps);
            let Some(kept) = survivors(steps.iter().copied()) else {
                return all;
            };
            let all = all.to_scalars();
            let mut shown = Scalars::default();
            for i in kept {
                if let Some(value) = all.values.number(i) {
                    shown.push(all.steps[i], all.wall_times[i], value);
                }
            }
            ScalarColumns::from(&shown)
        }
        _ => match run.scalars(tag, policy) {
            Some(shown) => ScalarColumns::from(&shown),
            None => all,
        },
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
