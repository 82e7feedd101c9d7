//! What is asked of a run's scalars: `last:val/acc < 0.1`.

use std::fmt;
use std::str::FromStr;

use crate::suggest;

/// One number out of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    First,
    Last,
    Min,
    Max,
    Mean,
    Count,
}

impl Aggregate {
    const ALL: [(&'static str, Self); 6] = [
        ("first", Self::First),
        ("last", Self::Last),
        ("min", Self::Min),
        ("max", Self::Max),
        ("mean", Self::Mean),
        ("count", Self::Count),
    ];

    /// Of an empty series all but the count are missing, as are `min`, `max` and `mean` where all is NaN.
    pub(crate) fn of(self, scalars: &Scalars) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "series are not that long")]
        let (count, numbers) = (scalars.count as f64, scalars.numbers as f64);
        let not_nan = scalars.numbers > 0;
        match self {
            Self::First => scalars.first,
            Self::Last => scalars.last,
            Self::Min => not_nan.then_some(scalars.min),
            Self::Max => not_nan.then_some(scalars.max),
            Self::Mean => not_nan.then_some(scalars.sum / numbers),
            Self::Count => Some(count),
        }
    }
}

impl FromStr for Aggregate {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|&(_, aggregate)| aggregate).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name);
            format!(
                "`{name}` is none of first, last, min, max, mean and count{}",
                {
                    let similar = suggest::similar(name, names);
                    similar
                        .first()
                        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
                }
            )
        })
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, aggregate)| aggregate == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

/// What aggregates are made of, in the order of the files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalars {
    count: u64,
    first: Option<f64>,
    last: Option<f64>,
    /// Of those that are not NaN, and how many these are.
    min: f64,
    max: f64,
    sum: f64,
    numbers: u64,
}

impl Default for Scalars {
    fn default() -> Self {
        Self {
            count: 0,
            first: None,
            last: None,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            numbers: 0,
        }
    }
}

impl Scalars {
    pub(crate) fn push(&mut self, value: f64) {
        self.count += 1;
        self.first = self.first.or(Some(value));
        self.last = Some(value);
        if !value.is_nan() {
            self.numbers += 1;
            self.min = self.min.min(value);
            self.max = self.max.max(value);
            self.sum += value;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

impl Operator {
    /// The longer ones first, so that `<=` is not read as `<`.
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
    ];

    /// Parts `text` at its last operator.
    pub(crate) fn split(text: &str) -> Option<(&str, Self, &str)> {
        let end = text.rfind(['<', '>', '=']).map(|i| i + 1)?;
        let (sign, operator) = Self::ALL
            .iter()
            .find(|(sign, _)| text[..end].ends_with(sign))?;
        let left = &text[..end - sign.len()];
        Some((left.trim(), *operator, text[end..].trim()))
    }

    /// Whether this holds between two numbers. NaN equals NaN, so that runs can be asked for it.
    pub(crate) fn holds(self, a: f64, b: f64) -> bool {
        let equal = a == b || (a.is_nan() && b.is_nan());
        match self {
            Self::Less => a < b,
            Self::LessOrEqual => a <= b,
            Self::Equal => equal,
            Self::NotEqual => !equal,
            Self::GreaterOrEqual => a >= b,
            Self::Greater => a > b,
        }
    }
}

/// An operator and what stands to its right: `<100`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    operator: Operator,
    number: f64,
}

impl Bound {
    pub(crate) fn holds(self, value: f64) -> bool {
        self.operator.holds(value, self.number)
    }

    /// Parts `text` at its last operator.
    fn split(text: &str) -> Result<(&str, Self), String> {
        let Some((left, operator, number)) = Operator::split(text) else {
            return Err("there is no <, <=, >, >=, == or != in it".to_owned());
        };
        let number = number
            .parse()
            .map_err(|_| format!("`{number}` is no number"))?;
        Ok((left, Self { operator, number }))
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Self::split(text)? {
            ("", bound) => Ok(bound),
            (left, _) => Err(format!("begin with the operator, not with `{left}`")),
        }
    }
}

/// A bound on an aggregate of a tag.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) aggregate: Aggregate,
    pub(crate) tag: String,
    bound: Bound,
}

impl Condition {
    /// Whether it holds; never for what is missing.
    pub(crate) fn holds(&self, scalars: &Scalars) -> bool {
        let value = self.aggregate.of(scalars);
        value.is_some_and(|value| self.bound.holds(value))
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (left, bound) = Bound::split(text)?;
        let (aggregate, tag) = left
            .split_once(':')
            .ok_or_else(|| format!("name an aggregate and a tag, as in `last:{}`", left.trim()))?;
        let tag = tag.trim();
        if tag.is_empty() {
            return Err(format!("there is no tag behind `{aggregate}:`"));
        }
        Ok(Self {
            aggregate: aggregate.trim().parse()?,
            tag: tag.to_owned(),
            bound,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_an_aggregate_a_tag_and_a_bound() {
        let condition: Condition = "last:val/acc < 0.1".parse().unwrap();
        assert_eq!(
            (condition.aggregate, &*condition.tag),
            (Aggregate::Last, "val/acc")
        );
        // Tags may hold nearly anything.
        let condition: Condition = "max:a:b<=c>=-1e-3".parse().unwrap();
        assert_eq!(condition.tag, "a:b<=c");
        assert_eq!(condition.bound, ">= -0.001".parse().unwrap());
        for (text, problem) in [
            ("loss", "there is no <"),
            ("loss<1", "`last:loss`"),
            ("last:<1", "no tag behind"),
            ("last:loss<x", "`x` is no number"),
            ("lst:loss<1", "did you mean `last`?"),
        ] {
            let message = text.parse::<Condition>().unwrap_err();
            assert!(message.contains(problem), "{text}: {message}");
        }
    }

    #[test]
    fn aggregates_pass_over_nan_but_for_the_ends() {
        let mut scalars = Scalars::default();
        let holds =
            |scalars: &Scalars, text: &str| text.parse::<Condition>().unwrap().holds(scalars);
        assert!(holds(&scalars, "count:x = 0"));
        assert!(!holds(&scalars, "last:x != 0") && !holds(&scalars, "min:x < inf"));
        for value in [1.0, 4.0, f64::NAN] {
            scalars.push(value);
        }
        for text in [
            "first:x==1",
            "last:x==nan",
            "min:x<2",
            "max:x>=4",
            "mean:x=2.5",
            "count:x>2",
        ] {
            assert!(holds(&scalars, text), "{text}");
        }
    }

    #[test]
    fn bounds_begin_with_their_operator() {
        let bound: Bound = " <100".parse().unwrap();
        assert!(bound.holds(99.0) && !bound.holds(100.0));
        assert!("100".parse::<Bound>().is_err() && "a<100".parse::<Bound>().is_err());
    }
}
