//! Arrow's record batches, for programs that take them as they are in memory.

use std::fmt;
use std::io;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tfevents::{Kind, Scalars};

use crate::columnar::{self, Form, Rows, io_error, without_columns};
use crate::long;
use crate::row_writer::{Cell, Column, Loss, RowWriter};

/// Rows as record batches, each passed on when it is full. Names are dictionaries; times are there in seconds and as
/// timestamps in UTC; numbers are 64-bit floats, and integers that these do not hold exactly are a [`Loss`].
///
/// The numbers of names are the same in all batches of a table. Whoever keeps all batches can let them
/// [share](shared) their lists.
///
/// # Examples
///
/// ```
/// use tfevents::{Kind, Number, Scalars};
/// use tfevents_table::{Batches, Long, Table};
///
/// let mut scalars = Scalars::default();
/// scalars.push(1, 1.7e9, Number::F32(0.5));
/// let mut batches = Vec::new();
/// let writer = Batches::new(65_536, |batch| {
///     batches.push(batch);
///     Ok(())
/// });
/// let mut table = Long::new(Box::new(writer), Kind::Scalar, "run");
/// table.scalars("train", "loss", &scalars)?;
/// table.finish()?;
/// drop(table);
/// assert_eq!(batches[0].num_rows(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Batches<F> {
    size: usize,
    each: F,
    /// None before the columns are known.
    rows: Option<Rows>,
}

impl<F> fmt::Debug for Batches<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches").finish_non_exhaustive()
    }
}

impl<F: FnMut(RecordBatch) -> io::Result<()>> Batches<F> {
    /// Passes batches of so many rows to `each`; the last one may have fewer.
    pub fn new(size: usize, each: F) -> Self {
        Self {
            size: size.max(1),
            each,
            rows: None,
        }
    }

    fn pass(&mut self) -> io::Result<()> {
        let rows = self.rows.as_mut().ok_or_else(without_columns)?;
        (self.each)(rows.take()?)
    }
}

/// The schema of the batches of a kind in [`Long`](crate::Long); `run` is what the column of runs is called.
#[must_use]
pub fn schema(kind: Kind, run: &'static str) -> SchemaRef {
    Rows::new(&long::head(kind, run), Form::Memory).schema()
}

/// All batches of one table, in their order, with one list of names per column.
///
/// # Errors
///
/// Batches that are not of one table.
pub fn shared(batches: Vec<RecordBatch>) -> io::Result<Vec<RecordBatch>> {
    columnar::shared(batches).map_err(io_error)
}

impl<F: FnMut(RecordBatch) -> io::Result<()>> RowWriter for Batches<F> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        self.rows = Some(Rows::new(columns, Form::Memory));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let rows = self.rows.as_mut().ok_or_else(without_columns)?;
        rows.push(cells);
        match rows.len() >= self.size {
            true => self.pass(),
            false => Ok(()),
        }
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<()> {
        let mut from = 0;
        while from < scalars.len() {
            let rows = self.rows.as_mut().ok_or_else(without_columns)?;
            let to = scalars.len().min(from + self.size - rows.len());
            rows.push_scalars(run, tag, scalars, from..to);
            from = to;
            if rows.len() >= self.size {
                self.pass()?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        if self.rows.as_ref().is_some_and(|rows| rows.len() > 0) {
            self.pass()?;
        }
        Ok(self.rows.as_ref().map(Rows::rounded).unwrap_or_default())
    }
}
