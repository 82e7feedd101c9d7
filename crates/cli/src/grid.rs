//! A table of text and numbers, in the formats that papers, spreadsheets and terminals take.

use std::io::{self, Write};

use anyhow::Result;
use unicode_width::UnicodeWidthStr as _;

use crate::output::Styles;
use crate::table::{GAP, Table};
use tfevents_analysis::text::printable;

mod cell;
mod latex;

pub(crate) use cell::{Cell, SortKey};

/// Rows under a head, all of one length; the first column names the rows.
pub(crate) struct Grid {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Grid {
    pub(crate) fn csv(&self, out: &mut impl Write) -> Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.head)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::full))?;
        }
        writer.flush()?;
        Ok(())
    }

    /// A table of GitHub's Markdown.
    pub(crate) fn markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let escaped = |text: &str| printable(text).replace('\\', "\\\\").replace('|', "\\|");
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let head = self.head.iter().map(|cell| escaped(cell)).collect();
        writeln!(out, "{}", line(head))?;
        let rule = |column| if self.is_text(column) { "---" } else { "--:" }.to_owned();
        writeln!(out, "{}", line((0..self.head.len()).map(rule).collect()))?;
        for row in &self.rows {
            writeln!(
                out,
                "{}",
                line(row.iter().map(|cell| escaped(&cell.short())).collect())
            )?;
        }
        Ok(())
    }

    /// Columns of text; those that do not fit side by side follow in further tables, again with the names of
    /// the rows.
    pub(crate) fn text(
        &self,
        out: &mut impl Write,
        width: usize,
        styles: Styles,
    ) -> io::Result<()> {
        let cell = |cell: &Cell| printable(&cell.short()).into_owned();
        let head: Vec<_> = self
            .head
            .iter()
            .map(|cell| printable(cell).into_owned())
            .collect();
        let rows: Vec<Vec<_>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect();
        let width_of = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .chain(head.get(column))
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        };
        let names = width_of(0);
        let mut column = 1;
        loop {
            let mut block = vec![0];
            let mut used = names;
            while column < head.len()
                && (block.len() == 1 || used + GAP + width_of(column) <= width)
            {
                used += GAP + width_of(column);
                block.push(column);
                column += 1;
            }
            let of_block = |row: &[String]| {
                block
                    .iter()
                    .filter_map(|&i| row.get(i).cloned())
                    .collect::<Vec<_>>()
            };
            let mut table = Table::new(of_block(&head));
            for row in &rows {
                table.row(of_block(row));
            }
            table.print(out, 0, width, styles)?;
            if column >= head.len() {
                return Ok(());
            }
            writeln!(out)?;
        }
    }

    /// Whether a column is of text, and so begins at the left.
    fn is_text(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        column == 0 || cells.any(|cell| matches!(cell, Cell::Text(_)))
    }
}

#[cfg(test)]
mod tests {
    use tfevents::Number;

    use super::*;

    fn grid() -> Grid {
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

    #[test]
    fn columns_that_do_not_fit_come_below() {
        let text = |width| written(|out| grid().text(out, width, Styles::default()).unwrap());
        assert_eq!(
            text(80),
            "run  last:val_acc       @opt|x\na_1           0.1  50 % & more\nb      -1.2346e-9\n"
        );
        assert_eq!(
            text(20),
            "run  last:val_acc\na_1           0.1\nb      -1.2346e-9\n\nrun       @opt|x\n\
             a_1  50 % & more\nb\n"
        );
    }
}
