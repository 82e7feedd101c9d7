//! A number and how far it may be off.

use std::fmt;

use super::{exponent, is_plain, rounded, short};

/// So many digits of a deviation are worth showing.
const DIGITS: usize = 2;
/// So many decimals are shown of a number because its deviation has them.
const DECIMALS: i32 = 9;

/// A mean and its deviation, as people write them: with the same decimals, and a common exponent if any.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::number::PlusMinus;
///
/// let shown = |mean, std, digits| PlusMinus::new(mean, Some(std), digits).to_string();
/// assert_eq!(shown(0.912_96, 0.004_07, None), "0.9130 ± 0.0041");
/// assert_eq!(shown(0.912_96, 0.004_07, Some(3)), "0.913 ± 0.004");
/// assert_eq!(shown(1.2346e-7, 2.1e-9, None), "(1.235 ± 0.021)e-7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlusMinus {
    /// The mean, without the common exponent.
    pub mean: String,
    /// The deviation, if it is known.
    pub std: Option<String>,
    /// The exponent of both.
    pub exponent: Option<i32>,
}

impl PlusMinus {
    /// The mean with so many significant digits; by default as many as reach the second digit of the deviation.
    #[must_use]
    pub fn new(mean: f64, std: Option<f64>, digits: Option<usize>) -> Self {
        let apart = || Self {
            mean: rounded(mean, digits),
            std: std.map(short),
            exponent: None,
        };
        let Some(std) = std.filter(|std| std.is_finite() && mean.is_finite()) else {
            return apart();
        };
        let (counts, digits) = match digits {
            Some(digits) => (if mean == 0.0 { std } else { mean }, digits.max(1)),
            None => (std, DIGITS),
        };
        if counts == 0.0 {
            return apart();
        }
        let common = exponent(mean.abs().max(std), 5);
        let common = if is_plain(common) { 0 } else { common };
        let places = i32::try_from(digits).unwrap_or(DECIMALS) - 1;
        let decimals = places - (exponent(counts, digits) - common);
        // Beyond these, a power of ten would not be exact, or there would be more zeros than numbers.
        if decimals > DECIMALS || common.abs() > 300 {
            return apart();
        }
        let decimals = usize::try_from(decimals).unwrap_or(0);
        let scaled = |v: f64| match common {
            0 => format!("{v:.decimals$}"),
            _ => format!("{:.decimals$}", v * 10_f64.powi(-common)),
        };
        Self {
            mean: scaled(mean),
            std: Some(scaled(std)),
            exponent: (common != 0).then_some(common),
        }
    }
}

impl fmt::Display for PlusMinus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.std, self.exponent) {
            (None, _) => f.write_str(&self.mean),
            (Some(std), None) => write!(f, "{} ± {std}", self.mean),
            (Some(std), Some(exponent)) => write!(f, "({} ± {std})e{exponent}", self.mean),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_says_how_many_digits_count() {
        let cases = [
            (0.91296, 0.00407, None, "0.9130 ± 0.0041"),
            (0.91296, 0.00996, None, "0.913 ± 0.010"),
            (114.48, 20.3, None, "114 ± 20"),
            (114.48, 203.0, None, "114 ± 203"),
            (-2.5, 0.5, None, "-2.50 ± 0.50"),
            (0.5, 0.0, None, "0.5 ± 0"),
            (0.5, 0.0, Some(3), "0.500 ± 0.000"),
            (0.0, 0.012, Some(2), "0.000 ± 0.012"),
            (1.0, 1e-20, None, "1 ± 1e-20"),
            (1_234_567.0, 30_000.0, None, "(1.235 ± 0.030)e6"),
            (1.5e-9, 2.0e-9, Some(2), "(1.5 ± 2.0)e-9"),
            (f64::NAN, 0.1, None, "NaN ± 0.1"),
            (1e-310, 1e-311, None, "1e-310 ± 1e-311"),
        ];
        for (mean, std, digits, expected) in cases {
            let shown = PlusMinus::new(mean, Some(std), digits).to_string();
            assert_eq!(shown, expected, "{mean} {std} {digits:?}");
        }
        assert_eq!(PlusMinus::new(0.25, None, None).to_string(), "0.25");
        assert_eq!(PlusMinus::new(0.25, None, Some(3)).to_string(), "0.250");
    }
}
