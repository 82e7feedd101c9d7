//! A table for LaTeX.

use std::fmt::Display;
use std::io::{self, Write};

use super::Grid;
use tfevents_analysis::cell::Cell;

mod align;
mod escape;

use align::{Align, usual};
pub use escape::escaped_latex;

impl<H: Display> Grid<H> {
    /// A `tabular` with the rules of the package `booktabs`. Numbers are aligned on their points by invisible digits, which
    /// takes no other package.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn latex(&self, out: &mut impl Write) -> io::Result<()> {
        let spreads = self.rows.iter().flatten().filter_map(|cell| match cell {
            Cell::Spread(spread) => Some(spread),
            _ => None,
        });
        let usual = usual(spreads);
        let aligns: Vec<_> = (0..self.head.len())
            .map(|column| Align::of(self.cells(column), self.digits(column), usual))
            .collect();
        if let Some(n) = usual {
            let but = match aligns.iter().any(Align::has_notes) {
                true => ", unless a cell says otherwise",
                false => "",
            };
            writeln!(
                out,
                "% Mean \\pm sample standard deviation of n = {n} runs{but}."
            )?;
        }
        let columns =
            (0..self.head.len()).map(|column| if self.is_text(column) { 'l' } else { 'r' });
        writeln!(out, "\\begin{{tabular}}{{{}}}", columns.collect::<String>())?;
        writeln!(out, "\\toprule")?;
        line(
            out,
            self.head
                .iter()
                .map(|cell| escaped_latex(&cell.to_string())),
        )?;
        writeln!(out, "\\midrule")?;
        for row in &self.rows {
            line(
                out,
                row.iter().zip(&aligns).map(|(cell, align)| align.put(cell)),
            )?;
        }
        writeln!(out, "\\bottomrule\n\\end{{tabular}}")
    }
}

fn line(out: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    for (i, cell) in cells.enumerate() {
        let before = match i {
            // Rules and ends of lines take these for their own arguments.
            0 if cell.starts_with(['[', '*']) => "{}",
            0 => "",
            _ => " & ",
        };
        write!(out, "{before}{cell}")?;
    }
    writeln!(out, " \\\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_do_not_begin_with_an_argument() {
        let row = |name: &str| {
            let mut out = Vec::new();
            line(&mut out, [escaped_latex(name), "1".to_owned()].into_iter()).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(row("[0]"), "{}[0] & 1 \\\\\n");
        assert_eq!(row("*"), "{}* & 1 \\\\\n");
        assert_eq!(row("a*[0]"), "a*[0] & 1 \\\\\n");
    }
}
