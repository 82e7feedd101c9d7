//! What a number comes to over runs that repeat one another.

use tfevents::Number;

use super::Cell;
use crate::Accumulator;

/// The mean and the deviation of a number over runs. Values that are not finite, and runs without a value, do not count;
/// they are named.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The arithmetic mean; NaN where no value counts.
    pub mean: f64,
    /// The sample's standard deviation, with one less than the number of values as divisor; of one value there is none.
    pub std: Option<f64>,
    /// How many values count.
    pub n: usize,
    /// The runs without a value.
    pub missing: Vec<String>,
    /// The runs whose value is NaN or infinite.
    pub not_finite: Vec<String>,
}

impl Spread {
    /// That of the values of these runs; `None` if none of them has any.
    #[must_use]
    pub fn of<'r>(cells: impl IntoIterator<Item = (&'r str, Cell)>) -> Option<Self> {
        let (mut missing, mut not_finite, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (run, cell) in cells {
            match cell.number() {
                Some(number) if number.as_f64().is_finite() => values.push(number),
                Some(_) => not_finite.push(run.to_owned()),
                None => missing.push(run.to_owned()),
            }
        }
        let n = values.len();
        let all = Accumulator::of(values.iter().copied());
        let std = (n > 1).then(|| all.deviation(values));
        (n + not_finite.len() > 0).then(|| Self {
            mean: all.mean().unwrap_or(f64::NAN),
            std,
            n,
            missing,
            not_finite,
        })
    }

    /// How many runs there are, with a value that counts or without.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.n + self.missing.len() + self.not_finite.len()
    }

    /// The mean as a number.
    #[must_use]
    pub fn number(&self) -> Number {
        Number::F64(self.mean)
    }

    /// `n=5`, or `n=4 of 5` where not all runs count.
    #[must_use]
    pub fn count(&self) -> String {
        match self.runs() {
            runs if runs == self.n => format!("n={runs}"),
            runs => format!("n={} of {runs}", self.n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_count_is_named() {
        let cell = |v: f64| Cell::float(v);
        let cells = [
            ("a", cell(1.0)),
            ("b", Cell::Empty),
            ("c", cell(f64::NAN)),
            ("d", cell(2.0)),
            ("e", cell(f64::INFINITY)),
        ];
        let spread = Spread::of(cells).unwrap();
        assert_eq!((spread.mean, spread.n, spread.runs()), (1.5, 2, 5));
        assert_eq!(spread.std, Some(0.5_f64.sqrt()));
        assert_eq!(
            (spread.missing, spread.not_finite),
            (vec!["b".to_owned()], vec!["c".into(), "e".into()])
        );
        let one = Spread::of([("a", cell(3.0))]).unwrap();
        assert_eq!((one.std, one.count()), (None, "n=1".to_owned()));
        assert_eq!(Spread::of([("a", Cell::Empty)]), None);
        assert!(Spread::of([("a", cell(f64::NAN))]).unwrap().mean.is_nan());
    }
}
