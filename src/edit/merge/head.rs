//! A file on its way into a merged one, and the event of it that comes next.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::event::{EventRef, What};
use crate::reader::{EventFile, EventItem, EventReader, EventRecord, Health};
use crate::record::{HEADER_LEN, MAX_RECORD, RecordReader};

/// How much of each file is in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// So many bytes, as long as its records are not longer.
    bytes: usize,
    pub(super) max_record: u64,
}

impl Share {
    /// What all files have together, as far as that leaves each of them enough.
    const ALL: usize = 16 << 20;
    const LEAST: usize = 1 << 10;

    pub(super) fn of(files: usize) -> Self {
        let share = Self::ALL / files.max(1);
        Self {
            bytes: share.clamp(Self::LEAST, RecordReader::<EventFile>::CAPACITY),
            max_record: MAX_RECORD,
        }
    }
}

/// A file and its next event.
#[derive(Debug)]
pub(super) struct Head {
    path: PathBuf,
    share: Share,
    /// None where the file is put aside until it is its turn again.
    reader: Option<EventReader<EventFile>>,
    /// What readers before this one found.
    health: Health,
    next: Place,
    /// The length of the longest record since the reader was opened.
    longest: usize,
    /// The latest time in the file so far; at its start that of its first event.
    time: f64,
    timed: bool,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    offset: u64,
    record: u64,
    len: usize,
    mark: Option<Mark>,
}

/// What an event says about its file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Version { begins_file: bool },
    Start,
}

impl Head {
    /// A file whose first event has this time. Whether the times of others matter, `timed` says.
    pub(super) fn new(path: PathBuf, share: Share, time: f64, timed: bool) -> Self {
        Self {
            path,
            share,
            reader: None,
            health: Health::default(),
            next: Place::default(),
            longest: 0,
            time,
            timed,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn into_path(self) -> PathBuf {
        self.path
    }

    pub(super) fn time(&self) -> f64 {
        self.time
    }

    /// What the next event says about the file.
    pub(super) fn mark(&self) -> Option<Mark> {
        self.next.mark
    }

    /// Goes on to the next event; the file's state if there is none.
    pub(super) fn advance(&mut self) -> Result<Option<Health>> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self.reader.insert(open(&self.path, self.share, self.next)?),
        };
        loop {
            match reader.next_item() {
                Ok(EventItem::Event(event)) => {
                    self.next = Place {
                        offset: event.offset,
                        record: event.record,
                        len: event.payload.len(),
                        mark: Mark::of(&event),
                    };
                    self.longest = self.longest.max(event.payload.len());
                    let time = event.event.wall_time.as_secs();
                    if self.timed && time > self.time && is_timed(&event.event) {
                        self.time = time;
                    }
                    return Ok(None);
                }
                Ok(EventItem::Damage(_)) => {}
                Ok(EventItem::End(health)) => {
                    self.health.absorb(health);
                    return Ok(Some(self.health.clone()));
                }
                Err(e) => return Err(e.with_path(&self.path)),
            }
        }
    }

    /// Gives back memory beyond the file's share, where its next event can be read once more later. That is not so
    /// where it is compressed.
    pub(super) fn put_aside(&mut self) {
        if self.longest > self.share.bytes
            && let Some(reader) = self
                .reader
                .take_if(|r| r.records_mut().input_mut().is_plain())
        {
            // The next event will be counted when it is read again.
            self.health.absorb(reader.health());
            self.health.records -= 1;
            self.longest = 0;
        }
    }

    /// Gets the next event into memory again where the file was put aside.
    pub(super) fn load(&mut self) -> Result<()> {
        if self.reader.is_some() {
            return Ok(());
        }
        let expected = self.next;
        let end = self.advance()?;
        if end.is_some() || self.next != expected {
            let problem = std::io::Error::other("the file changed while it was read");
            return Err(Error::from(problem).with_path(&self.path));
        }
        Ok(())
    }

    /// The next event, which is in memory.
    pub(super) fn event(&self) -> Result<EventRecord<'_>> {
        let Place {
            offset,
            record,
            len,
            ..
        } = self.next;
        let start = offset + HEADER_LEN as u64;
        let reader = self.reader.as_ref();
        let payload = reader.and_then(|r| r.records().buffered(start..start + len as u64));
        let payload = payload.ok_or_else(|| Error::decode("the event is not in memory"))?;
        Ok(EventRecord {
            offset,
            record,
            payload,
            event: EventRef::parse(payload)?,
        })
    }
}

impl Mark {
    fn of(record: &EventRecord<'_>) -> Option<Self> {
        match record.event.what {
            What::FileVersion(_) => Some(Self::Version {
                begins_file: record.record == 0,
            }),
            What::SessionLog(log) if log.is_start() => Some(Self::Start),
            _ => None,
        }
    }
}

fn open(path: &Path, share: Share, at: Place) -> Result<EventReader<EventFile>> {
    let open = || {
        let len = path.metadata()?.len();
        Ok::<_, std::io::Error>((EventFile::reopened(path, at.offset)?, len))
    };
    let (file, len) = open().map_err(|e| Error::from(e).with_path(path))?;
    // One byte more, so that the end is seen without another growth.
    let capacity = usize::try_from(len.saturating_add(1)).unwrap_or(usize::MAX);
    let records = RecordReader::with_capacity(file, capacity.min(share.bytes));
    let records = records
        .starting_at(at.offset, at.record)
        .max_record(share.max_record);
    let mut reader = EventReader::from_records(records);
    reader.finish();
    Ok(reader)
}

/// The time of a file's first event that has one.
pub(super) fn first_time(path: &Path) -> Result<Option<f64>> {
    let mut reader = EventReader::open(path)?;
    reader.finish();
    loop {
        match reader.next_item()? {
            EventItem::Event(event) if is_timed(&event.event) => {
                return Ok(Some(event.event.wall_time.as_secs()));
            }
            EventItem::Event(_) | EventItem::Damage(_) => {}
            EventItem::End(_) => return Ok(None),
        }
    }
}

/// Whether an event's time says when its content happened.
fn is_timed(event: &EventRef<'_>) -> bool {
    event.wall_time.is_finite() && !matches!(event.what, What::FileVersion(_) | What::SessionLog(_))
}
