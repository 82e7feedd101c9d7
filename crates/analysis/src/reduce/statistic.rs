//! Statistics of a handful of numbers.

use std::fmt;
use std::str::FromStr;

use tfevents::{Error, Number, Result};

use super::{nan_last, student};
use crate::{Accumulator, median};

/// What can be computed over the values that runs have at a step.
///
/// All but the count are NaN where a value is NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Statistic {
    /// The arithmetic mean.
    Mean,
    /// The sample's standard deviation, with one less than the number of values as divisor; NaN for one value.
    Std,
    /// The mean minus the standard deviation.
    StdLow,
    /// The mean plus the standard deviation.
    StdHigh,
    /// The standard error of the mean: the standard deviation by the root of the number of values.
    Sem,
    /// The lower end of the mean's confidence interval by Student's t distribution; NaN for one value.
    CiLow,
    /// The upper end of that interval.
    CiHigh,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The middle value, or the mean of the two in the middle.
    Median,
    /// The first quartile, on the straight line between neighbouring values.
    Q25,
    /// The third quartile.
    Q75,
    /// The interquartile mean: that of what is left without a quarter of the values, rounded down, at either
    /// end. Less moved by outliers than the mean, and by chance than the median.
    Iqm,
    /// How many values there are.
    Count,
}

impl Statistic {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Mean,
        Self::Std,
        Self::StdLow,
        Self::StdHigh,
        Self::Sem,
        Self::CiLow,
        Self::CiHigh,
        Self::Min,
        Self::Max,
        Self::Median,
        Self::Q25,
        Self::Q75,
        Self::Iqm,
        Self::Count,
    ];

    /// A short lower-case name, of which tags are made.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Std => "std",
            Self::StdLow => "std_low",
            Self::StdHigh => "std_high",
            Self::Sem => "sem",
            Self::CiLow => "ci_low",
            Self::CiHigh => "ci_high",
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::Q25 => "q25",
            Self::Q75 => "q75",
            Self::Iqm => "iqm",
            Self::Count => "count",
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Statistic {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|s| s.name() == name);
        found.ok_or_else(|| Error::argument(format!("unknown statistic `{name}`")))
    }
}

/// The values of one step, ready for any statistic.
#[derive(Debug)]
pub(super) struct Summary {
    confidence: f64,
    /// Student's factor by number of values: what takes long about a confidence interval.
    factors: Vec<Option<f64>>,
    sorted: Vec<f64>,
    mean: f64,
    std: f64,
}

#[expect(clippy::cast_precision_loss, reason = "there are few runs")]
impl Summary {
    pub(super) fn new(confidence: f64) -> Self {
        Self {
            confidence,
            factors: Vec::new(),
            sorted: Vec::new(),
            mean: f64::NAN,
            std: f64::NAN,
        }
    }

    /// Takes other values.
    pub(super) fn of(&mut self, values: &mut [f64]) {
        values.sort_by(nan_last);
        self.sorted.clear();
        self.sorted.extend_from_slice(values);
        let numbers = || values.iter().map(|&v| Number::F64(v));
        let all = Accumulator::of(numbers());
        self.mean = all.mean().unwrap_or(f64::NAN);
        self.std = all.deviation(numbers());
    }

    pub(super) fn get(&mut self, statistic: Statistic) -> f64 {
        let count = self.sorted.len();
        if statistic == Statistic::Count {
            return count as f64;
        }
        // They are sorted, so that NaN comes last.
        let (Some(&min), Some(&max)) = (self.sorted.first(), self.sorted.last()) else {
            return f64::NAN;
        };
        if max.is_nan() {
            return f64::NAN;
        }
        match statistic {
            Statistic::Mean => self.mean,
            Statistic::Std => self.std,
            Statistic::StdLow => self.mean - self.std,
            Statistic::StdHigh => self.mean + self.std,
            Statistic::Sem => self.sem(),
            Statistic::CiLow => self.mean - self.factor() * self.sem(),
            Statistic::CiHigh => self.mean + self.factor() * self.sem(),
            Statistic::Min => min,
            Statistic::Max => max,
            Statistic::Median => median(&self.sorted).unwrap_or(f64::NAN),
            Statistic::Q25 => self.quantile(0.25),
            Statistic::Q75 => self.quantile(0.75),
            Statistic::Iqm => {
                let cut = count / 4;
                let kept = self.sorted.get(cut..count - cut).unwrap_or_default();
                kept.iter().sum::<f64>() / kept.len() as f64
            }
            Statistic::Count => count as f64,
        }
    }

    fn sem(&self) -> f64 {
        self.std / (self.sorted.len() as f64).sqrt()
    }

    fn factor(&mut self) -> f64 {
        let count = self.sorted.len();
        if self.factors.len() <= count {
            self.factors.resize(count + 1, None);
        }
        let confidence = self.confidence;
        let compute = || student::two_sided(confidence, count.saturating_sub(1));
        match self.factors.get_mut(count) {
            Some(known) => *known.get_or_insert_with(compute),
            None => compute(),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position in the list"
    )]
    fn quantile(&self, part: f64) -> f64 {
        let position = (self.sorted.len().saturating_sub(1)) as f64 * part;
        let at = |i: usize| self.sorted.get(i).copied().unwrap_or(f64::NAN);
        let (left, rest) = (at(position as usize), position.fract());
        if rest == 0.0 {
            left
        } else {
            left + (at(position as usize + 1) - left) * rest
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], statistic: Statistic) -> f64 {
        let mut summary = Summary::new(0.95);
        summary.of(&mut values.to_vec());
        summary.get(statistic)
    }

    #[test]
    fn one_value_has_no_spread() {
        for statistic in Statistic::ALL {
            let value = of(&[3.0], statistic);
            match statistic {
                Statistic::Count => assert_eq!(value, 1.0),
                Statistic::Std
                | Statistic::StdLow
                | Statistic::StdHigh
                | Statistic::Sem
                | Statistic::CiLow
                | Statistic::CiHigh => assert!(value.is_nan()),
                _ => assert_eq!(value, 3.0, "{statistic}"),
            }
        }
    }

    #[test]
    fn nan_of_either_sign_is_seen() {
        for statistic in Statistic::ALL {
            for nan in [f64::NAN, -f64::NAN] {
                let value = of(&[1.0, nan, 2.0], statistic);
                assert!(value.is_nan() || (statistic == Statistic::Count && value == 3.0));
            }
        }
    }

    #[test]
    fn infinities_stay_where_they_can() {
        let values = [1.0, f64::INFINITY, 2.0, 3.0, 4.0];
        assert_eq!(of(&values, Statistic::Mean), f64::INFINITY);
        assert_eq!(of(&values, Statistic::Max), f64::INFINITY);
        assert_eq!(of(&values, Statistic::Median), 3.0);
        assert_eq!(of(&values, Statistic::Iqm), 3.0);
        assert!(of(&values, Statistic::Std).is_nan());
    }

    #[test]
    fn names_lead_back() {
        for statistic in Statistic::ALL {
            assert_eq!(statistic.name().parse::<Statistic>().unwrap(), statistic);
        }
        assert!("mode".parse::<Statistic>().is_err());
    }
}
