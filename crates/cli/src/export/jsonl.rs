//! JSON, an object a line: all kinds of values.

use std::io::Write as _;

use anyhow::Result;
use serde::{Serialize, Serializer};
use tfevents::plugin::RawValue;
use tfevents::{Kind, Scalars, Value};

use super::Table;
use super::meant::Meant;
use super::row::{Origin, Row};
use super::sink::{Cell, Column, Sink};
use super::wide;
use crate::json::{Float, Num};
use crate::output::Target;
use crate::reporter::Reporter;

/// A line a value.
pub(super) struct Jsonl<'t> {
    target: &'t mut Target,
    /// The kinds that are wanted; none stand for all.
    kinds: Vec<Kind>,
}

#[derive(Serialize)]
struct Line<'a, V> {
    run: &'a str,
    tag: &'a str,
    kind: &'static str,
    step: i64,
    wall_time: Float,
    value: V,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

impl<'t> Jsonl<'t> {
    pub(super) fn new(target: &'t mut Target, kinds: &[Kind]) -> Self {
        Self {
            target,
            kinds: kinds.to_vec(),
        }
    }
}

impl Table for Jsonl<'_> {
    fn value(&mut self, row: &Row<'_>, files: &[String]) -> Result<bool> {
        if !self.kinds.is_empty() && !self.kinds.contains(&row.kind) {
            return Ok(false);
        }
        let problem = match row.value {
            Value::Raw(RawValue { problem, .. }) => problem.as_deref(),
            _ => None,
        };
        put(
            self.target,
            &Line {
                run: row.run,
                tag: row.tag,
                kind: row.kind.name(),
                step: row.step,
                wall_time: Float(row.wall_time),
                value: Meant { row, files },
                problem,
            },
        )?;
        Ok(true)
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<bool> {
        let points = scalars.steps.iter().zip(&scalars.wall_times);
        for ((&step, &wall_time), number) in points.zip(scalars.values.iter()) {
            let value = Value::Scalar(number);
            let row = Row {
                run,
                tag,
                kind: Kind::Scalar,
                step,
                wall_time,
                value: &value,
                origin: Origin::Value(None),
            };
            if !self.value(&row, &[])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn finish(&mut self, _: &Reporter) -> Result<()> {
        Ok(())
    }
}

/// Prints a value of any kind, complete.
pub(crate) fn print(target: &mut Target, row: &Row<'_>) -> Result<()> {
    Jsonl::new(target, &[]).value(row, &[]).map(drop)
}

/// A line a step.
pub(super) struct WideJsonl<'t> {
    target: &'t mut Target,
    tags: Vec<Box<str>>,
}

#[derive(Serialize)]
struct WideLine<'a> {
    run: &'a Cell<'a>,
    step: &'a Cell<'a>,
    wall_time: &'a Cell<'a>,
    scalars: Cells<'a>,
}

struct Cells<'a> {
    tags: &'a [Box<str>],
    cells: &'a [Cell<'a>],
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let cells = self.tags.iter().zip(self.cells);
        s.collect_map(cells.filter(|(_, cell)| **cell != Cell::Empty))
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match *self {
            Cell::Empty => s.serialize_none(),
            Cell::Text(text) => s.serialize_str(text),
            Cell::Number(number) => Num(number).serialize(s),
        }
    }
}

impl<'t> WideJsonl<'t> {
    pub(super) fn new(target: &'t mut Target) -> Self {
        Self {
            target,
            tags: Vec::new(),
        }
    }
}

impl Sink for WideJsonl<'_> {
    fn begin(&mut self, columns: &[Column]) -> Result<()> {
        let tags = columns.iter().skip(wide::AT);
        self.tags = tags.map(|column| (*column.name).into()).collect();
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let [run, step, wall_time, cells @ ..] = cells else {
            return Ok(());
        };
        put(
            self.target,
            &WideLine {
                run,
                step,
                wall_time,
                scalars: Cells {
                    tags: &self.tags,
                    cells,
                },
            },
        )
    }

    fn finish(&mut self, _: &Reporter) -> Result<()> {
        Ok(())
    }
}

fn put(target: &mut Target, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *target, line)?;
    target.write_all(b"\n")?;
    Ok(())
}
