//! What skimming yields: what is known of an event without its large bodies.

use crate::event::What;
use crate::plugin::PointDecoder;
use crate::reader::event_record::EventRecord;
use crate::reader::values::KnownValues;
use crate::types::WallTime;

/// An event of which large bodies may be missing, and where it stands.
///
/// It says what the event is, how large it is, and what its values are: all that a summary of a file needs. It cannot
/// become an [`EventRecord`], so that nothing can write or decode an event of which only an outline was read. An
/// [`EventRecord`] can become one of these, in which nothing is missing.
///
/// # Examples
///
/// ```
/// use tfevents::edit::{Editor, Rules};
/// use tfevents::{EventItem, EventReader, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// # let writer = SummaryWriter::new(dir.path())?;
/// # writer.close()?;
/// # let path = writer.path();
/// let mut editor = Editor::new(Rules::default());
/// let mut out = Vec::new();
/// let mut reader = EventReader::open(path)?;
/// while let EventItem::Event(record) = reader.next_item()? {
///     editor.event(&record, &mut out)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The same does not compile with a [`SkimReader`](crate::reader::SkimReader):
///
/// ```compile_fail,E0308
/// use tfevents::edit::{Editor, Rules};
/// use tfevents::reader::SkimReader;
/// use tfevents::{EventItem, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// # let writer = SummaryWriter::new(dir.path())?;
/// # writer.close()?;
/// # let path = writer.path();
/// let mut editor = Editor::new(Rules::default());
/// let mut out = Vec::new();
/// let mut reader = SkimReader::open(path)?;
/// while let EventItem::Event(record) = reader.next_item()? {
///     editor.event(&record, &mut out)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SkimmedRecord<'a> {
    outline: EventRecord<'a>,
    skipped: Skipped<'a>,
}

/// What was left out of a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Skipped<'a> {
    /// How many bytes in all.
    pub(super) total: u64,
    /// How many of each of the summary's values, or of the value that the event itself is.
    pub(super) values: &'a [u64],
}

impl<'a> From<EventRecord<'a>> for SkimmedRecord<'a> {
    #[inline]
    fn from(record: EventRecord<'a>) -> Self {
        Self::new(record, Skipped::default())
    }
}

impl<'a> SkimmedRecord<'a> {
    #[inline]
    pub(super) fn new(outline: EventRecord<'a>, skipped: Skipped<'a>) -> Self {
        Self { outline, skipped }
    }

    /// The byte at which its record starts.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.outline.offset
    }

    /// The number of records before it.
    #[inline]
    #[must_use]
    pub fn record(&self) -> u64 {
        self.outline.record
    }

    /// How many bytes of the file the record takes, its framing included.
    #[inline]
    #[must_use]
    pub fn size(&self) -> u64 {
        self.outline.size() + self.skipped.total
    }

    /// How many of these bytes were passed over.
    #[inline]
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped.total
    }

    /// Seconds since the Unix epoch; other writers may have stored NaN or infinities.
    #[inline]
    #[must_use]
    pub fn wall_time(&self) -> WallTime {
        self.outline.event.wall_time
    }

    /// The step, 0 if none was written.
    #[inline]
    #[must_use]
    pub fn step(&self) -> i64 {
        self.outline.event.step
    }

    /// What the event is: [`What::name`](crate::event::What::name).
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.outline.event.what.name()
    }

    /// The version of the file, if the event states it.
    #[inline]
    #[must_use]
    pub fn file_version(&self) -> Option<&'a str> {
        match self.outline.event.what {
            What::FileVersion(version) => Some(version),
            _ => None,
        }
    }

    /// The program that wrote the file, in a first event.
    #[inline]
    #[must_use]
    pub fn source_writer(&self) -> Option<&'a str> {
        self.outline.event.source_writer
    }

    /// As [`EventRecord::known_values`]. Those that were passed over have no [`data`](crate::reader::KnownValue::data).
    pub fn known_values<'d>(&self, decoder: &'d mut PointDecoder) -> KnownValues<'d, 'a> {
        KnownValues::new(&self.outline.event, self.skipped.values, decoder)
    }
}
