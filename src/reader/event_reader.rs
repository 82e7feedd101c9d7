//! Events out of one stream.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::event::{EventRef, PlainScalar};
use crate::reader::event_record::EventRecord;
use crate::reader::health::{Defect, DefectKind, Health};
use crate::reader::source::EventFile;
use crate::record::{Item, OVERHEAD, RecordReader};

/// Reads the events of one file, past damage, and again after the file has grown.
///
/// # Examples
///
/// ```
/// use tfevents::event::What;
/// use tfevents::{EventItem, EventReader, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.flush()?;
///
/// let mut reader = EventReader::open(writer.path())?;
/// let mut steps = Vec::new();
/// loop {
///     match reader.next_item()? {
///         EventItem::Event(e) if matches!(e.event.what, What::Summary(_)) => steps.push(e.event.step),
///         EventItem::Event(_) => {}
///         EventItem::Damage(defect) => eprintln!("{defect}"),
///         EventItem::End(_) => break,
///     }
/// }
/// assert_eq!(steps, [1]);
///
/// // Later, the same reader goes on where it stopped.
/// writer.add_scalar("loss", 0.4, 2)?;
/// writer.close()?;
/// assert!(matches!(reader.next_item()?, EventItem::Event(e) if e.event.step == 2));
/// assert!(matches!(reader.next_item()?, EventItem::End(_)));
/// assert!(reader.health().is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    records: RecordReader<R>,
    health: Health,
    path: Option<PathBuf>,
    /// How long the file was when it was opened, if its bytes are those that are read.
    len: Option<u64>,
}

/// What [`EventReader::next_item`] found, or, with [`SkimmedRecord`](crate::reader::SkimmedRecord)s for events,
/// [`SkimReader::next_item`](crate::reader::SkimReader::next_item).
#[derive(Debug, PartialEq)]
pub enum EventItem<'a, E = EventRecord<'a>> {
    /// An event.
    Event(E),
    /// Bytes that hold no usable event; reading goes on behind them.
    Damage(Defect),
    /// The data ends here for now; this is the state of what was read so far.
    End(&'a Health),
}

impl EventReader<EventFile> {
    /// Opens an event file, decompressing it if it is compressed.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let open = || {
            let file = File::open(path)?;
            let len = file.metadata()?.len();
            Ok::<_, std::io::Error>((EventFile::new(Arc::new(file), 0)?, len))
        };
        let (file, len) = open().map_err(|e| Error::from(e).with_path(path))?;
        // One byte more, so that the end is seen without another growth.
        let capacity = usize::try_from(len.saturating_add(1)).unwrap_or(usize::MAX);
        let capacity = capacity.min(RecordReader::<EventFile>::CAPACITY);
        Ok(Self {
            path: Some(path.to_path_buf()),
            len: file.is_plain().then_some(len),
            ..Self::from_records(RecordReader::with_capacity(file, capacity))
        })
    }
}

impl<R: Read> EventReader<R> {
    /// Reads from the current position of `input`.
    pub fn new(input: R) -> Self {
        Self::from_records(RecordReader::new(input))
    }

    /// Reads events from the records of `records`, which may start anywhere.
    pub fn from_records(records: RecordReader<R>) -> Self {
        Self {
            records,
            health: Health::default(),
            path: None,
            len: None,
        }
    }

    /// Limits the size of records held in memory to this many bytes, instead of
    /// [`MAX_RECORD`](crate::record::MAX_RECORD). Longer ones are verified, passed over, and reported as
    /// [`DefectKind::Large`].
    #[must_use]
    pub fn max_record(self, bytes: u64) -> Self {
        Self {
            records: self.records.max_record(bytes),
            ..self
        }
    }

    /// Declares that the data will not grow: see [`RecordReader::finish`].
    pub fn finish(&mut self) {
        self.records.finish();
        if let Some(len) = self.len {
            self.records.ends_at(len);
        }
    }

    /// The next event, damage, or the present end.
    ///
    /// # Errors
    ///
    /// Only what the input itself says; the reader can then be asked again.
    pub fn next_item(&mut self) -> Result<EventItem<'_>> {
        let item = match self.records.next_item() {
            Ok(item) => item,
            Err(e) => {
                return Err(match &self.path {
                    Some(path) => e.with_path(path),
                    None => e,
                });
            }
        };
        let defect = match item {
            Item::Record(record) => match EventRef::parse(record.payload) {
                Ok(event) => {
                    self.health.records += 1;
                    return Ok(EventItem::Event(EventRecord {
                        offset: record.offset,
                        record: record.index,
                        payload: record.payload,
                        event,
                    }));
                }
                Err(e) => Defect {
                    offset: record.offset,
                    len: (record.payload.len() + OVERHEAD) as u64,
                    record: record.index,
                    kind: DefectKind::Content(e.to_string()),
                },
            },
            Item::Damage(damage) => damage.into(),
            Item::End(end) => {
                self.health.end = end;
                return Ok(EventItem::End(&self.health));
            }
        };
        self.health.note(&defect);
        Ok(EventItem::Damage(defect))
    }

    /// Passes scalars in their usual form to `take`, as long as they come one after the other, are whole in memory, and
    /// `take` returns true. The next [item](Self::next_item) is whatever follows, the scalar that was refused
    /// included.
    ///
    /// Nearly all events are such scalars, and this way one costs half of what it does as an item.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{EventItem, EventReader, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// for step in 0..1000 {
    ///     writer.add_scalar("loss", 0.5, step)?;
    /// }
    /// writer.close()?;
    ///
    /// let mut reader = EventReader::open(writer.path())?;
    /// let (mut sum, mut others) = (0.0, 0);
    /// loop {
    ///     reader.take_scalars(|scalar| {
    ///         sum += f64::from(scalar.value);
    ///         true
    ///     });
    ///     match reader.next_item()? {
    ///         EventItem::End(_) => break,
    ///         // What needs a closer look: here the file's version and its start, and a scalar now and then.
    ///         EventItem::Event(e) => match tfevents::event::PlainScalar::parse(e.payload) {
    ///             Some(scalar) => sum += f64::from(scalar.value),
    ///             None => others += 1,
    ///         },
    ///         EventItem::Damage(defect) => eprintln!("{defect}"),
    ///     }
    /// }
    /// assert_eq!((sum, others), (500.0, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn take_scalars(&mut self, mut take: impl FnMut(&PlainScalar<'_>) -> bool) {
        let wanted = |payload: &[u8]| PlainScalar::parse(payload).is_some_and(|e| take(&e));
        self.health.records += self.records.take_while(PlainScalar::LONGEST, wanted);
    }

    /// The records that the events are read from.
    pub(crate) fn records(&self) -> &RecordReader<R> {
        &self.records
    }

    /// The same, to be told more about where they come from.
    pub(crate) fn records_mut(&mut self) -> &mut RecordReader<R> {
        &mut self.records
    }

    /// The state of the data read so far.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Where the next record starts.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.records.offset()
    }

    /// The number of records before it.
    #[must_use]
    pub fn record(&self) -> u64 {
        self.records.index()
    }
}
