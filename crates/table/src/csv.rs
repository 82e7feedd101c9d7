//! Comma-separated values, or tab-separated ones.

use std::fmt::Write as _;

use std::io::{self, Write};
use tfevents::Number;

use crate::row_writer::{Cell, Column, Loss, RowWriter};

/// Comma-separated values with a head, as pandas, R and spreadsheets read them.
#[derive(Debug)]
pub struct Csv<W: Write> {
    writer: csv::Writer<W>,
    text: String,
}

impl<W: Write> Csv<W> {
    /// Writes to `out`, in large pieces.
    pub fn new(out: W) -> Self {
        Self {
            writer: csv::Writer::from_writer(out),
            text: String::new(),
        }
    }

    /// The same, with tabs between the values. Text with a tab in it is quoted.
    pub fn tabs(out: W) -> Self {
        let mut writer = csv::WriterBuilder::new();
        Self {
            writer: writer.delimiter(b'\t').from_writer(out),
            text: String::new(),
        }
    }
}

impl<W: Write> RowWriter for Csv<W> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        self.writer
            .write_record(columns.iter().map(|column| &*column.name))?;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            match *cell {
                Cell::Empty => self.writer.write_field([])?,
                Cell::Text(text) => self.writer.write_field(text)?,
                Cell::Number(number) => {
                    self.text.clear();
                    put(&mut self.text, number);
                    self.writer.write_field(&self.text)?;
                }
                Cell::Boolean(v) => self.writer.write_field(word(v))?,
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        self.writer.flush()?;
        Ok(Vec::new())
    }
}

/// A boolean as a word.
pub(crate) fn word(v: bool) -> &'static str {
    match v {
        true => "true",
        false => "false",
    }
}

/// Appends the number as pandas, R and spreadsheets read it.
pub(crate) fn put(text: &mut String, number: Number) {
    match number {
        // Quicker than the standard library, and exports are mostly numbers.
        Number::F32(v) if is_positional(v.into()) => {
            put_positional(text, zmij::Buffer::new().format_finite(v), number);
        }
        Number::F64(v) if is_positional(v) => {
            put_positional(text, zmij::Buffer::new().format_finite(v), number);
        }
        Number::I64(v) => text.push_str(itoa::Buffer::new().format(v)),
        Number::U64(v) => text.push_str(itoa::Buffer::new().format(v)),
        Number::Bool(v) => text.push_str(if v { "1" } else { "0" }),
        other => put_slowly(text, other),
    }
}

/// Whether a number is written without an exponent.
fn is_positional(v: f64) -> bool {
    v == 0.0 || (1e-5..1e16).contains(&v.abs())
}

fn put_positional(text: &mut String, shortest: &str, number: Number) {
    if shortest.contains('e') {
        return put_slowly(text, number);
    }
    text.push_str(shortest.strip_suffix(".0").unwrap_or(shortest));
}

fn put_slowly(text: &mut String, number: Number) {
    // Writing to a string does not fail.
    let _ = write!(text, "{number}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortest_and_read_back() {
        let text = |number| {
            let mut text = String::new();
            put(&mut text, number);
            text
        };
        assert_eq!(text(Number::F32(0.1)), "0.1");
        assert_eq!(text(Number::F64(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(text(Number::F32(f32::NAN)), "NaN");
        assert_eq!(text(Number::F32(f32::NEG_INFINITY)), "-inf");
        assert_eq!(text(Number::F64(f64::INFINITY)), "inf");
        assert_eq!(text(Number::Bool(true)), "1");
        assert_eq!(text(Number::U64(u64::MAX)), "18446744073709551615");
        assert_eq!(text(Number::F64(1_700_000_000.5)), "1700000000.5");
    }

    /// As the standard library writes them; where two numbers of that many digits stand for the same float, it may
    /// be the other one.
    #[test]
    fn floats_have_as_few_digits_as_identify_them() {
        let check = |number: Number| {
            let mut text = String::new();
            put(&mut text, number);
            let expected = number.to_string();
            assert_eq!(text.len(), expected.len(), "{text} {expected}");
            assert_eq!(text.contains('e'), expected.contains('e'), "{text}");
            match number {
                Number::F32(v) => assert!(v.is_nan() || text.parse() == Ok(v), "{text}"),
                other => assert!(other.as_f64().is_nan() || text.parse() == Ok(other.as_f64())),
            }
        };
        let mut bits = 1u64;
        for _ in 0..100_000 {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let short = (bits >> 32) as u32;
            check(Number::F64(f64::from_bits(bits)));
            check(Number::F32(f32::from_bits(short)));
            check(Number::F64(f64::from(short) / 1000.0));
            check(Number::F64(f64::from(short)));
        }
        let edges = [
            0.0, -0.0, 1e15, 1e16, 1e17, 1e-5, 1e-6, 9.9e-6, -1.5, 5e-324,
        ];
        for v in edges {
            check(Number::F64(v));
        }
    }
}
