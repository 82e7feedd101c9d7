//! A row per run and step, a column per tag. All of it has to be known before the first row is written.

use std::collections::HashMap;
use std::fmt;

use std::io;
use tfevents::{Number, Scalars, Value, WallTime};
use tfevents_analysis::text::natural_order;

use crate::Table;
use crate::row::Row;
use crate::row_writer::{Cell, Column, Holds, Loss, RowWriter, to_integer};

/// How many columns come before those of the tags: run, step and the latest wall time of the row.
pub(crate) const AT: usize = 3;

/// Scalars in a row per run and step, with a column per tag. Holds all of them in memory until it is finished.
pub struct Wide<'t> {
    writer: Box<dyn RowWriter + 't>,
    /// What the column of runs is called.
    run: &'static str,
    /// Tags in order of appearance, each with its number.
    tags: HashMap<Box<str>, usize>,
    runs: Vec<Run>,
}

struct Run {
    name: Box<str>,
    points: Vec<Point>,
}

struct Point {
    step: i64,
    tag: usize,
    wall_time: f64,
    value: Number,
}

impl fmt::Debug for Wide<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wide").finish_non_exhaustive()
    }
}

impl<'t> Wide<'t> {
    /// Writes to `writer`; `run` is what the column of runs is called.
    #[must_use]
    pub fn new(writer: Box<dyn RowWriter + 't>, run: &'static str) -> Self {
        Self {
            writer,
            run,
            tags: HashMap::new(),
            runs: Vec::new(),
        }
    }

    fn push(&mut self, run: &str, tag: &str, step: i64, wall_time: WallTime, value: Number) {
        let next = self.tags.len();
        let tag = match self.tags.get(tag) {
            Some(&tag) => tag,
            None => *self.tags.entry(tag.into()).or_insert(next),
        };
        let point = Point {
            step,
            tag,
            wall_time: wall_time.as_secs(),
            value,
        };
        match self.runs.last_mut() {
            // Runs come one after the other.
            Some(last) if *last.name == *run => last.points.push(point),
            _ => self.runs.push(Run {
                name: run.into(),
                points: vec![point],
            }),
        }
    }

    /// The tags' columns in the order of their names, and for each tag's number its place among them.
    fn columns(&self) -> (Vec<TagColumn>, Vec<usize>) {
        let mut tags: Vec<_> = self.tags.iter().map(|(tag, &i)| (&**tag, i)).collect();
        tags.sort_unstable_by(|(a, _), (b, _)| natural_order(a, b));
        let mut place = vec![0; tags.len()];
        for (to, &(_, from)) in tags.iter().enumerate() {
            if let Some(place) = place.get_mut(from) {
                *place = to;
            }
        }
        let mut columns: Vec<_> = tags.iter().map(|&(tag, _)| TagColumn::new(tag)).collect();
        let points = self.runs.iter().flat_map(|run| &run.points);
        for point in points {
            let column = place.get(point.tag).and_then(|&i| columns.get_mut(i));
            if let Some(column) = column {
                column.integers &=
                    to_integer(point.value).is_some_and(|v| i64::try_from(v).is_ok());
            }
        }
        (columns, place)
    }
}

/// A tag as a column.
struct TagColumn {
    name: String,
    /// Whether all of its values are integers.
    integers: bool,
}

impl TagColumn {
    fn new(tag: &str) -> Self {
        let is_taken = ["run", "run_name", "step", "wall_time"].contains(&tag);
        Self {
            name: format!("{tag}{}", if is_taken { "~2" } else { "" }),
            integers: true,
        }
    }
}

impl Table for Wide<'_> {
    fn value(&mut self, row: &Row<'_>, _: &[String]) -> io::Result<bool> {
        let Value::Scalar(value) = row.value else {
            return Ok(false);
        };
        self.push(row.run, row.tag, row.step, row.wall_time, *value);
        Ok(true)
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<bool> {
        let points = scalars.steps.iter().zip(&scalars.wall_times);
        for ((&step, &wall_time), value) in points.zip(scalars.values.iter()) {
            self.push(run, tag, step, wall_time, value);
        }
        Ok(true)
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        let (tags, place) = self.columns();
        let mut columns = vec![
            Column::new(self.run, Holds::Names),
            Column::new("step", Holds::Integers),
            Column::new("wall_time", Holds::Floats),
        ];
        columns.extend(tags.iter().map(|tag| {
            let holds = if tag.integers {
                Holds::Integers
            } else {
                Holds::Floats
            };
            Column {
                name: tag.name.clone().into(),
                holds,
                optional: true,
            }
        }));
        self.writer.begin(&columns)?;
        let mut replaced = 0;
        for run in &mut self.runs {
            // Stable, so that what was logged later stays behind what it replaces.
            run.points.sort_by_key(|point| point.step);
            for points in run.points.chunk_by(|a, b| a.step == b.step) {
                let mut row = vec![Cell::Empty; columns.len()];
                for point in points {
                    let cell = place.get(point.tag).and_then(|&to| row.get_mut(AT + to));
                    let value = Cell::Number(point.value);
                    let old = cell.map(|cell| std::mem::replace(cell, value));
                    replaced += u64::from(old.is_some_and(|old| old != Cell::Empty));
                }
                let times = points.iter().map(|point| point.wall_time);
                row[0] = Cell::Text(&run.name);
                row[1] = Cell::integer(points.first().map_or(0, |point| point.step));
                row[2] = Cell::float(times.fold(f64::NAN, f64::max));
                self.writer.row(&row)?;
            }
        }
        let mut losses = self.writer.finish()?;
        if replaced > 0 {
            losses.push(Loss::Replaced(replaced));
        }
        Ok(losses)
    }
}
