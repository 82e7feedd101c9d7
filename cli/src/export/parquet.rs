//! Parquet, encoded for what these tables are: names that repeat, steps that count, floats that vary in
//! their low bits.

use std::io::Write;

use anyhow::{Context as _, Result};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use tfevents::Scalars;

use super::columnar::{Names, Rows};
use super::sink::{Cell, Column, Holds, Sink};
use crate::reporter::Reporter;

/// How many rows are read and skipped as one.
const ROW_GROUP: usize = 1 << 20;
/// How many rows are encoded at once.
const BATCH: usize = 1 << 16;

pub(super) struct Parquet<W: Write + Send> {
    out: Option<W>,
    /// None before the columns are known.
    open: Option<Open<W>>,
}

struct Open<W: Write + Send> {
    rows: Rows,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out: Some(out),
            open: None,
        }
    }

    fn open(&mut self) -> Result<&mut Open<W>> {
        self.open.as_mut().context("a table without columns")
    }

    /// Writes what is left, and hands out what was written to.
    pub(super) fn close(&mut self) -> Result<Option<W>> {
        let Some(mut open) = self.open.take() else {
            return Ok(self.out.take());
        };
        open.write()?;
        Ok(Some(open.writer.into_inner()?))
    }
}

impl<W: Write + Send> Open<W> {
    fn write(&mut self) -> Result<()> {
        if self.rows.len() > 0 {
            self.writer.write(&self.rows.take()?)?;
        }
        Ok(())
    }

    fn write_full(&mut self) -> Result<()> {
        if self.rows.len() >= BATCH {
            self.write()
        } else {
            Ok(())
        }
    }
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<()> {
        if let Some(out) = self.out.take() {
            let rows = Rows::new(columns, Names::Numbered);
            // Without Arrow's own schema beside Parquet's, names are plain text to every reader.
            let options = ArrowWriterOptions::new()
                .with_properties(properties(columns)?)
                .with_skip_arrow_metadata(true);
            let writer = ArrowWriter::try_new_with_options(out, rows.schema(), options)?;
            self.open = Some(Open { rows, writer });
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let open = self.open()?;
        open.rows.push(cells);
        open.write_full()
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<()> {
        let open = self.open()?;
        let mut from = 0;
        while from < scalars.len() {
            let to = scalars.len().min(from + BATCH - open.rows.len());
            open.rows.push_scalars(run, tag, scalars, from..to);
            from = to;
            open.write_full()?;
        }
        Ok(())
    }

    fn finish(&mut self, reporter: &Reporter) -> Result<()> {
        if let Some(open) = &self.open {
            open.rows.report(reporter);
        }
        self.close().map(drop)
    }
}

fn properties(columns: &[Column]) -> Result<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("tfevents {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        // Of each row group; smaller units are not worth the time that finding their extremes takes.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP));
    let mut sorting = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        let path = ColumnPath::from(&*column.name);
        let encoding = match column.holds {
            Holds::Names | Holds::Text => None,
            Holds::Integers => Some(Encoding::DELTA_BINARY_PACKED),
            Holds::Floats | Holds::Numbers => Some(Encoding::BYTE_STREAM_SPLIT),
        };
        if let Some(encoding) = encoding {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, encoding);
        }
        if ["run", "run_name", "tag", "step"].contains(&&*column.name) && i < 3 {
            sorting.push(SortingColumn {
                column_idx: i32::try_from(i)?,
                descending: false,
                nulls_first: false,
            });
        }
    }
    Ok(properties.set_sorting_columns(Some(sorting)).build())
}
