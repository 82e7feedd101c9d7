//! One number of a series.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use tfevents::{Number, Scalars};

use crate::{Accumulator, median};

/// Which number of a series is meant. NaN counts for the first, the last and the count only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// The first value.
    First,
    /// The last value.
    Last,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The arithmetic mean.
    Mean,
    /// The middle value, or the mean of the two in the middle.
    Median,
    /// The sample's standard deviation; NaN for one value.
    Std,
    /// The sum.
    Sum,
    /// How many points there are.
    Count,
    /// The step of the first of the least values.
    Argmin,
    /// The step of the first of the greatest values.
    Argmax,
}

impl Aggregate {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::First,
        Self::Last,
        Self::Min,
        Self::Max,
        Self::Mean,
        Self::Median,
        Self::Std,
        Self::Sum,
        Self::Count,
        Self::Argmin,
        Self::Argmax,
    ];

    /// The name that comes before a tag: `min` of `min:loss`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Median => "median",
            Self::Std => "std",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Argmin => "argmin",
            Self::Argmax => "argmax",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|aggregate| aggregate.name() == name)
    }

    /// The aggregate of a series, if it has any points that count.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Number, Scalars};
    /// use tfevents_analysis::Aggregate;
    ///
    /// let mut loss = Scalars::default();
    /// loss.push(1, 1.7e9, Number::F32(0.5));
    /// loss.push(2, 1.7e9, Number::F32(0.25));
    /// assert_eq!(Aggregate::Min.of(&loss), Some(Number::F32(0.25)));
    /// assert_eq!(Aggregate::Argmin.of(&loss), Some(Number::I64(2)));
    /// ```
    #[must_use]
    pub fn of(self, scalars: &Scalars) -> Option<Number> {
        let values = &scalars.values;
        let all = || Accumulator::of(values.iter());
        let least = || Some(all().range()?.0);
        let greatest = || Some(all().range()?.1);
        let step_of = |number: Number| {
            let mut numbers = values.iter();
            let i = numbers.position(|v| v.compare(number) == Some(Ordering::Equal))?;
            scalars.steps.get(i).map(|&step| Number::I64(step))
        };
        match self {
            Self::First => values.number(0),
            Self::Last => values.number(scalars.len().checked_sub(1)?),
            Self::Min => least(),
            Self::Max => greatest(),
            Self::Argmin => step_of(least()?),
            Self::Argmax => step_of(greatest()?),
            Self::Count => (!scalars.is_empty()).then(|| Number::U64(scalars.len() as u64)),
            Self::Mean => all().mean().map(Number::F64),
            Self::Sum => all().mean().map(|_| Number::F64(all().sum())),
            Self::Std => {
                let all = all();
                all.mean()
                    .map(|_| Number::F64(all.deviation(values.iter())))
            }
            Self::Median => {
                let floats = values.iter().map(Number::as_f64);
                let mut sorted: Vec<_> = floats.filter(|v| !v.is_nan()).collect();
                sorted.sort_by(f64::total_cmp);
                median(&sorted).map(Number::F64)
            }
        }
    }
}

/// An aggregate of a series that grows: of the points so far, whenever one comes.
#[derive(Clone, Debug)]
pub struct Running {
    aggregate: Aggregate,
    /// Of the first value; for `argmin` and `argmax` the step of the one that counts.
    first: Option<Number>,
    all: Accumulator,
    /// The squares of the distances from the mean, summed up.
    squares: f64,
    /// The lower half of the values, the greatest on top, and the upper half, the least on top. Both are empty but
    /// for the median.
    lower: BinaryHeap<Float>,
    upper: BinaryHeap<Reverse<Float>>,
}

/// A float in its total order.
#[derive(Clone, Copy, Debug)]
struct Float(f64);

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Float {}

impl Running {
    /// Before the first point.
    #[must_use]
    pub fn new(aggregate: Aggregate) -> Self {
        Self {
            aggregate,
            first: None,
            all: Accumulator::default(),
            squares: 0.0,
            lower: BinaryHeap::new(),
            upper: BinaryHeap::new(),
        }
    }

    /// Takes in a point, and says what the aggregate is now, if any points count so far.
    pub fn add(&mut self, step: i64, number: Number) -> Option<Number> {
        let before = self.all;
        self.all.add(number);
        let range = self.all.range();
        match self.aggregate {
            Aggregate::First => Some(*self.first.get_or_insert(number)),
            Aggregate::Last => Some(number),
            Aggregate::Min => Some(range?.0),
            Aggregate::Max => Some(range?.1),
            Aggregate::Argmin | Aggregate::Argmax => {
                let pick = |range: (Number, Number)| match self.aggregate {
                    Aggregate::Argmin => range.0,
                    _ => range.1,
                };
                // Where it is no other than before, the first of equal ones counts.
                if before.range().map(pick) != Some(pick(range?)) {
                    self.first = Some(Number::I64(step));
                }
                self.first
            }
            Aggregate::Count => Some(Number::U64(self.all.count() + self.all.nan())),
            Aggregate::Mean => self.all.mean().map(Number::F64),
            Aggregate::Sum => self.all.mean().map(|_| Number::F64(self.all.sum())),
            Aggregate::Std => self.deviation(before, number.as_f64()).map(Number::F64),
            Aggregate::Median => self.median(number.as_f64()).map(Number::F64),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of points")]
    fn deviation(&mut self, before: Accumulator, v: f64) -> Option<f64> {
        let mean = self.all.mean()?;
        if !v.is_nan() {
            let old = before.mean().unwrap_or(v);
            self.squares += (v - old) * (v - mean);
        }
        Some((self.squares / (self.all.count() as f64 - 1.0)).sqrt())
    }

    fn median(&mut self, v: f64) -> Option<f64> {
        if !v.is_nan() {
            self.lower.push(Float(v));
            self.upper.extend(self.lower.pop().map(Reverse));
            if self.upper.len() > self.lower.len() {
                self.lower.extend(self.upper.pop().map(|Reverse(v)| v));
            }
        }
        let lower = self.lower.peek()?.0;
        match self.upper.peek() {
            Some(Reverse(upper)) if self.upper.len() == self.lower.len() => {
                median(&[lower, upper.0])
            }
            _ => Some(lower),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scalars(values: &[f32]) -> Scalars {
        let mut scalars = Scalars::default();
        for (step, &value) in (10..).zip(values) {
            scalars.push(step, 0.0, Number::F32(value));
        }
        scalars
    }

    #[test]
    fn every_aggregate_of_a_series() {
        let series = scalars(&[3.0, f32::NAN, 0.1, 5.0, 0.1, 5.0]);
        let expected = [
            Number::F32(3.0),
            Number::F32(5.0),
            Number::F32(0.1),
            Number::F32(5.0),
            Number::F64((13.0 + 2.0 * f64::from(0.1f32)) / 5.0),
            Number::F64(3.0),
            Number::F64(2.458_251_410_294_542),
            Number::F64(13.0 + 2.0 * f64::from(0.1f32)),
            Number::U64(6),
            Number::I64(12),
            Number::I64(13),
        ];
        for (aggregate, expected) in Aggregate::ALL.into_iter().zip(expected) {
            let found = aggregate.of(&series).unwrap();
            let (a, b) = (found.as_f64(), expected.as_f64());
            assert!((a - b).abs() < 1e-6, "{aggregate:?}: {found}");
            assert_eq!(
                std::mem::discriminant(&found),
                std::mem::discriminant(&expected)
            );
        }
    }

    #[test]
    fn nan_alone_has_ends_and_a_number_of_points() {
        let series = scalars(&[f32::NAN; 2]);
        for aggregate in Aggregate::ALL {
            let is_some = aggregate.of(&series).is_some();
            use Aggregate::{Count, First, Last};
            assert_eq!(
                is_some,
                matches!(aggregate, First | Last | Count),
                "{aggregate:?}"
            );
            assert_eq!(aggregate.of(&Scalars::default()), None, "{aggregate:?}");
        }
    }

    proptest! {
        #[test]
        fn a_series_that_grows_is_known_at_every_point(
            values in proptest::collection::vec(
                prop_oneof![Just(f32::NAN), -2.0f32..2.0, Just(0.5), Just(-1.0)], 1..40)
        ) {
            for aggregate in Aggregate::ALL {
                let mut running = Running::new(aggregate);
                for (i, &value) in values.iter().enumerate() {
                    let found = running.add(10 + i as i64, Number::F32(value)).map(Number::as_f64);
                    let expected = aggregate.of(&scalars(&values[..=i])).map(Number::as_f64);
                    let same = match (found, expected) {
                        (Some(a), Some(b)) => (a - b).abs() < 1e-9 || a.is_nan() && b.is_nan(),
                        (a, b) => a.is_none() && b.is_none(),
                    };
                    prop_assert!(same, "{:?} at {}: {:?}, {:?}", aggregate, i, found, expected);
                }
            }
        }
    }
}
