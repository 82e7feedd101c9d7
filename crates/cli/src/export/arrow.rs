//! Arrow's IPC files, also known as Feather 2: columns as they are in memory.

use std::io::Write;

use anyhow::{Context as _, Result};
use arrow_ipc::writer::FileWriter;

use super::columnar::Rows;
use super::sink::{Cell, Column, Sink};
use crate::reporter::Reporter;

/// How many rows are read as one.
const BATCH: usize = 1 << 16;

pub(super) struct Arrow<W: Write> {
    out: Option<W>,
    /// None before the columns are known.
    open: Option<(Rows, FileWriter<W>)>,
}

impl<W: Write> Arrow<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out: Some(out),
            open: None,
        }
    }
}

impl<W: Write> Sink for Arrow<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<()> {
        if let Some(out) = self.out.take() {
            // Names in full: a file has one list of them for all batches, which is not known before the end.
            let rows = Rows::new(columns);
            let writer = FileWriter::try_new(out, &rows.schema())?;
            self.open = Some((rows, writer));
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let (rows, writer) = self.open.as_mut().context("a table without columns")?;
        rows.push(cells);
        if rows.len() >= BATCH {
            writer.write(&rows.take()?)?;
        }
        Ok(())
    }

    fn finish(&mut self, reporter: &Reporter) -> Result<()> {
        if let Some((rows, writer)) = &mut self.open {
            if rows.len() > 0 {
                writer.write(&rows.take()?)?;
            }
            rows.report(reporter);
            writer.finish()?;
        }
        Ok(())
    }
}
