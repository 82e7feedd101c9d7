//! JSON lines, an object per line: values of all kinds.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use tfevents::plugin::RawValue;
use tfevents::{Kind, Scalars, Value};

use crate::Table;
use crate::json::{self, Float};
use crate::meant::Meant;
use crate::row::{Origin, Row};
use crate::row_writer::{Cell, Column, Loss, RowWriter};
use crate::wide;

mod log;

pub use log::JsonLines;

/// JSON, an object per line and value, in the shape of `docs/json.md`: values of all kinds.
#[derive(Debug)]
pub struct Jsonl<W> {
    out: W,
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

impl<W: Write> Jsonl<W> {
    /// Writes values of these kinds to `out`, or of all kinds if none is named.
    pub fn new(out: W, kinds: &[Kind]) -> Self {
        Self {
            out,
            kinds: kinds.to_vec(),
        }
    }
}

/// Writes a value as a report of its own: a line like those of [`Jsonl`], with the version of its shape.
///
/// # Errors
///
/// What `out` says.
pub fn report(out: &mut impl Write, row: &Row<'_>) -> io::Result<()> {
    json::write_line(out, &row.as_json(&[]))
}

impl Row<'_> {
    /// The object that [`Jsonl`] prints, for JSON of others; bytes that were written to files are replaced by the files'
    /// names.
    pub fn as_json<'a>(&'a self, files: &'a [String]) -> impl Serialize + 'a {
        let problem = match self.value {
            Value::Raw(RawValue { problem, .. }) => problem.as_deref(),
            _ => None,
        };
        Line {
            run: self.run,
            tag: self.tag,
            kind: self.kind.name(),
            step: self.step,
            wall_time: Float(self.wall_time.as_secs()),
            value: Meant { row: self, files },
            problem,
        }
    }
}

impl<W: Write> Table for Jsonl<W> {
    fn value(&mut self, row: &Row<'_>, files: &[String]) -> io::Result<bool> {
        if !self.kinds.is_empty() && !self.kinds.contains(&row.kind) {
            return Ok(false);
        }
        put(&mut self.out, &row.as_json(files))?;
        Ok(true)
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<bool> {
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

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        Ok(Vec::new())
    }
}

/// JSON, an object per line and step, with the scalars that a run has there: the [wide](crate::Wide) table.
#[derive(Debug)]
pub struct WideJsonl<W> {
    out: W,
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
            Cell::Number(number) => number.serialize(s),
            Cell::Boolean(v) => s.serialize_bool(v),
        }
    }
}

impl<W: Write> WideJsonl<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            tags: Vec::new(),
        }
    }
}

impl<W: Write> RowWriter for WideJsonl<W> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        let tags = columns.iter().skip(wide::AT);
        self.tags = tags.map(|column| (*column.name).into()).collect();
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let [run, step, wall_time, cells @ ..] = cells else {
            return Ok(());
        };
        put(
            &mut self.out,
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

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        Ok(Vec::new())
    }
}

fn put(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
