//! JSON, an object a line: all kinds of values.

use std::io::Write as _;

use anyhow::Result;
use serde::{Serialize, Serializer};
use tfevents::plugin::RawValue;
use tfevents::{Number, Value};

use super::meant::Meant;
use super::wide::{WideRow, WideTable};
use super::{Row, Table};
use crate::json::{Float, Num};
use crate::output::Target;
use crate::reporter::Reporter;

/// A line a value.
pub(super) struct Jsonl<'t>(&'t mut Target);

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
    pub(super) fn new(target: &'t mut Target) -> Self {
        Self(target)
    }

    fn line(&mut self, row: &Row<'_>, value: impl Serialize) -> Result<()> {
        let problem = match &row.point.value {
            Value::Raw(RawValue { problem, .. }) => problem.as_deref(),
            _ => None,
        };
        put(
            self.0,
            &Line {
                run: row.run,
                tag: row.point.tag,
                kind: row.point.kind.name(),
                step: row.event.step,
                wall_time: Float(row.event.wall_time),
                value,
                problem,
            },
        )
    }
}

impl Table for Jsonl<'_> {
    fn scalar(&mut self, row: &Row<'_>, value: Number) -> Result<()> {
        self.line(row, Num(value))
    }

    fn other(&mut self, row: &Row<'_>, files: &[String]) -> Result<bool> {
        self.line(row, Meant { row, files })?;
        Ok(true)
    }

    fn finish(&mut self, _: &Reporter) -> Result<()> {
        Ok(())
    }
}

/// Prints a value of any kind, complete.
pub(crate) fn print(target: &mut Target, row: &Row<'_>) -> Result<()> {
    Jsonl::new(target).line(row, Meant { row, files: &[] })
}

/// A line a step.
pub(super) struct WideJsonl<'t> {
    target: &'t mut Target,
    tags: Vec<Box<str>>,
}

#[derive(Serialize)]
struct WideLine<'a> {
    run: &'a str,
    step: i64,
    wall_time: Float,
    scalars: Cells<'a>,
}

struct Cells<'a> {
    tags: &'a [Box<str>],
    cells: &'a [Option<Number>],
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let cells = self.tags.iter().zip(self.cells);
        s.collect_map(cells.filter_map(|(tag, cell)| Some((tag, Num((*cell)?)))))
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

impl WideTable for WideJsonl<'_> {
    fn head(&mut self, tags: &[&str]) -> Result<()> {
        self.tags = tags.iter().map(|&tag| tag.into()).collect();
        Ok(())
    }

    fn row(&mut self, row: &WideRow<'_>) -> Result<()> {
        put(
            self.target,
            &WideLine {
                run: row.run,
                step: row.step,
                wall_time: Float(row.wall_time),
                scalars: Cells {
                    tags: &self.tags,
                    cells: row.cells,
                },
            },
        )
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

fn put(target: &mut Target, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *target, line)?;
    target.write_all(b"\n")?;
    Ok(())
}
