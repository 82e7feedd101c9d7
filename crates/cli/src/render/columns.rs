//! Columns of text.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use tfevents_analysis::cell::Cell;
use tfevents_analysis::text::printable;
use tfevents_table::Grid;

/// Rows under a head: the first column to the left and as wide as there is room, numbers to the right.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The last column holds remarks rather than numbers.
    remarks: bool,
}

/// Between two columns.
pub(crate) const GAP: usize = 2;
/// The first column is never made narrower than this.
const FIRST_MIN: usize = 16;

/// Columns of text; those that do not fit side by side follow in further tables, again with the names of
/// the rows.
pub(crate) fn print_grid(
    grid: &Grid,
    out: &mut impl Write,
    width: usize,
    head_style: Style,
) -> io::Result<()> {
    let cell = |cell: &Cell| printable(&cell.short()).into_owned();
    let head: Vec<_> = grid
        .head
        .iter()
        .map(|cell| printable(cell).into_owned())
        .collect();
    let rows: Vec<Vec<_>> = grid
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
        while column < head.len() && (block.len() == 1 || used + GAP + width_of(column) <= width) {
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
        table.print(out, 0, width, head_style)?;
        if column >= head.len() {
            return Ok(());
        }
        writeln!(out)?;
    }
}

impl Table {
    pub(crate) fn new(head: impl IntoIterator<Item: Into<String>>) -> Self {
        Self {
            head: head.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            remarks: false,
        }
    }

    /// Adds a last column without a head, for what is not a number.
    pub(crate) fn with_remarks(mut self) -> Self {
        self.head.push(String::new());
        self.remarks = true;
        self
    }

    /// Adds a row, which may be shorter than the head.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Prints within `width` columns, as far as the numbers let it: a first cell that is too long gets a
    /// line of its own.
    pub(crate) fn print(
        &self,
        out: &mut impl Write,
        indent: usize,
        width: usize,
        head_style: Style,
    ) -> io::Result<()> {
        let mut widths: Vec<_> = self.head.iter().map(|cell| cell.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let numbers: usize = widths.iter().skip(1).map(|w| w + GAP).sum();
        let room = width.saturating_sub(indent + numbers).max(FIRST_MIN);
        if let Some(first) = widths.first_mut() {
            *first = (*first).min(room);
        }
        let head = self.line(&self.head, &widths);
        writeln!(out, "{:indent$}{head_style}{head}{head_style:#}", "")?;
        for row in &self.rows {
            let line = match row.split_first() {
                Some((first, rest)) if first.width() > room => {
                    writeln!(out, "{:indent$}{first}", "")?;
                    let rest = std::iter::once(String::new()).chain(rest.iter().cloned());
                    self.line(&rest.collect::<Vec<_>>(), &widths)
                }
                _ => self.line(row, &widths),
            };
            writeln!(out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (i, (cell, &width)) in cells.iter().zip(widths).enumerate() {
            let pad = width.saturating_sub(cell.width());
            let left = i == 0 || (self.remarks && i + 1 == widths.len());
            if i > 0 {
                line.extend(std::iter::repeat_n(' ', GAP));
            }
            if left {
                line.push_str(cell);
            }
            line.extend(std::iter::repeat_n(' ', pad));
            if !left {
                line.push_str(cell);
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

#[cfg(test)]
mod tests {
    use tfevents::Number;

    use super::*;

    fn print(table: &Table, width: usize) -> String {
        let mut out = Vec::new();
        table.print(&mut out, 2, width, Style::new()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_stand_right_and_names_left() {
        let mut table = Table::new(["tag", "points", "last"]).with_remarks();
        table.row(["loss".into(), "1,000".into(), "0.5".into(), "3 NaN".into()]);
        table.row(["größe".into(), "7".into()]);
        assert_eq!(
            print(&table, 80),
            "  tag    points  last\n  loss    1,000   0.5  3 NaN\n  größe       7\n"
        );
    }

    #[test]
    fn long_names_get_their_own_line() {
        let mut table = Table::new(["tag", "points"]);
        table.row(["a/very/long/name/of/a/tag".into(), "7".into()]);
        table.row(["b".into(), "8".into()]);
        assert_eq!(
            print(&table, 30),
            "  tag                   points\n  a/very/long/name/of/a/tag\n                             7\n  b                          8\n"
        );
    }

    fn grid() -> Grid {
        let (text, number) = (|text: &str| Cell::Text(text.to_owned()), Cell::Number);
        Grid {
            head: ["run", "last:val_acc", "@opt|x"].map(str::to_owned).into(),
            rows: vec![
                vec![text("a_1"), number(Number::F32(0.1)), text("50 % & more")],
                vec![text("b"), number(Number::F64(-1.234_567e-9)), Cell::Empty],
            ],
        }
    }

    #[test]
    fn columns_that_do_not_fit_come_below() {
        let text = |width| {
            let mut out = Vec::new();
            print_grid(&grid(), &mut out, width, Style::new()).unwrap();
            String::from_utf8(out).unwrap()
        };
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
