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
    schema_of(&long::head(kind, run))
}

/// The schema of batches with these columns.
#[must_use]
pub fn schema_of(columns: &[Column]) -> SchemaRef {
    Rows::new(columns, Form::Memory).schema()
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use arrow_array::Array;
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::{Float64Type, Int32Type, TimestampMicrosecondType};
    use tfevents::Number;

    use super::*;
    use crate::{Long, Table};

    #[test]
    fn batches_share_names_and_fill_up() {
        let found = RefCell::new(Vec::new());
        let writer = Batches::new(2, |batch| {
            found.borrow_mut().push(batch);
            Ok(())
        });
        let mut table = Long::new(Box::new(writer), Kind::Scalar, "run");
        let mut scalars = Scalars::default();
        scalars.push(0, 1.5, Number::F32(0.5));
        scalars.push(1, f64::NAN, Number::I64((1 << 53) + 1));
        scalars.push(2, 1e300, Number::Bool(true));
        table.scalars("a", "loss", &scalars).unwrap();
        table.scalars("b", "loss", &scalars).unwrap();
        assert_eq!(table.finish().unwrap(), [Loss::Rounded(2)]);
        drop(table);

        let batches = found.into_inner();
        let lengths: Vec<_> = batches.iter().map(RecordBatch::num_rows).collect();
        assert_eq!(lengths, [2, 2, 2]);
        assert_eq!(batches[0].schema(), schema(Kind::Scalar, "run"));
        let batches = shared(batches).unwrap();
        let runs = batches
            .iter()
            .map(|b| b.column(0).as_dictionary::<Int32Type>());
        let mut names = Vec::new();
        for runs in runs {
            assert_eq!(runs.values().len(), 2);
            let list = runs.values().as_string::<i32>();
            names.extend(
                runs.keys()
                    .values()
                    .iter()
                    .map(|&key| list.value(key as usize)),
            );
        }
        assert_eq!(names.concat(), "aaabbb");
        let times = batches[0].column_by_name("timestamp").unwrap();
        let times = times.as_primitive::<TimestampMicrosecondType>();
        assert_eq!(times.iter().collect::<Vec<_>>(), [Some(1_500_000), None]);
        let last = batches[1].column_by_name("value").unwrap();
        assert_eq!(last.as_primitive::<Float64Type>().value(0), 1.0);
        assert!(batches[1].column_by_name("timestamp").unwrap().is_null(0));
    }
}
