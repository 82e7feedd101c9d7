//! All series of a run, and the pages on which they are drawn.

use std::collections::{BTreeMap, HashMap};

use tempfile::TempDir;
use tfevents::Kind;
use tfevents_table::Row;

use super::Artifact;
use super::drawn::{self, Drawn};
use super::name::Names;
use super::series::{self, Series};
use crate::error::Result;

/// What was made of the values so far.
#[derive(Debug)]
pub(super) struct Collected {
    series: BySubject<Series>,
    drawn: BySubject<Drawn>,
    /// What does not fit into memory.
    spool: TempDir,
    has_pictures: bool,
}

/// By kind and tag, in the order in which they were first seen, each with a name of its own.
#[derive(Debug)]
struct BySubject<T> {
    items: Vec<T>,
    positions: HashMap<Kind, BTreeMap<String, usize>>,
    names: Names,
}

impl<T> BySubject<T> {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            positions: HashMap::new(),
            names: Names::default(),
        }
    }

    /// The number of that subject, and what is of it; if there is nothing yet, something new of that name and number.
    fn of(
        &mut self,
        kind: Kind,
        subject: &str,
        new: impl FnOnce(&str, usize) -> T,
    ) -> (usize, Option<&mut T>) {
        let positions = self.positions.entry(kind).or_default();
        let at = match positions.get(subject) {
            Some(&at) => at,
            None => {
                let at = self.items.len();
                let name = self.names.of(kind, subject);
                self.items.push(new(&name, at));
                positions.insert(subject.to_owned(), at);
                at
            }
        };
        (at, self.items.get_mut(at))
    }
}

impl Collected {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            series: BySubject::new(),
            drawn: BySubject::new(),
            spool: series::spool()?,
            has_pictures: false,
        })
    }

    pub(super) fn has_pictures(&self) -> bool {
        self.has_pictures
    }

    /// Takes a value, and gives the files that it becomes.
    pub(super) fn add(&mut self, row: &Row<'_>) -> Result<Vec<Artifact>> {
        let new = |name: &str, number| Series::new(row.kind, name, number);
        let (at, series) = self.series.of(row.kind, row.tag, new);
        if let Some(subject) = drawn::subject(row) {
            let new = |name: &str, _| Drawn::new(row.kind, subject, name);
            if let (_, Some(drawn)) = self.drawn.of(row.kind, subject, new) {
                drawn.add(at);
            }
        }
        let Some(series) = series else {
            return Ok(Vec::new());
        };
        let files = series.files(row);
        self.has_pictures |= !files.is_empty() && row.kind == Kind::Image;
        series.add(row, &files, self.spool.path())?;
        Ok(files)
    }

    /// The files about whole series, of those that have grown since this was asked last.
    pub(super) fn grown(&mut self) -> Result<Vec<Artifact>> {
        let mut files = Vec::new();
        for series in &mut self.series.items {
            files.extend(series.whole(self.spool.path())?);
        }
        for drawn in &mut self.drawn.items {
            files.extend(drawn.page(&self.series.items, self.spool.path())?);
        }
        Ok(files)
    }
}
