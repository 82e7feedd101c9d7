//! The bytes of a stream that are at hand.

use std::ops::Range;

use super::{OVERHEAD, work};

/// A stretch of a stream, which is extended at its end and given up at its start.
#[derive(Debug)]
pub(super) struct Window {
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

impl Window {
    /// An empty one with room for so many bytes, and for one frame at least.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
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

    /// Room for the bytes that come next, to be written there and then [`filled`](Self::filled): as many as `want`, or
    /// as many as there are without growing.
    pub(super) fn room(&mut self, want: usize) -> &mut [u8] {
        let too_few = self.bytes.len() - self.end < want;
        if too_few && self.start > 0 && self.start * MOVE >= self.len() {
            work::add(self.len());
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.bytes[self.end..]
    }

    /// The first `n` bytes of the room were written.
    pub(super) fn filled(&mut self, n: usize) {
        work::add(n);
        self.end += n;
    }

    /// Appends bytes, where the unread part is to come to `want` bytes.
    ///
    /// The window grows once there is something to put into it, and at most doubles beyond that, so that what is
    /// allocated stays in proportion to what exists, whatever a header claims.
    pub(super) fn push(&mut self, bytes: &[u8], want: usize) {
        if self.room(bytes.len()).len() < bytes.len() {
            // Where a search moves through a window of this size, it needs room to move.
            let room = if self.start > 0 { want / MOVE } else { 0 };
            let len = self.bytes.len();
            let grown = self.start.saturating_add(want).saturating_add(room);
            let grown = grown.min(len.saturating_mul(2));
            let grown = grown.max(self.end + bytes.len());
            work::add(len);
            self.bytes.reserve_exact(grown - len);
            self.bytes.resize(grown, 0);
        }
        self.bytes[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }
}
