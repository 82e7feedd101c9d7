//! Arrow's IPC files, also known as Feather 2: columns as they are in memory.

use std::fmt;
use std::io::{self, Write};

use arrow_ipc::writer::FileWriter;

use crate::columnar::{Form, Rows, io_error, without_columns};
use crate::row_writer::{Cell, Column, Loss, RowWriter};

/// How many rows are read as one.
const BATCH: usize = 1 << 16;

/// An Arrow IPC file, also known as Feather 2.
pub struct Arrow<W: Write> {
    out: Option<W>,
    /// None before the columns are known.
    open: Option<(Rows, FileWriter<W>)>,
}

impl<W: Write> fmt::Debug for Arrow<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrow").finish_non_exhaustive()
    }
}

impl<W: Write> Arrow<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out: Some(out),
            open: None,
        }
    }
}

impl<W: Write> RowWriter for Arrow<W> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            // Names in full: a file has one list of them for all batches, which is not known before the end.
            let rows = Rows::new(columns, Form::File);
            let writer = FileWriter::try_new(out, &rows.schema()).map_err(io_error)?;
            self.open = Some((rows, writer));
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let (rows, writer) = self.open.as_mut().ok_or_else(without_columns)?;
        rows.push(cells);
        if rows.len() >= BATCH {
            writer.write(&rows.take()?).map_err(io_error)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        if let Some((rows, writer)) = &mut self.open {
            if rows.len() > 0 {
                writer.write(&rows.take()?).map_err(io_error)?;
            }
            writer.finish().map_err(io_error)?;
            return Ok(rows.rounded());
        }
        Ok(Vec::new())
    }
}
