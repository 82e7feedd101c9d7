//! A row per value, or per part for values of many parts, and the columns for each kind.

use std::fmt;
use std::io;
use tfevents::plugin::histogram::Histogram;
use tfevents::plugin::mesh::{MeshData, MeshPart};
use tfevents::plugin::text::TextRef;
use tfevents::{Kind, PrCurve, Scalars, Value};

use crate::Table;
use crate::row::Row;
use crate::row_writer::{Cell, Column, Holds, Loss, RowWriter};

mod hparams;

/// The columns that every kind has.
const AT: [Column; 4] = [
    Column::new("run", Holds::Names),
    Column::new("tag", Holds::Names),
    Column::new("step", Holds::Integers),
    Column::new("wall_time", Holds::Times),
];

const SCALAR: &[Column] = &[Column::new("value", Holds::Numbers)];

const HISTOGRAM: &[Column] = &[
    Column::optional("bucket", Holds::Integers),
    Column::optional("left", Holds::Floats),
    Column::optional("right", Holds::Floats),
    Column::optional("count", Holds::Floats),
];

const TEXT: &[Column] = &[
    Column::optional("row", Holds::Integers),
    Column::optional("column", Holds::Integers),
    Column::optional("text", Holds::Text),
];

const PR_CURVE: &[Column] = &[
    Column::optional("threshold", Holds::Floats),
    Column::optional("true_positives", Holds::Floats),
    Column::optional("false_positives", Holds::Floats),
    Column::optional("true_negatives", Holds::Floats),
    Column::optional("false_negatives", Holds::Floats),
    Column::optional("precision", Holds::Floats),
    Column::optional("recall", Holds::Floats),
];

const MESH: &[Column] = &[
    Column::new("mesh", Holds::Names),
    Column::new("part", Holds::Names),
    Column::optional("sample", Holds::Integers),
    Column::optional("index", Holds::Integers),
    Column::optional("x", Holds::Floats),
    Column::optional("y", Holds::Floats),
    Column::optional("z", Holds::Floats),
];

/// Kinds that make tables.
pub const KINDS: [Kind; 6] = [
    Kind::Scalar,
    Kind::Histogram,
    Kind::Text,
    Kind::HParams,
    Kind::PrCurve,
    Kind::Mesh,
];

/// All columns of a kind's table; `run` is what the column of runs is called.
pub(crate) fn head(kind: Kind, run: &'static str) -> Vec<Column> {
    let mut all = AT.to_vec();
    all[0].name = run.into();
    all.extend_from_slice(columns(kind));
    all
}

/// What a kind's table has besides [`AT`]; nothing for kinds that make no table.
fn columns(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Scalar => SCALAR,
        Kind::Histogram => HISTOGRAM,
        Kind::Text => TEXT,
        Kind::HParams => hparams::COLUMNS,
        Kind::PrCurve => PR_CURVE,
        Kind::Mesh => MESH,
        _ => &[],
    }
}

/// A table of one kind: a row per value, or for values of many parts a row per part.
pub struct Long<'t> {
    writer: Box<dyn RowWriter + 't>,
    kind: Kind,
    /// The columns, until the head is written with the first row, so that nothing is written before there is a value.
    head: Option<Vec<Column>>,
    /// Cells of text that are not UTF-8.
    not_text: u64,
}

impl fmt::Debug for Long<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Long").finish_non_exhaustive()
    }
}

impl<'t> Long<'t> {
    /// Writes values of this kind to `writer`; `run` is what the column of runs is called.
    #[must_use]
    pub fn new(writer: Box<dyn RowWriter + 't>, kind: Kind, run: &'static str) -> Self {
        Self {
            writer,
            kind,
            head: Some(head(kind, run)),
            not_text: 0,
        }
    }

    /// Writes the head, unless that is done.
    fn begin(&mut self) -> io::Result<()> {
        match self.head.take() {
            Some(columns) => self.writer.begin(&columns),
            None => Ok(()),
        }
    }

    fn text(&mut self, row: &Row<'_>, text: &TextRef<'_>) -> io::Result<()> {
        let broken = text
            .cells
            .iter()
            .filter(|c| std::str::from_utf8(c).is_err());
        self.not_text += broken.count() as u64;
        if text.cells.is_empty() {
            return put(row, &[Cell::Empty; TEXT.len()], &mut *self.writer);
        }
        for (i, cell) in text.to_text().enumerate() {
            let (line, column) = match *text.shape {
                [] => (Cell::Empty, Cell::Empty),
                [_, columns] if columns > 0 => (Cell::count(i / columns), Cell::count(i % columns)),
                _ => (Cell::count(i), Cell::Empty),
            };
            put(row, &[line, column, Cell::Text(&cell)], &mut *self.writer)?;
        }
        Ok(())
    }
}

impl Table for Long<'_> {
    fn value(&mut self, row: &Row<'_>, _: &[String]) -> io::Result<bool> {
        if row.kind != self.kind {
            return Ok(false);
        }
        self.begin()?;
        let writer = &mut *self.writer;
        match row.value {
            Value::Scalar(value) => put(row, &[Cell::Number(*value)], writer)?,
            Value::Text(text) => self.text(row, text)?,
            Value::Histogram(histogram) => histogram_rows(row, histogram, writer)?,
            Value::PrCurve(curve) => pr_curve_rows(row, curve, writer)?,
            Value::Mesh(part) => return mesh_rows(row, part, writer),
            Value::HParams(event) => {
                return hparams::rows(event, &mut |cells| put(row, cells, &mut *writer));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<bool> {
        if self.kind != Kind::Scalar {
            return Ok(false);
        }
        self.begin()?;
        self.writer.scalars(run, tag, scalars)?;
        Ok(true)
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        self.begin()?;
        let mut losses = self.writer.finish()?;
        if self.not_text > 0 {
            losses.push(Loss::NotText(self.not_text));
        }
        Ok(losses)
    }
}

/// Writes a row: where a value belongs, and these cells.
fn put(row: &Row<'_>, cells: &[Cell<'_>], writer: &mut dyn RowWriter) -> io::Result<()> {
    let mut all = [Cell::Empty; 16];
    let at = [
        Cell::Text(row.run),
        Cell::Text(row.tag),
        Cell::integer(row.step),
        Cell::float(row.wall_time.as_secs()),
    ];
    let used = at.iter().chain(cells);
    for (to, from) in all.iter_mut().zip(used) {
        *to = *from;
    }
    writer.row(&all[..at.len() + cells.len()])
}

fn histogram_rows(
    row: &Row<'_>,
    histogram: &Histogram,
    writer: &mut dyn RowWriter,
) -> io::Result<()> {
    for (i, bucket) in histogram.buckets().iter().enumerate() {
        let [left, right, count] = [bucket.left, bucket.right, bucket.count].map(Cell::float);
        put(row, &[Cell::count(i), left, right, count], writer)?;
    }
    if histogram.buckets().is_empty() {
        put(row, &[Cell::Empty; HISTOGRAM.len()], writer)?;
    }
    Ok(())
}

fn pr_curve_rows(row: &Row<'_>, curve: &PrCurve, writer: &mut dyn RowWriter) -> io::Result<()> {
    let lists = [
        &curve.true_positives,
        &curve.false_positives,
        &curve.true_negatives,
        &curve.false_negatives,
        &curve.precision,
        &curve.recall,
    ];
    for (i, threshold) in curve.thresholds().enumerate() {
        let mut cells = [Cell::float(threshold); PR_CURVE.len()];
        for (cell, list) in cells.iter_mut().skip(1).zip(lists) {
            *cell = list.get(i).map_or(Cell::Empty, |&v| Cell::float(v));
        }
        put(row, &cells, writer)?;
    }
    Ok(())
}

/// Says whether it is a part that is known here.
fn mesh_rows(row: &Row<'_>, mesh: &MeshPart, writer: &mut dyn RowWriter) -> io::Result<bool> {
    let mut rows = |part, triples: &mut dyn ExactSizeIterator<Item = [f64; 3]>| {
        let name = [Cell::Text(&mesh.name), Cell::Text(part)];
        let each = triples.len() / mesh.samples.max(1);
        if triples.len() == 0 {
            let [mesh, part] = name;
            let none = Cell::Empty;
            return put(row, &[mesh, part, none, none, none, none, none], writer);
        }
        for (i, triple) in triples.enumerate() {
            let [mesh, part] = name;
            let [x, y, z] = triple.map(Cell::float);
            let (sample, index) = (Cell::count(i / each.max(1)), Cell::count(i % each.max(1)));
            put(row, &[mesh, part, sample, index, x, y, z], writer)?;
        }
        Ok(())
    };
    match &mesh.data {
        MeshData::Vertices(v) => rows("vertices", &mut v.iter().map(|t| t.map(f64::from)))?,
        MeshData::Faces(v) => rows("faces", &mut v.iter().map(|t| t.map(f64::from)))?,
        MeshData::Colors(v) => rows("colors", &mut v.iter().map(|t| t.map(f64::from)))?,
        _ => return Ok(false),
    }
    Ok(true)
}
