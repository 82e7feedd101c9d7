//! Rows in columns, for Parquet and Arrow.
//!
//! Numbers and names have two forms: one for files, which hold everything, and one for programs, in types that they
//! compute with.

use std::io;
use std::sync::Arc;

#[cfg(feature = "parquet")]
use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use tfevents::Scalars;

use crate::row_writer::{Cell, Column, Loss, Rounded};

mod builder;
mod dictionary;
mod stretches;

use builder::Builder;
pub(crate) use dictionary::{Dictionary, shared};
pub(crate) use stretches::Stretches;

/// Whom columns are for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// Files: names as text, numbers also as the integers that they were.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code))]
    File,
    /// Programs: names as dictionaries, times also as timestamps, numbers as floats alone.
    Memory,
}

/// Rows that are not written yet.
pub(crate) struct Rows {
    schema: SchemaRef,
    builders: Vec<Builder>,
    len: usize,
    rounded: Rounded,
}

impl Rows {
    pub(crate) fn new(columns: &[Column], form: Form) -> Self {
        let builders = columns.iter().map(|column| Builder::new(column, form));
        let builders: Vec<_> = builders.collect();
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
        values.push_numbers(&scalars.values, part.clone(), &mut self.rounded);
        self.len += part.len();
    }

    /// Takes what is there out, as a batch.
    pub(crate) fn take(&mut self) -> io::Result<RecordBatch> {
        self.len = 0;
        let mut arrays = Vec::new();
        for builder in &mut self.builders {
            arrays.extend(builder.finish().map_err(io_error)?);
        }
        RecordBatch::try_new(self.schema(), arrays).map_err(io_error)
    }

    /// Takes all but the names out: an array for each field, and none for those of names.
    #[cfg(feature = "parquet")]
    pub(crate) fn take_others(&mut self) -> io::Result<Vec<Option<ArrayRef>>> {
        self.len = 0;
        let mut arrays = Vec::new();
        for builder in &mut self.builders {
            match builder.names() {
                Some(_) => arrays.push(None),
                None => arrays.extend(builder.finish().map_err(io_error)?.into_iter().map(Some)),
            }
        }
        Ok(arrays)
    }

    /// For each field whether it is of names.
    #[cfg(feature = "parquet")]
    pub(crate) fn are_names(&mut self) -> Vec<bool> {
        let fields = self.builders.iter_mut().flat_map(|builder| {
            let is_names = builder.names().is_some();
            std::iter::repeat_n(is_names, builder.fields().len())
        });
        fields.collect()
    }

    /// Takes the names out, column by column.
    #[cfg(feature = "parquet")]
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
