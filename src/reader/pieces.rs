//! Reading a large file in several pieces at once.
//!
//! Where a record starts is only known from the records before it, so each piece but the first looks for the first
//! place in it where a record could start. That may be wrong: a record may hold another one, of which the bytes
//! are intact, too. So a piece counts only if the one before it, read on past its end, comes out exactly where
//! it started. Whatever a single reader would have found is found; pieces that do not fit are dropped, and what
//! they cover is read again by the one before.
//!
//! Whoever wants a first look takes the two ends of a file, without that proof.

use std::convert::Infallible;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use crate::error::Result;
use crate::reader::deferred::can_wait;
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::health::Health;
use crate::reader::source::EventFile;
use crate::reader::visit::{FollowItem, Visitor};
use crate::record::RecordReader;

/// What reading a file in pieces came to.
pub(super) struct Outcome {
    /// Where the next record starts, and how many come before it.
    pub(super) offset: u64,
    pub(super) record: u64,
    pub(super) health: Health,
    /// The pieces that count, each with the number of records before it.
    pub(super) pieces: Vec<(usize, u64)>,
}

/// How to read a file.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) finished: bool,
    pub(super) max_record: u64,
    /// Whether checksums of large values may wait until these are read.
    pub(super) defers: bool,
}

struct Piece<V> {
    reader: EventReader<EventFile>,
    visitor: V,
    /// Where it starts, and then where its first record does, if it has one.
    start: Option<u64>,
}

/// Reads as many pieces of a plain file as there are visitors.
pub(super) fn read<V: Visitor<Stop = Infallible> + Send>(
    file: &Arc<File>,
    size: u64,
    visitors: Vec<V>,
    how: How,
) -> Result<Outcome> {
    let count = visitors.len() as u64;
    let bound =
        |number: usize| (u128::from(size) * number as u128 / u128::from(count.max(1))) as u64;
    let mut pieces = thread::scope(|scope| {
        let threads: Vec<_> = visitors
            .into_iter()
            .enumerate()
            .map(|(number, visitor)| {
                let range = bound(number)..bound(number + 1);
                scope.spawn(move || {
                    let mut piece = Piece::new(file, range, size, visitor, how);
                    piece.read().map(|()| (number, piece))
                })
            })
            .collect();
        let join =
            |thread: thread::ScopedJoinHandle<'_, Result<(usize, Piece<V>)>>| match thread.join() {
                Ok(piece) => piece,
                Err(panic) => std::panic::resume_unwind(panic),
            };
        threads.into_iter().map(join).collect::<Result<Vec<_>>>()
    })?
    .into_iter();

    let mut outcome = Outcome {
        offset: 0,
        record: 0,
        health: Health::default(),
        pieces: vec![(0, 0)],
    };
    let Some((_, mut current)) = pieces.next() else {
        return Ok(outcome);
    };
    for (number, next) in pieces {
        let Some(start) = next.start else {
            continue;
        };
        if current.reach(start)? {
            outcome.close(&current);
            outcome.pieces.push((number, outcome.record));
            current = next;
        }
    }
    current.unbound();
    if how.finished {
        current.reader.finish();
    }
    current.read_on()?;
    outcome.close(&current);
    Ok(outcome)
}

/// Reads the first and the last `len` bytes of a plain file, as if there were nothing between them. Where the second
/// piece begins is not verified: see above.
pub(super) fn ends<V: Visitor<Stop = Infallible>>(
    file: &Arc<File>,
    size: u64,
    len: u64,
    visitor: V,
    how: How,
) -> Result<Health> {
    let mut head = Piece::new(file, 0..len, size, visitor, how);
    head.read()?;
    let mut tail = Piece::new(file, size - len..size, size, head.visitor, how);
    tail.read()?;
    let mut health = head.reader.health().clone();
    health.absorb(tail.reader.health());
    Ok(health)
}

impl<V: Visitor<Stop = Infallible>> Piece<V> {
    fn new(file: &Arc<File>, range: Range<u64>, size: u64, visitor: V, how: How) -> Self {
        let start = range.start;
        let len = usize::try_from(range.end - start).unwrap_or(usize::MAX);
        let source = EventFile::piece(Arc::clone(file), range);
        let capacity = RecordReader::<EventFile>::CAPACITY.min(len.saturating_add(1));
        let mut records = RecordReader::with_capacity(source, capacity)
            .starting_at(start, 0)
            .max_record(how.max_record);
        if how.defers {
            records.defer(can_wait);
        }
        records.ends_at(size);
        Self {
            reader: EventReader::from_records(records),
            visitor,
            start: Some(start),
        }
    }

    /// Reads the piece as far as it holds whole records.
    fn read(&mut self) -> Result<()> {
        if self.start != Some(0) {
            self.start = self.reader.records_mut().seek_record()?;
            if self.start.is_none() {
                return Ok(());
            }
        }
        self.read_on()
    }

    fn unbound(&mut self) {
        self.reader.records_mut().input_mut().unbound();
    }

    /// Reads to the end of the piece, or of the file if it was let.
    fn read_on(&mut self) -> Result<()> {
        loop {
            self.reader
                .take_scalars(|scalar| self.visitor.scalar(scalar));
            if !self.item()? {
                return Ok(());
            }
        }
    }

    /// Reads on to exactly this place. False if no record starts there.
    fn reach(&mut self, start: u64) -> Result<bool> {
        self.unbound();
        while self.reader.offset() < start {
            if !self.item()? {
                return Ok(false);
            }
        }
        Ok(self.reader.offset() == start)
    }

    /// Passes on one item. False at the end.
    fn item(&mut self) -> Result<bool> {
        let Ok(()) = self.visitor.item(match self.reader.next_item()? {
            EventItem::Event(event) => FollowItem::Event(event),
            EventItem::Damage(defect) => FollowItem::Damage(defect),
            EventItem::End(_) => return Ok(false),
        });
        Ok(true)
    }
}

impl Outcome {
    /// Takes in what a piece found that was read to where the next one starts.
    fn close<V>(&mut self, piece: &Piece<V>) {
        let mut health = piece.reader.health().clone();
        for defect in &mut health.defects {
            defect.record += self.record;
        }
        self.health.absorb(&health);
        self.offset = piece.reader.offset();
        self.record += piece.reader.record();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::PlainScalar;
    use crate::reader::follow::Follower;
    use crate::record::frame;

    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Visitor for &mut Seen {
        type Stop = Infallible;
        const SCALARS: bool = true;

        fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
            self.0.push(format!("{} {}", scalar.step, scalar.value));
            true
        }

        fn item(&mut self, item: FollowItem<'_>) -> std::result::Result<(), Infallible> {
            self.0.push(match item {
                FollowItem::Event(e) => match PlainScalar::parse(e.payload) {
                    Some(scalar) => {
                        self.scalar(&scalar);
                        return Ok(());
                    }
                    None => format!("{:?}", e.payload),
                },
                FollowItem::Damage(defect) => format!("{defect:?}"),
                FollowItem::Replaced => "replaced".to_owned(),
            });
            Ok(())
        }
    }

    /// What the visitors saw, without the numbers of records, which only the outcome knows.
    fn seen(visitors: &[Seen], kept: &[(usize, u64)]) -> Vec<String> {
        let kept = kept.iter().flat_map(|&(number, _)| &visitors[number].0);
        kept.map(|line| match line.split_once("record: ") {
            Some((before, after)) => {
                let (_, after) = after.split_once(',').unwrap();
                format!("{before}{after}")
            }
            None => line.clone(),
        })
        .collect()
    }

    fn scalar(step: u8) -> Vec<u8> {
        let mut payload = b"\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10".to_vec();
        payload.push(step & 0x7f);
        payload.extend_from_slice(b"\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f");
        payload
    }

    #[derive(Clone, Debug)]
    enum Bit {
        Scalars(u8),
        /// Records inside a record.
        Nested(u8),
        Garbage(Vec<u8>),
        Zeros(usize),
        Flip(usize),
        Cut(usize),
    }

    fn bits() -> impl Strategy<Value = Vec<Bit>> {
        let bit = prop_oneof![
            8 => (1u8..30).prop_map(Bit::Scalars),
            4 => (1u8..30).prop_map(Bit::Nested),
            1 => prop::collection::vec(any::<u8>(), 1..50).prop_map(Bit::Garbage),
            1 => (1usize..50).prop_map(Bit::Zeros),
            2 => (0usize..1000).prop_map(Bit::Flip),
            1 => (1usize..40).prop_map(Bit::Cut),
        ];
        prop::collection::vec(bit, 1..20)
    }

    fn file_of(bits: &[Bit]) -> Vec<u8> {
        let mut file = Vec::new();
        for bit in bits {
            match bit {
                Bit::Scalars(n) => (0..*n).for_each(|i| frame(&mut file, &scalar(i))),
                Bit::Nested(n) => {
                    let mut inner = Vec::new();
                    (0..*n).for_each(|i| frame(&mut inner, &scalar(i)));
                    frame(&mut file, &inner);
                }
                Bit::Garbage(bytes) => file.extend_from_slice(bytes),
                Bit::Zeros(n) => file.resize(file.len() + n, 0),
                Bit::Flip(back) => {
                    let len = file.len();
                    if let Some(byte) = file.get_mut(len.saturating_sub(1 + back)) {
                        *byte ^= 4;
                    }
                }
                Bit::Cut(n) => file.truncate(file.len().saturating_sub(*n)),
            }
        }
        file
    }

    proptest! {
        #[test]
        fn pieces_bring_what_one_reader_brings(bits in bits(), count in 1usize..7, finished: bool) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("f");
            std::fs::write(&path, file_of(&bits)).unwrap();
            let follower = || {
                let mut follower = Follower::new(path.clone());
                if finished {
                    follower.finish();
                }
                follower
            };
            let mut one = follower();
            let mut expected = [Seen::default()];
            one.poll_into(&mut &mut expected[0]);
            let mut many = follower();
            let mut visitors: Vec<_> = (0..count).map(|_| Seen::default()).collect();
            let kept = many.poll_pieces(visitors.iter_mut().collect());
            let Some(kept) = kept else {
                // Garbage that begins as a compressed file does is taken for one.
                let file = Arc::new(File::open(&path).unwrap());
                prop_assert!(!EventFile::new(file, 0).unwrap().is_plain());
                return Ok(());
            };
            prop_assert_eq!(seen(&visitors, &kept), seen(&expected, &[(0, 0)]));
            prop_assert_eq!(many.cursor(), one.cursor());
            prop_assert_eq!(many.health(), one.health());
        }
    }
}
