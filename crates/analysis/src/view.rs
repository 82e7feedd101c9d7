//! Which points of a series are looked at, and as what: policy, smoothing, sampling.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use tfevents::series::{self, Numbers};
use tfevents::{Error, Policy, Scalars};

/// How series are looked at.
///
/// # Examples
///
/// ```
/// use tfevents::{Number, Scalars};
/// use tfevents_analysis::view::{Method, View};
///
/// let mut scalars = Scalars::default();
/// for step in 0..100_u8 {
///     scalars.push(step.into(), 0.0, Number::F64(step.into()));
/// }
/// let view = View::default().sample("10".parse()?, Method::Lttb);
/// assert_eq!(view.scalars(scalars).len(), 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Which points are kept where steps repeat or go back.
    pub policy: Policy,
    smoothed: Option<f64>,
    sampled: Option<(NonZeroUsize, Method)>,
}

/// How the points of a sample are chosen. Whatever it is, values that are not numbers are chosen by
/// [`Reservoir`](Self::Reservoir).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The points that TensorBoard keeps: a random but repeatable choice, and the last one.
    #[default]
    Reservoir,
    /// The points that preserve the shape of a chart.
    Lttb,
    /// The lowest and the highest point of each interval.
    Envelope,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 3] = [Self::Reservoir, Self::Lttb, Self::Envelope];

    /// A short lower-case name, as programs print and accept it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reservoir => "reservoir",
            Self::Lttb => "lttb",
            Self::Envelope => "envelope",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let method = Self::ALL.into_iter().find(|method| method.name() == name);
        method.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::argument(format!(
                "unknown way to sample `{name}`: use one of {names}"
            ))
        })
    }
}

impl View {
    /// Chooses points by a policy.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Smooths scalars like TensorBoard's slider, with a weight from 0 to below 1.
    #[must_use]
    pub fn smooth(mut self, weight: f64) -> Self {
        self.smoothed = Some(weight);
        self
    }

    /// Keeps at most about so many points of each series.
    #[must_use]
    pub fn sample(mut self, points: NonZeroUsize, method: Method) -> Self {
        self.sampled = Some((points, method));
        self
    }

    /// Whether every point is taken as it is.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.policy == Policy::Raw && self.smoothed.is_none() && self.sampled.is_none()
    }

    /// What is seen of a series to which the policy was applied. Smooths, then samples: a smoothed value stands for all
    /// points before it.
    #[must_use]
    pub fn scalars(&self, mut scalars: Scalars) -> Scalars {
        if let Some(weight) = self.smoothed {
            let smoothed = series::smooth(&scalars.values.to_f64(), weight);
            scalars.values = Numbers::F64(smoothed);
        }
        let Some((n, method)) = self.sampled else {
            return scalars;
        };
        let n = n.get();
        let kept = match method {
            Method::Reservoir => series::reservoir(&scalars.steps, n),
            Method::Lttb => series::lttb(&scalars.values.to_f64(), n.max(3)),
            Method::Envelope => series::envelope(&scalars.values.to_f64(), n.div_ceil(2)),
        };
        pick(&scalars, &kept)
    }

    /// The positions of what is seen of values that are not numbers.
    #[must_use]
    pub fn others(&self, steps: &[i64]) -> Vec<usize> {
        match self.sampled {
            Some((n, _)) => series::reservoir(steps, n.get()),
            None => (0..steps.len()).collect(),
        }
    }
}
/// The points in order of steps; those of one step stay in the order in which they were logged.
#[must_use]
pub fn sorted(scalars: Scalars) -> Scalars {
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
