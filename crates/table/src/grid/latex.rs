//! A table for LaTeX.

use std::fmt::Display;
use std::io::{self, Write};

use tfevents::Number;

use super::Grid;
use tfevents_analysis::cell::Cell;
use tfevents_analysis::text::printable;

impl<H: Display> Grid<H> {
    /// A `tabular` with the rules of the package `booktabs`.
    ///
    /// # Errors
    ///
    /// What writing to `out` fails with.
    pub fn latex(&self, out: &mut impl Write) -> io::Result<()> {
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
            line(out, row.iter().map(cell))?;
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

/// Numbers with a sign or an exponent as mathematics, all else as text.
fn cell(cell: &Cell) -> String {
    let short = cell.short();
    let number = match cell {
        Cell::Number(Number::Bool(_)) | Cell::Text(_) | Cell::Empty => {
            return escaped_latex(&short);
        }
        Cell::Number(number) => number.as_f64(),
    };
    if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("${sign}\\infty$");
    }
    match short.split_once('e') {
        Some((mantissa, exponent)) => format!("${mantissa} \\times 10^{{{exponent}}}$"),
        None if short.starts_with('-') => format!("${short}$"),
        None => short,
    }
}

/// Text for LaTeX that shows every character as itself.
#[must_use]
pub fn escaped_latex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut last = None;
    for c in printable(text).chars() {
        // Two of these would become one sign, such as a dash of another length.
        let joins = |c| matches!(c, '-' | '`' | '\'' | ',' | '<' | '>' | '!' | '?');
        if joins(c) && last.is_some_and(joins) {
            escaped.push_str("{}");
        }
        last = Some(c);
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            // As they are, these are other signs in the oldest encoding of fonts, which is the default.
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_have_exponents() {
        let cases = [
            (Cell::Number(Number::Bool(true)), "true"),
            (Cell::Number(Number::Bool(false)), "false"),
            (Cell::Number(Number::F64(f64::NAN)), "NaN"),
            (Cell::Number(Number::F32(f32::INFINITY)), "$\\infty$"),
            (Cell::Number(Number::F64(f64::NEG_INFINITY)), "$-\\infty$"),
            (Cell::Number(Number::F64(1e300)), "$1 \\times 10^{300}$"),
            (Cell::Number(Number::F64(-1e-9)), "$-1 \\times 10^{-9}$"),
            (Cell::Number(Number::I64(-5)), "$-5$"),
            (Cell::Number(Number::U64(u64::MAX)), "18446744073709551615"),
            (Cell::Text("e5".into()), "e5"),
            (Cell::Text("1e5".into()), "1e5"),
            (Cell::Text("-1e5".into()), "-1e5"),
            (Cell::Text("true".into()), "true"),
            (Cell::Text("-inf".into()), "-inf"),
            (Cell::Empty, ""),
        ];
        for (given, expected) in cases {
            assert_eq!(cell(&given), expected, "{given:?}");
        }
    }

    #[test]
    fn characters_stand_for_themselves() {
        assert_eq!(
            escaped_latex("a_b--c<d|e>~^\\{x}$#%&'' größe"),
            "a\\_b-{}-c\\textless{}d\\textbar{}e\\textgreater{}\\textasciitilde{}\\textasciicircum{}\
             \\textbackslash{}\\{x\\}\\$\\#\\%\\&'{}' größe"
        );
        assert_eq!(
            escaped_latex("a\nb\x1b"),
            "a\\textbackslash{}nb\\textbackslash{}u\\{1b\\}"
        );
    }

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
