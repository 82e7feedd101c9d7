//! One number of a series.

use tfevents::{Number, Scalars};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    First,
    Last,
    Min,
    Max,
    Mean,
    Median,
    Std,
    Sum,
    Count,
    Argmin,
    Argmax,
}

impl Aggregate {
    pub(crate) const ALL: [Self; 11] = [
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

    pub(crate) fn name(self) -> &'static str {
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

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|aggregate| aggregate.name() == name)
    }

    /// The aggregate of a series, if it has any points that count.
    #[expect(clippy::cast_precision_loss, reason = "counts of points")]
    pub(crate) fn of(self, scalars: &Scalars) -> Option<Number> {
        let numbers = || {
            scalars
                .values
                .iter()
                .enumerate()
                .filter(|(_, v)| !v.as_f64().is_nan())
        };
        let least = || numbers().min_by(|a, b| a.1.as_f64().total_cmp(&b.1.as_f64()));
        // Of several the first one, where `max_by` gives the last.
        let greatest = || numbers().reduce(|a, b| if b.1.as_f64() > a.1.as_f64() { b } else { a });
        let floats = || numbers().map(|(_, v)| v.as_f64());
        let count = floats().count() as f64;
        let mean = floats().sum::<f64>() / count;
        if scalars.is_empty() && self != Self::Count {
            return None;
        }
        match self {
            Self::First => scalars.values.number(0),
            Self::Last => scalars.values.number(scalars.len().checked_sub(1)?),
            Self::Min => Some(least()?.1),
            Self::Max => Some(greatest()?.1),
            Self::Argmin => scalars.steps.get(least()?.0).map(|&step| Number::I64(step)),
            Self::Argmax => scalars
                .steps
                .get(greatest()?.0)
                .map(|&step| Number::I64(step)),
            Self::Count => (!scalars.is_empty()).then(|| Number::U64(scalars.len() as u64)),
            _ if count == 0.0 => None,
            Self::Mean => Some(Number::F64(mean)),
            Self::Sum => Some(Number::F64(floats().sum())),
            Self::Std => {
                let squares = floats().map(|v| (v - mean).powi(2)).sum::<f64>();
                Some(Number::F64((squares / (count - 1.0)).sqrt()))
            }
            Self::Median => {
                let mut sorted: Vec<_> = floats().collect();
                sorted.sort_by(f64::total_cmp);
                let upper = *sorted.get(sorted.len() / 2)?;
                let lower = *sorted.get((sorted.len() - 1) / 2)?;
                Some(Number::F64(if lower == upper {
                    upper
                } else {
                    (lower + upper) / 2.0
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
}
