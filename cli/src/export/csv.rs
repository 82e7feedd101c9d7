//! Comma-separated values: scalars.

use std::fmt::Write as _;

use anyhow::Result;
use tfevents::Number;

use super::wide::{WideRow, WideTable};
use super::{Row, Table};
use crate::output::Target;
use crate::reporter::Reporter;

/// A row a value.
pub(super) struct Csv<'t> {
    writer: csv::Writer<&'t mut Target>,
    text: String,
}

impl<'t> Csv<'t> {
    pub(super) fn new(target: &'t mut Target) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(["run", "tag", "step", "wall_time", "value"])?;
        Ok(Self {
            writer,
            text: String::new(),
        })
    }
}

impl Table for Csv<'_> {
    fn scalar(&mut self, row: &Row<'_>, value: Number) -> Result<()> {
        self.writer.write_field(row.run)?;
        self.writer.write_field(row.point.tag)?;
        for number in [
            Number::I64(row.event.step),
            Number::F64(row.event.wall_time),
            value,
        ] {
            put(&mut self.text, number);
            self.writer.write_field(&self.text)?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn other(&mut self, _: &Row<'_>, _: &[String]) -> Result<bool> {
        Ok(false)
    }

    fn finish(&mut self, _: &Reporter) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

/// A row a step.
pub(super) struct WideCsv<'t> {
    writer: csv::Writer<&'t mut Target>,
    text: String,
}

impl<'t> WideCsv<'t> {
    pub(super) fn new(target: &'t mut Target) -> Self {
        Self {
            writer: csv::Writer::from_writer(target),
            text: String::new(),
        }
    }
}

impl WideTable for WideCsv<'_> {
    fn head(&mut self, tags: &[&str]) -> Result<()> {
        let columns = ["run", "step", "wall_time"];
        self.writer.write_record(columns.iter().chain(tags))?;
        Ok(())
    }

    fn row(&mut self, row: &WideRow<'_>) -> Result<()> {
        self.writer.write_field(row.run)?;
        for number in [Number::I64(row.step), Number::F64(row.wall_time)] {
            put(&mut self.text, number);
            self.writer.write_field(&self.text)?;
        }
        for cell in row.cells {
            self.text.clear();
            if let Some(number) = cell {
                put(&mut self.text, *number);
            }
            self.writer.write_field(&self.text)?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

/// The number as pandas, R and spreadsheets read it.
fn put(text: &mut String, number: Number) {
    text.clear();
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
            let mut text = "old".to_owned();
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
