//! A Parquet file per run, in the layout that Hive made common: `DIR/run=NAME/part-0.parquet`.
//!
//! Engines take the run from the path, and some of them take `001` for a number there. The files therefore
//! have the run's true name, too, in a separate column.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tfevents::Scalars;

use crate::output::{NewFile, Tree};
use tfevents::names;
use tfevents_analysis::text;
use tfevents_table::Parquet;
use tfevents_table::{Cell, Column, Loss, RowWriter};

/// What the column of runs is called where the path has a `run` already.
pub(super) const RUN: &str = "run_name";

/// The directory.
pub(super) enum Place {
    /// A new or empty one, which is there when it is complete.
    Whole(Tree),
    /// One to which others write as well, and whether files may be replaced in it.
    Shared(PathBuf, bool),
}

pub(super) struct Partitioned<'p> {
    place: &'p Place,
    columns: Vec<Column>,
    /// The run that is being written.
    current: Option<(String, Parquet<NewFile>)>,
    losses: Vec<Loss>,
}

/// The file of a run in the directory.
pub(super) fn path(run: &str) -> PathBuf {
    Path::new(&format!("run={}", encoded(run))).join("part-0.parquet")
}

/// Engines decode it, some of them only if nothing but the plainest characters stands in it as it is.
fn encoded(run: &str) -> String {
    names::encoded(run, names::MAX_COMPONENT, |_, c| {
        c.is_ascii_alphanumeric() || "-_".contains(c)
    })
}

impl Place {
    /// Makes sure that nothing in the directory is mixed up with what is written. Where others write to it at the
    /// same time, or did before, the runs of theirs may be there.
    pub(super) fn new(dir: &Path, shared: bool, force: bool) -> Result<Self> {
        if !shared {
            return Tree::new(dir, force).map(Self::Whole);
        }
        let name = || format!("cannot write to `{}`", text::path(dir));
        if dir.exists() {
            for entry in fs::read_dir(dir).with_context(name)? {
                let entry = entry.with_context(name)?.file_name();
                if !entry.as_encoded_bytes().starts_with(b"run=") {
                    bail!("{}: not empty; choose a new directory", name());
                }
            }
        }
        Ok(Self::Shared(dir.to_path_buf(), force))
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Whole(tree) => tree.path(),
            Self::Shared(dir, _) => dir,
        }
    }

    fn create(&self, path: &Path) -> Result<NewFile> {
        match self {
            Self::Whole(tree) => tree.create(path),
            Self::Shared(dir, _) => NewFile::create(&dir.join(path)),
        }
    }

    /// Puts the files in their places, unless each was there as soon as it was complete.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Whole(tree) => tree.finish(),
            Self::Shared(..) => Ok(()),
        }
    }
}

impl<'p> Partitioned<'p> {
    pub(super) fn new(place: &'p Place) -> Self {
        Self {
            place,
            columns: Vec::new(),
            current: None,
            losses: Vec::new(),
        }
    }

    /// The file of that run: runs come one after the other.
    fn file(&mut self, run: &str) -> Result<&mut Parquet<NewFile>> {
        if self
            .current
            .as_ref()
            .is_none_or(|(current, _)| current != run)
        {
            self.close()?;
            let mut parquet = Parquet::new(self.place.create(&path(run))?);
            parquet.begin(&self.columns)?;
            self.current = Some((run.to_owned(), parquet));
        }
        let (_, file) = self.current.as_mut().context("no file is open")?;
        Ok(file)
    }

    fn close(&mut self) -> Result<()> {
        let Some((_, mut parquet)) = self.current.take() else {
            return Ok(());
        };
        let (file, losses) = parquet.close()?;
        self.losses.extend(losses);
        match file {
            Some(file) => match self.place {
                Place::Whole(_) => file.finish(),
                Place::Shared(_, true) => file.replace(),
                // A part that was interrupted is written again.
                Place::Shared(_, false) => file.finish_unless_same(),
            },
            None => Ok(()),
        }
    }
}

impl RowWriter for Partitioned<'_> {
    fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        self.columns = columns.to_vec();
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        match cells.first() {
            Some(Cell::Text(run)) => self.file(run).map_err(io::Error::other)?.row(cells),
            _ => Ok(()),
        }
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<()> {
        self.file(run)
            .map_err(io::Error::other)?
            .scalars(run, tag, scalars)
    }

    fn finish(&mut self) -> io::Result<Vec<Loss>> {
        self.close().map_err(io::Error::other)?;
        Ok(std::mem::take(&mut self.losses))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_nothing_that_engines_stumble_over() {
        let cases = [
            ("001", "001"),
            (".", "%2E"),
            ("lr=0.1/a b", "lr%3D0%2E1%2Fa%20b"),
            ("ß", "%C3%9F"),
        ];
        for (name, expected) in cases {
            assert_eq!(encoded(name), expected);
        }
    }
}
