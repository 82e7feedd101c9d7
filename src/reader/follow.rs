//! Following one file: what is new since the last look, and whether it is still the same file.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::health::Health;
use crate::reader::source::{EventFile, read_up_to};
use crate::record::{RecordReader, Tail};

/// How many bytes at the start of a file, and before the cursor, tell whether it is still the same.
const PRINT: u64 = 4096;

/// How far a file was read, in a form that another process can go on from.
///
/// Beside the position it holds checksums of bytes that were read, so that a file that was rewritten since is
/// noticed and read from its start.
///
/// # Examples
///
/// ```
/// use tfevents::reader::Cursor;
///
/// let start = Cursor::default();
/// assert_eq!(start.to_string().parse::<Cursor>()?, start);
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The next record, and how many stand before it.
    offset: u64,
    record: u64,
    /// CRC-32C of the first bytes and of those before `offset`, at most [`PRINT`] each.
    head: u32,
    last: u32,
}

impl Cursor {
    /// The byte at which the next record starts.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many records stand before it.
    #[must_use]
    pub fn record(&self) -> u64 {
        self.record
    }

    /// A cursor for what `file` holds up to `offset`.
    fn take(file: &mut File, offset: u64, record: u64) -> io::Result<Self> {
        Ok(Self {
            offset,
            record,
            head: print(file, 0, offset)?,
            last: print(file, offset.saturating_sub(PRINT), offset)?,
        })
    }

    /// Whether the bytes before the cursor are those that were read.
    fn holds(&self, file: &mut File) -> io::Result<bool> {
        Ok(self.offset == 0 || Self::take(file, self.offset, self.record)? == *self)
    }
}

/// The checksum of at most [`PRINT`] bytes from `start` on, none behind `end`.
fn print(file: &mut File, start: u64, end: u64) -> io::Result<u32> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take((end - start).min(PRINT))
        .read_to_end(&mut bytes)?;
    Ok(crc32c::crc32c(&bytes))
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{:08x}:{:08x}",
            self.offset, self.record, self.head, self.last
        )
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parse = || {
            let mut parts = text.split(':');
            let cursor = Self {
                offset: parts.next()?.parse().ok()?,
                record: parts.next()?.parse().ok()?,
                head: u32::from_str_radix(parts.next()?, 16).ok()?,
                last: u32::from_str_radix(parts.next()?, 16).ok()?,
            };
            parts.next().is_none().then_some(cursor)
        };
        parse().ok_or_else(|| Error::argument(format!("{text:?} is no cursor of an event file")))
    }
}

/// The state of a followed file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum FileStatus {
    /// Not looked at yet.
    #[default]
    New,
    /// Read to its end, which is a record boundary.
    Active,
    /// Something unfinished stands at its end.
    Waiting(Tail),
    /// It cannot be read at present; it is tried again.
    Unreadable(Error),
    /// It is gone. What was read of it stays, and if it returns it is read on.
    Missing,
}

/// What a look at a file brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Nothing new. For an unchanged file this costs one `stat`.
    Unchanged,
    /// It was read on.
    Grown,
}

/// Reads a file as it grows. No descriptor is held in between.
///
/// # Examples
///
/// ```
/// use tfevents::SummaryWriter;
/// use tfevents::reader::{Follower, FollowItem};
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// let mut follower = Follower::new(writer.path());
/// let mut events = 0;
/// let mut count = |item: FollowItem<'_>| {
///     if let FollowItem::Event(_) = item {
///         events += 1;
///     }
/// };
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.flush()?;
/// follower.poll(&mut count);
/// writer.add_scalar("loss", 0.4, 2)?;
/// writer.close()?;
/// follower.poll(&mut count);
/// assert_eq!(events, 4, "the file's version, its start, and two scalars");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    cursor: Cursor,
    seen: Option<Stamp>,
    status: FileStatus,
    health: Health,
    finished: bool,
}

/// What a follower reports while it reads.
#[derive(Debug)]
#[non_exhaustive]
pub enum FollowItem<'a> {
    /// The file is another one than before, or was rewritten: what it brought is void, and it is read from
    /// its start.
    Replaced,
    /// An event.
    Event(crate::reader::EventRecord<'a>),
    /// Bytes without a usable event.
    Damage(crate::reader::Finding),
}

/// What `stat` says about a file that did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    inode: Option<(u64, u64)>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt as _;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let inode = None;
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            inode,
        }
    }
}

impl Follower {
    /// Follows a file from its start.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::resume(path, Cursor::default())
    }

    /// Goes on where another follower stopped, if the file is still the one that it read.
    pub fn resume(path: impl Into<PathBuf>, cursor: Cursor) -> Self {
        Self {
            path: path.into(),
            cursor,
            seen: None,
            status: FileStatus::New,
            health: Health::new(),
            finished: false,
        }
    }

    /// Declares that nothing more will be written, so that the next look also finds what a torn or damaged
    /// tail hides: see [`RecordReader::finish`].
    pub fn finish(&mut self) {
        self.finished = true;
        if matches!(self.status, FileStatus::Waiting(_)) {
            self.seen = None;
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far it was read.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The state at the last look.
    #[must_use]
    pub fn status(&self) -> &FileStatus {
        &self.status
    }

    /// What reading showed since the file was first seen or last replaced.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Reads what is new. Failures are the file's [`status`](Self::status), and are tried again next time.
    pub fn poll(&mut self, visit: &mut dyn FnMut(FollowItem<'_>)) -> Progress {
        match self.try_poll(visit) {
            Ok(progress) => progress,
            Err(e) => {
                self.seen = None;
                self.status = if e.kind() == io::ErrorKind::NotFound {
                    FileStatus::Missing
                } else {
                    FileStatus::Unreadable(Error::from(e).with_path(&self.path))
                };
                Progress::Unchanged
            }
        }
    }

    fn try_poll(&mut self, visit: &mut dyn FnMut(FollowItem<'_>)) -> io::Result<Progress> {
        let metadata = self.path.metadata()?;
        // A pipe would block for ever; it cannot have been one when it was found.
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let stamp = Stamp::of(&metadata);
        if self.seen == Some(stamp) {
            return Ok(Progress::Unchanged);
        }
        let mut file = File::open(&self.path)?;
        let before = self.cursor;
        let mut source = EventFile::new(file.try_clone()?, 0)?;
        if !source.is_plain() {
            // Positions are those of the unwrapped bytes, so there is nothing to compare: read it afresh.
            self.restart(visit, before);
        } else {
            let shrunk = stamp.size < before.offset;
            if shrunk || !before.holds(&mut file)? {
                self.restart(visit, before);
            }
            source = EventFile::new(file.try_clone()?, self.cursor.offset)?;
        }
        let plain = source.is_plain();
        let result = self.read(source, stamp.size, visit);
        if plain {
            self.cursor = Cursor::take(&mut file, self.cursor.offset, self.cursor.record)?;
        }
        // Only after this: a failure on the way is to be tried again.
        result?;
        self.seen = Some(stamp);
        Ok(Progress::Grown)
    }

    fn restart(&mut self, visit: &mut dyn FnMut(FollowItem<'_>), before: Cursor) {
        self.cursor = Cursor::default();
        self.health = Health::new();
        if before.offset > 0 {
            visit(FollowItem::Replaced);
        }
    }

    fn read(
        &mut self,
        source: EventFile,
        size: u64,
        visit: &mut dyn FnMut(FollowItem<'_>),
    ) -> io::Result<()> {
        let left = size.saturating_sub(self.cursor.offset).saturating_add(1);
        let capacity = usize::try_from(left).unwrap_or(usize::MAX);
        let capacity = capacity.min(RecordReader::<EventFile>::CAPACITY);
        let records = RecordReader::with_capacity(source, capacity)
            .starting_at(self.cursor.offset, self.cursor.record);
        let mut reader = EventReader::from_records(records);
        if self.finished {
            reader.finish();
        }
        let result = loop {
            match reader.next_item() {
                Ok(EventItem::Event(event)) => visit(FollowItem::Event(event)),
                Ok(EventItem::Damage(finding)) => visit(FollowItem::Damage(finding)),
                Ok(EventItem::End(health)) => {
                    self.status = match health.tail {
                        Tail::Clean => FileStatus::Active,
                        tail => FileStatus::Waiting(tail),
                    };
                    break Ok(());
                }
                Err(e) => break Err(e.into()),
            }
        };
        self.cursor.offset = reader.offset();
        self.cursor.record = reader.record();
        self.health.absorb(reader.health());
        result
    }
}

/// Reads `len` bytes of an event file's unwrapped content at `offset`.
pub(crate) fn read_at(path: &Path, offset: u64, len: u64) -> Result<Vec<u8>> {
    let read = || {
        let file = File::open(path)?;
        let available = file.metadata()?.len();
        let mut source = EventFile::new(file, offset)?;
        // Never more than exists: the file may have been replaced since the length was taken.
        let limit = if source.is_plain() {
            available.saturating_sub(offset).min(len)
        } else {
            len
        };
        let mut bytes = vec![0; usize::try_from(limit).unwrap_or(usize::MAX)];
        let got = read_up_to(&mut source, &mut bytes)?;
        if got as u64 != len {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the file was replaced: {len} bytes at {offset} are no longer there"),
            ));
        }
        Ok(bytes)
    };
    read().map_err(|e: io::Error| Error::from(e).with_path(path))
}
