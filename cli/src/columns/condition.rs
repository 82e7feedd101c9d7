//! Conditions on runs: `last:val/acc > 0.9`, `@opt == adam`.

use anyhow::Result;
use tfevents::Number;

use super::{ColumnSpec, Line, Names};
use crate::condition::Operator;
use crate::grid::Cell;
use crate::reporter::{Reporter, UsageError};

/// A comparison of a column with a value.
pub(crate) struct Condition {
    pub(crate) column: ColumnSpec,
    operator: Operator,
    value: String,
}

impl Condition {
    /// # Errors
    ///
    /// Text that is no condition.
    pub(crate) fn parse(text: &str, regex: bool) -> Result<Self> {
        let usage = || {
            UsageError(format!(
                "--where `{text}` is no condition: it takes a column, one of > >= < <= == != and a value, \
                 as `last:val/acc > 0.9`"
            ))
        };
        let (column, operator, value) = parts(text).ok_or_else(usage)?;
        Ok(Self {
            column: ColumnSpec::parse(column, regex)?,
            operator,
            value: value.to_owned(),
        })
    }

    /// Whether it is true of a cell; never of an empty one.
    pub(crate) fn holds(&self, cell: &Cell) -> bool {
        match cell {
            Cell::Empty => false,
            Cell::Number(number) => match (number, self.value.parse::<f64>()) {
                // In its own type, or a 32-bit 0.7 would be less than 0.7.
                #[expect(clippy::cast_possible_truncation, reason = "that is what is meant")]
                (Number::F32(_), Ok(value)) => self
                    .operator
                    .holds(number.as_f64(), f64::from(value as f32)),
                (_, Ok(value)) => self.operator.holds(number.as_f64(), value),
                (_, Err(_)) => self.holds_of_text(&number.to_string()),
            },
            Cell::Text(text) => self.holds_of_text(text),
        }
    }

    fn holds_of_text(&self, text: &str) -> bool {
        match self.operator {
            Operator::Equal => text == self.value,
            Operator::NotEqual => text != self.value,
            Operator::Less => text < &*self.value,
            Operator::LessOrEqual => text <= &*self.value,
            Operator::Greater => text > &*self.value,
            Operator::GreaterOrEqual => text >= &*self.value,
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
    names: &Names,
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
        let single = Cell::Number(Number::F32(0.7));
        assert!(holds("x >= 0.7", &single) && holds("x == 0.7", &single));
        assert!(holds("x == adam", &Cell::Text("adam".into())));
        assert!(holds("x = true", &Cell::Number(Number::Bool(true))));
    }
}
