//! The table as JSON.

use std::io::Write;

use anyhow::Result;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use tfevents_analysis::cell::Cell;
use tfevents_analysis::run_table::Head;
use tfevents_table::json::{self, CellValue};

use super::rows::Rows;

#[derive(Serialize)]
struct Document<'a> {
    columns: Vec<String>,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    name: Name<'a>,
    values: Values<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Name<'a> {
    Run { run: &'a str },
    Group { group: &'a str, runs: Vec<&'a str> },
}

/// Cells by the names of their columns.
struct Values<'a> {
    columns: &'a [Head<'a>],
    cells: &'a [Cell],
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.cells.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            map.serialize_entry(&column.to_string(), &CellValue(cell))?;
        }
        map.end()
    }
}

pub(super) fn print(out: &mut impl Write, heads: &[Head<'_>], rows: &Rows<'_>) -> Result<()> {
    let columns = heads.split_first().map_or(&[][..], |(_, rest)| rest);
    let shown = rows.rows.iter().map(|(row, cells)| Row {
        name: match rows.are_groups() {
            true => Name::Group {
                group: row.name(),
                runs: row.runs().collect(),
            },
            false => Name::Run { run: row.name() },
        },
        values: Values {
            columns,
            cells: cells.get(1..).unwrap_or_default(),
        },
    });
    let document = Document {
        columns: columns.iter().map(ToString::to_string).collect(),
        rows: shown.collect(),
    };
    Ok(json::write_document(out, &document)?)
}
