//! Records out of a stream, past damage, and again after the end has moved.

use std::io::{self, Read};
use std::ops::Range;

use super::decoder::{Decoder, Pending, Step};
use super::{CanWait, Item, OVERHEAD};
use crate::error::Result;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

/// Reads records from a stream, checking every checksum.
///
/// * The end of the data is a state, not an error: ask again later, and reading goes on where it stopped.
/// * A record whose payload fails its checksum costs that record. Where a header fails, the reader looks for
///   the next place at which a header's *and* its payload's checksum hold.
/// * What is returned does not depend on how the stream is chopped into reads.
/// * Memory is bounded by the bytes that exist and by [`max_record`](Self::max_record), whatever a header
///   claims; time by the bytes that exist, whatever they are.
///
/// # Examples
///
/// ```
/// use tfevents::record::{self, Item, RecordReader};
///
/// let mut file = Vec::new();
/// record::frame(&mut file, b"first");
/// record::frame(&mut file, b"second");
/// file[14] ^= 1; // damages the first payload
///
/// let mut reader = RecordReader::new(file.as_slice());
/// assert!(matches!(reader.next_item()?, Item::Damage(d) if d.offset == 0 && d.len == 21));
/// assert!(matches!(reader.next_item()?, Item::Record(r) if r.payload == b"second"));
/// assert!(matches!(reader.next_item()?, Item::End(_)));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Debug)]
pub struct RecordReader<R> {
    input: R,
    decoder: Decoder,
}

impl<R: Read> RecordReader<R> {
    /// How much is read at a time, unless [`with_capacity`](Self::with_capacity) says otherwise.
    pub const CAPACITY: usize = 256 << 10;

    /// Reads from wherever `input` stands, and counts offsets from there.
    pub fn new(input: R) -> Self {
        Self::with_capacity(input, Self::CAPACITY)
    }

    /// The same with a read size, which for a small file is best its length.
    pub fn with_capacity(input: R, capacity: usize) -> Self {
        Self {
            input,
            decoder: Decoder::with_capacity(capacity),
        }
    }

    /// Counts from a place other than the start, for an `input` that was positioned there: the byte offset
    /// of the next record and the number of records before it.
    #[must_use]
    pub fn starting_at(mut self, offset: u64, index: u64) -> Self {
        self.decoder = self.decoder.starting_at(offset, index);
        self
    }

    /// Holds payloads of at most so many bytes in memory, and passes over longer ones: see
    /// [`Decoder::max_record`].
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.decoder = self.decoder.max_record(bytes);
        self
    }

    /// Where the next record starts: everything before it was returned or reported.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.decoder.offset()
    }

    /// The number of records, including damaged ones, before [`offset`](Self::offset).
    #[must_use]
    pub fn index(&self) -> u64 {
        self.decoder.index()
    }

    /// Declares that nothing more will be written, so that what a torn or damaged end hides is looked for
    /// too: a writer killed in mid-record whose file another one appended to. Reading then goes on until
    /// the next [`Item::End`].
    pub fn finish(&mut self) {
        self.decoder.finish();
    }

    /// Leaves the checksums of long payloads unverified if they can wait, where records can be told apart without them.
    pub(crate) fn defer(&mut self, can_wait: CanWait) {
        self.decoder.defer(can_wait);
    }

    /// Tells where the data ends for now: a record that goes beyond is then not read for nothing.
    pub(crate) fn ends_at(&mut self, offset: u64) {
        self.decoder.ends_at(offset);
    }

    /// The next record, damage, or the present end.
    ///
    /// # Errors
    ///
    /// Only what the input itself says; the reader can then be asked again.
    #[inline]
    pub fn next_item(&mut self) -> Result<Item<'_>> {
        match self.decoder.advance(false) {
            Step::Record(len) => Ok(Item::Record(self.decoder.take_record(len))),
            step => self.settle(step),
        }
    }

    /// Reads on until there is an item.
    #[cold]
    fn settle(&mut self, mut step: Step) -> Result<Item<'_>> {
        loop {
            match step {
                Step::Record(len) => return Ok(Item::Record(self.decoder.take_record(len))),
                Step::Damage(damage) => return Ok(Item::Damage(damage)),
                Step::End(end) => return Ok(Item::End(end)),
                Step::More(want) => {
                    let ended = !self.fill(want)?;
                    step = self.decoder.advance(ended);
                }
            }
        }
    }

    /// Reads once, so that the window has more than before and can come to `want` bytes. False at the end of
    /// the data.
    fn fill(&mut self, want: usize) -> Result<bool> {
        let window = &mut self.decoder.window;
        let room = window.room(1);
        if !room.is_empty() {
            let n = read_once(&mut self.input, room)?;
            window.filled(n);
            return Ok(n > 0);
        }
        // The window grows once there is something to put into it.
        let mut more = [0; OVERHEAD];
        let n = read_once(&mut self.input, &mut more)?;
        window.push(&more[..n], want);
        Ok(n > 0)
    }

    /// See [`Decoder::take_while`].
    #[inline]
    pub(crate) fn take_while(&mut self, longest: u64, take: impl FnMut(&[u8]) -> bool) -> u64 {
        self.decoder.take_while(longest, take)
    }

    /// Passes over everything up to the first intact record, which counts as the first, and says where that is.
    pub(crate) fn seek_record(&mut self) -> Result<Option<u64>> {
        self.decoder.seek();
        let found = matches!(self.next_item()?, Item::Damage(_));
        self.decoder.count_from_here();
        Ok(found.then_some(self.offset()))
    }

    /// The search that is under way.
    pub(crate) fn pending(&self) -> Option<Pending> {
        self.decoder.pending()
    }

    /// Goes on with a search, where nothing was read yet: what is read comes from where that stopped.
    pub(crate) fn go_on(&mut self, pending: Pending) {
        self.decoder.go_on(pending);
    }

    /// What the records are read from.
    pub(crate) fn input_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// Bytes of the stream that are still in the buffer, read or not.
    pub(crate) fn buffered(&self, range: Range<u64>) -> Option<&[u8]> {
        self.decoder.buffered(range)
    }

    /// How many bytes were read ahead.
    pub(crate) fn ahead(&self) -> usize {
        self.decoder.window.len()
    }

    /// The input, positioned behind what was read ahead.
    pub fn into_inner(self) -> R {
        self.input
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
