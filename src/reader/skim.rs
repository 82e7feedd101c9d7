//! Reading events without their pictures, sounds, graphs and tensors, which are passed over by seeking.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::event::EventRef;
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::event_record::EventRecord;
use crate::reader::health::Health;
use crate::reader::source::{EventFile, Stretch};

mod outline;
mod record;
mod skimmer;
#[cfg(test)]
mod tests;

pub use record::SkimmedRecord;
use record::Skipped;
use skimmer::{Place, Skimmer};

/// Reads what the events of a file are, and not what is large in them: with an 80 GB logdir of pictures, a
/// few kilobytes of each.
///
/// For that the checksums of payloads go unverified; those of headers are checked all the same. Where
/// something is wrong, reading goes on as [`EventReader`] does for a while, so that damage to the framing is
/// found and passed over as ever. Damage inside payloads is found only if it makes them unreadable. A record may
/// be of any length, as long as what remains of it can be held in memory.
///
/// Bodies of more than a few kilobytes are left out: of pictures, sounds, histograms, tensors and graphs.
/// [`SkimmedRecord::known_values`] says what they are and how large. Compressed files are read whole.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::PointDecoder;
/// use tfevents::reader::SkimReader;
/// use tfevents::{EventItem, Kind, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add_text("sample", "Lorem ipsum ".repeat(50_000), 1)?;
/// writer.flush()?;
///
/// let mut decoder = PointDecoder::default();
/// let mut reader = SkimReader::open(writer.path())?;
/// let mut found = None;
/// while let EventItem::Event(record) = reader.next_item()? {
///     for value in record.known_values(&mut decoder) {
///         let value = value?;
///         assert!(value.data().is_none());
///         found = Some((value.tag.to_owned(), value.kind, value.size > 600_000));
///     }
/// }
/// assert_eq!(found, Some(("sample".to_owned(), Kind::Text, true)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SkimReader {
    path: PathBuf,
    plain: Skimmer<Stretch>,
    /// The verifying reader that is at work, and the offset at which it has done its part.
    verified: Option<(EventReader<EventFile>, u64)>,
    health: Health,
}

/// How far the verifying reader goes behind a fault. It reads ahead, so that coming and going at every fault
/// of a file that is full of them would read it over and over.
const VERIFIED_STRETCH: u64 = 4 << 20;

impl SkimReader {
    /// Opens an event file that is not going to grow.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let open = || {
            let file = Arc::new(File::open(path)?);
            let len = file.metadata()?.len();
            let source = EventFile::new(Arc::clone(&file), 0)?;
            let verified = (!source.is_plain()).then(|| {
                let mut reader = EventReader::new(source);
                reader.finish();
                (reader, u64::MAX)
            });
            Ok::<_, io::Error>((Skimmer::new(Stretch::whole(file), len), verified))
        };
        let (plain, verified) = open().map_err(|e| Error::from(e).with_path(path))?;
        Ok(Self {
            path: path.to_path_buf(),
            plain,
            verified,
            health: Health::default(),
        })
    }

    /// Limits the size of records held in memory: see [`EventReader::max_record`].
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.plain.limit = bytes;
        self.verified = self
            .verified
            .map(|(reader, until)| (reader.max_record(bytes), until));
        self
    }

    /// The next event, damage, or the end.
    ///
    /// # Errors
    ///
    /// Only what the system says.
    pub fn next_item(&mut self) -> Result<EventItem<'_, SkimmedRecord<'_>>> {
        let failed = |path: &Path, e: io::Error| Error::from(e).with_path(path);
        if let Some((reader, until)) = &self.verified
            && reader.offset() >= *until
            // What it read ahead is read again: no more than it did.
            && reader.records().ahead() as u64 <= VERIFIED_STRETCH
        {
            let (offset, record) = (reader.offset(), reader.record());
            self.plain
                .go_to(offset, record)
                .map_err(|e| failed(&self.path, e))?;
            self.verified = None;
        }
        if self.verified.is_none() {
            let Place { offset, record } = self.plain.place;
            if self.plain.advance().map_err(|e| failed(&self.path, e))?
                && let Ok(event) = EventRef::parse(&self.plain.payload)
            {
                self.health.records += 1;
                let outline = EventRecord {
                    offset,
                    record,
                    payload: &self.plain.payload,
                    event,
                };
                let skipped = Skipped {
                    total: self.plain.skipped,
                    values: &self.plain.skipped_of_values,
                };
                return Ok(EventItem::Event(SkimmedRecord::new(outline, skipped)));
            }
            let reader = self.plain.verifying(offset, record);
            self.verified = Some((reader, offset.saturating_add(VERIFIED_STRETCH)));
        }
        let Some((reader, _)) = &mut self.verified else {
            return Ok(EventItem::End(&self.health));
        };
        Ok(
            match reader.next_item().map_err(|e| e.with_path(&self.path))? {
                EventItem::Event(record) => {
                    self.health.records += 1;
                    EventItem::Event(record.into())
                }
                EventItem::Damage(defect) => {
                    self.health.note(&defect);
                    EventItem::Damage(defect)
                }
                EventItem::End(health) => {
                    self.health.end = health.end;
                    EventItem::End(&self.health)
                }
            },
        )
    }

    /// Where the next record starts.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match &self.verified {
            Some((reader, _)) => reader.offset(),
            None => self.plain.place.offset,
        }
    }

    /// The state of the data read so far.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }
}
