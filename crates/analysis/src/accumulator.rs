//! What many numbers come to.

use std::cmp::Ordering;

use tfevents::Number;

/// Takes numbers one by one, and knows how many there were, how many of them are NaN, and what the others come to.
///
/// The minimum and the maximum are exact and in their own type, which a 64-bit float would not be for large integers.
/// The deviation takes another pass over the same numbers: what can be had of it in one is less exact.
///
/// # Examples
///
/// ```
/// use tfevents::Number;
/// use tfevents_analysis::Accumulator;
///
/// let values = [2.0, f32::NAN, 1.0, 6.0].map(Number::F32);
/// let numbers = Accumulator::of(values);
/// assert_eq!((numbers.count(), numbers.nan()), (3, 1));
/// assert_eq!(numbers.range(), Some((Number::F32(1.0), Number::F32(6.0))));
/// assert_eq!(numbers.mean(), Some(3.0));
/// assert_eq!(numbers.deviation(values), 7.0_f64.sqrt());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accumulator {
    count: u64,
    nan: u64,
    range: Option<(Number, Number)>,
    sum: f64,
}

impl Accumulator {
    /// That of these numbers.
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = Number>) -> Self {
        let mut all = Self::default();
        for number in numbers {
            all.add(number);
        }
        all
    }

    /// Takes in a number.
    #[inline]
    pub fn add(&mut self, number: Number) {
        let v = number.as_f64();
        if v.is_nan() {
            self.nan += 1;
            return;
        }
        // Added to nothing, -0.0 would lose its sign.
        self.sum = if self.count == 0 { v } else { self.sum + v };
        self.count += 1;
        let (min, max) = self.range.get_or_insert((number, number));
        // Most numbers are neither, and nothing is written for those.
        if less(number, *min) {
            *min = number;
        }
        if less(*max, number) {
            *max = number;
        }
    }

    /// How many numbers that are not NaN there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many were NaN.
    #[must_use]
    pub fn nan(&self) -> u64 {
        self.nan
    }

    /// The minimum and the maximum, of equal ones the first.
    #[must_use]
    pub fn range(&self) -> Option<(Number, Number)> {
        self.range
    }

    /// The sum.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The arithmetic mean, if there is anything to take it of.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of numbers")]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The sample's standard deviation, with one less than the number of values as divisor; NaN for less than two.
    /// `numbers` are those that were taken in.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of numbers")]
    pub fn deviation(&self, numbers: impl IntoIterator<Item = Number>) -> f64 {
        let Some(mean) = self.mean() else {
            return f64::NAN;
        };
        let floats = numbers.into_iter().map(Number::as_f64);
        let squares = floats.filter(|v| !v.is_nan()).map(|v| (v - mean).powi(2));
        (squares.sum::<f64>() / (self.count as f64 - 1.0)).sqrt()
    }
}

/// The middle of sorted numbers without NaN, or the mean of the two in the middle; `None` if there are none.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::median;
///
/// assert_eq!(median(&[1.0, 2.0, 4.0, f64::INFINITY]), Some(3.0));
/// assert_eq!(median(&[]), None);
/// ```
#[must_use]
pub fn median(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(if lower == upper {
        // Also where they are infinite, or their sum would be.
        upper
    } else {
        (lower + upper) / 2.0
    })
}

/// Exact for integers, too.
#[inline]
fn less(a: Number, b: Number) -> bool {
    match (a, b) {
        // By far the most frequent, and quicker so.
        (Number::F32(a), Number::F32(b)) => a < b,
        _ => a.compare(b) == Some(Ordering::Less),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_counted_and_ranges_are_exact() {
        let all = Accumulator::of([f32::NAN, 2.0, f32::INFINITY, -1.0].map(Number::F32));
        assert_eq!((all.nan(), all.count()), (1, 3));
        let range = (Number::F32(-1.0), Number::F32(f32::INFINITY));
        assert_eq!(all.range(), Some(range));
        let large = [i64::MAX, i64::MAX - 1].map(Number::I64);
        let range = Accumulator::of(large).range();
        assert_eq!(range, Some((large[1], large[0])));
    }

    #[test]
    fn nothing_comes_to_nothing() {
        for numbers in [vec![], vec![Number::F64(f64::NAN)]] {
            let all = Accumulator::of(numbers.clone());
            assert_eq!((all.mean(), all.range(), all.sum()), (None, None, 0.0));
            assert!(all.deviation(numbers).is_nan());
        }
        let one = [Number::Bool(true)];
        assert_eq!(Accumulator::of(one).mean(), Some(1.0));
        assert!(Accumulator::of(one).deviation(one).is_nan());
    }

    #[test]
    fn the_sum_of_negative_zeros_keeps_its_sign() {
        let all = Accumulator::of([Number::F64(-0.0); 3]);
        assert!(all.sum().is_sign_negative());
        assert!(all.mean().is_some_and(f64::is_sign_negative));
    }

    #[test]
    fn middles_of_infinities() {
        let inf = f64::INFINITY;
        assert_eq!(median(&[inf, inf]), Some(inf));
        assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
    }
}
