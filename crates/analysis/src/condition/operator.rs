//! How two values compare.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use tfevents::Number;

use crate::cell::Cell;

/// How one value is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `==`, or `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

impl Operator {
    /// The longer ones first, so that `<=` is not read as `<`.
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
    ];

    fn accepts(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Less => order.is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Self::Greater => order.is_some_and(Ordering::is_gt),
        }
    }

    /// Whether this holds between two numbers. NaN equals NaN, so that runs can be asked for it.
    #[must_use]
    pub fn between_numbers(self, a: Number, b: Number) -> bool {
        if a.as_f64().is_nan() && b.as_f64().is_nan() {
            // But it is neither less nor greater, not even "or equal".
            return self == Self::Equal;
        }
        self.accepts(order(a, b))
    }

    /// Whether this holds between two cells: as numbers where both are or write numbers, which truth values are not,
    /// else as text, which is equal or not and has no order. Nothing holds of an empty cell.
    #[must_use]
    pub fn between(self, a: &Cell, b: &Cell) -> bool {
        match (a, b) {
            (Cell::Empty, _) | (_, Cell::Empty) => false,
            _ => match (number(a), number(b)) {
                (Some(a), Some(b)) => self.between_numbers(a, b),
                _ if a.full() == b.full() => self == Self::Equal,
                _ => self == Self::NotEqual,
            },
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = Self::ALL.iter().find(|(_, other)| other == self);
        f.write_str(sign.map_or("", |(sign, _)| sign))
    }
}

/// The number that a cell is or writes, which a truth value does not.
pub(super) fn number(cell: &Cell) -> Option<Number> {
    match cell {
        Cell::Number(Number::Bool(_)) => None,
        other => other.number(),
    }
}

/// The order of two numbers as people see them: a stored 32-bit 0.7 is 0.7, and not a little less.
fn order(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::F32(_), Number::F32(_)) => a.compare(b),
        (Number::F32(v), _) => order_of_single(v, b),
        (_, Number::F32(v)) => order_of_single(v, a).map(Ordering::reverse),
        _ => a.compare(b),
    }
}

fn order_of_single(v: f32, other: Number) -> Option<Ordering> {
    #[expect(clippy::cast_possible_truncation, reason = "rounding is intended")]
    let rounded = Number::F32(other.as_f64() as f32);
    match Number::F32(v).compare(rounded) {
        // Only what is as good as equal needs the digits.
        Some(Ordering::Equal) => match v.to_string().parse() {
            Ok(written) => Number::F64(written).compare(other),
            Err(_) => Some(Ordering::Equal),
        },
        order => order,
    }
}

/// An operator and what is to its right: `<100`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    operator: Operator,
    number: Number,
}

impl Bound {
    /// Whether it holds for a number.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Number;
    /// use tfevents_analysis::condition::Bound;
    ///
    /// let few: Bound = "<100".parse()?;
    /// assert!(few.holds(Number::U64(99)) && !few.holds(Number::U64(100)));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn holds(self, number: Number) -> bool {
        self.operator.between_numbers(number, self.number)
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let mut operators = Operator::ALL.iter();
        let found =
            operators.find_map(|(sign, operator)| Some((operator, text.strip_prefix(sign)?)));
        let (operator, number) = found.ok_or("missing <, <=, >, >=, == or != before the number")?;
        let number = number
            .parse()
            .map_err(|_| format!("`{}` is not a number", number.trim()))?;
        Ok(Self {
            operator: *operator,
            number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNS: [&str; 6] = ["<", "<=", "==", "!=", ">=", ">"];

    fn holds(a: &Cell, b: &Cell) -> String {
        let all = SIGNS.map(|sign| {
            let operator = Operator::ALL.iter().find(|(s, _)| *s == sign).unwrap().1;
            operator.between(a, b)
        });
        let holding = SIGNS.iter().zip(all).filter(|(_, holds)| *holds);
        holding.map(|(sign, _)| *sign).collect::<Vec<_>>().join(" ")
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    const LESS: &str = "< <= !=";
    const EQUAL: &str = "<= == >=";
    const GREATER: &str = "!= >= >";

    #[test]
    fn numbers_compare_as_numbers_however_they_are_stored() {
        let single = |v| Cell::Number(Number::F32(v));
        let double = |v| Cell::Number(Number::F64(v));
        let whole = |v| Cell::Number(Number::I64(v));
        for (a, b, expected) in [
            (double(0.5), whole(1), LESS),
            (whole(1), double(1.0), EQUAL),
            (
                whole(9_007_199_254_740_993),
                double(9_007_199_254_740_992.0),
                GREATER,
            ),
            (single(0.7), double(0.7), EQUAL),
            (double(0.7), single(0.7), EQUAL),
            (single(0.7), double(0.700_000_000_1), LESS),
            (double(0.700_000_000_1), single(0.7), GREATER),
            (single(f32::INFINITY), double(1e300), GREATER),
            (text("0.1"), double(0.05), GREATER),
            (text("1e-3"), text("0.05"), LESS),
            (text(" 1e-3 "), double(0.001), EQUAL),
            (text("10"), whole(9), GREATER),
            (double(f64::NAN), double(f64::NAN), "=="),
            (double(f64::NAN), whole(0), "!="),
            (text("nan"), single(f32::NAN), "=="),
        ] {
            assert_eq!(holds(&a, &b), expected, "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_is_no_number_has_no_order() {
        let truth = |v| Cell::Number(Number::Bool(v));
        let number = Cell::Number(Number::F64(1.0));
        for (a, b, expected) in [
            (truth(true), number.clone(), "!="),
            (truth(false), Cell::Number(Number::F64(-1.0)), "!="),
            (truth(true), truth(true), "=="),
            (truth(true), truth(false), "!="),
            (text("true"), truth(true), "=="),
            (text("adam"), text("adam"), "=="),
            (text("adam"), text("sgd"), "!="),
            (text("adam"), number.clone(), "!="),
            (text(""), number.clone(), "!="),
            (text("1,000"), number.clone(), "!="),
            (Cell::Empty, number.clone(), ""),
            (number, Cell::Empty, ""),
            (Cell::Empty, Cell::Empty, ""),
        ] {
            assert_eq!(holds(&a, &b), expected, "{a:?} {b:?}");
        }
    }

    #[test]
    fn bounds_begin_with_their_operator() {
        let bound: Bound = " <100 ".parse().unwrap();
        assert!(bound.holds(Number::I64(99)) && !bound.holds(Number::I64(100)));
        for text in ["100", "a<100", "<", "<x", ""] {
            assert!(text.parse::<Bound>().is_err(), "{text}");
        }
    }
}
