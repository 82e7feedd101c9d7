//! Parquet, encoded for what most of these tables are: names that repeat, steps that count, floats that vary in
//! their low bits.

use std::fmt;
use std::io::{self, Write};

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

use crate::columnar::{Form, Rows, io_error, without_columns};
use crate::row_writer::{Cell, Column, Holds, Loss, RowWriter};

mod names;

/// How many rows are read and skipped as one.
const ROW_GROUP: usize = 1 << 20;
/// How many rows are encoded at once.
const BATCH: usize = 1 << 16;

/// A Parquet file: compressed with Zstandard, with the columns by which it is sorted, if it is, in its metadata.
pub struct Parquet<W: Write + Send> {
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

impl<W: Write + Send> fmt::Debug for Parquet<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parquet").finish_non_exhaustive()
    }
}

impl<W: Write + Send> Parquet<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out: Some(out),
            open: None,
        }
    }

    fn open(&mut self) -> io::Result<&mut Open<W>> {
        self.open.as_mut().ok_or_else(without_columns)
    }

    /// Writes what is left. Returns what was written to, and what the table could not hold as it was.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    pub fn close(&mut self) -> io::Result<(Option<W>, Vec<Loss>)> {
        let Some(mut open) = self.open.take() else {
            return Ok((self.out.take(), Vec::new()));
        };
        open.end_row_group()?;
        let out = open.file.into_inner().map_err(io_error)?;
        Ok((Some(out), open.rows.rounded()))
    }
}

impl<W: Write + Send> Open<W> {
    /// How many more rows can be taken before [`encode`](Self::encode).
    fn room(&self) -> usize {
        BATCH - self.rows.len()
    }

    /// Encodes what is there once it is worth it.
    fn encode_full(&mut self) -> io::Result<()> {
        if self.room() > 0 {
            return Ok(());
        }
        self.encode()?;
        if self.written >= ROW_GROUP {
            self.end_row_group()?;
        }
        Ok(())
    }

    fn encode(&mut self) -> io::Result<()> {
        if self.columns.is_empty() {
            let number = self.file.flushed_row_groups().len();
            self.columns = self
                .factory
                .create_column_writers(number)
                .map_err(io_error)?;
        }
        self.written += self.rows.len();
        let arrays = self.rows.take_others()?;
        let columns = self.columns.iter_mut().zip(self.schema.fields());
        for ((column, field), array) in columns.zip(arrays) {
            if let Some(array) = array {
                for leaf in compute_leaves(field, &array).map_err(io_error)? {
                    column.write(&leaf).map_err(io_error)?;
                }
            }
        }
        Ok(())
    }

    fn end_row_group(&mut self) -> io::Result<()> {
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
        let mut group = self.file.next_row_group().map_err(io_error)?;
        let columns = self.columns.drain(..).zip(described);
        for ((column, described), is_names) in columns.zip(is_names) {
            match names.next_if(|_| is_names) {
                Some(stretches) => {
                    let (bytes, close) = names::chunk(described, &stretches).map_err(io_error)?;
                    group.append_column(&bytes, close).map_err(io_error)?;
                }
                None => column
                    .close()
                    .and_then(|chunk| chunk.append_to_row_group(&mut group))
                    .map_err(io_error)?,
            }
        }
        group.close().map_err(io_error)?;
        Ok(())
    }
}

impl<W: Write + Send> RowWriter for Parquet<W> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            let rows = Rows::new(columns, Form::File);
            let schema = rows.schema();
            // Other readers than Arrow's have no use for its own schema beside Parquet's.
            let options = ArrowWriterOptions::new()
                .with_properties(properties(columns)?)
                .with_skip_arrow_metadata(true);
            let writer =
                ArrowWriter::try_new_with_options(out, rows.schema(), options).map_err(io_error)?;
            let (file, factory) = writer.into_serialized_writer().map_err(io_error)?;
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

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let open = self.open()?;
        open.rows.push(cells);
        open.encode_full()
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<()> {
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

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        self.close().map(|(_, losses)| losses)
    }
}

fn properties(columns: &[Column]) -> io::Result<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("tfevents {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(io_error)?))
        // Of each row group; smaller units are not worth the time that finding their extremes takes.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    // Rows that begin with names that repeat come sorted by them; those of other tables may have any order.
    let is_sorted = columns.first().is_some_and(|c| c.holds == Holds::Names);
    let mut sorting = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        let path = ColumnPath::from(&*column.name);
        let encoding = match column.holds {
            Holds::Names | Holds::Text | Holds::Booleans => None,
            Holds::Integers => Some(Encoding::DELTA_BINARY_PACKED),
            Holds::Floats | Holds::Times | Holds::Numbers => Some(Encoding::BYTE_STREAM_SPLIT),
        };
        if let Some(encoding) = encoding {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, encoding);
        }
        let is_key = column.holds == Holds::Names || column.name == "step";
        if is_sorted && is_key && i < 3 {
            sorting.push(SortingColumn {
                column_idx: i32::try_from(i).map_err(io_error)?,
                descending: false,
                nulls_first: false,
            });
        }
    }
    Ok(properties.set_sorting_columns(Some(sorting)).build())
}
