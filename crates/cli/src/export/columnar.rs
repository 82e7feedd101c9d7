//! Rows in columns, as Parquet and Arrow want them.

use std::sync::Arc;

use anyhow::Result;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use tfevents::Scalars;

use super::sink::{Cell, Column, Rounded};
use crate::reporter::Reporter;

mod builder;
mod stretches;

use builder::Builder;
pub(super) use stretches::Stretches;

/// Rows that are not written yet.
pub(super) struct Rows {
    schema: SchemaRef,
    builders: Vec<Builder>,
    len: usize,
    rounded: Rounded,
}

impl Rows {
    pub(super) fn new(columns: &[Column]) -> Self {
        let builders: Vec<_> = columns.iter().map(Builder::new).collect();
        let fields: Vec<Field> = builders.iter().flat_map(Builder::fields).collect();
        Self {
            schema: Arc::new(Schema::new(fields)),
            builders,
            len: 0,
            rounded: Rounded::default(),
        }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, cells: &[Cell<'_>]) {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(cell, &mut self.rounded);
        }
        self.len += 1;
    }

    /// Appends a part of a series in the columns of a table of scalars.
    pub(super) fn push_scalars(
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
        times.push_floats(&scalars.wall_times[part.clone()]);
        values.push_numbers(&scalars.values, part.clone());
        self.len += part.len();
    }

    /// Takes what is there out, as a batch.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.len = 0;
        let arrays = self.builders.iter_mut().flat_map(Builder::finish).collect();
        RecordBatch::try_new(self.schema(), arrays)
    }

    /// Takes all but the names out: an array for each field, and none for those of names.
    pub(super) fn take_others(&mut self) -> Vec<Option<ArrayRef>> {
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
    pub(super) fn are_names(&mut self) -> Vec<bool> {
        let fields = self.builders.iter_mut().flat_map(|builder| {
            let is_names = builder.names().is_some();
            std::iter::repeat_n(is_names, builder.fields().len())
        });
        fields.collect()
    }

    /// Takes the names out, column by column.
    pub(super) fn take_names(&mut self) -> Vec<Stretches> {
        let names = self.builders.iter_mut().filter_map(Builder::names);
        names.map(std::mem::take).collect()
    }

    /// Tells of numbers that did not fit their column.
    pub(super) fn report(&self, reporter: &Reporter) {
        self.rounded.report(reporter);
    }
}
