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

/// Rows under a head, all of one length; the first column names the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid<H> {
    /// What the columns are called. There may be as many as values, so they may be made as they are written.
    pub head: Vec<H>,
    /// The rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl<H: Display> Grid<H> {
    /// Comma-separated values, numbers with every digit that counts.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn csv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write(&mut Csv::new(out), exact)
    }

    /// The same as tab-separated values.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn tsv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write(&mut Csv::tabs(out), exact)
    }

    /// A table of GitHub's Markdown.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn markdown(&self, out: &mut impl Write) -> io::Result<()> {
        self.write(&mut Markdown::new(out), |cell| Cell::Text(cell.short()))
    }

    /// Passes what `shown` makes of the cells to a row writer.
    fn write(&self, writer: &mut impl RowWriter, shown: impl Fn(&Cell) -> Cell) -> io::Result<()> {
        let columns = self.head.iter().enumerate().map(|(i, name)| Column {
            name: Cow::Owned(name.to_string()),
            holds: match self.is_text(i) {
                true => Holds::Text,
                false => Holds::Numbers,
            },
            optional: true,
        });
        writer.begin(&columns.collect::<Vec<_>>())?;
        for row in &self.rows {
            let shown: Vec<_> = row.iter().map(&shown).collect();
            let cells = shown.iter().map(|cell| match cell {
                Cell::Empty => row_writer::Cell::Empty,
                Cell::Text(text) => row_writer::Cell::Text(text),
                Cell::Number(number) => row_writer::Cell::Number(*number),
            });
            writer.row(&cells.collect::<Vec<_>>())?;
        }
        writer.finish()?;
        Ok(())
    }

    /// Whether a column is of text, and so begins at the left.
    fn is_text(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        column == 0 || cells.any(|cell| matches!(cell, Cell::Text(_)))
    }
}

/// What other programs get to read of a cell.
fn exact(cell: &Cell) -> Cell {
    match cell {
        // As 1 or 0 only beside other numbers.
        Cell::Number(Number::Bool(v)) => Cell::Text(v.to_string()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid<String> {
        Grid {
            head: ["run", "last:val_acc", "@opt|x"].map(str::to_owned).into(),
            rows: vec![
                vec![
                    Cell::Text("a_1".into()),
                    Cell::Number(Number::F32(0.1)),
                    Cell::Text("50 % & more".into()),
                ],
                vec![
                    Cell::Text("b".into()),
                    Cell::Number(Number::F64(-1.234_567e-9)),
                    Cell::Empty,
                ],
            ],
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
            "run,last:val_acc,@opt|x\na_1,0.1,50 % & more\nb,-1.234567e-9,\n"
        );
        assert_eq!(
            written(|out| grid().markdown(out).unwrap()),
            "| run | last:val_acc | @opt\\|x |\n| --- | --: | --- |\n| a_1 | 0.1 | 50 % & more |\n\
             | b | -1.2346e-9 |  |\n"
        );
        assert_eq!(
            written(|out| grid().latex(out).unwrap()),
            "\\begin{tabular}{lrl}\n\\toprule\nrun & last:val\\_acc & @opt\\textbar{}x \\\\\n\\midrule\n\
             a\\_1 & 0.1 & 50 \\% \\& more \\\\\nb & $-1.2346 \\times 10^{-9}$ &  \\\\\n\
             \\bottomrule\n\\end{tabular}\n"
        );
    }
}
