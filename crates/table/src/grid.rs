//! A table of text and numbers, in the formats that papers, reports and spreadsheets take.

use std::fmt::Display;
use std::io::{self, Write};

use tfevents_analysis::cell::Cell;
use tfevents_analysis::text::printable;

mod latex;

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
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.head.iter().map(ToString::to_string))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::full))?;
        }
        writer.flush()?;
        Ok(())
    }

    /// A table of GitHub's Markdown.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let escaped = |text: &str| printable(text).replace('\\', "\\\\").replace('|', "\\|");
        row(out, self.head.iter().map(|cell| escaped(&cell.to_string())))?;
        let rule = |column| if self.is_text(column) { "---" } else { "--:" }.to_owned();
        row(out, (0..self.head.len()).map(rule))?;
        for cells in &self.rows {
            row(out, cells.iter().map(|cell| escaped(&cell.short())))?;
        }
        Ok(())
    }

    /// Whether a column is of text, and so begins at the left.
    fn is_text(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        column == 0 || cells.any(|cell| matches!(cell, Cell::Text(_)))
    }
}

/// A row of a table of Markdown.
fn row(out: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    for cell in cells {
        write!(out, "| {cell} ")?;
    }
    writeln!(out, "|")
}

#[cfg(test)]
mod tests {
    use tfevents::Number;

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
