//! Columns of text.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use tfevents_analysis::cell::Cell;
use tfevents_analysis::text::printable;
use tfevents_table::Grid;

/// Rows under a head: the first column to the left and as wide as there is room, numbers to the right.
pub(crate) struct Table {
    head: Row,
    /// One behind the other, each with a newline at its end.
    rows: String,
    widths: Vec<usize>,
    /// The last column holds remarks rather than numbers.
    remarks: bool,
}

/// Cells that end in a tab: there may be very many, and what is safe to print has neither tabs nor newlines.
type Row = String;

/// Between two columns.
pub(crate) const GAP: usize = 2;
/// The first column is never made narrower than this.
const FIRST_MIN: usize = 16;

/// Columns of text; those that do not fit side by side follow in further tables, again with the names of
/// the rows.
pub(crate) fn print_grid(
    grid: &Grid<impl Display>,
    out: &mut impl Write,
    width: usize,
    head_style: Style,
) -> io::Result<()> {
    let head = |i: usize| {
        let head = grid.head.get(i).map(ToString::to_string);
        printable(&head.unwrap_or_default()).into_owned()
    };
    let cell = |row: &[Cell], i: usize| {
        let cell = row.get(i).map(Cell::short);
        printable(&cell.unwrap_or_default()).into_owned()
    };
    let width_of = |i: usize| {
        let cells = grid.rows.iter().map(|row| cell(row, i).width());
        cells.fold(head(i).width(), usize::max)
    };
    let names = width_of(0);
    let mut column = 1;
    loop {
        let first = column;
        let mut used = names;
        while column < grid.head.len() {
            used += GAP + width_of(column);
            if column > first && used > width {
                break;
            }
            column += 1;
        }
        let block = || std::iter::once(0).chain(first..column);
        let mut table = Table::new(block().map(head));
        for row in &grid.rows {
            table.row(block().map(|i| cell(row, i)));
        }
        table.print(out, 0, width, head_style)?;
        if column >= grid.head.len() {
            return Ok(());
        }
        writeln!(out)?;
    }
}

impl Table {
    pub(crate) fn new(head: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let mut table = Self {
            head: Row::new(),
            rows: String::new(),
            widths: Vec::new(),
            remarks: false,
        };
        for cell in head {
            table.head_cell(cell.as_ref());
        }
        table
    }

    /// Adds a last column without a head, for what is not a number.
    pub(crate) fn with_remarks(mut self) -> Self {
        self.head_cell("");
        self.remarks = true;
        self
    }

    fn head_cell(&mut self, cell: &str) {
        self.widths.push(cell.width());
        push(&mut self.head, cell);
    }

    /// Adds a row, which may be shorter than the head.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item: AsRef<str>>) {
        let mut widths = self.widths.iter_mut();
        for cell in cells {
            let cell = cell.as_ref();
            if let Some(width) = widths.next() {
                *width = (*width).max(cell.width());
            }
            push(&mut self.rows, cell);
        }
        self.rows.push('\n');
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
        let numbers: usize = self.widths.iter().skip(1).map(|w| w + GAP).sum();
        let room = width.saturating_sub(indent + numbers).max(FIRST_MIN);
        write!(out, "{:indent$}{head_style}", "")?;
        self.line(out, Margin { indent: 0, room }, &self.head)?;
        write!(out, "{head_style:#}")?;
        let margin = Margin { indent, room };
        for row in self.rows.split_terminator('\n') {
            writeln!(out)?;
            let first = row.split('\t').next().unwrap_or_default();
            if first.width() > room {
                writeln!(out, "{:indent$}{first}", "")?;
                self.line(out, margin, &row[first.len()..])?;
            } else {
                self.line(out, margin, row)?;
            }
        }
        writeln!(out)
    }

    /// A row without a newline, and without blanks at its end.
    fn line(&self, out: &mut impl Write, margin: Margin, row: &str) -> io::Result<()> {
        let mut blank = margin.indent;
        let cells = row.split_terminator('\t').zip(&self.widths);
        for (i, (cell, &width)) in cells.enumerate() {
            let width = if i == 0 {
                width.min(margin.room)
            } else {
                width
            };
            let pad = width.saturating_sub(cell.width());
            let left = i == 0 || (self.remarks && i + 1 == self.widths.len());
            let (before, after) = if left { (0, pad) } else { (pad, 0) };
            blank += before + if i > 0 { GAP } else { 0 };
            if !cell.is_empty() {
                write!(out, "{:blank$}{cell}", "")?;
                blank = 0;
            }
            blank += after;
        }
        Ok(())
    }
}

/// What stands before a row, and how wide its first cell may be.
#[derive(Clone, Copy)]
struct Margin {
    indent: usize,
    room: usize,
}

fn push(row: &mut Row, cell: &str) {
    debug_assert!(
        !cell.contains(['\t', '\n']),
        "{cell:?} is not safe to print"
    );
    row.push_str(cell);
    row.push('\t');
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
        table.row(["loss", "1,000", "0.5", "3 NaN"]);
        table.row(["größe", "7"]);
        assert_eq!(
            print(&table, 80),
            "  tag    points  last\n  loss    1,000   0.5  3 NaN\n  größe       7\n"
        );
    }

    #[test]
    fn long_names_get_their_own_line() {
        let mut table = Table::new(["tag", "points"]);
        table.row(["a/very/long/name/of/a/tag", "7"]);
        table.row(["b", "8"]);
        assert_eq!(
            print(&table, 30),
            "  tag                   points\n  a/very/long/name/of/a/tag\n                             7\n  b                          8\n"
        );
    }

    fn grid() -> Grid<String> {
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
