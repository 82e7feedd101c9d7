//! The table for other programs: everything that is known, in columns of one type each.

use std::fmt::Display;
use std::io;

use tfevents::Number;
use tfevents_analysis::cell::Cell;

use super::{Grid, column};
use crate::row_writer::{self, Holds, Loss, RowWriter, to_integer};

/// The columns of a mean and its deviation: what follows the name of the column that they replace, and what they hold.
const PARTS: [(&str, Holds); 3] = [
    ("mean", Holds::Floats),
    ("std", Holds::Floats),
    ("n", Holds::Integers),
];

/// How a column is written for other programs.
enum Exact {
    /// As the parts of a spread.
    Spread,
    /// As one column that holds this.
    Whole(Holds),
}

impl<H: Display> Grid<H> {
    /// Passes everything that is known to a row writer: numbers with every digit that counts, in one type per column.
    /// The mean, the deviation and the number of runs of a spread have separate columns. Returns what the format could
    /// not hold exactly.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    pub fn write(&self, writer: &mut dyn RowWriter) -> io::Result<Vec<Loss>> {
        let exact: Vec<_> = (0..self.head.len()).map(|i| self.exact(i)).collect();
        let mut columns = Vec::new();
        for (name, exact) in self.head.iter().zip(&exact) {
            match exact {
                Exact::Spread => columns
                    .extend(PARTS.map(|(part, holds)| column(format!("{name} {part}"), holds))),
                Exact::Whole(holds) => columns.push(column(name.to_string(), *holds)),
            }
        }
        writer.begin(&columns)?;
        for row in &self.rows {
            let mut cells = Vec::with_capacity(columns.len());
            for (cell, exact) in row.iter().zip(&exact) {
                match exact {
                    Exact::Spread => cells.extend(parts(cell)),
                    Exact::Whole(holds) => cells.push(whole(cell, *holds)),
                }
            }
            let cells = cells.iter().map(|cell| match cell {
                Cell::Text(text) => row_writer::Cell::Text(text),
                Cell::Number(Number::Bool(v)) => row_writer::Cell::Boolean(*v),
                Cell::Number(number) => row_writer::Cell::Number(*number),
                _ => row_writer::Cell::Empty,
            });
            writer.row(&cells.collect::<Vec<_>>())?;
        }
        writer.finish()
    }

    /// How a column is written for other programs.
    fn exact(&self, column: usize) -> Exact {
        if column == 0 {
            return Exact::Whole(Holds::Text);
        }
        let mut numbers = Vec::new();
        for cell in self.cells(column) {
            match cell {
                Cell::Spread(_) => return Exact::Spread,
                Cell::Text(_) | Cell::List(_) => return Exact::Whole(Holds::Text),
                Cell::Number(number) => numbers.push(*number),
                Cell::Empty => {}
            }
        }
        let booleans = numbers.iter().filter(|n| matches!(n, Number::Bool(_)));
        Exact::Whole(match booleans.count() {
            0 if !numbers.is_empty() && numbers.iter().all(|n| is_integer(*n)) => Holds::Integers,
            0 => Holds::Floats,
            booleans if booleans == numbers.len() => Holds::Booleans,
            _ => Holds::Text,
        })
    }
}

/// Whether a number was stored as an integer, and 64 bits with a sign hold it.
fn is_integer(number: Number) -> bool {
    to_integer(number).is_some_and(|v| i64::try_from(v).is_ok())
}

/// A cell as it is written in a column that holds this.
fn whole(cell: &Cell, holds: Holds) -> Cell {
    match cell {
        Cell::Empty => Cell::Empty,
        cell if holds == Holds::Text => Cell::Text(cell.full()),
        cell => cell.clone(),
    }
}

/// The same for a spread: the mean, the deviation, and of how many values.
fn parts(cell: &Cell) -> [Cell; 3] {
    match cell {
        Cell::Spread(spread) => [
            Cell::Number(spread.number()),
            spread.std.map_or(Cell::Empty, Cell::float),
            Cell::Number(Number::U64(spread.n as u64)),
        ],
        _ => [Cell::Empty, Cell::Empty, Cell::Empty],
    }
}
