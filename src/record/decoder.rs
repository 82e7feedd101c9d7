//! Records out of bytes, past damage, and again after more of them came.

use std::ops::Range;

use super::search::Search;
use super::window::Window;
use super::{CanWait, End, Fault, Item, MAX_PAYLOAD, MAX_RECORD, OVERHEAD, Split, split};

mod pass;
mod state;
mod step;

pub(super) use state::Step;
use state::{Scan, State};

/// Takes bytes as they come and gives back records, checking every checksum.
///
/// It reads nothing by itself. Where bytes come from an async stream, from a socket or from JavaScript, push them
/// here; where they come from [`Read`](std::io::Read), use [`RecordReader`](super::RecordReader), which is an
/// adapter.
///
/// * The end of the bytes is a state, not an error: [`Item::End`] asks for more. Push more, and decoding goes on
///   where it stopped.
/// * A record whose payload fails its checksum costs that record. Where a header fails, the decoder looks for
///   the next place at which a header's *and* its payload's checksum hold.
/// * What is returned does not depend on how the bytes are cut into pushes.
/// * Memory is bounded by the bytes that were pushed and, if all items are taken before the next push, by
///   [`max_record`](Self::max_record), whatever a header claims. Time grows with the number of bytes, whatever
///   they are.
///
/// # Examples
///
/// ```
/// use tfevents::record::{self, Decoder, Item};
///
/// let mut file = Vec::new();
/// record::frame(&mut file, b"first");
/// record::frame(&mut file, b"second");
///
/// let mut payloads = Vec::new();
/// let mut decoder = Decoder::new();
/// for chunk in file.chunks(5) {
///     decoder.push(chunk);
///     while let Item::Record(record) = decoder.next_item() {
///         payloads.push(record.payload.to_vec());
///     }
/// }
/// assert_eq!(payloads, [&b"first"[..], b"second"]);
/// ```
///
/// The same in an async function, of any runtime, with damage and an end:
///
/// ```
/// use tfevents::record::{Damage, Decoder, End, Item};
///
/// /// `next_chunk` awaits a socket, a download or a channel, and returns `None` when that is closed.
/// async fn read(
///     mut next_chunk: impl AsyncFnMut() -> Option<Vec<u8>>,
///     mut record: impl FnMut(&[u8]),
///     mut damage: impl FnMut(Damage),
/// ) -> End {
///     let mut decoder = Decoder::new();
///     let mut closed = false;
///     loop {
///         match decoder.next_item() {
///             Item::Record(found) => record(found.payload),
///             Item::Damage(found) => damage(found),
///             Item::End(end) if closed => return end,
///             Item::End(_) => match next_chunk().await {
///                 Some(bytes) => decoder.push(&bytes),
///                 None => {
///                     decoder.finish();
///                     closed = true;
///                 }
///             },
///         }
///     }
/// }
/// #
/// # let mut file = Vec::new();
/// # tfevents::record::frame(&mut file, b"first");
/// # tfevents::record::frame(&mut file, b"second");
/// # file[14] ^= 1;
/// # file.extend(b"torn");
/// # let mut chunks = file.chunks(5);
/// # let (mut payloads, mut damaged) = (Vec::new(), 0);
/// # let next_chunk = async || chunks.next().map(<[u8]>::to_vec);
/// # let reading = read(next_chunk, |payload| payloads.push(payload.to_vec()), |_| damaged += 1);
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # let end = std::pin::pin!(reading).poll(&mut context);
/// # assert_eq!(end, std::task::Poll::Ready(End::Torn { len: 4 }));
/// # assert_eq!((payloads, damaged), (vec![b"second".to_vec()], 1));
/// ```
#[derive(Debug)]
pub struct Decoder {
    pub(super) window: Window,
    index: u64,
    limit: u64,
    can_wait: Option<CanWait>,
    state: State,
    search: Search,
    /// Where the data is known to end, unless more is written.
    known_end: Option<u64>,
    finished: bool,
    /// To how many unread bytes the window has to come before there is anything to say.
    want: usize,
}

/// A search that came to the end of the data, for another decoder to go on with when there is more.
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

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder for a stream from its start.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// The same with room for so many bytes, which spares growing; for a record of [`MAX_RECORD`] at most.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            window: Window::new(bytes.min(MAX_RECORD as usize)),
            index: 0,
            limit: MAX_RECORD,
            can_wait: None,
            state: State::Record,
            search: Search::default(),
            known_end: None,
            finished: false,
            want: 0,
        }
    }

    /// Counts from a place other than the start: the byte offset of the next record and the number of records
    /// before it. Either counts as `i64::MAX` at most, which no stream comes near. Bytes that were pushed and not
    /// decoded yet are the first ones there, and nothing else is remembered of what came before.
    #[must_use]
    pub fn starting_at(mut self, offset: u64, index: u64) -> Self {
        // So that no sum of it and of bytes at hand overflows.
        const MOST: u64 = i64::MAX.cast_unsigned();
        self.window.start_at(offset.min(MOST));
        Self {
            window: self.window,
            index: index.min(MOST),
            limit: self.limit,
            can_wait: self.can_wait,
            ..Self::with_capacity(0)
        }
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
            State::Record => self.window.offset(),
            State::Scan(scan) => scan.from,
            State::Pass(pass) => pass.from,
            State::Skip(skip) => skip.from,
        }
    }

    /// The number of records, including damaged ones, before [`offset`](Self::offset).
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Adds the bytes that follow in the stream. They are copied, and held until they were decoded.
    pub fn push(&mut self, bytes: &[u8]) {
        let len = self.window.len() + bytes.len();
        // Whoever pushes more before taking what there is should not have it moved at each push.
        let ample = len + len / 4;
        let want = if len > self.want { ample } else { self.want };
        self.window.push(bytes, want);
    }

    /// After an [`Item::End`], how many more bytes it takes at least before there is a record or damage. Never 0.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.want.saturating_sub(self.window.len()).max(1)
    }

    /// Declares that nothing more will be pushed, so that what a torn or damaged end hides is looked for
    /// too: a writer killed in mid-record whose file another one appended to. Decoding then goes on until
    /// the next [`Item::End`].
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// The next record, damage, or the end of what was pushed so far.
    pub fn next_item(&mut self) -> Item<'_> {
        match self.advance(true) {
            Step::Record(len) => Item::Record(self.take_record(len)),
            Step::Damage(damage) => Item::Damage(damage),
            Step::End(end) => Item::End(end),
            // Never said where the data has ended.
            Step::More(_) => Item::End(self.unfinished()),
        }
    }

    /// Leaves checksums of payloads for later, where they can wait.
    pub(super) fn defer(&mut self, can_wait: CanWait) {
        self.can_wait = Some(can_wait);
    }

    /// Tells where the data ends for now: a record that goes beyond is then not waited for.
    pub(super) fn ends_at(&mut self, offset: u64) {
        self.known_end = Some(offset);
    }

    /// Looks for the first intact record from here on, and counts from it.
    pub(super) fn seek(&mut self) {
        self.state = State::Scan(Scan {
            from: self.window.offset(),
            fault: Fault::Torn,
            zeros: false,
        });
    }

    /// The record that stands here is the first.
    pub(super) fn count_from_here(&mut self) {
        self.index = 0;
    }

    /// The search that is under way.
    pub(super) fn pending(&self) -> Option<Pending> {
        match self.state {
            State::Scan(scan) => Some(Pending {
                scan,
                at: self.window.offset(),
            }),
            _ => None,
        }
    }

    /// Goes on with a search, where nothing was pushed yet: what is pushed comes from where that stopped.
    pub(super) fn go_on(&mut self, pending: Pending) {
        self.state = State::Scan(pending.scan);
        self.window.start_at(pending.at);
    }

    /// Bytes of the stream that are still at hand, decoded or not.
    pub(super) fn buffered(&self, range: Range<u64>) -> Option<&[u8]> {
        self.window.get(range)
    }

    /// Passes on records that are whole in the window, as long as `take` wants them and none is longer than
    /// `longest`. The first that is not wanted is left for [`next_item`](Self::next_item), and so is anything
    /// out of the ordinary. Returns how many were taken.
    ///
    /// One short record after the other passes through without the state of the decoder being written in between.
    #[inline]
    pub(super) fn take_while(&mut self, longest: u64, mut take: impl FnMut(&[u8]) -> bool) -> u64 {
        if !matches!(self.state, State::Record) || self.search.is_warm(self.window.offset()) {
            return 0;
        }
        let limit = longest.min(self.limit);
        let mut unread = self.window.unread();
        let mut taken = 0;
        while let Split::Frame { payload } = split(unread, limit) {
            if !take(payload) {
                break;
            }
            unread = &unread[payload.len() + OVERHEAD..];
            taken += 1;
        }
        let passed = self.window.len() - unread.len();
        self.window.consume(passed);
        self.index += taken;
        taken
    }
}
