//! Records out of a stream, past damage, and again after the end has moved.

use std::io::Read;
use std::ops::Range;

use super::buffer::Buffer;
use super::search::{Search, Verdict};
use super::{
    Fault, HEADER_LEN, MAX_PAYLOAD, MAX_RECORD, OVERHEAD, Split, check_header, split, work,
};
use crate::error::Result;

#[cfg(test)]
mod hostile;
mod pass;
#[cfg(test)]
mod tests;

use pass::Pass;

/// One intact record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// Where its header starts, in bytes from the start of the stream.
    pub offset: u64,
    /// How many records, damaged ones included, stand before it.
    pub index: u64,
    /// The bytes between header and footer.
    pub payload: &'a [u8],
}

/// A stretch of the stream that holds no intact record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where it starts.
    pub offset: u64,
    /// How many bytes were passed over.
    pub len: u64,
    /// How many records stand before it.
    pub index: u64,
    /// What was wrong at `offset`.
    pub fault: Fault,
}

/// What follows the last intact record when the data ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tail {
    /// Nothing: the stream ends on a record boundary.
    Clean,
    /// The first bytes of a record whose rest may still be written.
    Torn {
        /// How many bytes of it exist.
        len: u64,
    },
    /// Zeros, as left by reserved space or a power failure; they may still be overwritten.
    Zeros {
        /// How many.
        len: u64,
    },
    /// Bytes that are no record, with no intact record behind them so far.
    Damaged {
        /// How many.
        len: u64,
        /// What was wrong at their start.
        fault: Fault,
    },
}

/// What [`RecordReader::next_item`] found.
#[derive(Debug, PartialEq)]
pub enum Item<'a> {
    /// An intact record.
    Record(Record<'a>),
    /// Damage that was passed over; intact data follows, or the end.
    Damage(Damage),
    /// The data ends here. Ask again when there may be more.
    End(Tail),
}

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
    buf: Buffer<R>,
    index: u64,
    limit: u64,
    state: State,
    search: Search,
    /// Where the data is known to end, unless more is written.
    known_end: Option<u64>,
    finished: bool,
}

/// What stands at the start of the unread bytes.
#[derive(Clone, Copy, Debug)]
enum State {
    /// A record, if it is intact.
    Record,
    /// Bytes among which the next intact record is looked for. Those already ruled out were given up.
    Scan(Scan),
    /// The inside of a record that is too long to be held in memory.
    Pass(Pass),
}

/// A search for the next intact record.
#[derive(Clone, Copy, Debug)]
struct Scan {
    /// Where the damage starts.
    from: u64,
    fault: Fault,
    /// Whether every byte since `from` was zero.
    zeros: bool,
}

/// A search that came to the end of the data, for another reader to go on with when there is more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    scan: Scan,
    at: u64,
}

impl Pending {
    /// The byte with which it goes on.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }
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
            buf: Buffer::new(input, capacity),
            index: 0,
            limit: MAX_RECORD,
            state: State::Record,
            search: Search::default(),
            known_end: None,
            finished: false,
        }
    }

    /// Counts from a place other than the start, for an `input` that was positioned there: the byte offset
    /// of the next record and the number of records before it.
    #[must_use]
    pub fn starting_at(mut self, offset: u64, index: u64) -> Self {
        self.buf.start_at(offset);
        self.index = index;
        self
    }

    /// Holds payloads of at most so many bytes in memory; the default is [`MAX_RECORD`]. The checksum of a longer
    /// record is verified, and if it holds, the record is passed over as [`Fault::Large`]. Inside damage only
    /// records that can be held are looked for.
    #[must_use]
    pub fn max_record(mut self, bytes: u64) -> Self {
        self.limit = bytes.min(MAX_PAYLOAD);
        self
    }

    /// Where the next record starts: everything before it was returned or reported.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match self.state {
            State::Record => self.buf.offset(),
            State::Scan(scan) => scan.from,
            State::Pass(pass) => pass.from,
        }
    }

    /// How many records, damaged ones included, stand before [`offset`](Self::offset).
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Declares that nothing more will be written, so that what a torn or damaged tail hides is looked for
    /// too: a writer killed in mid-record whose file another one appended to. Reading then goes on until
    /// the next [`Item::End`].
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Tells where the data ends for now: a record that goes beyond is then not read for nothing.
    pub(crate) fn ends_at(&mut self, offset: u64) {
        self.known_end = Some(offset);
    }

    /// The next record, damage, or the present end.
    ///
    /// # Errors
    ///
    /// Only what the input itself says; the reader can then be asked again.
    pub fn next_item(&mut self) -> Result<Item<'_>> {
        match self.state {
            State::Record => {}
            State::Scan(scan) => return self.resync(scan),
            State::Pass(pass) => return self.pass(pass),
        }
        loop {
            match self.split() {
                // The borrow checker does not see that this arm leaves the loop: take the length only.
                Split::Frame { payload } => {
                    let len = payload.len();
                    return Ok(Item::Record(self.take_record(len)));
                }
                Split::NeedMore(n) => {
                    if !self.finished && self.is_torn(n as u64) {
                        return Ok(Item::End(self.unfinished()));
                    }
                    if self.buf.fill(n)? {
                        continue;
                    }
                    if self.finished && self.buf.len() > 0 {
                        return self.salvage();
                    }
                    return Ok(Item::End(self.unfinished()));
                }
                Split::Fault(fault @ Fault::PayloadCrc { .. }) => {
                    // `split` has just trusted this header.
                    let header = &self.buf.unread()[..HEADER_LEN];
                    let rest = check_header(header, self.limit).unwrap_or_default() + OVERHEAD;
                    return self.skip(self.buf.offset(), rest, HEADER_LEN, fault);
                }
                Split::Fault(Fault::TooLong { length, .. }) if length <= MAX_PAYLOAD => {
                    return self.begin_pass(length);
                }
                Split::Fault(Fault::TooLong { length, .. }) => {
                    let limit = MAX_PAYLOAD;
                    let fault = Fault::TooLong { length, limit };
                    return self.begin_scan(self.buf.offset(), fault, 1);
                }
                Split::Fault(fault) => return self.begin_scan(self.buf.offset(), fault, 1),
            }
        }
    }

    /// Hands on records that are whole in the buffer, as long as `take` wants them and none is longer than
    /// `longest`. The first that is not wanted is left for [`next_item`](Self::next_item), and so is anything
    /// out of the ordinary. Returns how many were taken.
    ///
    /// One short record after the other passes through without the state of the reader being written in between.
    #[inline]
    pub(crate) fn take_while(&mut self, longest: u64, mut take: impl FnMut(&[u8]) -> bool) -> u64 {
        if !matches!(self.state, State::Record) || self.search.is_warm(self.buf.offset()) {
            return 0;
        }
        let limit = longest.min(self.limit);
        let mut unread = self.buf.unread();
        let mut taken = 0;
        while let Split::Frame { payload } = split(unread, limit) {
            if !take(payload) {
                break;
            }
            unread = &unread[payload.len() + OVERHEAD..];
            taken += 1;
        }
        let passed = self.buf.len() - unread.len();
        self.buf.consume(passed);
        self.index += taken;
        taken
    }

    /// Passes over everything up to the first intact record, which counts as the first, and says where that is.
    pub(crate) fn seek_record(&mut self) -> Result<Option<u64>> {
        self.state = State::Scan(Scan {
            from: self.buf.offset(),
            fault: Fault::Torn,
            zeros: false,
        });
        let found = matches!(self.next_item()?, Item::Damage(_));
        self.index = 0;
        Ok(found.then_some(self.buf.offset()))
    }

    /// The search that is under way.
    pub(crate) fn pending(&self) -> Option<Pending> {
        match self.state {
            State::Scan(scan) => Some(Pending {
                scan,
                at: self.buf.offset(),
            }),
            _ => None,
        }
    }

    /// Goes on with a search, where nothing was read yet: what is read comes from where that stopped.
    pub(crate) fn go_on(&mut self, pending: Pending) {
        self.state = State::Scan(pending.scan);
        self.buf.start_at(pending.at);
    }

    /// What the records are read from.
    pub(crate) fn input_mut(&mut self) -> &mut R {
        self.buf.input_mut()
    }

    /// Bytes of the stream that are still in the buffer, read or not.
    pub(crate) fn buffered(&self, range: Range<u64>) -> Option<&[u8]> {
        self.buf.get(range)
    }

    /// How many bytes were read ahead.
    pub(crate) fn ahead(&self) -> usize {
        self.buf.len()
    }

    fn split(&mut self) -> Split<'_> {
        let (buf, offset) = (self.buf.unread(), self.buf.offset());
        if self.search.is_warm(offset) {
            return self.search.split(buf, offset, self.limit);
        }
        split(buf, self.limit)
    }

    fn take_record(&mut self, len: usize) -> Record<'_> {
        let (offset, index) = (self.buf.offset(), self.index);
        self.index += 1;
        let frame = self.buf.take(len + OVERHEAD);
        Record {
            offset,
            index,
            payload: &frame[HEADER_LEN..HEADER_LEN + len],
        }
    }

    /// Whether a record of so many bytes, its frame included, is known to be longer than what there is.
    fn is_torn(&self, len: u64) -> bool {
        self.known_end
            .is_some_and(|end| end < self.buf.offset().saturating_add(len))
    }

    /// What stands at the end, if it is the start of a record.
    fn unfinished(&self) -> Tail {
        let end = self.known_end.unwrap_or(0).max(self.buf.end());
        match end - self.buf.offset() {
            0 => Tail::Clean,
            len => Tail::Torn { len },
        }
    }

    /// Passes over a record whose payload is bad, if its length can be believed: the next header holds, or
    /// the stream ends there, or too soon after to tell while nothing is hidden inside. Otherwise the length
    /// ran over other records, and these are looked for.
    ///
    /// The record starts at `from`; `rest` bytes of it are not given up yet, at the start of which `ruled_out`
    /// cannot be the start of another one.
    fn skip(&mut self, from: u64, rest: usize, ruled_out: usize, fault: Fault) -> Result<Item<'_>> {
        while self.buf.len() < rest + HEADER_LEN {
            if !self.buf.fill(rest + HEADER_LEN)? {
                if self.finished {
                    break;
                }
                let len = self.buf.end() - from;
                return Ok(Item::End(Tail::Damaged { len, fault }));
            }
        }
        let next = &self.buf.unread()[rest..];
        let believed = match next.get(..HEADER_LEN) {
            Some(header) => matches!(
                check_header(header, self.limit),
                Ok(_) | Err(Fault::Zeros | Fault::TooLong { .. })
            ),
            None => next.is_empty() || self.hidden(ruled_out).is_none(),
        };
        if !believed {
            // Behind each record inside there may be another length that ran over the same bytes.
            self.search
                .remember(self.buf.unread(), self.buf.offset(), rest);
            return self.begin_scan(from, fault, ruled_out);
        }
        self.buf.consume(rest);
        Ok(Item::Damage(self.passed(from, fault)))
    }

    /// Nothing more will come, and a record is incomplete: are there whole ones inside it?
    fn salvage(&mut self) -> Result<Item<'_>> {
        match self.hidden(1) {
            Some(hidden) => self.begin_scan(self.buf.offset(), Fault::Torn, hidden),
            None => Ok(Item::End(self.unfinished())),
        }
    }

    fn begin_scan(&mut self, from: u64, fault: Fault, ruled_out: usize) -> Result<Item<'_>> {
        let scan = Scan {
            from,
            fault,
            zeros: fault == Fault::Zeros,
        };
        self.state = State::Scan(scan);
        self.buf.consume(ruled_out);
        self.resync(scan)
    }

    fn resync(&mut self, mut scan: Scan) -> Result<Item<'_>> {
        loop {
            let (buf, offset) = (self.buf.unread(), self.buf.offset());
            let (ruled_out, zeros, verdict) = self.search.next(buf, 0, offset, self.limit);
            scan.zeros &= zeros;
            self.state = State::Scan(scan);
            self.buf.consume(ruled_out);
            let want = match verdict {
                Verdict::Found => return Ok(Item::Damage(self.passed(scan.from, scan.fault))),
                Verdict::NeedMore(n) => n,
            };
            if self.buf.fill(want)? {
                continue;
            }
            let len = self.buf.end() - scan.from;
            let rest_is_zero = self.buf.unread().iter().all(|&b| b == 0);
            if scan.zeros && rest_is_zero {
                return Ok(Item::End(Tail::Zeros { len }));
            }
            if !self.finished {
                let fault = scan.fault;
                return Ok(Item::End(Tail::Damaged { len, fault }));
            }
            // What stands here can no longer be completed. If its header holds it is the torn tail, unless
            // whole records are hidden inside; anything shorter than a header is part of the damage.
            if let Some(hidden) = self.hidden(1) {
                self.buf.consume(hidden);
                continue;
            }
            let rest = self.buf.len();
            if rest < HEADER_LEN {
                self.buf.consume(rest);
            }
            return Ok(Item::Damage(self.passed(scan.from, scan.fault)));
        }
    }

    /// Where behind the first `from` unread bytes the first whole record starts.
    fn hidden(&mut self, from: usize) -> Option<usize> {
        let (buf, offset) = (self.buf.unread(), self.buf.offset());
        self.search.hidden(buf, from, offset, self.limit)
    }

    /// What stood from there up to here is no record.
    fn passed(&mut self, from: u64, fault: Fault) -> Damage {
        self.state = State::Record;
        let damage = Damage {
            offset: from,
            len: self.buf.offset() - from,
            index: self.index,
            fault,
        };
        self.index += 1;
        damage
    }

    /// The input, positioned behind what was read ahead.
    pub fn into_inner(self) -> R {
        self.buf.into_input()
    }
}
