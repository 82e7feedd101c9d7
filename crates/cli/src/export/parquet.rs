//! Parquet, encoded for what these tables are: names that repeat, steps that count, floats that vary in
//! their low bits.

use std::io::Write;

use anyhow::{Context as _, Result};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use tfevents::Scalars;

use super::columnar::Rows;
use super::sink::{Cell, Column, Holds, Sink};
use crate::reporter::Reporter;

mod names;

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
    schema: SchemaRef,
    file: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    /// One for each field of the row group that is under way; those of names are not used.
    columns: Vec<ArrowColumnWriter>,
    /// How many rows the row group has, but for those in `rows`.
    written: usize,
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
        open.end_row_group()?;
        Ok(Some(open.file.into_inner()?))
    }
}

impl<W: Write + Send> Open<W> {
    /// How many more rows can be taken before [`encode`](Self::encode).
    fn room(&self) -> usize {
        BATCH - self.rows.len()
    }

    /// Encodes what is there once it is worth it.
    fn encode_full(&mut self) -> Result<()> {
        if self.room() > 0 {
            return Ok(());
        }
        self.encode()?;
        if self.written >= ROW_GROUP {
            self.end_row_group()?;
        }
        Ok(())
    }

    fn encode(&mut self) -> Result<()> {
        if self.columns.is_empty() {
            let number = self.file.flushed_row_groups().len();
            self.columns = self.factory.create_column_writers(number)?;
        }
        self.written += self.rows.len();
        let arrays = self.rows.take_others();
        let columns = self.columns.iter_mut().zip(self.schema.fields());
        for ((column, field), array) in columns.zip(arrays) {
            if let Some(array) = array {
                for leaf in compute_leaves(field, &array)? {
                    column.write(&leaf)?;
                }
            }
        }
        Ok(())
    }

    fn end_row_group(&mut self) -> Result<()> {
        if self.rows.len() > 0 {
            self.encode()?;
        }
        if self.written == 0 {
            return Ok(());
        }
        self.written = 0;
        let mut names = self.rows.take_names().into_iter().peekable();
        let is_names = self.rows.are_names();
        let described = self.file.schema_descr().columns().to_vec();
        let mut group = self.file.next_row_group()?;
        let columns = self.columns.drain(..).zip(described);
        for ((column, described), is_names) in columns.zip(is_names) {
            match names.next_if(|_| is_names) {
                Some(stretches) => {
                    let (bytes, close) = names::chunk(described, &stretches)?;
                    group.append_column(&bytes, close)?;
                }
                None => column.close()?.append_to_row_group(&mut group)?,
            }
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<()> {
        if let Some(out) = self.out.take() {
            let rows = Rows::new(columns);
            let schema = rows.schema();
            // Other readers than Arrow's have no use for its own schema beside Parquet's.
            let options = ArrowWriterOptions::new()
                .with_properties(properties(columns)?)
                .with_skip_arrow_metadata(true);
            let writer = ArrowWriter::try_new_with_options(out, rows.schema(), options)?;
            let (file, factory) = writer.into_serialized_writer()?;
            self.open = Some(Open {
                rows,
                schema,
                file,
                factory,
                columns: Vec::new(),
                written: 0,
            });
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let open = self.open()?;
        open.rows.push(cells);
        open.encode_full()
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<()> {
        let open = self.open()?;
        let mut from = 0;
        while from < scalars.len() {
            let to = scalars.len().min(from + open.room());
            open.rows.push_scalars(run, tag, scalars, from..to);
            from = to;
            open.encode_full()?;
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
        .set_offset_index_disabled(true);
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
