//! Reading a file to its end, past damage.

use std::io::Read;

use crate::error::{Error, Result};
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::health::Health;
use crate::reader::skim::SkimReader;
use crate::reader::visit::{FollowItem, SkimVisitor, Visitor};

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

impl Reading {
    fn unopened(error: Error) -> Self {
        Self {
            health: None,
            bytes: 0,
            error: Some(error),
        }
    }

    /// What was read ends at `offset`.
    fn of(health: &Health, offset: u64, error: Option<Error>) -> Self {
        Self {
            health: Some(health.clone()),
            bytes: offset + health.end.bytes(),
            error,
        }
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
pub fn visit<R: Read, V: Visitor>(
    reader: Result<EventReader<R>>,
    visitor: &mut V,
) -> std::result::Result<Reading, V::Stop> {
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => return Ok(Reading::unopened(error)),
    };
    let error = loop {
        if V::SCALARS {
            reader.take_scalars(|scalar| visitor.scalar(scalar));
        }
        visitor.item(match reader.next_item() {
            Ok(EventItem::Event(event)) => FollowItem::Event(event),
            Ok(EventItem::Damage(defect)) => FollowItem::Damage(defect),
            Ok(EventItem::End(_)) => break None,
            Err(error) => break Some(error),
        })?;
    };
    Ok(Reading::of(reader.health(), reader.offset(), error))
}

/// As [`visit`], for callers that need no large bodies. No event comes as a [scalar](Visitor::scalar).
///
/// # Errors
///
/// Why the visitor wants no more.
pub fn skim<V: SkimVisitor>(
    reader: Result<SkimReader>,
    visitor: &mut V,
) -> std::result::Result<Reading, V::Stop> {
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => return Ok(Reading::unopened(error)),
    };
    let error = loop {
        match reader.next_item() {
            Ok(EventItem::Event(record)) => visitor.skimmed(record)?,
            Ok(EventItem::Damage(defect)) => visitor.item(FollowItem::Damage(defect))?,
            Ok(EventItem::End(_)) => break None,
            Err(error) => break Some(error),
        }
    };
    Ok(Reading::of(reader.health(), reader.offset(), error))
}
