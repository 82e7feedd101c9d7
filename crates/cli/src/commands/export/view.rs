//! Which points of a series are written, and as what: policy, smoothing, sampling.

use std::num::NonZeroUsize;

use crate::args::numbers;
use crate::args::policy::policies;
use tfevents::series::{self, Numbers};
use tfevents::{Policy, Scalars};

/// How series are looked at.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Points")]
pub(super) struct View {
    /// Which points to keep where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::Raw)]
    pub(super) policy: Policy,

    /// Smooth scalars like TensorBoard's slider, with a weight from 0 to below 1
    #[arg(long, value_name = "WEIGHT", value_parser = numbers::parse_weight)]
    pub(super) smooth: Option<f64>,

    /// Keep at most about N points of each series
    #[arg(long, value_name = "N")]
    sample: Option<NonZeroUsize>,

    /// How to choose the points of a sample
    #[arg(long, value_enum, value_name = "METHOD", default_value_t = Method::Reservoir)]
    #[arg(requires = "sample")]
    sample_by: Method,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Method {
    /// The points TensorBoard keeps: a random but repeatable choice, and the last one
    Reservoir,
    /// For scalars, the points that preserve the shape of a chart
    Lttb,
    /// For scalars, the lowest and the highest point of each interval
    Envelope,
}

impl View {
    /// Whether every point is written as it is.
    pub(super) fn is_raw(&self) -> bool {
        self.policy == Policy::Raw && self.smooth.is_none() && self.sample.is_none()
    }

    /// Smooths, then samples: a smoothed value stands for all points before it.
    pub(super) fn scalars(&self, mut scalars: Scalars) -> Scalars {
        if let Some(weight) = self.smooth {
            let smoothed = series::smooth(&scalars.values.to_f64(), weight);
            scalars.values = Numbers::F64(smoothed);
        }
        let Some(n) = self.sample.map(NonZeroUsize::get) else {
            return scalars;
        };
        let kept = match self.sample_by {
            Method::Reservoir => series::reservoir(&scalars.steps, n),
            Method::Lttb => series::lttb(&scalars.values.to_f64(), n.max(3)),
            Method::Envelope => series::envelope(&scalars.values.to_f64(), n.div_ceil(2)),
        };
        pick(&scalars, &kept)
    }

    /// The positions of what is kept of values that are not numbers.
    pub(super) fn others(&self, steps: &[i64]) -> Vec<usize> {
        match self.sample {
            Some(n) => series::reservoir(steps, n.get()),
            None => (0..steps.len()).collect(),
        }
    }
}

/// The points in order of steps; those of one step stay in the order in which they were logged.
pub(super) fn sorted(scalars: Scalars) -> Scalars {
    if scalars.steps.is_sorted() {
        return scalars;
    }
    let mut order: Vec<_> = (0..scalars.len()).collect();
    order.sort_by_key(|&i| scalars.steps[i]);
    pick(&scalars, &order)
}

/// The points at these positions.
fn pick(scalars: &Scalars, positions: &[usize]) -> Scalars {
    let mut picked = Scalars::default();
    picked.steps = at(&scalars.steps, positions);
    picked.wall_times = at(&scalars.wall_times, positions);
    picked.values = match &scalars.values {
        Numbers::F32(v) => Numbers::F32(at(v, positions)),
        Numbers::F64(v) => Numbers::F64(at(v, positions)),
        Numbers::I64(v) => Numbers::I64(at(v, positions)),
        other => Numbers::Mixed(positions.iter().filter_map(|&i| other.number(i)).collect()),
    };
    picked
}

fn at<T: Copy>(column: &[T], positions: &[usize]) -> Vec<T> {
    positions
        .iter()
        .filter_map(|&i| column.get(i).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfevents::WallTime;

    #[test]
    fn sorting_keeps_the_order_within_a_step() {
        let mut scalars = Scalars::default();
        scalars.steps = vec![2, 1, 2, 1];
        scalars.wall_times = [0.0, 1.0, 2.0, 3.0].map(WallTime::from_secs).to_vec();
        scalars.values = Numbers::I64(vec![10, 11, 12, i64::MAX]);
        let sorted = sorted(scalars);
        assert_eq!(sorted.steps, [1, 1, 2, 2]);
        assert_eq!(
            sorted.wall_times,
            [1.0, 3.0, 0.0, 2.0].map(WallTime::from_secs)
        );
        assert_eq!(sorted.values, Numbers::I64(vec![11, i64::MAX, 10, 12]));
    }
}
