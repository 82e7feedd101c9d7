//! Comma-separated values.

use std::fmt::Write as _;

use anyhow::Result;
use tfevents::Number;

use super::sink::{Cell, Column, Sink};
use crate::output::Target;
use crate::reporter::Reporter;

pub(super) struct Csv<'t> {
    writer: csv::Writer<&'t mut Target>,
    text: String,
}

impl<'t> Csv<'t> {
    pub(super) fn new(target: &'t mut Target) -> Self {
        Self {
            writer: csv::Writer::from_writer(target),
            text: String::new(),
        }
    }
}

impl Sink for Csv<'_> {
    fn begin(&mut self, columns: &[Column]) -> Result<()> {
        self.writer
            .write_record(columns.iter().map(|column| &*column.name))?;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        for cell in cells {
            match *cell {
                Cell::Empty => self.writer.write_field([])?,
                Cell::Text(text) => self.writer.write_field(text)?,
                Cell::Number(number) => {
                    self.text.clear();
                    put(&mut self.text, number);
                    self.writer.write_field(&self.text)?;
                }
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(&mut self, _: &Reporter) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

/// Appends the number as pandas, R and spreadsheets read it.
pub(super) fn put(text: &mut String, number: Number) {
    let number = match number {
        Number::Bool(v) => Number::I64(v.into()),
        other => other,
    };
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
        assert_eq!(text(Number::F64(1_700_000_000.5)), "1700000000.5");
    }
}
