//! A table in Markdown, for reports and issues.

use std::io::Write as _;

use anyhow::Result;

use super::csv;
use super::sink::{Cell, Column, Sink};
use crate::output::Target;
use crate::reporter::Reporter;
use tfevents_analysis::text;

pub(super) struct Markdown<'t> {
    target: &'t mut Target,
    line: String,
}

impl<'t> Markdown<'t> {
    pub(super) fn new(target: &'t mut Target) -> Self {
        Self {
            target,
            line: String::new(),
        }
    }

    fn end_line(&mut self) -> Result<()> {
        self.line.push_str("|\n");
        self.target.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }

    fn cell(&mut self, put: impl FnOnce(&mut String)) {
        self.line.push_str("| ");
        put(&mut self.line);
        self.line.push(' ');
    }
}

impl Sink for Markdown<'_> {
    fn begin(&mut self, columns: &[Column]) -> Result<()> {
        for column in columns {
            self.cell(|line| escape(line, &column.name));
        }
        self.end_line()?;
        for column in columns {
            let rule = if column.is_numeric() { "--:" } else { ":--" };
            self.cell(|line| line.push_str(rule));
        }
        self.end_line()
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        for cell in cells {
            self.cell(|line| match *cell {
                Cell::Empty => {}
                Cell::Text(text) => escape(line, text),
                Cell::Number(number) => csv::put(line, number),
            });
        }
        self.end_line()
    }

    fn finish(&mut self, _: &Reporter) -> Result<()> {
        Ok(())
    }
}

/// Appends text that cannot end its cell or its row.
fn escape(line: &mut String, text: &str) {
    for (i, part) in text.split('\n').enumerate() {
        if i > 0 {
            line.push_str("<br>");
        }
        let part = part.trim_end_matches('\r').replace('|', "\\|");
        line.push_str(&text::printable(&part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_within_their_row() {
        let mut line = String::new();
        escape(&mut line, "a|b\r\nc\x1b[2J");
        assert_eq!(line, "a\\|b<br>c\\u{1b}[2J");
    }
}
