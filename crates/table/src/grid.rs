//! A table of text and numbers, in the formats that papers, reports and spreadsheets take.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use tfevents::Number;
use tfevents_analysis::cell::Cell;

use crate::csv::Csv;
use crate::markdown::Markdown;
use crate::row_writer::{self, Column, Holds, RowWriter};

mod latex;

pub use latex::escaped_latex;

/// What the columns are called that a mean and its deviation are in, behind the name of their own column.
const PARTS: [&str; 3] = ["mean", "std", "n"];

/// Rows under a head, all of one length; the first column names the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid<H> {
    /// What the columns are called. There may be as many as values, so they may be made as they are written.
    pub head: Vec<H>,
    /// The rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// How many significant digits people get to see of the floats in each column; where nothing is said, at most five.
    pub digits: Vec<Option<usize>>,
}

impl<H: Display> Grid<H> {
    /// Comma-separated values, numbers with every digit that counts. The mean, the deviation and the number of runs
    /// of a spread have columns of their own.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn csv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_exactly(&mut Csv::new(out))
    }

    /// The same as tab-separated values.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn tsv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_exactly(&mut Csv::tabs(out))
    }

    /// A table of GitHub's Markdown.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let mut markdown = Markdown::new(out);
        let columns = self.head.iter().enumerate();
        let columns = columns.map(|(i, name)| self.column(i, name.to_string()));
        markdown.begin(&columns.collect::<Vec<_>>())?;
        for row in &self.rows {
            let shown: Vec<_> = (0..row.len()).map(|i| self.shown(row, i)).collect();
            let cells = shown.iter().map(|text| row_writer::Cell::Text(text));
            markdown.row(&cells.collect::<Vec<_>>())?;
        }
        markdown.finish().map(drop)
    }

    /// What people get to see in a column of a row.
    #[must_use]
    pub fn shown(&self, row: &[Cell], column: usize) -> String {
        let cell = row.get(column);
        cell.map(|cell| cell.short(self.digits(column)))
            .unwrap_or_default()
    }

    /// Passes everything that is known to a row writer.
    fn write_exactly(&self, writer: &mut impl RowWriter) -> io::Result<()> {
        let is_spread: Vec<_> = (0..self.head.len()).map(|i| self.is_spread(i)).collect();
        let mut columns = Vec::new();
        for ((i, name), is_spread) in self.head.iter().enumerate().zip(&is_spread) {
            match is_spread {
                true => columns.extend(PARTS.map(|part| self.column(i, format!("{name} {part}")))),
                false => columns.push(self.column(i, name.to_string())),
            }
        }
        writer.begin(&columns)?;
        for row in &self.rows {
            let mut exact = Vec::with_capacity(columns.len());
            for (cell, is_spread) in row.iter().zip(&is_spread) {
                match is_spread {
                    true => exact.extend(parts(cell)),
                    false => exact.push(whole(cell)),
                }
            }
            let cells = exact.iter().map(|cell| match cell {
                Cell::Text(text) => row_writer::Cell::Text(text),
                Cell::Number(number) => row_writer::Cell::Number(*number),
                _ => row_writer::Cell::Empty,
            });
            writer.row(&cells.collect::<Vec<_>>())?;
        }
        writer.finish().map(drop)
    }

    fn column(&self, i: usize, name: String) -> Column {
        Column {
            name: Cow::Owned(name),
            holds: match self.is_text(i) {
                true => Holds::Text,
                false => Holds::Numbers,
            },
            optional: true,
        }
    }

    fn digits(&self, column: usize) -> Option<usize> {
        self.digits.get(column).copied().flatten()
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &Cell> {
        self.rows.iter().filter_map(move |row| row.get(column))
    }

    /// Whether a column is of text, and so begins at the left.
    fn is_text(&self, column: usize) -> bool {
        let is_text = |cell: &Cell| {
            matches!(
                cell,
                Cell::Text(_) | Cell::List(_) | Cell::Number(Number::Bool(_))
            )
        };
        column == 0 || self.cells(column).any(is_text)
    }

    fn is_spread(&self, column: usize) -> bool {
        let mut cells = self.cells(column);
        cells.any(|cell| matches!(cell, Cell::Spread(_)))
    }
}

/// What other programs get to read of a cell.
fn whole(cell: &Cell) -> Cell {
    match cell {
        // As 1 or 0 only beside other numbers.
        Cell::Number(Number::Bool(_)) | Cell::List(_) => Cell::Text(cell.full()),
        other => other.clone(),
    }
}

/// The same of a spread: the mean, the deviation, and of how many values.
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

#[cfg(test)]
mod tests {
    use tfevents_analysis::cell::spread::Spread;

    use super::*;

    fn grid() -> Grid<String> {
        let text = |text: &str| Cell::Text(text.to_owned());
        let run = |value: f32| ("", Cell::Number(Number::F32(value)));
        let spread = Spread::of([run(0.5), run(0.75), run(0.25)]).map(Cell::Spread);
        Grid {
            head: ["run", "last:val_acc", "@opt|x", "@on", "loss"]
                .map(str::to_owned)
                .into(),
            rows: vec![
                vec![
                    text("a_1"),
                    Cell::Number(Number::F32(0.1)),
                    text("50 % & more"),
                    Cell::Number(Number::Bool(true)),
                    spread.unwrap(),
                ],
                vec![
                    text("b"),
                    Cell::Number(Number::F64(-1.234_567e-9)),
                    Cell::List(vec![Cell::Empty, Cell::float(0.1)]),
                    Cell::Empty,
                    Cell::Empty,
                ],
            ],
            digits: Vec::new(),
        }
    }

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_format_escapes_what_it_has_to() {
        assert_eq!(
            written(|out| grid().csv(out).unwrap()),
            "run,last:val_acc,@opt|x,@on,loss mean,loss std,loss n\n\
             a_1,0.1,50 % & more,true,0.5,0.25,3\n\
             b,-1.234567e-9,\"none, 0.1\",,,,\n"
        );
        assert_eq!(
            written(|out| grid().markdown(out).unwrap()),
            "| run | last:val_acc | @opt\\|x | @on | loss |\n| --- | --: | --- | --- | --: |\n\
             | a_1 | 0.1 | 50 % & more | true | 0.50 ± 0.25 (n=3) |\n\
             | b | -1.2346e-9 | none, 0.1 |  |  |\n"
        );
        assert_eq!(
            written(|out| grid().latex(out).unwrap()),
            "% Mean \\pm sample standard deviation of n = 3 runs.\n\
             \\begin{tabular}{lrllr}\n\\toprule\n\
             run & last:val\\_acc & @opt\\textbar{}x & @on & loss \\\\\n\\midrule\n\
             a\\_1 & 0.1 & 50 \\% \\& more & true & $0.50 \\pm 0.25$ \\\\\n\
             b & $-1.2346 \\times 10^{-9}$ & none, 0.1 &  &  \\\\\n\
             \\bottomrule\n\\end{tabular}\n"
        );
    }

    #[test]
    fn digits_are_for_people() {
        let digits = vec![None, Some(3), None, None, Some(4)];
        let grid = Grid { digits, ..grid() };
        assert_eq!(grid.shown(&grid.rows[0], 1), "0.100");
        assert_eq!(grid.shown(&grid.rows[0], 4), "0.5000 ± 0.2500 (n=3)");
        let exact = written(|out| grid.csv(out).unwrap());
        assert!(exact.contains("a_1,0.1,"), "{exact}");
    }
}
