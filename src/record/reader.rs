//! Records out of a stream, past damage, and again after the end has moved.

use std::io::{self, Read};
use std::ops::Range;

use super::search::{Search, Verdict};
use super::{Fault, HEADER_LEN, MAX_PAYLOAD, OVERHEAD, Split, check_header, split};
use crate::error::Result;

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
/// * Memory is bounded by the bytes that exist and by the limit on a record's length, whatever a header claims.
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
    buf: Vec<u8>,
    /// The unread part of `buf` is `start..end`.
    start: usize,
    end: usize,
    /// Where in the stream `buf[start]` stands.
    offset: u64,
    index: u64,
    limit: u64,
    scan: Option<Scan>,
    search: Search,
    finished: bool,
}

/// A search for the next intact record. Bytes already ruled out are dropped from the buffer.
#[derive(Clone, Copy, Debug)]
struct Scan {
    /// Where the damage starts.
    from: u64,
    fault: Fault,
    /// Whether every byte since `from` was zero.
    zeros: bool,
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
            buf: vec![0; capacity.max(OVERHEAD)],
            start: 0,
            end: 0,
            offset: 0,
            index: 0,
            limit: MAX_PAYLOAD,
            scan: None,
            search: Search::default(),
            finished: false,
        }
    }

    /// Counts from a place other than the start, for an `input` that was positioned there: the byte offset
    /// of the next record and the number of records before it.
    #[must_use]
    pub fn starting_at(mut self, offset: u64, index: u64) -> Self {
        self.offset = offset;
        self.index = index;
        self
    }

    /// Refuses payloads longer than `limit` bytes; the default is [`MAX_PAYLOAD`].
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// Where the next record starts: everything before it was returned or reported.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.scan.map_or(self.offset, |scan| scan.from)
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

    /// The next record, damage, or the present end.
    ///
    /// # Errors
    ///
    /// Only what the input itself says; the reader can then be asked again.
    pub fn next_item(&mut self) -> Result<Item<'_>> {
        if let Some(scan) = self.scan {
            return self.resync(scan);
        }
        loop {
            match self.split() {
                // The borrow checker does not see that this arm leaves the loop: take the length only.
                Split::Frame { payload } => {
                    let len = payload.len();
                    return Ok(Item::Record(self.take_record(len)));
                }
                Split::NeedMore(n) => {
                    if self.fill(n)? {
                        continue;
                    }
                    let len = (self.end - self.start) as u64;
                    if len == 0 {
                        return Ok(Item::End(Tail::Clean));
                    }
                    if !self.finished {
                        return Ok(Item::End(Tail::Torn { len }));
                    }
                    return self.salvage();
                }
                Split::Fault(fault @ Fault::PayloadCrc { .. }) => return self.skip_payload(fault),
                Split::Fault(fault) => return self.begin_scan(fault, 1),
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
        if self.scan.is_some() || self.search.is_warm(self.offset) {
            return 0;
        }
        let limit = longest.min(self.limit);
        let mut unread = &self.buf[self.start..self.end];
        let mut taken = 0;
        while let Split::Frame { payload } = split(unread, limit) {
            if !take(payload) {
                break;
            }
            unread = &unread[payload.len() + OVERHEAD..];
            taken += 1;
        }
        let passed = self.end - self.start - unread.len();
        self.consume(passed);
        self.index += taken;
        taken
    }

    /// Passes over everything up to the first intact record, which counts as the first, and says where that is.
    pub(crate) fn seek_record(&mut self) -> Result<Option<u64>> {
        self.scan = Some(Scan {
            from: self.offset,
            fault: Fault::Torn,
            zeros: false,
        });
        let found = matches!(self.next_item()?, Item::Damage(_));
        self.index = 0;
        Ok(found.then_some(self.offset))
    }

    /// What the records are read from.
    pub(crate) fn input_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// Bytes of the stream that are still in the buffer, read or not.
    pub(crate) fn buffered(&self, range: Range<u64>) -> Option<&[u8]> {
        let origin = self.offset.checked_sub(self.start as u64)?;
        let within = |at: u64| usize::try_from(at.checked_sub(origin)?).ok();
        self.buf[..self.end].get(within(range.start)?..within(range.end)?)
    }

    fn split(&mut self) -> Split<'_> {
        let buf = &self.buf[self.start..self.end];
        if self.search.is_warm(self.offset) {
            return self.search.split(buf, self.offset, self.limit);
        }
        split(buf, self.limit)
    }

    fn take_record(&mut self, len: usize) -> Record<'_> {
        let (offset, index) = (self.offset, self.index);
        let payload = self.start + HEADER_LEN;
        self.consume(len + OVERHEAD);
        self.index += 1;
        Record {
            offset,
            index,
            payload: &self.buf[payload..payload + len],
        }
    }

    /// Passes over a record whose payload is bad, if its length can be believed: the next header holds, or
    /// the stream ends there, or too soon after to tell while nothing is hidden inside. Otherwise the length
    /// ran over other records, and these are looked for.
    fn skip_payload(&mut self, fault: Fault) -> Result<Item<'_>> {
        let head = &self.buf[self.start..self.start + HEADER_LEN];
        // `split` has just trusted this header.
        let Ok(length) = check_header(head, self.limit) else {
            return self.begin_scan(fault, 1);
        };
        let frame = length + OVERHEAD;
        while self.end - self.start < frame + HEADER_LEN {
            if !self.fill(frame + HEADER_LEN)? {
                if self.finished {
                    break;
                }
                let len = (self.end - self.start) as u64;
                return Ok(Item::End(Tail::Damaged { len, fault }));
            }
        }
        let next = &self.buf[self.start + frame..self.end];
        let believed = match next.get(..HEADER_LEN) {
            Some(header) => matches!(
                check_header(header, self.limit),
                Ok(_) | Err(Fault::Zeros | Fault::TooLong { .. })
            ),
            None => next.is_empty() || self.hidden().is_none(),
        };
        if !believed {
            return self.begin_scan(fault, HEADER_LEN);
        }
        let damage = Damage {
            offset: self.offset,
            len: frame as u64,
            index: self.index,
            fault,
        };
        self.consume(frame);
        self.index += 1;
        Ok(Item::Damage(damage))
    }

    /// Nothing more will come, and a record is incomplete: are there whole ones inside it?
    fn salvage(&mut self) -> Result<Item<'_>> {
        if let Some(hidden) = self.hidden() {
            return self.begin_scan(Fault::Torn, hidden);
        }
        Ok(Item::End(Tail::Torn {
            len: (self.end - self.start) as u64,
        }))
    }

    fn begin_scan(&mut self, fault: Fault, ruled_out: usize) -> Result<Item<'_>> {
        let scan = Scan {
            from: self.offset,
            fault,
            zeros: fault == Fault::Zeros,
        };
        self.scan = Some(scan);
        self.consume(ruled_out);
        self.resync(scan)
    }

    fn resync(&mut self, mut scan: Scan) -> Result<Item<'_>> {
        loop {
            let buf = &self.buf[self.start..self.end];
            let (ruled_out, zeros, verdict) = self.search.next(buf, 0, self.offset, self.limit);
            scan.zeros &= zeros;
            self.scan = Some(scan);
            self.consume(ruled_out);
            let want = match verdict {
                Verdict::Found => return Ok(Item::Damage(self.end_scan(scan))),
                Verdict::NeedMore(n) => n,
            };
            if self.fill(want)? {
                continue;
            }
            let len = self.offset - scan.from + (self.end - self.start) as u64;
            let rest_is_zero = self.buf[self.start..self.end].iter().all(|&b| b == 0);
            if scan.zeros && rest_is_zero {
                return Ok(Item::End(Tail::Zeros { len }));
            }
            if !self.finished {
                let fault = scan.fault;
                return Ok(Item::End(Tail::Damaged { len, fault }));
            }
            // What stands here can no longer be completed. If its header holds it is the torn tail, unless
            // whole records are hidden inside; anything shorter than a header is part of the damage.
            if let Some(hidden) = self.hidden() {
                self.consume(hidden);
                continue;
            }
            let rest = self.end - self.start;
            if rest < HEADER_LEN {
                self.consume(rest);
            }
            return Ok(Item::Damage(self.end_scan(scan)));
        }
    }

    /// Where behind the first unread byte the first whole record starts.
    fn hidden(&mut self) -> Option<usize> {
        let buf = &self.buf[self.start..self.end];
        self.search.hidden(buf, self.offset, self.limit)
    }

    fn end_scan(&mut self, scan: Scan) -> Damage {
        self.scan = None;
        let damage = Damage {
            offset: scan.from,
            len: self.offset - scan.from,
            index: self.index,
            fault: scan.fault,
        };
        self.index += 1;
        damage
    }

    fn consume(&mut self, n: usize) {
        self.start += n;
        self.offset += n as u64;
    }

    /// Reads once, so that the buffer holds more than before and can come to hold `want` bytes. False at
    /// the end of the data.
    fn fill(&mut self, want: usize) -> Result<bool> {
        if self.start > 0 && self.end == self.buf.len() {
            self.buf.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end < self.buf.len() {
            let n = read_once(&mut self.input, &mut self.buf[self.end..])?;
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
        let grown = self.buf.len().saturating_mul(2).min(want);
        self.buf.resize(grown.max(self.end + n), 0);
        self.buf[self.end..self.end + n].copy_from_slice(&more[..n]);
        self.end += n;
        Ok(true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::frame;

    /// Items with owned payloads, so that runs can be compared.
    #[derive(Debug, PartialEq, Clone)]
    enum Seen {
        Record(u64, u64, Vec<u8>),
        Damage(Damage),
        End(Tail),
    }

    fn drain<R: Read>(reader: &mut RecordReader<R>, seen: &mut Vec<Seen>) -> Tail {
        loop {
            match reader.next_item().unwrap() {
                Item::Record(r) => seen.push(Seen::Record(r.offset, r.index, r.payload.to_vec())),
                Item::Damage(d) => seen.push(Seen::Damage(d)),
                Item::End(tail) => return tail,
            }
        }
    }

    /// Reads to the end, then declares the end final and reads what that brings.
    fn read_all(file: &[u8]) -> Vec<Seen> {
        let mut seen = Vec::new();
        let mut reader = RecordReader::with_capacity(file, 16);
        drain(&mut reader, &mut seen);
        reader.finish();
        let tail = drain(&mut reader, &mut seen);
        seen.push(Seen::End(tail));
        seen
    }

    /// A stream that pauses after every chunk, like a file that grows.
    struct Growing<'a> {
        data: &'a [u8],
        chunk: usize,
        pause: bool,
    }

    impl Read for Growing<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.pause = !self.pause;
            if self.pause {
                return Ok(0);
            }
            let n = self.chunk.min(self.data.len()).min(buf.len());
            buf[..n].copy_from_slice(&self.data[..n]);
            self.data = &self.data[n..];
            Ok(n)
        }
    }

    fn read_growing(file: &[u8], chunk: usize) -> Vec<Seen> {
        let mut seen = Vec::new();
        let input = Growing {
            data: file,
            chunk,
            pause: false,
        };
        let mut reader = RecordReader::with_capacity(input, 16);
        for _ in 0..2 * file.len() + 2 {
            drain(&mut reader, &mut seen);
        }
        reader.finish();
        let tail = drain(&mut reader, &mut seen);
        seen.push(Seen::End(tail));
        seen
    }

    fn three() -> Vec<u8> {
        let mut file = Vec::new();
        for payload in [&b"first"[..], &[7; 40], b"third record"] {
            frame(&mut file, payload);
        }
        file
    }

    #[test]
    fn every_cut_returns_what_is_whole_and_knows_the_tail() {
        let file = three();
        let ends = [0, 21, 77, 105];
        for cut in 0..=file.len() {
            let seen = read_all(&file[..cut]);
            let whole = ends.iter().filter(|&&e| e > 0 && e <= cut).count();
            assert_eq!(seen.len(), whole + 1, "cut at {cut}: {seen:?}");
            let left = (cut - ends[whole]) as u64;
            let tail = if left == 0 {
                Tail::Clean
            } else {
                Tail::Torn { len: left }
            };
            assert_eq!(seen[whole], Seen::End(tail), "cut at {cut}");
        }
    }

    #[test]
    fn every_flipped_bit_costs_one_record() {
        let file = three();
        let whole = read_all(&file);
        for bit in 0..file.len() * 8 {
            let mut bad = file.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let hit = [21, 77, 105].iter().position(|&end| bit / 8 < end).unwrap();
            let seen = read_all(&bad);
            for (i, record) in whole[..3].iter().enumerate().filter(|(i, _)| *i != hit) {
                assert_eq!(&seen[i], record, "bit {bit}");
            }
            assert!(
                matches!(seen[hit], Seen::Damage(_) | Seen::End(Tail::Torn { .. })),
                "bit {bit}: {seen:?}"
            );
        }
    }

    #[test]
    fn how_the_stream_is_chopped_does_not_matter() {
        let mut cases = vec![three()];
        let mut torn_inside = three();
        torn_inside.splice(30..60, []);
        cases.push(torn_inside);
        let mut zeros = three();
        zeros.splice(21..21, [0; 100]);
        zeros.extend([0; 50]);
        cases.push(zeros);
        let mut garbage = b"not a record at all".to_vec();
        garbage.extend(three());
        garbage.extend(b"more of the same");
        cases.push(garbage);
        for bit in [3, 100, 21 * 8 + 1, 40 * 8, 100 * 8] {
            let mut flipped = three();
            flipped[bit / 8] ^= 1 << (bit % 8);
            cases.push(flipped);
        }
        for file in cases {
            let whole = read_all(&file);
            for chunk in [1, 7, 13, 64] {
                assert_eq!(read_growing(&file, chunk), whole, "chunks of {chunk}");
            }
        }
    }

    #[test]
    fn a_record_torn_in_mid_file_costs_only_itself() {
        // The header promises 40 bytes, 10 exist, and another writer appended.
        let mut file = three();
        file.splice(21 + 12 + 10..77, []);
        let seen = read_all(&file);
        assert!(
            matches!(
                seen[1],
                Seen::Damage(Damage {
                    offset: 21,
                    len: 22,
                    ..
                })
            ),
            "{seen:?}"
        );
        assert!(matches!(&seen[2], Seen::Record(43, 2, p) if p == b"third record"));
        assert_eq!(seen[3], Seen::End(Tail::Clean));
        // The same as the very last thing but one, where the promise runs past the end.
        let mut file = Vec::new();
        frame(&mut file, &[1; 500]);
        file.truncate(100);
        frame(&mut file, b"appended");
        let seen = read_all(&file);
        assert!(matches!(
            seen[0],
            Seen::Damage(Damage {
                offset: 0,
                len: 100,
                fault: Fault::Torn,
                ..
            })
        ));
        assert!(matches!(&seen[1], Seen::Record(100, 1, p) if p == b"appended"));
    }

    #[test]
    fn zeros_wait_and_are_no_damage_at_the_end() {
        let mut file = three();
        file.extend(vec![0; 1 << 20]);
        let seen = read_all(&file);
        assert_eq!(seen[3], Seen::End(Tail::Zeros { len: 1 << 20 }));
        frame(&mut file, b"behind");
        let seen = read_all(&file);
        assert!(matches!(
            seen[3],
            Seen::Damage(Damage {
                offset: 105,
                len: 1_048_576,
                fault: Fault::Zeros,
                index: 3
            })
        ));
        assert!(matches!(&seen[4], Seen::Record(_, 4, p) if p == b"behind"));
    }

    #[test]
    fn a_damaged_last_record_waits_until_the_end_is_final() {
        let mut file = three();
        *file.last_mut().unwrap() ^= 1;
        let mut reader = RecordReader::new(file.as_slice());
        let mut seen = Vec::new();
        assert!(matches!(
            drain(&mut reader, &mut seen),
            Tail::Damaged { len: 28, .. }
        ));
        assert_eq!(reader.offset(), 77);
        reader.finish();
        assert_eq!(drain(&mut reader, &mut seen), Tail::Clean);
        assert!(matches!(
            seen[2],
            Seen::Damage(Damage {
                offset: 77,
                len: 28,
                ..
            })
        ));
    }

    #[test]
    fn a_forged_length_allocates_nothing() {
        let mut file = three();
        let length = (MAX_PAYLOAD - 1).to_le_bytes();
        file.extend_from_slice(&length);
        file.extend_from_slice(&crate::crc::masked(&length).to_le_bytes());
        file.extend_from_slice(b"little follows");
        let mut reader = RecordReader::with_capacity(file.as_slice(), 64);
        let mut seen = Vec::new();
        assert_eq!(drain(&mut reader, &mut seen), Tail::Torn { len: 26 });
        assert!(
            reader.buf.len() <= 256,
            "{} bytes allocated",
            reader.buf.len()
        );
    }

    #[test]
    fn counting_can_start_elsewhere() {
        let file = three();
        let mut reader = RecordReader::new(&file[21..]).starting_at(21, 1);
        assert!(matches!(
            reader.next_item().unwrap(),
            Item::Record(Record {
                offset: 21,
                index: 1,
                ..
            })
        ));
    }
}
