//! Arrays of NumPy in a zip file, as `numpy.savez` writes them: one a column of a series, named
//! `RUN/TAG/COLUMN`, with numbers in the type in which they were stored.
//!
//! Arrays are written when their series ends, so that one series at a time is in memory.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};

use tfevents::Scalars;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use crate::sink::{Cell, Column, Holds, Loss, Rounded, Sink};
use tfevents_analysis::text;

mod array;

use array::Array;

/// Arrays of NumPy in a zip file: one per column of a series, named `RUN/TAG/COLUMN`.
pub struct Npz<W: Write> {
    /// None once it is finished.
    zip: Option<ZipWriter<StreamWriter<FailsOnce<W>>>>,
    columns: Vec<Column>,
    /// Whether the first two columns name a series; else the table is one whole.
    by_series: bool,
    /// The columns of the present series, or of the whole table.
    arrays: Vec<Array>,
    /// The runs, tags and keys of the series so far.
    runs: Vec<String>,
    tags: Vec<String>,
    keys: Vec<String>,
    taken: HashSet<String>,
    rounded: Rounded,
}

/// What went wrong, said once.
fn cause(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        error => error.into(),
    }
}

/// A stream that swallows everything after its first failure. A `ZipWriter` that is dropped goes on writing, and
/// prints to standard error if that fails.
struct FailsOnce<W> {
    out: W,
    failed: bool,
}

impl<W: Write> FailsOnce<W> {
    fn attempt<T>(
        &mut self,
        swallowed: T,
        f: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.failed {
            return Ok(swallowed);
        }
        let result = f(&mut self.out);
        self.failed = matches!(&result, Err(e) if e.kind() != io::ErrorKind::Interrupted);
        result
    }
}

impl<W: Write> Write for FailsOnce<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), Write::flush)
    }
}

impl<W: Write> fmt::Debug for Npz<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Npz").finish_non_exhaustive()
    }
}

impl<W: Write> Npz<W> {
    /// Writes to `out`, which need not be seekable.
    pub fn new(out: W) -> Self {
        Self {
            zip: Some(ZipWriter::new_stream(FailsOnce { out, failed: false })),
            columns: Vec::new(),
            by_series: false,
            arrays: Vec::new(),
            runs: Vec::new(),
            tags: Vec::new(),
            keys: Vec::new(),
            taken: HashSet::new(),
            rounded: Rounded::default(),
        }
    }

    /// Starts a series, and says what its arrays are called.
    fn begin_series(&mut self, run: &str, tag: &str) -> String {
        let name = text::printable(&format!("{run}/{tag}")).into_owned();
        let mut key = name.clone();
        // `a` and `b/c` are called as `a/b` and `c`.
        let mut copy = 1;
        while !self.taken.insert(key.clone()) {
            copy += 1;
            key = format!("{name}~{copy}");
        }
        self.runs.push(run.to_owned());
        self.tags.push(tag.to_owned());
        self.keys.push(key.clone());
        key
    }

    fn is_present(&self, run: &Cell<'_>, tag: &Cell<'_>) -> bool {
        let last = self.runs.last().zip(self.tags.last());
        last.is_some_and(|(r, t)| (Cell::Text(r), Cell::Text(t)) == (*run, *tag))
    }

    /// Writes the arrays of the present series.
    fn end_series(&mut self) -> io::Result<()> {
        let arrays = std::mem::take(&mut self.arrays);
        let key = self.keys.last().filter(|_| self.by_series).cloned();
        let first = self.columns.len() - arrays.len();
        for (i, array) in arrays.iter().enumerate() {
            let column = &self.columns[first + i].name;
            let name = match &key {
                Some(key) => format!("{key}/{column}"),
                None => text::printable(column).into_owned(),
            };
            let file = array.encode(&mut self.rounded)?;
            self.put(&name, &file)?;
        }
        Ok(())
    }

    fn put(&mut self, name: &str, file: &[u8]) -> io::Result<()> {
        if let Some(zip) = &mut self.zip {
            let large = file.len() > u32::MAX as usize / 2;
            let options = SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored)
                .large_file(large);
            zip.start_file(format!("{name}.npy"), options)
                .map_err(cause)?;
            zip.write_all(file)?;
        }
        Ok(())
    }
}

impl<W: Write> Sink for Npz<W> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        let names = columns.iter().take_while(|c| c.holds == Holds::Names);
        self.by_series = names.count() >= 2;
        self.columns = columns.to_vec();
        if !self.by_series {
            self.arrays = columns.iter().map(|c| Array::new(c.holds)).collect();
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let mut cells = cells;
        if let (true, [run, tag, others @ ..]) = (self.by_series, cells) {
            if !self.is_present(run, tag) {
                self.end_series()?;
                if let (Cell::Text(run), Cell::Text(tag)) = (run, tag) {
                    self.begin_series(run, tag);
                }
                let others = self.columns.iter().skip(2);
                self.arrays = others.map(|column| Array::new(column.holds)).collect();
            }
            cells = others;
        }
        for (array, cell) in self.arrays.iter_mut().zip(cells) {
            array.push(cell);
        }
        Ok(())
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<()> {
        let key = self.begin_series(run, tag);
        let files = [
            ("step", array::integers(&scalars.steps)),
            ("wall_time", array::floats(&scalars.wall_times)),
            ("value", array::numbers(&scalars.values, &mut self.rounded)),
        ];
        for (column, file) in files {
            self.put(&format!("{key}/{column}"), &file?)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        self.end_series()?;
        if self.by_series {
            let lists = [
                ("runs", &self.runs),
                ("tags", &self.tags),
                ("keys", &self.keys),
            ];
            for (name, file) in lists.map(|(name, list)| (name, array::texts(list))) {
                self.put(name, &file?)?;
            }
        }
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(cause)?;
        }
        Ok(self.rounded.loss())
    }
}
