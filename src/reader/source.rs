//! Opening event files, plain or compressed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::packed::unpack;
use super::reopened::Reopened;
use super::watch;
use crate::error::{Error, Result};
use crate::os;
use crate::record::{HEADER_LEN, work};

/// The bytes of an event file, decompressed if necessary.
///
/// No writer of event files compresses them, but people do so with old ones, and then TensorBoard reads
/// nothing. Recognised by their first bytes are gzip, zlib and, with the feature `zstd`, Zstandard.
pub struct EventFile(Input);

enum Input {
    Plain(Stretch),
    Reopened(Reopened),
    Wrapped(Box<dyn Read + Send + Sync>),
}

/// A stretch of a file, which any number of readers may read at once, each at a place of its own.
#[derive(Debug)]
pub(crate) struct Stretch {
    file: Arc<File>,
    /// What is still to be read.
    range: Range<u64>,
}

impl Stretch {
    /// All of a file.
    pub(crate) fn whole(file: Arc<File>) -> Self {
        let range = 0..u64::MAX;
        Self { file, range }
    }

    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }
}

impl EventFile {
    /// Stands at `offset` of the decompressed bytes; a compressed file is decompressed from its start for that.
    pub(crate) fn new(file: Arc<File>, offset: u64) -> io::Result<Self> {
        let mut head = [0; HEADER_LEN];
        let len = read_at(&file, 0, &mut head)?;
        let whole = || Stretch::whole(Arc::clone(&file));
        let Some(mut unwrapped) = unpack(&head[..len], whole) else {
            return Ok(Self::plain(file, offset));
        };
        let passed = io::copy(&mut unwrapped.by_ref().take(offset), &mut io::sink())?;
        work::add(usize::try_from(passed).unwrap_or(usize::MAX));
        Ok(Self(Input::Wrapped(unwrapped)))
    }

    /// The same for a file that is known not to be compressed.
    pub(crate) fn plain(file: Arc<File>, offset: u64) -> Self {
        Self::piece(file, offset..u64::MAX)
    }

    /// A stretch of a file that is known not to be compressed.
    pub(crate) fn piece(file: Arc<File>, range: Range<u64>) -> Self {
        Self(Input::Plain(Stretch { file, range }))
    }

    /// Stands at `offset` of a file that is open only while it is read from; a compressed one starts anew.
    pub(crate) fn reopened(path: &Path, offset: u64) -> io::Result<Self> {
        let mut head = [0; HEADER_LEN];
        let len = read_at(&File::open(path)?, 0, &mut head)?;
        let input = |offset| Reopened::new(path.to_path_buf(), offset);
        Ok(Self(match unpack(&head[..len], || input(0)) {
            Some(unwrapped) => Input::Wrapped(unwrapped),
            None => Input::Reopened(input(offset)),
        }))
    }

    /// Lets a piece go on to the end of its file.
    pub(crate) fn unbound(&mut self) {
        if let Input::Plain(stretch) = &mut self.0 {
            stretch.range.end = u64::MAX;
        }
    }

    pub(crate) fn is_plain(&self) -> bool {
        !matches!(self.0, Input::Wrapped(_))
    }
}

/// Fills `buf` from `offset` on, as far as there are bytes.
pub(crate) fn read_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < buf.len() {
        match os::read_at(file, &mut buf[len..], offset + len as u64) {
            Ok(0) => break,
            Ok(n) => len += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(len)
}

/// Fills `buf` as far as there are bytes.
pub(crate) fn read_up_to(input: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < buf.len() {
        match input.read(&mut buf[len..]) {
            Ok(0) => break,
            Ok(n) => len += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(len)
}

impl Read for EventFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Input::Plain(stretch) => stretch.read(buf),
            Input::Reopened(file) => file.read(buf),
            Input::Wrapped(unwrapped) => unwrapped.read(buf),
        }
    }
}

impl Read for Stretch {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.range.end.saturating_sub(self.range.start);
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        let len = os::read_at(&self.file, &mut buf[..len], self.range.start)?;
        self.range.start += len as u64;
        watch::passed(len as u64);
        Ok(len)
    }
}

impl Seek for Stretch {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.range.start.checked_add_signed(by),
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by),
        };
        let place = place.ok_or(io::ErrorKind::InvalidInput)?;
        watch::passed(place.saturating_sub(self.range.start));
        self.range.start = place;
        Ok(place)
    }
}

impl fmt::Debug for EventFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventFile")
            .field("plain", &self.is_plain())
            .finish()
    }
}

/// Reads `len` bytes at `offset` of an event file, of its decompressed bytes if it is compressed.
pub(crate) fn read_range(path: &Path, offset: u64, len: u64) -> Result<Vec<u8>> {
    let read = || {
        let file = File::open(path)?;
        let available = file.metadata()?.len();
        let mut source = EventFile::new(Arc::new(file), offset)?;
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
