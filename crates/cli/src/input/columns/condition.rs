//! Conditions on runs: `last:val/acc > 0.9`, `@opt == adam`.

use std::borrow::Cow;

use anyhow::Result;
use tfevents::Number;

use super::{ColumnSpec, Line, Names};
use crate::args::condition::Operator;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::cell::Cell;

/// A comparison of a column with a value.
pub(crate) struct Condition {
    pub(crate) column: ColumnSpec,
    operator: Operator,
    /// What cells are compared with, and the number that it is, if it is one.
    text: String,
    number: Option<Number>,
}

impl Condition {
    /// # Errors
    ///
    /// Text that is not a condition.
    pub(crate) fn parse(text: &str, regex: bool) -> Result<Self> {
        let usage = || {
            UsageError(format!(
                "--where `{text}`: not a condition; give a column, one of > >= < <= == != and a value, as in \
                 `last:val/acc > 0.9`"
            ))
        };
        let (column, operator, value) = parts(text).ok_or_else(usage)?;
        Ok(Self {
            column: ColumnSpec::parse(column, regex)?,
            operator,
            text: value.to_owned(),
            number: value.parse().ok(),
        })
    }

    /// Whether it is true of a cell; never of an empty one. Numbers are compared as numbers, also where one of them
    /// is text; other text has no order.
    pub(crate) fn holds(&self, cell: &Cell) -> bool {
        let text = match cell {
            Cell::Empty => return false,
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
        };
        match (cell.number(), self.number) {
            // In its own type, or a 32-bit 0.7 would be less than 0.7.
            #[expect(clippy::cast_possible_truncation, reason = "that is what is meant")]
            (Some(cell @ Number::F32(_)), Some(value)) => {
                let value = Number::F32(value.as_f64() as f32);
                self.operator.holds(cell, value)
            }
            (Some(cell), Some(value)) => self.operator.holds(cell, value),
            _ => match self.operator {
                Operator::Equal => *text == self.text,
                Operator::NotEqual => *text != self.text,
                _ => false,
            },
        }
    }
}

/// Takes away the lines of runs for which a condition does not hold.
///
/// # Errors
///
/// A condition about a column that is not there, or about several.
pub(crate) fn retain(
    conditions: &[Condition],
    lines: &mut Vec<Line<'_>>,
    names: &Names<'_>,
    reporter: &Reporter,
) -> Result<()> {
    for condition in conditions {
        let column = condition.column.resolve_one(names, reporter)?;
        lines.retain(|line| condition.holds(&line.cell(&column)));
    }
    Ok(())
}

fn parts(text: &str) -> Option<(&str, Operator, &str)> {
    let (column, operator, value) = Operator::split(text)?;
    let unquoted = value
        .strip_prefix(['"', '\''])
        .and_then(|v| v.strip_suffix(['"', '\'']));
    let complete = !column.is_empty() && !value.is_empty();
    complete.then_some((column, operator, unquoted.unwrap_or(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_in_names_do_not_end_them() {
        let found = parts("last:val/acc > 0.9").unwrap();
        assert_eq!(found, ("last:val/acc", Operator::Greater, "0.9"));
        let found = parts("lr=0.1/loss<=-1e-3").unwrap();
        assert_eq!(found, ("lr=0.1/loss", Operator::LessOrEqual, "-1e-3"));
        let found = parts(" @opt == 'adam w' ").unwrap();
        assert_eq!(found, ("@opt", Operator::Equal, "adam w"));
        for none in ["loss", "> 3", "loss >", "", "loss 3"] {
            assert_eq!(parts(none), None, "{none}");
        }
    }

    #[test]
    fn conditions_hold() {
        let holds =
            |condition: &str, cell: &Cell| Condition::parse(condition, false).unwrap().holds(cell);
        let number = |v| Cell::Number(Number::F64(v));
        assert!(holds("x >= 10", &number(10.0)) && !holds("x > 10", &number(10.0)));
        assert!(holds("x < 9", &number(-10.0)) && !holds("x != 5", &number(5.0)));
        assert!(holds("x == nan", &number(f64::NAN)) && !holds("x != nan", &number(f64::NAN)));
        for operator in [">", ">=", "<", "<=", "=="] {
            assert!(!holds(&format!("x {operator} 0"), &number(f64::NAN)));
            assert!(!holds(&format!("x {operator} 0"), &Cell::Empty));
        }
        assert!(holds("x != 0", &number(f64::NAN)) && !holds("x != 0", &Cell::Empty));
        let large = Cell::Number(Number::I64(9_007_199_254_740_993));
        assert!(holds("x > 9007199254740992", &large) && holds("x == 9007199254740993", &large));
        let single = Cell::Number(Number::F32(0.7));
        assert!(holds("x >= 0.7", &single) && holds("x == 0.7", &single));
        assert!(holds("x = true", &Cell::Number(Number::Bool(true))));
        assert!(holds("x == 1", &Cell::Number(Number::Bool(true))));
    }

    /// Of each operator in the order of [`OPERATORS`]: whether it holds between text and a value.
    #[track_caller]
    fn text(cell: &str, value: &str, expected: [bool; 6]) {
        const OPERATORS: [&str; 6] = ["<", "<=", "==", "!=", ">=", ">"];
        let holds = OPERATORS.map(|operator| {
            let condition = format!("@x {operator} {value}");
            let condition = Condition::parse(&condition, false).unwrap();
            condition.holds(&Cell::Text(cell.to_owned()))
        });
        assert_eq!(holds, expected, "{cell} {value}");
    }

    #[test]
    fn text_that_is_a_number_is_one() {
        let [less, equal, greater] = [
            [true, true, false, true, false, false],
            [false, true, true, false, true, false],
            [false, false, false, true, true, true],
        ];
        text("0.1", "0.05", greater);
        text("1e-3", "0.05", less);
        text("10", "9", greater);
        text("-2", "-10", greater);
        text(" 1e-3 ", "0.001", equal);
        text("inf", "1e308", greater);
        text("9007199254740993", "9007199254740992", greater);
    }

    #[test]
    fn other_text_has_no_order() {
        let [same, other] = [
            [false, false, true, false, false, false],
            [false, false, false, true, false, false],
        ];
        text("adam", "adam", same);
        text("adam", "sgd", other);
        text("adam", "0.05", other);
        text("0.1", "adam", other);
        text("", "0", other);
        text("1,000", "5", other);
    }
}
