//! Arrays of NumPy in a zip file, as `numpy.savez` writes them: one per column of a series, named
//! `RUN/TAG/COLUMN`, with numbers in the type in which they were stored.
//!
//! Arrays are written when their series ends, so that one series at a time is in memory.

use std::fmt;
use std::io::{self, Write};

use tfevents::Scalars;
use tfevents::tags::Tags;

use crate::npy::Padding;
use crate::row_writer::{Cell, Column, Holds, Loss, Rounded, RowWriter};
use tfevents_analysis::text;

mod array;
mod zip;

use array::Array;
use zip::Zip;

/// Arrays of NumPy in a zip file: one per column of a series, named `RUN/TAG/COLUMN`.
pub struct Npz<W: Write> {
    /// None once it is finished.
    zip: Option<Zip<W>>,
    columns: Vec<Column>,
    /// Whether the first two columns name a series; else the table is one whole.
    by_series: bool,
    /// The columns of the present series, or of the whole table.
    arrays: Vec<Array>,
    /// The keys of the series so far.
    keys: Tags<Series>,
    runs: Tags<()>,
    tags: Tags<()>,
    /// What the arrays of [`NAMES`] take so far.
    paddings: [Padding; 3],
    rounded: Rounded,
}

/// The arrays that name every series: by run, by tag and by key.
const NAMES: [&str; 3] = ["runs", "tags", "keys"];

/// The numbers of a series' run and tag: there may be as many series as points, and most of them share either.
struct Series {
    run: usize,
    tag: usize,
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
            zip: Some(Zip::new(out)),
            columns: Vec::new(),
            by_series: false,
            arrays: Vec::new(),
            keys: Tags::default(),
            runs: Tags::default(),
            tags: Tags::default(),
            paddings: [Padding::default(); 3],
            rounded: Rounded::default(),
        }
    }

    /// Starts a series, and says what its arrays are called.
    ///
    /// # Errors
    ///
    /// Names of series that would take far more room than they have. Found here, before the values are read.
    fn begin_series(&mut self, run: &str, tag: &str) -> io::Result<String> {
        let name = text::printable(&format!("{run}/{tag}")).into_owned();
        let mut key = name.clone();
        // `a` and `b/c` are called as `a/b` and `c`.
        let mut copy = 1;
        while self.keys.find(&key).is_some() {
            copy += 1;
            key = format!("{name}~{copy}");
        }
        let series = Series {
            run: number(&mut self.runs, run),
            tag: number(&mut self.tags, tag),
        };
        for ((padding, array), name) in self.paddings.iter_mut().zip(NAMES).zip([run, tag, &key]) {
            padding.add(array::bytes(name));
            array::check(array, padding)?;
        }
        self.keys.insert(&key, series);
        Ok(key)
    }

    /// The key, the run and the tag of the present series.
    fn present(&self) -> Option<[&str; 3]> {
        let (key, series) = self.keys.iter().next_back()?;
        Some([
            key,
            self.runs.name(series.run)?,
            self.tags.name(series.tag)?,
        ])
    }

    /// The run or the tag of each series.
    fn of_each<'s>(
        &'s self,
        names: &'s Tags<()>,
        number: fn(&Series) -> usize,
    ) -> impl Iterator<Item = &'s str> + Clone {
        let series = self.keys.iter();
        series.filter_map(move |(_, series)| names.name(number(series)))
    }

    fn is_present(&self, run: &Cell<'_>, tag: &Cell<'_>) -> bool {
        let present = self.present();
        present.is_some_and(|[_, r, t]| (Cell::Text(r), Cell::Text(t)) == (*run, *tag))
    }

    /// Writes the arrays of the present series.
    fn end_series(&mut self) -> io::Result<()> {
        let arrays = std::mem::take(&mut self.arrays);
        let key = self.present().filter(|_| self.by_series);
        let key = key.map(|[key, ..]| key.to_owned());
        let first = self.columns.len() - arrays.len();
        for (i, array) in arrays.iter().enumerate() {
            let column = &self.columns[first + i].name;
            let name = match &key {
                Some(key) => format!("{key}/{column}"),
                None => text::printable(column).into_owned(),
            };
            let file = array.encode(&name, &mut self.rounded)?;
            self.put(&name, &file)?;
        }
        Ok(())
    }

    fn put(&mut self, name: &str, file: &[u8]) -> io::Result<()> {
        match &mut self.zip {
            Some(zip) => zip.put(&format!("{name}.npy"), file),
            None => Ok(()),
        }
    }
}

/// The number of a name that may be new.
fn number(names: &mut Tags<()>, name: &str) -> usize {
    names.get(name).unwrap_or_else(|| names.insert(name, ()))
}

impl<W: Write> RowWriter for Npz<W> {
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
                    self.begin_series(run, tag)?;
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
        let key = self.begin_series(run, tag)?;
        let times: Vec<_> = scalars.wall_times.iter().map(|t| t.as_secs()).collect();
        let files = [
            ("step", array::integers(&scalars.steps)),
            ("wall_time", array::floats(&times)),
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
            let [runs, tags, keys] = NAMES;
            let file = array::texts(runs, self.of_each(&self.runs, |series| series.run))?;
            self.put(runs, &file)?;
            let file = array::texts(tags, self.of_each(&self.tags, |series| series.tag))?;
            self.put(tags, &file)?;
            let file = array::texts(keys, self.keys.iter().map(|(key, _)| key))?;
            self.put(keys, &file)?;
        }
        if let Some(zip) = self.zip.take() {
            zip.finish()?;
        }
        Ok(self.rounded.loss())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_fill_a_disk_are_refused_before_the_last_series() {
        let mut npz = Npz::new(io::sink());
        let columns = [
            ("run", Holds::Names),
            ("tag", Holds::Names),
            ("value", Holds::Floats),
        ];
        let columns = columns.map(|(name, holds)| Column {
            name: name.into(),
            holds,
            optional: false,
        });
        npz.begin(&columns).unwrap();
        let long = "x".repeat(10_000);
        let mut tags = std::iter::once(long).chain((0..).map(|n| n.to_string()));
        let mut row = |tag: &str| npz.row(&[Cell::Text("a"), Cell::Text(tag), Cell::float(0.5)]);
        let refused = tags.by_ref().take(1000).find_map(|tag| row(&tag).err());
        let message = refused.unwrap().to_string();
        assert!(
            message.starts_with("the array `tags` would need "),
            "{message}"
        );
        assert!(message.contains("CSV or JSON Lines"), "{message}");
    }
}
