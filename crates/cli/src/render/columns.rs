//! Columns of text.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::width::Width;
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

/// Whether all columns fit side by side.
pub(crate) fn fits(grid: &Grid<impl Display>, width: Width) -> bool {
    let mut used = 0;
    (0..grid.head.len()).all(|i| {
        let head = grid.head.get(i).map(ToString::to_string);
        let head = printable(&head.unwrap_or_default()).width();
        let cells = grid.rows.iter().map(|row| grid.shown(row, i));
        let widest = cells.map(|cell| printable(&cell).width());
        used += widest.fold(head, usize::max) + if i > 0 { GAP } else { 0 };
        used <= width.columns
    })
}

/// Columns of text; those that do not fit side by side follow in further tables, again with the names of
/// the rows.
pub(crate) fn print_grid(
    grid: &Grid<impl Display>,
    out: &mut impl Write,
    width: Width,
    head_style: Style,
) -> io::Result<()> {
    // Beside the name of a row there is room for one cell at least.
    let widest = width.columns.saturating_sub(FIRST_MIN + GAP).max(FIRST_MIN);
    let cut = |text: &str| width.fit(&printable(text), widest).into_owned();
    let head = |i: usize| {
        let head = grid.head.get(i).map(ToString::to_string);
        cut(&head.unwrap_or_default())
    };
    let cell = |row: &[Cell], i: usize| cut(&grid.shown(row, i));
    let width_of = |i: usize| {
        let cells = grid.rows.iter().map(|row| cell(row, i).width());
        cells.fold(head(i).width(), usize::max)
    };
    let names = width_of(0).min((width.columns / 2).max(FIRST_MIN));
    let mut column = 1;
    loop {
        let first = column;
        let mut used = names;
        while column < grid.head.len() {
            used += GAP + width_of(column);
            if column > first && used > width.columns {
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

    /// Prints within `width`, as far as the numbers let it: a first cell that is too long gets a line of its own,
    /// or loses its middle where one is not enough.
    pub(crate) fn print(
        &self,
        out: &mut impl Write,
        indent: usize,
        width: Width,
        head_style: Style,
    ) -> io::Result<()> {
        let full = width.columns.saturating_sub(indent);
        let (room, remarks) = self.room(full, width.elide);
        write!(out, "{:indent$}{head_style}", "")?;
        self.line(out, Margin { indent: 0, room }, &self.head)?;
        write!(out, "{head_style:#}")?;
        let margin = Margin { indent, room };
        for row in self.rows.split_terminator('\n') {
            writeln!(out)?;
            let (row, remark) = match self.remark_of(row) {
                Some((start, remark)) if remark.width() > remarks => (start, remark),
                _ => (row, ""),
            };
            let first = row.split('\t').next().unwrap_or_default();
            if first.width() > room {
                writeln!(out, "{:indent$}{}", "", width.fit(first, full))?;
                self.line(out, margin, &row[first.len()..])?;
            } else {
                self.line(out, margin, row)?;
            }
            if !remark.is_empty() {
                let indent = indent + GAP;
                let remark = width.fit(remark, width.columns.saturating_sub(indent));
                write!(out, "\n{:indent$}{remark}", "")?;
            }
        }
        writeln!(out)
    }

    /// How wide first cells and remarks may be side by side. If `below`, remarks that do not fit are below their rows.
    fn room(&self, full: usize, below: bool) -> (usize, usize) {
        let mut widths = self.widths.iter().copied();
        let first = widths.next().unwrap_or_default();
        let mut widths = widths.map(|width| width + GAP);
        let remark = self.remarks.then(|| widths.next_back());
        let (remark, numbers) = (remark.flatten().unwrap_or(0), widths.sum::<usize>());
        let room = |taken| full.saturating_sub(taken).max(FIRST_MIN);
        if !below || first.min(FIRST_MIN) + numbers + remark <= full {
            return (room(numbers + remark), usize::MAX);
        }
        let room = room(numbers);
        let before = first.min(room) + numbers + GAP;
        (room, full.saturating_sub(before))
    }

    /// A row that is whole without its remark, and the remark.
    fn remark_of<'r>(&self, row: &'r str) -> Option<(&'r str, &'r str)> {
        let is_whole = row.matches('\t').count() == self.widths.len();
        let (start, remark) = row.strip_suffix('\t')?.rsplit_once('\t')?;
        is_whole.then(|| (&row[..=start.len()], remark))
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

/// What precedes a row, and how wide its first cell may be.
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

    fn wide(columns: usize) -> Width {
        Width {
            columns,
            elide: false,
        }
    }

    fn print(table: &Table, columns: usize) -> String {
        let mut out = Vec::new();
        let width = wide(columns);
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

    #[test]
    fn remarks_that_do_not_fit_come_below() {
        let mut table = Table::new(["tag", "differ"]).with_remarks();
        table.row(["train/loss", "20 of 20", "furthest at step 14"]);
        table.row(["lr", "0", "at step 1"]);
        let text = |columns, elide| {
            let mut out = Vec::new();
            let width = Width { columns, elide };
            table.print(&mut out, 2, width, Style::new()).unwrap();
            String::from_utf8(out).unwrap()
        };
        let beside = "  tag           differ\n  train/loss  20 of 20  furthest at step 14\n\
                      \u{20} lr                 0  at step 1\n";
        assert_eq!(text(80, true), beside);
        assert_eq!(text(40, false), beside);
        assert_eq!(
            text(40, true),
            "  tag           differ\n  train/loss  20 of 20\n    furthest at step 14\n  lr                 0  at step 1\n"
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
            digits: Vec::new(),
        }
    }

    #[test]
    fn columns_that_do_not_fit_come_below() {
        let text = |columns| {
            let mut out = Vec::new();
            print_grid(&grid(), &mut out, wide(columns), Style::new()).unwrap();
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

    #[test]
    fn nothing_is_wider_than_a_terminal() {
        let terminal = Width {
            columns: 40,
            elide: true,
        };
        let long = |c: char| format!("{}{c}", "long/".repeat(40));
        let mut table = Table::new(["run", "points"]);
        table.row([&*long('a'), "7"]);
        let mut grid = grid();
        for row in &mut grid.rows {
            row[0] = Cell::Text(long('a'));
            row[2] = Cell::Text(long('b'));
        }
        grid.head[1] = long('c');
        let mut out = Vec::new();
        table.print(&mut out, 2, terminal, Style::new()).unwrap();
        print_grid(&grid, &mut out, terminal, Style::new()).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            assert!(line.width() <= 40, "{line}");
        }
        for end in ["g/a\n", "g/b\n", "g/c\n"] {
            assert!(text.contains(end), "{text}");
        }
    }
}
