//! Rows in columns, for Parquet and Arrow.

use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use tfevents::Scalars;

use crate::row_writer::{Cell, Column, Loss, Rounded};

mod builder;
mod stretches;

use builder::Builder;
pub(crate) use stretches::Stretches;

/// Rows that are not written yet.
pub(crate) struct Rows {
    schema: SchemaRef,
    builders: Vec<Builder>,
    len: usize,
    rounded: Rounded,
}

impl Rows {
    pub(crate) fn new(columns: &[Column]) -> Self {
        let builders: Vec<_> = columns.iter().map(Builder::new).collect();
        let fields: Vec<Field> = builders.iter().flat_map(Builder::fields).collect();
        Self {
            schema: Arc::new(Schema::new(fields)),
            builders,
            len: 0,
            rounded: Rounded::default(),
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn push(&mut self, cells: &[Cell<'_>]) {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(cell, &mut self.rounded);
        }
        self.len += 1;
    }

    /// Appends a part of a series in the columns of a table of scalars.
    pub(crate) fn push_scalars(
        &mut self,
        run: &str,
        tag: &str,
        scalars: &Scalars,
        part: std::ops::Range<usize>,
    ) {
        let [runs, tags, steps, times, values] = &mut *self.builders else {
            return;
        };
        runs.push_same(run, part.len());
        tags.push_same(tag, part.len());
        steps.push_integers(&scalars.steps[part.clone()]);
        let secs = scalars.wall_times[part.clone()].iter();
        times.push_floats(&secs.map(|time| time.as_secs()).collect::<Vec<_>>());
        values.push_numbers(&scalars.values, part.clone());
        self.len += part.len();
    }

    /// Takes what is there out, as a batch.
    pub(crate) fn take(&mut self) -> io::Result<RecordBatch> {
        self.len = 0;
        let arrays = self.builders.iter_mut().flat_map(Builder::finish).collect();
        RecordBatch::try_new(self.schema(), arrays).map_err(io_error)
    }

    /// Takes all but the names out: an array for each field, and none for those of names.
    pub(crate) fn take_others(&mut self) -> Vec<Option<ArrayRef>> {
        self.len = 0;
        let arrays = self.builders.iter_mut().flat_map(|builder| {
            if builder.names().is_some() {
                return vec![None];
            }
            builder.finish().into_iter().map(Some).collect()
        });
        arrays.collect()
    }

    /// For each field whether it is of names.
    pub(crate) fn are_names(&mut self) -> Vec<bool> {
        let fields = self.builders.iter_mut().flat_map(|builder| {
            let is_names = builder.names().is_some();
            std::iter::repeat_n(is_names, builder.fields().len())
        });
        fields.collect()
    }

    /// Takes the names out, column by column.
    pub(crate) fn take_names(&mut self) -> Vec<Stretches> {
        let names = self.builders.iter_mut().filter_map(Builder::names);
        names.map(std::mem::take).collect()
    }

    /// The loss of precision in numbers that did not fit their column.
    pub(crate) fn rounded(&self) -> Vec<Loss> {
        self.rounded.loss()
    }
}

/// What writing to a file failed with, whatever layer it came through.
pub(crate) fn io_error(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

/// The error of rows that come before the columns are known.
pub(crate) fn without_columns() -> io::Error {
    io::Error::other("a table without columns")
}
