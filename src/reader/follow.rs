//! Following one file: what is new since the last look, and whether it is still the same file.

use std::convert::Infallible;
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::files::is_absent;
use crate::os;
use crate::reader::deferred::can_wait;
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::health::Health;
use crate::reader::pieces;
use crate::reader::source::{EventFile, read_up_to};
use crate::reader::visit::{FollowItem, Visitor};
use crate::record::{End, MAX_RECORD, RecordReader};

mod search;

use search::Search;

/// How many bytes at the start of a file, and before the cursor, tell whether it is still the same.
const PRINT: u64 = 4096;

/// How far a file was read, in a form from which another process can continue.
///
/// It also holds checksums of bytes before that place, so that a file that was rewritten since is noticed and read
/// from its start.
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
    /// The next record, and how many come before it.
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

    /// The number of records before it.
    #[must_use]
    pub fn record(&self) -> u64 {
        self.record
    }

    /// Where a file stands that was read up to `offset`, before which there are `record` records: for those who stop
    /// between any two, or want to know whether a file still holds what was read of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::reader::Cursor;
    /// use tfevents::{EventItem, EventReader, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let writer = SummaryWriter::new(dir.path())?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// writer.flush()?;
    /// let mut reader = EventReader::open(writer.path())?;
    /// let EventItem::Event(first) = reader.next_item()? else {
    ///     unreachable!()
    /// };
    /// let after = (first.offset + first.size(), first.record + 1);
    /// let cursor = Cursor::at(writer.path(), after.0, after.1)?;
    /// writer.add_scalar("loss", 0.4, 2)?;
    /// writer.close()?;
    /// assert_eq!(cursor, Cursor::at(writer.path(), after.0, after.1)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn at(path: impl AsRef<Path>, offset: u64, record: u64) -> Result<Self> {
        let path = path.as_ref();
        let take = || {
            let file = Arc::new(File::open(path)?);
            let plain = EventFile::new(Arc::clone(&file), 0)?.is_plain();
            Self::take(&file, plain, offset, record, |_| None)
        };
        take().map_err(|e| Error::from(e).with_path(path))
    }

    /// A cursor for what `file` holds up to `offset`. `known` has some of its bytes.
    fn take<'k>(
        file: &Arc<File>,
        plain: bool,
        offset: u64,
        record: u64,
        known: impl Fn(Range<u64>) -> Option<&'k [u8]>,
    ) -> io::Result<Self> {
        let print = |start: u64| -> io::Result<u32> {
            let end = offset.min(start + PRINT);
            match known(start..end) {
                Some(bytes) => Ok(crc32c::crc32c(bytes)),
                None => print(&mut open_at(file, plain, start)?, end - start),
            }
        };
        Ok(Self {
            offset,
            record,
            head: print(0)?,
            last: print(offset.saturating_sub(PRINT))?,
        })
    }

    /// Where nothing is known of the bytes before it, so that no file continues it: what was reported must not be
    /// reported again as if it were new.
    fn unverified(offset: u64, record: u64) -> Self {
        Self {
            offset,
            record,
            ..Self::default()
        }
    }

    /// The file from the cursor on, if the bytes before it are those that were read.
    fn resume(&self, file: &Arc<File>) -> io::Result<Option<EventFile>> {
        let len = self.offset.min(PRINT);
        let mut source = EventFile::new(Arc::clone(file), 0)?;
        let plain = source.is_plain();
        if print(&mut source, len)? != self.head {
            return Ok(None);
        }
        if self.offset > len {
            source = open_at(file, plain, self.offset - len)?;
            if print(&mut source, len)? != self.last {
                return Ok(None);
            }
        }
        Ok(Some(source))
    }
}

/// The checksum of the next `len` bytes, or of as many as there are.
fn print(source: &mut EventFile, len: u64) -> io::Result<u32> {
    let mut bytes = [0; PRINT as usize];
    let wanted = bytes.len().min(usize::try_from(len).unwrap_or(usize::MAX));
    let len = read_up_to(source, &mut bytes[..wanted])?;
    Ok(crc32c::crc32c(&bytes[..len]))
}

/// A file of which it is known whether it is compressed, at a place in its unwrapped bytes.
fn open_at(file: &Arc<File>, plain: bool, offset: u64) -> io::Result<EventFile> {
    let file = Arc::clone(file);
    match plain {
        true => Ok(EventFile::plain(file, offset)),
        false => EventFile::new(file, offset),
    }
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
        parse().ok_or_else(|| Error::argument(format!("{text:?} is not a cursor of an event file")))
    }
}

/// The state of a followed file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum FileStatus {
    /// Not polled yet.
    #[default]
    New,
    /// Read to its end, which is a record boundary.
    Active,
    /// Read up to something unfinished at its end.
    Waiting(End),
    /// It cannot be read, or not to its end. Later polls try again.
    Unreadable(Error),
    /// It is gone. What was read of it stays. If it returns, it is read on.
    Missing,
}

/// What a poll of a file brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Nothing new was read. For an unchanged file this costs one `stat`.
    Unchanged,
    /// It was read on, or replaced.
    Grown,
}

/// Reads a file as it grows. No descriptor is held in between. A compressed file is unpacked from its start again when
/// it has grown: those who write event files do not compress them.
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
#[derive(Clone, Debug)]
pub struct Follower {
    path: Arc<Path>,
    cursor: Cursor,
    seen: Option<Stamp>,
    status: FileStatus,
    health: Health,
    /// How far the damage behind the cursor was searched.
    search: Option<Search>,
    finished: bool,
    max_record: u64,
    defers: bool,
}

/// What `stat` says about a file that did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    identity: Option<(u64, u64)>,
}

impl Stamp {
    fn of(path: &Path, metadata: &Metadata) -> io::Result<Self> {
        Ok(Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            identity: os::identity(path, metadata)?,
        })
    }
}

impl Follower {
    /// Follows a file from its start.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::resume(path, Cursor::default())
    }

    /// Continues where another follower stopped, if the file is still the one that it read.
    pub fn resume(path: impl Into<PathBuf>, cursor: Cursor) -> Self {
        Self {
            path: path.into().into(),
            cursor,
            seen: None,
            status: FileStatus::New,
            health: Health::default(),
            search: None,
            finished: false,
            max_record: MAX_RECORD,
            defers: false,
        }
    }

    /// Limits the size of records held in memory: see [`EventReader::max_record`].
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.max_record = bytes;
        self
    }

    /// Leaves checksums for later, where they can wait.
    pub(crate) fn defer(mut self, defers: bool) -> Self {
        self.defers = defers;
        self
    }

    pub(crate) fn defers(&self) -> bool {
        self.defers
    }

    /// Declares that nothing more will be written, so that the next poll also finds what a torn or damaged
    /// end hides: see [`RecordReader::finish`].
    pub fn finish(&mut self) {
        self.finished = true;
        if !matches!(self.status, FileStatus::Active) {
            self.seen = None;
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same, to be kept.
    pub(crate) fn shared_path(&self) -> &Arc<Path> {
        &self.path
    }

    /// How far it was read.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The state at the last poll.
    #[must_use]
    pub fn status(&self) -> &FileStatus {
        &self.status
    }

    /// What reading showed since the file was first seen or last replaced.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Reads what is new. A failure becomes the file's [`status`](Self::status), and the next poll tries again, unless
    /// the bytes are at fault: then the file has to change first. If anything was read before the failure, that is
    /// progress all the same.
    pub fn poll(&mut self, mut visit: &mut dyn FnMut(FollowItem<'_>)) -> Progress {
        self.poll_into(&mut visit)
    }

    /// The same for those who want scalars at half the price.
    pub(crate) fn poll_into(&mut self, visitor: &mut impl Visitor<Stop = Infallible>) -> Progress {
        let before = self.cursor;
        match self.try_poll(visitor) {
            Ok(progress) => progress,
            Err(e) => {
                // What was reported before that moved the cursor.
                let progress = match self.cursor == before {
                    true => Progress::Unchanged,
                    false => Progress::Grown,
                };
                self.status = if is_absent(&e) {
                    FileStatus::Missing
                } else {
                    FileStatus::Unreadable(Error::from(e).with_path(&*self.path))
                };
                progress
            }
        }
    }

    fn try_poll(&mut self, visitor: &mut impl Visitor<Stop = Infallible>) -> io::Result<Progress> {
        let changed = self.open_changed();
        if !matches!(changed, Ok(None)) {
            self.seen = None;
        }
        let Some((stamp, file)) = changed? else {
            return Ok(Progress::Unchanged);
        };
        let resumed = match self.cursor.offset {
            0 => None,
            _ => match self.cursor.resume(&file) {
                // What was read of it is no longer there.
                Err(e) if is_of_bytes(&e) => None,
                resumed => resumed?,
            },
        };
        let source = match resumed {
            Some(source) => source,
            None => {
                if self.cursor.offset > 0 {
                    self.reset();
                    let Ok(()) = visitor.item(FollowItem::Replaced);
                }
                EventFile::new(Arc::clone(&file), 0)?
            }
        };
        let read = self.read(source, &file, stamp.size, visitor);
        // A failure on the way is to be tried again, unless it is the bytes that are wrong, as where a compressed file
        // is cut: it would be unpacked from its start each time.
        if read.as_ref().err().is_none_or(is_of_bytes) {
            self.seen = Some(stamp);
        }
        read?;
        Ok(Progress::Grown)
    }

    /// Whether the next poll would find anything else than the last one. Costs one `stat`.
    pub(crate) fn has_news(&self) -> bool {
        match self.path.metadata() {
            Ok(metadata) => {
                self.seen.is_none() || self.seen != Stamp::of(&self.path, &metadata).ok()
            }
            Err(e) => {
                let missing = matches!(self.status, FileStatus::Missing);
                !(missing && is_absent(&e))
            }
        }
    }

    /// The file, if it changed since the last look.
    fn open_changed(&self) -> io::Result<Option<(Stamp, Arc<File>)>> {
        let metadata = self.path.metadata()?;
        // A pipe would block for ever; it cannot have been one when it was found.
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let stamp = Stamp::of(&self.path, &metadata)?;
        if self.seen == Some(stamp) {
            return Ok(None);
        }
        Ok(Some((stamp, Arc::new(File::open(&self.path)?))))
    }

    /// The first look at a large file, in as many pieces at once as there are visitors. Those that count, in
    /// order, each with the number of records before it; `None` if this cannot be done, and then
    /// [`poll_into`](Self::poll_into) says why, and whether anything can.
    pub(crate) fn poll_pieces<V: Visitor<Stop = Infallible> + Send>(
        &mut self,
        visitors: Vec<V>,
    ) -> Option<Vec<(usize, u64)>> {
        if self.cursor.offset > 0 {
            return None;
        }
        let (stamp, file) = self.open_changed().ok()??;
        if !EventFile::new(Arc::clone(&file), 0).ok()?.is_plain() {
            return None;
        }
        let how = pieces::How {
            finished: self.finished,
            max_record: self.max_record,
            defers: self.defers,
        };
        let outcome = pieces::read(&file, stamp.size, visitors, how).ok()?;
        self.cursor = Cursor::take(&file, true, outcome.offset, outcome.record, |_| None).ok()?;
        self.note_end(outcome.health.end);
        self.health = outcome.health;
        self.seen = Some(stamp);
        Some(outcome.pieces)
    }

    /// Has a look at the ends of a file of which nothing was read: the first and the last sixteenth of it, so that both
    /// hold what is logged again and again, but no less than `least` bytes and no more than `most`. False if it is too
    /// small for that to be worth it, or compressed, or cannot be read.
    pub(crate) fn glance(
        &mut self,
        visitor: impl Visitor<Stop = Infallible>,
        (least, most): (u64, u64),
    ) -> bool {
        let Ok(Some((stamp, file))) = self.open_changed() else {
            return false;
        };
        let len = (stamp.size / 16).clamp(least, most);
        if self.cursor.offset > 0 || stamp.size <= 4 * least {
            return false;
        }
        if !EventFile::new(Arc::clone(&file), 0).is_ok_and(|source| source.is_plain()) {
            return false;
        }
        let how = pieces::How {
            finished: false,
            max_record: self.max_record,
            // What is verified later is known by the number of its record, which nobody knows here.
            defers: false,
        };
        match pieces::ends(&file, stamp.size, len, visitor, how) {
            Ok(health) => {
                self.health = health;
                true
            }
            Err(_) => false,
        }
    }

    /// Goes on with the file at `path`, if it begins with what was read, so that nothing of a
    /// file that got another name comes twice. False if it does not.
    pub(crate) fn move_to(&mut self, path: &Path) -> bool {
        let resumes = || self.cursor.resume(&Arc::new(File::open(path)?));
        let same = self.cursor.offset > 0 && resumes().is_ok_and(|source| source.is_some());
        if same {
            self.path = path.into();
            self.seen = None;
        }
        same
    }

    /// Forgets everything, so that the next look starts anew.
    pub(crate) fn reset(&mut self) {
        self.cursor = Cursor::default();
        self.health = Health::default();
        self.search = None;
        self.seen = None;
    }

    fn note_end(&mut self, end: End) {
        self.status = match end {
            End::Clean => FileStatus::Active,
            end => FileStatus::Waiting(end),
        };
    }

    fn read<V: Visitor<Stop = Infallible>>(
        &mut self,
        source: EventFile,
        file: &Arc<File>,
        size: u64,
        visitor: &mut V,
    ) -> io::Result<()> {
        let plain = source.is_plain();
        let left = size.saturating_sub(self.cursor.offset).saturating_add(1);
        let capacity = usize::try_from(left).unwrap_or(usize::MAX);
        let capacity = capacity.min(RecordReader::<EventFile>::CAPACITY);
        let mut records = RecordReader::with_capacity(source, capacity)
            .starting_at(self.cursor.offset, self.cursor.record)
            .max_record(self.max_record);
        let mut gone_on = None;
        if self.defers {
            records.defer(can_wait);
        }
        if plain {
            records.ends_at(size);
            if let Some(search) = self.search.take()
                && !self.finished
                && search.goes_on(file, size)?
            {
                *records.input_mut() = EventFile::plain(Arc::clone(file), search.pending.at());
                records.go_on(search.pending);
                gone_on = Some(search);
            }
        }
        let mut reader = EventReader::from_records(records);
        if self.finished {
            reader.finish();
        }
        let result = loop {
            if V::SCALARS {
                reader.take_scalars(|scalar| visitor.scalar(scalar));
            }
            let item = match reader.next_item() {
                Ok(EventItem::Event(event)) => FollowItem::Event(event),
                Ok(EventItem::Damage(defect)) => FollowItem::Damage(defect),
                Ok(EventItem::End(health)) => {
                    let end = health.end;
                    self.note_end(end);
                    break Ok(());
                }
                Err(e) => break Err(e.into()),
            };
            let Ok(()) = visitor.item(item);
        };
        self.health.absorb(reader.health());
        let (offset, record) = (reader.offset(), reader.record());
        let known = |range| reader.records().buffered(range);
        let (cursor, taken) = match Cursor::take(file, plain, offset, record, known) {
            Ok(cursor) => (cursor, Ok(())),
            Err(e) => (Cursor::unverified(offset, record), Err(e)),
        };
        self.cursor = cursor;
        taken?;
        if let Some(pending) = reader.records().pending().filter(|_| plain) {
            let before = gone_on.filter(|search| search.from == offset);
            self.search = Some(Search::new(pending, file, offset, size, before)?);
        }
        result
    }
}

/// Whether a failure stays as long as the file is as it is.
pub(crate) fn is_of_bytes(e: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, UnexpectedEof, Unsupported};

    e.raw_os_error().is_none() && matches!(e.kind(), InvalidData | UnexpectedEof | Unsupported)
}

#[cfg(feature = "gzip")]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use flate2::write::GzEncoder;

    use super::*;
    use crate::record::{self, work};

    #[test]
    fn what_was_read_before_a_failure_is_progress() {
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::none());
        for step in 0..100 {
            let mut frame = Vec::new();
            record::frame(&mut frame, &[0x10, step]);
            packed.write_all(&frame).unwrap();
        }
        let packed = packed.finish().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents.gz");
        let mut follower = Follower::new(&path);
        let mut poll = |len: usize| {
            fs::write(&path, &packed[..len]).unwrap();
            let mut items = 0;
            let progress = follower.poll(&mut |_| items += 1);
            let unreadable = matches!(follower.status(), FileStatus::Unreadable(_));
            (items > 0, progress, unreadable)
        };
        assert_eq!(poll(1000), (true, Progress::Grown, true));
        assert_eq!(poll(1001), (false, Progress::Unchanged, true));
        assert_eq!(poll(1500), (true, Progress::Grown, true));
        // Replaced by something that cannot be read at all.
        assert_eq!(poll(15), (true, Progress::Grown, true));
        assert_eq!(poll(packed.len()), (true, Progress::Grown, false));
    }

    #[test]
    fn a_compressed_file_that_is_cut_is_not_unpacked_again_and_again() {
        let mut frames = Vec::new();
        for step in 0..100 {
            record::frame(&mut frames, &[0x10, step]);
        }
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::none());
        packed.write_all(&frames).unwrap();
        let packed = packed.finish().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents.gz");
        fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let mut follower = Follower::new(&path);
        let mut events = 0;
        let mut poll = |follower: &mut Follower| {
            follower.poll(&mut |item| events += u32::from(matches!(item, FollowItem::Event(_))));
            matches!(follower.status(), FileStatus::Unreadable(_))
        };
        assert!(poll(&mut follower));
        let (unreadable, work) = work::of(|| poll(&mut follower));
        assert_eq!((unreadable, work), (true, 0));
        // What nobody will add to is looked at once more.
        follower.finish();
        assert!(poll(&mut follower));
        fs::write(&path, &packed).unwrap();
        assert!(!poll(&mut follower));
        assert_eq!(events, 100);
    }
}
