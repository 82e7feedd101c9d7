//! What numbers are compared with: `<100`.

use std::cmp::Ordering;
use std::str::FromStr;

use tfevents::Number;

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
    pub(crate) fn holds(self, a: Number, b: Number) -> bool {
        let order = a.compare(b);
        let both_nan = || a.as_f64().is_nan() && b.as_f64().is_nan();
        let equal = || order == Some(Ordering::Equal) || both_nan();
        match self {
            Self::Less => order.is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Equal => equal(),
            Self::NotEqual => !equal(),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Self::Greater => order.is_some_and(Ordering::is_gt),
        }
    }
}

/// An operator and what stands to its right: `<100`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    operator: Operator,
    number: Number,
}

impl Bound {
    pub(crate) fn holds(self, value: f64) -> bool {
        self.operator.holds(Number::F64(value), self.number)
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Operator::split(text) {
            Some(("", operator, number)) => {
                let number = number
                    .parse()
                    .map_err(|_| format!("`{number}` is not a number"))?;
                Ok(Self { operator, number })
            }
            Some((left, ..)) => Err(format!("begin with the operator, not with `{left}`")),
            None => Err("there is no <, <=, >, >=, == or != in it".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_begin_with_their_operator() {
        let bound: Bound = " <100".parse().unwrap();
        assert!(bound.holds(99.0) && !bound.holds(100.0));
        assert!("100".parse::<Bound>().is_err() && "a<100".parse::<Bound>().is_err());
    }
}
