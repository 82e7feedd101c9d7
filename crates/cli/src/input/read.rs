//! Through the files of runs, event by event, past damage.

use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use tfevents::event::PlainScalar;
use tfevents::reader::{EventRecord, SkimReader};
use tfevents::record::Tail;
use tfevents::{Error, EventItem, EventReader, Health, Run};

use super::paths::Limits;
use super::sources::file_size;
use crate::ui::reporter::Reporter;

/// How reading a file went.
pub(crate) struct Reading {
    /// The state of what was read, unless the file could not be opened.
    pub(crate) health: Option<Health>,
    /// How many bytes were read, damaged and unfinished ones included; unwrapped, if the file is compressed.
    pub(crate) bytes: u64,
    /// What the system refused.
    pub(crate) error: Option<Error>,
}

impl Reading {
    /// Warns of everything that is wrong.
    pub(crate) fn report(&self, path: &Path, reporter: &Reporter) {
        if let Some(health) = &self.health {
            reporter.file_health(path, health);
        }
        if let Some(error) = &self.error {
            reporter.warn(error);
        }
    }
}

/// How closely files are read by verbs that need little of what is in them.
#[derive(Debug, clap::Args)]
pub(crate) struct Checks {
    /// Pass over what is large without reading it, and so without verifying the checksums of payloads
    #[arg(long)]
    no_verify: bool,
}

impl Checks {
    /// As [`file`]; with `--no-verify` large bodies are missing from the events.
    pub(crate) fn read_file(
        &self,
        run: &Run,
        path: &Path,
        reporter: &Reporter,
        each: impl FnMut(&EventRecord<'_>) -> Result<()>,
    ) -> Result<Reading> {
        self.visit_file(run, path, reporter, &mut Each(each))
    }

    /// As [`visit`]; with `--no-verify` large bodies are missing from the events.
    pub(crate) fn visit_file(
        &self,
        run: &Run,
        path: &Path,
        reporter: &Reporter,
        visitor: &mut impl Visitor,
    ) -> Result<Reading> {
        if !self.no_verify {
            return visit(run, path, reporter, visitor);
        }
        reporter.begin_file(file_size(path));
        let reader = SkimReader::open(path).map(|r| r.max_record(run.max_record()));
        drive(reader, reporter, visitor)
    }
}

/// Takes in the events of a file.
pub(crate) trait Visitor {
    /// A scalar in its usual form, which costs half of what it does as an event. What is refused comes as one.
    fn scalar(&mut self, _: &PlainScalar<'_>) -> bool {
        false
    }

    /// Any event.
    fn event(&mut self, record: &EventRecord<'_>) -> Result<()>;
}

struct Each<F>(F);

impl<F: FnMut(&EventRecord<'_>) -> Result<()>> Visitor for Each<F> {
    fn event(&mut self, record: &EventRecord<'_>) -> Result<()> {
        self.0(record)
    }
}

/// Hands every event of a file to `each`, past damage. A file that cannot be read is not an error: what
/// `each` returns is.
pub(crate) fn file(
    run: &Run,
    path: &Path,
    reporter: &Reporter,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    visit(run, path, reporter, &mut Each(each))
}

/// The same for those who want scalars at half the price.
pub(crate) fn visit(
    run: &Run,
    path: &Path,
    reporter: &Reporter,
    visitor: &mut impl Visitor,
) -> Result<Reading> {
    reporter.begin_file(file_size(path));
    let reader = EventReader::open(path).map(|reader| {
        let mut reader = reader.max_record(run.max_record());
        reader.finish();
        reader
    });
    drive(reader, reporter, visitor)
}

/// The same for standard input.
pub(crate) fn stdin(
    limits: Limits,
    reporter: &Reporter,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    let reader = EventReader::new(io::stdin().lock()).max_record(limits.max_record);
    read(reader, reporter, each)
}

fn read<R: Read>(
    mut reader: EventReader<R>,
    reporter: &Reporter,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    reader.finish();
    drive(Ok(reader), reporter, &mut Each(each))
}

/// What both of the library's readers do.
trait Events {
    /// As [`EventReader::scalars`]; a reader need not have any.
    fn scalars(&mut self, _: impl FnMut(&PlainScalar<'_>) -> bool) {}
    fn next_item(&mut self) -> Result<EventItem<'_>, Error>;
    fn health(&self) -> &Health;
    /// Everything before it was returned.
    fn offset(&self) -> u64;
}

impl<R: Read> Events for EventReader<R> {
    fn scalars(&mut self, take: impl FnMut(&PlainScalar<'_>) -> bool) {
        self.scalars(take);
    }

    fn next_item(&mut self) -> Result<EventItem<'_>, Error> {
        self.next_item()
    }

    fn health(&self) -> &Health {
        self.health()
    }

    fn offset(&self) -> u64 {
        self.offset()
    }
}

impl Events for SkimReader {
    fn next_item(&mut self) -> Result<EventItem<'_>, Error> {
        self.next_item()
    }

    fn health(&self) -> &Health {
        self.health()
    }

    fn offset(&self) -> u64 {
        self.offset()
    }
}

fn drive(
    reader: Result<impl Events, Error>,
    reporter: &Reporter,
    visitor: &mut impl Visitor,
) -> Result<Reading> {
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            return Ok(Reading {
                health: None,
                bytes: 0,
                error: Some(error),
            });
        }
    };
    let error = loop {
        reader.scalars(|scalar| visitor.scalar(scalar));
        match reader.next_item() {
            Ok(EventItem::Event(event)) => {
                reporter.reached(event.offset);
                visitor.event(&event)?;
            }
            Ok(EventItem::Damage(_)) => {}
            Ok(EventItem::End(_)) => break None,
            Err(error) => break Some(error),
        }
    };
    let tail = match reader.health().tail {
        Tail::Torn { len } | Tail::Zeros { len } | Tail::Damaged { len, .. } => len,
        _ => 0,
    };
    Ok(Reading {
        health: Some(reader.health().clone()),
        bytes: reader.offset() + tail,
        error,
    })
}
