//! The table as JSON.

use std::io::Write;

use anyhow::Result;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use tfevents_analysis::cell::Cell;
use tfevents_table::Grid;
use tfevents_table::json::Num;

#[derive(Serialize)]
struct Document<'a> {
    columns: &'a [String],
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    run: Value<'a>,
    values: Values<'a>,
}

/// Cells by the names of their columns.
struct Values<'a> {
    columns: &'a [String],
    cells: &'a [Cell],
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.cells.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            map.serialize_entry(column, &Value(cell))?;
        }
        map.end()
    }
}

struct Value<'a>(&'a Cell);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Empty => s.serialize_none(),
            Cell::Text(text) => s.serialize_str(text),
            Cell::Number(number) => Num(*number).serialize(s),
        }
    }
}

pub(super) fn print(out: &mut impl Write, grid: &Grid) -> Result<()> {
    let columns = grid.head.split_first().map_or(&[][..], |(_, rest)| rest);
    let rows = grid.rows.iter().filter_map(|row| {
        let (run, cells) = row.split_first()?;
        Some(Row {
            run: Value(run),
            values: Values { columns, cells },
        })
    });
    let document = Document {
        columns,
        rows: rows.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    Ok(())
}
