//! From values to record batches, a table for each kind.

use std::io;
use std::ops::{Bound, RangeBounds as _};

use arrow_array::RecordBatch;
use tfevents::{Error, Kind, Scalars};
use tfevents_table::series::Outlet;
use tfevents_table::{Batches, Long, Row, Table};

use crate::problem::Problem;

/// Tables that are being written, and what went wrong on the way.
pub(crate) struct Tables {
    tables: Vec<(Kind, Long<'static>)>,
    steps: (Bound<i64>, Bound<i64>),
    pub(crate) problems: Vec<Problem>,
}

impl Tables {
    /// Tables of these kinds, with points of these steps; batches of so many rows go to `each`.
    pub(crate) fn new<F: FnMut(RecordBatch) -> io::Result<()> + 'static>(
        kinds: &[Kind],
        steps: (Bound<i64>, Bound<i64>),
        size: usize,
        mut each: impl FnMut(Kind) -> F,
    ) -> Self {
        let table = |&kind: &Kind| {
            let writer = Batches::new(size, each(kind));
            (kind, Long::new(Box::new(writer), kind, "run"))
        };
        Self {
            tables: kinds.iter().map(table).collect(),
            steps,
            problems: Vec::new(),
        }
    }

    fn of_kind(&mut self, kind: Kind) -> Option<&mut Long<'static>> {
        let table = self.tables.iter_mut().find(|(of, _)| *of == kind);
        table.map(|(_, table)| table)
    }

    /// Passes on what is left. Returns what went wrong.
    pub(crate) fn finish(mut self) -> io::Result<Vec<Problem>> {
        for (_, mut table) in self.tables {
            let losses = table.finish()?;
            self.problems.extend(losses.into_iter().map(Problem::loss));
        }
        Ok(self.problems)
    }
}

impl Outlet for Tables {
    type Error = io::Error;

    fn value(&mut self, row: &Row<'_>) -> io::Result<()> {
        if !self.steps.contains(&row.step) {
            return Ok(());
        }
        match self.of_kind(row.kind) {
            Some(table) => table.value(row, &[]).map(drop),
            None => Ok(()),
        }
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<()> {
        match self.of_kind(Kind::Scalar) {
            Some(table) => table.scalars(run, tag, scalars).map(drop),
            None => Ok(()),
        }
    }

    fn broken(&mut self, problem: Error) {
        self.problems.push((&problem).into());
    }
}
