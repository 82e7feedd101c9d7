//! A table in Markdown, for reports and issues.

use std::io::{self, Write};

use crate::csv;
use crate::row_writer::{Cell, Column, Loss, RowWriter};
use tfevents_analysis::text;

/// A Markdown table, whose cells cannot end their row.
#[derive(Debug)]
pub struct Markdown<W> {
    out: W,
    line: String,
}

impl<W: Write> Markdown<W> {
    /// Writes to `out`, a line at a time.
    pub fn new(out: W) -> Self {
        Self {
            out,
            line: String::new(),
        }
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.push_str("|\n");
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }

    fn cell(&mut self, put: impl FnOnce(&mut String)) {
        self.line.push_str("| ");
        put(&mut self.line);
        self.line.push(' ');
    }
}

impl<W: Write> RowWriter for Markdown<W> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        for column in columns {
            self.cell(|line| escape(line, &column.name));
        }
        self.end_line()?;
        for column in columns {
            let rule = if column.is_numeric() { "--:" } else { "---" };
            self.cell(|line| line.push_str(rule));
        }
        self.end_line()
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            self.cell(|line| match *cell {
                Cell::Empty => {}
                Cell::Text(text) => escape(line, text),
                Cell::Number(number) => csv::put(line, number),
                Cell::Boolean(v) => line.push_str(csv::word(v)),
            });
        }
        self.end_line()
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        Ok(Vec::new())
    }
}

/// Appends text that cannot end its cell or its row.
fn escape(line: &mut String, text: &str) {
    // As most are, and there is one on every line.
    let is_plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'\\' | b'|' | b'<' | b'&');
    if text.bytes().all(is_plain) {
        line.push_str(text);
        return;
    }
    for (i, part) in text.split('\n').enumerate() {
        if i > 0 {
            line.push_str("<br>");
        }
        let part = part.trim_end_matches('\r');
        // Of the text's own; those of escapes stand for themselves.
        let part = part.replace('\\', "\\\\").replace('|', "\\|");
        line.push_str(&without_html(&text::printable(&part)));
    }
}

/// Text that is shown as it is, where Markdown would take it for HTML or for a character by its name.
fn without_html(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek();
        match c {
            '<' => shown.push_str("&lt;"),
            '&' if next.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '#') => {
                shown.push_str("&amp;");
            }
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_within_their_row() {
        let mut line = String::new();
        escape(&mut line, "a|b\r\nc\x1b[2J\\|d");
        assert_eq!(line, r"a\|b<br>c\u{1b}[2J\\\|d");
    }

    #[test]
    fn nothing_is_html_but_breaks_of_lines() {
        let mut line = String::new();
        escape(
            &mut line,
            "<img src=x onerror=alert(1)>\n&lt; a & b <3 &#60;",
        );
        assert_eq!(
            line,
            "&lt;img src=x onerror=alert(1)><br>&amp;lt; a & b &lt;3 &amp;#60;"
        );
    }
}
