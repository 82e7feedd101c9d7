//! A row a run and step, a column a tag. All of it has to be known before the first row is written.

use std::collections::HashMap;

use anyhow::Result;
use tfevents::Number;

use super::{Row, Table};
use crate::number;
use crate::reporter::Reporter;

/// Writes rows that are complete.
pub(super) trait WideTable {
    /// The columns, in order.
    fn head(&mut self, tags: &[&str]) -> Result<()>;
    fn row(&mut self, row: &WideRow<'_>) -> Result<()>;
    fn finish(&mut self) -> Result<()>;
}

pub(super) struct WideRow<'a> {
    pub(super) run: &'a str,
    pub(super) step: i64,
    /// The latest of the row's values.
    pub(super) wall_time: f64,
    /// A cell a column.
    pub(super) cells: &'a [Option<Number>],
}

/// Collects scalars into rows.
pub(super) struct Wide<T> {
    table: T,
    /// Tags in order of appearance, each with its number.
    columns: HashMap<Box<str>, usize>,
    runs: Vec<Run>,
}

struct Run {
    name: Box<str>,
    cells: Vec<Cell>,
}

struct Cell {
    step: i64,
    column: usize,
    wall_time: f64,
    value: Number,
}

impl<T: WideTable> Wide<T> {
    pub(super) fn new(table: T) -> Self {
        Self {
            table,
            columns: HashMap::new(),
            runs: Vec::new(),
        }
    }

    fn column(&mut self, tag: &str) -> usize {
        if let Some(&column) = self.columns.get(tag) {
            return column;
        }
        let column = self.columns.len();
        self.columns.insert(tag.into(), column);
        column
    }
}

impl<T: WideTable> Table for Wide<T> {
    fn scalar(&mut self, row: &Row<'_>, value: Number) -> Result<()> {
        let cell = Cell {
            step: row.event.step,
            column: self.column(row.point.tag),
            wall_time: row.event.wall_time,
            value,
        };
        match self.runs.last_mut() {
            // Runs come one after the other.
            Some(run) if *run.name == *row.run => run.cells.push(cell),
            _ => self.runs.push(Run {
                name: row.run.into(),
                cells: vec![cell],
            }),
        }
        Ok(())
    }

    fn other(&mut self, _: &Row<'_>, _: &[String]) -> Result<bool> {
        Ok(false)
    }

    fn finish(&mut self, reporter: &Reporter) -> Result<()> {
        let mut tags: Vec<_> = self.columns.iter().map(|(tag, &i)| (&**tag, i)).collect();
        tags.sort_unstable();
        let mut place = vec![0; tags.len()];
        for (to, &(_, from)) in tags.iter().enumerate() {
            if let Some(place) = place.get_mut(from) {
                *place = to;
            }
        }
        let names: Vec<_> = tags.iter().map(|&(tag, _)| tag).collect();
        self.table.head(&names)?;
        let mut replaced = 0;
        for run in &mut self.runs {
            // Stable, so that what was logged later stays behind what it replaces.
            run.cells.sort_by_key(|cell| cell.step);
            for cells in run.cells.chunk_by(|a, b| a.step == b.step) {
                let mut row = vec![None; place.len()];
                for cell in cells {
                    let column = place.get(cell.column).and_then(|&to| row.get_mut(to));
                    if column.is_some_and(|column| column.replace(cell.value).is_some()) {
                        replaced += 1;
                    }
                }
                let times = cells.iter().map(|cell| cell.wall_time);
                self.table.row(&WideRow {
                    run: &run.name,
                    step: cells.first().map_or(0, |cell| cell.step),
                    wall_time: times.fold(f64::NAN, f64::max),
                    cells: &row,
                })?;
            }
        }
        if replaced > 0 {
            reporter.warn(format_args!(
                "{} replaced by later ones of the same run, tag and step; without --wide all are there",
                number::counted(replaced, "value")
            ));
        }
        self.table.finish()
    }
}
