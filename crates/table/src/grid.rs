//! A table of text and numbers, in the formats that papers, reports and spreadsheets take.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use tfevents::Number;
use tfevents_analysis::cell::Cell;

use crate::markdown::Markdown;
use crate::row_writer::{self, Column, Holds, RowWriter};

mod exact;
mod latex;

pub use latex::escaped_latex;

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
    /// A table of GitHub's Markdown.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let mut markdown = Markdown::new(out);
        let columns = self.head.iter().enumerate();
        let columns = columns.map(|(i, name)| {
            let holds = match self.is_text(i) {
                true => Holds::Text,
                false => Holds::Numbers,
            };
            column(name.to_string(), holds)
        });
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
}

/// A column in which any cell may be empty.
fn column(name: String, holds: Holds) -> Column {
    Column {
        name: Cow::Owned(name),
        holds,
        optional: true,
    }
}

#[cfg(test)]
mod tests {
    use tfevents_analysis::cell::spread::Spread;

    use super::*;
    use crate::Csv;

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
            written(|out| drop(grid().write(&mut Csv::new(out)).unwrap())),
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
        let exact = written(|out| drop(grid.write(&mut Csv::new(out)).unwrap()));
        assert!(exact.contains("a_1,0.1,"), "{exact}");
    }
}
