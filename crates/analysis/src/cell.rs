//! The content of a cell in a table of runs, and how cells are sorted.

use std::cmp::Ordering;

use tfevents::Number;
use tfevents::plugin::hparams::HParamValue;

use crate::number::{self, PlusMinus};
use crate::text::natural_order;

pub mod spread;

use spread::Spread;

/// So many values of a list are shown to people.
const LISTED: usize = 4;
/// What a list has for a run that has nothing.
const NONE: &str = "none";

/// What a run has in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number in its own type.
    Number(Number),
    /// The values of several runs.
    List(Vec<Cell>),
    /// A number over several runs.
    Spread(Spread),
}

impl Cell {
    /// A 64-bit float.
    #[must_use]
    pub const fn float(v: f64) -> Self {
        Self::Number(Number::F64(v))
    }

    /// The number that it is, or that its text writes; the mean of several.
    #[must_use]
    pub fn number(&self) -> Option<Number> {
        match self {
            Self::Empty | Self::List(_) => None,
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
            Self::Spread(spread) => Some(spread.number()),
        }
    }

    /// As people read it, floats with so many significant digits, or with at most five.
    #[must_use]
    pub fn short(&self, digits: Option<usize>) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(Number::I64(v)) => v.to_string(),
            Self::Number(Number::U64(v)) => v.to_string(),
            Self::Number(Number::Bool(v)) => v.to_string(),
            Self::Number(v) => number::rounded(v.as_f64(), digits),
            Self::List(cells) => {
                let shown = |cell: &Self| named(cell.short(digits));
                match &**cells {
                    [first, second, .., last] if cells.len() > LISTED => {
                        let [first, second, last] = [first, second, last].map(shown);
                        format!("{first}, {second}, …, {last} ({} values)", cells.len())
                    }
                    cells => cells.iter().map(shown).collect::<Vec<_>>().join(", "),
                }
            }
            Self::Spread(spread) => {
                let number = PlusMinus::new(spread.mean, spread.std, digits);
                format!("{number} ({})", spread.count())
            }
        }
    }

    /// As programs read it, with every digit that counts; of several the mean.
    #[must_use]
    pub fn full(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(v) => v.to_string(),
            Self::List(cells) => {
                let cells = cells.iter().map(|cell| named(cell.full()));
                cells.collect::<Vec<_>>().join(", ")
            }
            Self::Spread(spread) => spread.number().to_string(),
        }
    }
}

/// In a list nothing has a name.
fn named(text: String) -> String {
    if text.is_empty() {
        NONE.to_owned()
    } else {
        text
    }
}

/// A hyperparameter: nothing where it is null, a list as text.
impl From<&HParamValue> for Cell {
    fn from(value: &HParamValue) -> Self {
        match value {
            HParamValue::Null => Self::Empty,
            HParamValue::Number(number) => Self::Number(Number::F64(*number)),
            HParamValue::Bool(value) => Self::Number(Number::Bool(*value)),
            other => Self::Text(other.to_string()),
        }
    }
}

/// What a row is sorted by: numbers, NaN, other text and nothing come in this order, whichever way each of them is
/// sorted.
#[derive(Clone, Debug)]
pub struct SortKey {
    class: Class,
    descending: bool,
}

#[derive(Clone, Debug)]
enum Class {
    Number(Number),
    Nan,
    Text(String),
    Empty,
}

impl SortKey {
    /// The key of a cell; `descending` turns the order around within numbers and within text.
    #[must_use]
    pub fn new(cell: Cell, descending: bool) -> Self {
        let class = match (cell.number(), cell) {
            (Some(number), _) if number.as_f64().is_nan() => Class::Nan,
            (Some(number), _) => Class::Number(number),
            (None, Cell::Text(text)) => Class::Text(text),
            (None, list @ Cell::List(_)) => Class::Text(list.full()),
            (None, _) => Class::Empty,
        };
        Self { class, descending }
    }
}

impl Class {
    fn place(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Nan => 1,
            Self::Text(_) => 2,
            Self::Empty => 3,
        }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let within = match (&self.class, &other.class) {
            (Class::Number(a), Class::Number(b)) => a.compare(*b).unwrap_or(Ordering::Equal),
            (Class::Text(a), Class::Text(b)) => natural_order(a, b),
            _ => Ordering::Equal,
        };
        let within = if self.descending {
            within.reverse()
        } else {
            within
        };
        self.class.place().cmp(&other.class.place()).then(within)
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_before_text_and_nothing_comes_last() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let number = |v| Cell::Number(Number::F64(v));
        let cells = [
            Cell::Empty,
            text("run10"),
            text("1e-3"),
            number(f64::NAN),
            Cell::Number(Number::F32(0.5)),
            text("run2"),
            text("-inf"),
            text("10"),
            Cell::Number(Number::I64(9)),
            text(""),
        ];
        let sorted = |descending| {
            let mut cells = cells.to_vec();
            cells.sort_by_cached_key(|cell| SortKey::new(cell.clone(), descending));
            let shown = cells.iter().map(Cell::full);
            shown.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(sorted(false), "-inf 1e-3 0.5 9 10 NaN  run2 run10 ");
        assert_eq!(sorted(true), "10 9 0.5 1e-3 -inf NaN run10 run2  ");
    }
}
