//! Reading a file to its end, past damage.

use std::io::Read;

use crate::error::{Error, Result};
use crate::event::PlainScalar;
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::health::Health;
use crate::reader::skim::SkimReader;
use crate::reader::visit::{FollowItem, Visitor};

/// How reading a file went.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The state of what was read, unless the file could not be opened.
    pub health: Option<Health>,
    /// How many bytes were read, damaged and unfinished ones included; unwrapped, if the file is compressed.
    pub bytes: u64,
    /// What the system refused.
    pub error: Option<Error>,
}

/// What [`EventReader`] and [`SkimReader`] do alike.
pub trait Events: sealed::Events {}

mod sealed {
    use super::{EventItem, Health, PlainScalar, Result};

    pub trait Events {
        fn scalars(&mut self, take: impl FnMut(&PlainScalar<'_>) -> bool);
        fn next_item(&mut self) -> Result<EventItem<'_>>;
        fn health(&self) -> &Health;
        fn offset(&self) -> u64;
    }
}

impl<R: Read> Events for EventReader<R> {}

impl<R: Read> sealed::Events for EventReader<R> {
    fn scalars(&mut self, take: impl FnMut(&PlainScalar<'_>) -> bool) {
        self.scalars(take);
    }

    fn next_item(&mut self) -> Result<EventItem<'_>> {
        self.next_item()
    }

    fn health(&self) -> &Health {
        self.health()
    }

    fn offset(&self) -> u64 {
        self.offset()
    }
}

impl Events for SkimReader {}

impl sealed::Events for SkimReader {
    /// It reads too little at a time for that.
    fn scalars(&mut self, _: impl FnMut(&PlainScalar<'_>) -> bool) {}

    fn next_item(&mut self) -> Result<EventItem<'_>> {
        self.next_item()
    }

    fn health(&self) -> &Health {
        self.health()
    }

    fn offset(&self) -> u64 {
        self.offset()
    }
}

/// Passes all that `reader` reads to `visitor`, past damage. A file that cannot be opened or read on is a
/// [`Reading`] with an error.
///
/// # Errors
///
/// Why the visitor wants no more.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
/// use tfevents::reader::{self, FollowItem, Visitor};
/// use tfevents::{EventReader, SummaryWriter};
///
/// struct Events(u64);
///
/// impl Visitor for Events {
///     type Stop = Infallible;
///
///     fn item(&mut self, item: FollowItem<'_>) -> Result<(), Infallible> {
///         self.0 += u64::from(matches!(item, FollowItem::Event(_)));
///         Ok(())
///     }
/// }
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.close()?;
/// let mut events = Events(0);
/// let reading = reader::visit(EventReader::open(writer.path()), &mut events)?;
/// assert_eq!(events.0, 3, "the file's version, the session's start, the scalar");
/// assert!(reading.health.is_some_and(|health| health.is_clean()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn visit<V: Visitor>(
    reader: Result<impl Events>,
    visitor: &mut V,
) -> std::result::Result<Reading, V::Stop> {
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
        if V::SCALARS {
            reader.scalars(|scalar| visitor.scalar(scalar));
        }
        visitor.item(match reader.next_item() {
            Ok(EventItem::Event(event)) => FollowItem::Event(event),
            Ok(EventItem::Damage(finding)) => FollowItem::Damage(finding),
            Ok(EventItem::End(_)) => break None,
            Err(error) => break Some(error),
        })?;
    };
    Ok(Reading {
        health: Some(reader.health().clone()),
        bytes: reader.offset() + reader.health().end.bytes(),
        error,
    })
}
