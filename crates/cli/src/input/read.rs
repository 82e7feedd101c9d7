//! Through the files of runs, event by event, past damage.

use std::io;
use std::path::Path;

use anyhow::Result;
use tfevents::reader::{self, EventRecord, FollowItem, Reading, SkimReader, SkimVisitor, Visitor};
use tfevents::{EventReader, Run};

use crate::args::paths::{Checks, Limits};
use crate::ui::reporter::Reporter;

/// Warns of everything that is wrong with a file that was read.
pub(crate) fn report(reading: &Reading, path: &Path, reporter: &Reporter) {
    if let Some(health) = &reading.health {
        reporter.file_health(path, health);
    }
    if let Some(error) = &reading.error {
        reporter.warn(error);
    }
}

impl Checks {
    /// As [`visit`]; with `--no-verify` large bodies are missing from the events.
    pub(crate) fn visit<V: SkimVisitor>(
        &self,
        run: &Run,
        path: &Path,
        visitor: &mut V,
    ) -> Result<Reading, V::Stop> {
        if !self.no_verify {
            return visit(run, path, visitor);
        }
        let reader = SkimReader::open(path).map(|r| r.max_record(run.max_record()));
        reader::skim(reader, visitor)
    }
}

/// Hands every event to a closure.
struct Each<F>(F);

impl<F: FnMut(&EventRecord<'_>) -> Result<()>> Visitor for Each<F> {
    type Stop = anyhow::Error;

    fn item(&mut self, item: FollowItem<'_>) -> Result<()> {
        match item {
            FollowItem::Event(record) => self.0(&record),
            _ => Ok(()),
        }
    }
}

/// Hands every event of a file to `each`, past damage. A file that cannot be read is not an error: what
/// `each` returns is.
pub(crate) fn file(
    run: &Run,
    path: &Path,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    visit(run, path, &mut Each(each))
}

/// The same for those who want scalars at half the price.
pub(crate) fn visit<V: Visitor>(
    run: &Run,
    path: &Path,
    visitor: &mut V,
) -> Result<Reading, V::Stop> {
    let reader = EventReader::open(path).map(|reader| {
        let mut reader = reader.max_record(run.max_record());
        reader.finish();
        reader
    });
    reader::visit(reader, visitor)
}

/// The same for standard input.
pub(crate) fn stdin(
    limits: Limits,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    let mut reader = EventReader::new(io::stdin().lock()).max_record(limits.max_record);
    reader.finish();
    reader::visit(Ok(reader), &mut Each(each))
}
