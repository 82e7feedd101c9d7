//! Rows of a table: a run, or a group of runs.

use std::borrow::Cow;

use tfevents::Number;

use super::{Column, Head, Line};
use crate::cell::spread::Spread;
use crate::cell::{Cell, SortKey};

/// A row: a run, or a group of runs that repeat one another.
#[derive(Debug)]
pub struct Row<'l> {
    name: Cow<'l, str>,
    lines: Vec<Line<'l>>,
    is_group: bool,
}

impl<'l> From<Line<'l>> for Row<'l> {
    fn from(line: Line<'l>) -> Self {
        Self {
            name: line.name().into(),
            lines: vec![line],
            is_group: false,
        }
    }
}

impl<'l> Row<'l> {
    /// The row of a group of runs.
    #[must_use]
    pub fn of_group(name: String, lines: Vec<Line<'l>>) -> Self {
        Self {
            name: name.into(),
            lines,
            is_group: true,
        }
    }

    /// What the run or the group is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its runs.
    pub fn runs(&self) -> impl Iterator<Item = &'l str> {
        self.lines.iter().map(Line::name)
    }

    /// What is in a column. Of a group: the mean and the deviation of what its runs measured, the settings that
    /// they have, when the first one began, and how long they took on average.
    #[must_use]
    pub fn cell(&self, column: &Column<'_>) -> Cell {
        let [line] = &*self.lines else {
            return self.of_all(column);
        };
        match self.is_group {
            true => self.of_all(column),
            false => line.cell(column),
        }
    }

    fn of_all(&self, column: &Column<'_>) -> Cell {
        let cells = || {
            self.lines
                .iter()
                .map(|line| (line.name(), line.cell(column)))
        };
        let spread = || Spread::of(cells());
        match column {
            Column::Run | Column::Group => Cell::Text(self.name().to_owned()),
            Column::HParam(_) => settings(cells().map(|(_, cell)| cell).collect()),
            Column::Series(..) | Column::At { .. } => spread().map_or(Cell::Empty, Cell::Spread),
            Column::Duration => spread().map_or(Cell::Empty, |spread| Cell::float(spread.mean)),
            Column::Start => {
                let starts = cells().filter_map(|(_, cell)| cell.number());
                let first = starts.map(Number::as_f64).reduce(f64::min);
                first.map_or(Cell::Empty, Cell::float)
            }
        }
    }
}

/// The setting that runs have, or all of them where they differ.
fn settings(mut cells: Vec<Cell>) -> Cell {
    cells.sort_by_cached_key(|cell| SortKey::new(cell.clone(), false));
    cells.dedup();
    match cells.len() {
        0 | 1 => cells.pop().unwrap_or(Cell::Empty),
        _ => Cell::List(cells),
    }
}

/// Which of these columns do not have the same in every row, by position.
#[must_use]
pub fn differing(heads: &[Head<'_>], rows: &[&[Cell]]) -> Vec<bool> {
    let differs = |column: usize| {
        let mut cells = rows.iter().map(|row| row.get(column));
        let first = cells.next().flatten();
        // NaN is the same as NaN here.
        let text = |cell: Option<&Cell>| cell.map(Cell::full);
        let expected = text(first);
        cells.any(|cell| text(cell) != expected)
    };
    let names = |head: &Head<'_>| matches!(head.column, Column::Run | Column::Group);
    let heads = heads.iter().enumerate();
    heads.map(|(i, head)| names(head) || differs(i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_once() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let all = |cells: &[Cell]| settings(cells.to_vec());
        assert_eq!(all(&[text("adam"), text("adam")]), text("adam"));
        assert_eq!(all(&[Cell::Empty, Cell::Empty]), Cell::Empty);
        let seeds = [3.0, 1.0, 10.0, 1.0].map(Cell::float);
        assert_eq!(all(&seeds).full(), "1, 3, 10");
        assert_eq!(all(&[Cell::Empty, text("adam")]).full(), "adam, none");
    }
}
