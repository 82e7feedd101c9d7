//! The bytes of a stream that are at hand.

use std::io::{self, Read};
use std::ops::Range;

use super::{OVERHEAD, work};
use crate::error::Result;

/// A stretch of a stream, which is read on at its end and given up at its start.
#[derive(Debug)]
pub(super) struct Buffer<R> {
    input: R,
    bytes: Vec<u8>,
    /// The unread part of `bytes` is `start..end`.
    start: usize,
    end: usize,
    /// Where in the stream the unread part starts.
    offset: u64,
}

/// The unread part is moved to the front once this many times as many bytes were given up before it. Each
/// byte is then moved so often at most, whatever is given up at a time.
const MOVE: usize = 4;

impl<R> Buffer<R> {
    pub(super) fn new(input: R, capacity: usize) -> Self {
        Self {
            input,
            bytes: vec![0; capacity.max(OVERHEAD)],
            start: 0,
            end: 0,
            offset: 0,
        }
    }

    /// Counts from there on instead of from 0.
    pub(super) fn start_at(&mut self, offset: u64) {
        self.offset = offset;
    }

    #[inline]
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Where in the stream the unread part starts.
    #[inline]
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Where in the stream it ends.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.len() as u64
    }

    /// How many bytes there is room for.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Gives up the first `n` unread bytes.
    #[inline]
    pub(super) fn consume(&mut self, n: usize) {
        self.start += n;
        self.offset += n as u64;
    }

    /// The same, and returns them.
    #[inline]
    pub(super) fn take(&mut self, n: usize) -> &[u8] {
        let start = self.start;
        self.consume(n);
        &self.bytes[start..start + n]
    }

    /// Bytes of the stream that are still here, read or not.
    pub(super) fn get(&self, range: Range<u64>) -> Option<&[u8]> {
        let origin = self.offset.checked_sub(self.start as u64)?;
        let within = |at: u64| usize::try_from(at.checked_sub(origin)?).ok();
        self.bytes[..self.end].get(within(range.start)?..within(range.end)?)
    }

    pub(super) fn input_mut(&mut self) -> &mut R {
        &mut self.input
    }

    pub(super) fn into_input(self) -> R {
        self.input
    }
}

impl<R: Read> Buffer<R> {
    /// Reads once, so that there is more than before and can come to be `want` bytes. False at the end of
    /// the data.
    pub(super) fn fill(&mut self, want: usize) -> Result<bool> {
        if self.end == self.bytes.len() && self.start > 0 && self.start * MOVE >= self.len() {
            work::add(self.len());
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end < self.bytes.len() {
            let n = read_once(&mut self.input, &mut self.bytes[self.end..])?;
            work::add(n);
            self.end += n;
            return Ok(n > 0);
        }
        // The buffer grows once there is something to put into it, and at most doubles, so that what is
        // allocated stays in proportion to what exists, whatever a header claims.
        let mut more = [0; OVERHEAD];
        let n = read_once(&mut self.input, &mut more)?;
        if n == 0 {
            return Ok(false);
        }
        // Where a search moves through a window of this size, it needs room to move.
        let room = if self.start > 0 { want / MOVE } else { 0 };
        let len = self.bytes.len();
        let grown = self.start.saturating_add(want).saturating_add(room);
        let grown = grown.min(len.saturating_mul(2)).max(self.end + n);
        work::add(len);
        self.bytes.reserve_exact(grown - len);
        self.bytes.resize(grown, 0);
        self.bytes[self.end..self.end + n].copy_from_slice(&more[..n]);
        self.end += n;
        Ok(true)
    }
}

fn read_once(input: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buf) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
