//! The table as JSON.

use std::fmt::Display;
use std::io::Write;

use anyhow::Result;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use tfevents_analysis::cell::Cell;
use tfevents_table::json::CellValue;
use tfevents_table::{Grid, json};

#[derive(Serialize)]
#[serde(bound = "")]
struct Document<'a, H: Display> {
    columns: Columns<'a, H>,
    rows: Vec<Row<'a, H>>,
}

struct Columns<'a, H>(&'a [H]);

impl<H: Display> Serialize for Columns<'_, H> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

#[derive(Serialize)]
#[serde(bound = "")]
struct Row<'a, H: Display> {
    run: CellValue<'a>,
    values: Values<'a, H>,
}

/// Cells by the names of their columns.
struct Values<'a, H> {
    columns: &'a [H],
    cells: &'a [Cell],
}

impl<H: Display> Serialize for Values<'_, H> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.cells.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            map.serialize_entry(&column.to_string(), &CellValue(cell))?;
        }
        map.end()
    }
}

pub(super) fn print(out: &mut impl Write, grid: &Grid<impl Display>) -> Result<()> {
    let columns = grid.head.split_first().map_or(&[][..], |(_, rest)| rest);
    let rows = grid.rows.iter().filter_map(|row| {
        let (run, cells) = row.split_first()?;
        Some(Row {
            run: CellValue(run),
            values: Values { columns, cells },
        })
    });
    let document = Document {
        columns: Columns(columns),
        rows: rows.collect(),
    };
    Ok(json::write_document(out, &document)?)
}
