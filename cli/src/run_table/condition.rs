//! Conditions on runs: `last:val/acc > 0.9`.

use std::cmp::Ordering;

use anyhow::Result;
use regex::Regex;
use tfevents::Number;

use super::column::ColumnSpec;
use crate::grid::Cell;
use crate::reporter::UsageError;

/// A comparison of a column with a value.
pub(super) struct Condition {
    pub(super) column: ColumnSpec,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Equal,
    NotEqual,
}

/// A column, whose name may hold operators, then an operator and a value without any.
const CONDITION: &str = r"^\s*(.+?)\s*(>=|<=|==|!=|=|>|<)\s*([^<>=!]+?)\s*$";

impl Condition {
    /// # Errors
    ///
    /// Text that is no condition.
    pub(super) fn parse(text: &str, regex: bool) -> Result<Self> {
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

    /// Whether it is true of a cell. Nothing is true of an empty one, and of NaN only that it differs.
    pub(super) fn holds(&self, cell: &Cell) -> bool {
        let order = match cell {
            Cell::Empty => return false,
            // In its own type, or a 32-bit 0.7 would be less than 0.7.
            Cell::Number(Number::F32(number)) if self.value.parse::<f32>().is_ok() => self
                .value
                .parse()
                .ok()
                .and_then(|value| number.partial_cmp(&value)),
            Cell::Number(number) => match self.value.parse::<f64>() {
                Ok(value) => number.as_f64().partial_cmp(&value),
                Err(_) => Some(number.to_string().as_str().cmp(&self.value)),
            },
            Cell::Text(text) => Some(text.as_str().cmp(&self.value)),
        };
        match self.operator {
            Operator::Greater => order == Some(Ordering::Greater),
            Operator::GreaterEqual => order.is_some_and(Ordering::is_ge),
            Operator::Less => order == Some(Ordering::Less),
            Operator::LessEqual => order.is_some_and(Ordering::is_le),
            Operator::Equal => order == Some(Ordering::Equal),
            Operator::NotEqual => order != Some(Ordering::Equal),
        }
    }
}

fn parts(text: &str) -> Option<(&str, Operator, &str)> {
    let captures = Regex::new(CONDITION).ok()?.captures(text)?;
    let part = |i| captures.get(i).map(|part| part.as_str());
    let operator = match part(2)? {
        ">" => Operator::Greater,
        ">=" => Operator::GreaterEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessEqual,
        "!=" => Operator::NotEqual,
        _ => Operator::Equal,
    };
    let value = part(3)?;
    let unquoted = value
        .strip_prefix(['"', '\''])
        .and_then(|v| v.strip_suffix(['"', '\'']));
    Some((part(1)?, operator, unquoted.unwrap_or(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_in_names_do_not_end_them() {
        let found = parts("last:val/acc > 0.9").unwrap();
        assert_eq!(found, ("last:val/acc", Operator::Greater, "0.9"));
        let found = parts("lr=0.1/loss<=-1e-3").unwrap();
        assert_eq!(found, ("lr=0.1/loss", Operator::LessEqual, "-1e-3"));
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
