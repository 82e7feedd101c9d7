//! What waits for the background thread, in the order in which it was logged.
//!
//! Nearly everything that is logged is a scalar. One waits as 24 bytes and becomes a record in the background
//! thread, so that the training loop neither encodes nor computes checksums. Everything else waits as the
//! finished record; its first eight bytes are its length, whose highest bit marks a scalar.

use crate::record;
use crate::types::WallTime;
use crate::writer::guard::TagId;

const SCALAR: u64 = 1 << 63;

/// Bytes of a scalar that waits: mark, tag and value; wall time; step.
const SCALAR_LEN: usize = 24;

/// What is allocated at first.
const FIRST_CAPACITY: usize = 64 << 10;

/// Events that were accepted but not taken by the thread yet.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    bytes: Vec<u8>,
}

/// A number on its way to the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scalar {
    pub(crate) wall_time: WallTime,
    pub(crate) step: i64,
    pub(crate) value: f32,
}

/// One event of a backlog.
#[derive(Debug, PartialEq)]
pub(crate) enum Entry<'a> {
    Scalar(TagId, Scalar),
    /// A finished record.
    Record(&'a [u8]),
}

impl Backlog {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Keeps the memory for the next events, up to `capacity`: one huge event must not be held for ever.
    pub(crate) fn clear(&mut self, capacity: usize) {
        self.bytes.clear();
        self.bytes
            .shrink_to(capacity.saturating_add(FIRST_CAPACITY));
    }

    #[inline]
    pub(crate) fn push_scalar(&mut self, tag: TagId, scalar: Scalar, limit: usize) {
        let mark = SCALAR | u64::from(tag.0) << 32 | u64::from(scalar.value.to_bits());
        let mut entry = [0; SCALAR_LEN];
        entry[..8].copy_from_slice(&mark.to_le_bytes());
        entry[8..16].copy_from_slice(&scalar.wall_time.as_secs().to_le_bytes());
        entry[16..].copy_from_slice(&scalar.step.to_le_bytes());
        self.push(&entry, limit);
    }

    /// Takes a record that was framed by [`record::frame`] or its like.
    #[inline]
    pub(crate) fn push_record(&mut self, record: &[u8], limit: usize) {
        self.push(record, limit);
    }

    #[inline]
    fn push(&mut self, entry: &[u8], limit: usize) {
        if entry.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow(entry.len(), limit);
        }
        self.bytes.extend_from_slice(entry);
    }

    /// Doubles as `Vec` does, but not past the limit, so that the memory in use stays within it.
    #[cold]
    fn grow(&mut self, entry: usize, limit: usize) {
        let needed = self.bytes.len() + entry;
        let doubled = FIRST_CAPACITY.max(self.bytes.capacity().saturating_mul(2));
        let target = doubled.min(limit).max(needed);
        self.bytes.reserve_exact(target - self.bytes.len());
    }

    /// The events, oldest first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || next_entry(&mut rest))
    }
}

#[inline]
fn next_entry<'a>(rest: &mut &'a [u8]) -> Option<Entry<'a>> {
    let mark = u64::from_le_bytes(*rest.first_chunk()?);
    if mark & SCALAR == 0 {
        let record = rest.split_off(..record::framed_len(rest)?)?;
        return Some(Entry::Record(record));
    }
    let entry: &[u8; SCALAR_LEN] = rest.split_off(..SCALAR_LEN)?.try_into().ok()?;
    let [_, _, _, _, _, _, _, _, numbers @ ..] = entry;
    let (wall_time, step) = numbers.split_first_chunk::<8>()?;
    #[expect(clippy::cast_possible_truncation, reason = "two halves of a word")]
    let (tag, value) = ((mark & !SCALAR) >> 32, f32::from_bits(mark as u32));
    Some(Entry::Scalar(
        TagId(u32::try_from(tag).ok()?),
        Scalar {
            wall_time: f64::from_le_bytes(*wall_time).into(),
            step: i64::from_le_bytes(*step.first_chunk()?),
            value,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_as_they_went_in() {
        let mut record = Vec::new();
        record::frame(&mut record, b"payload");
        let scalar = |step, value| Scalar {
            wall_time: 1_700_000_000.25.into(),
            step,
            value,
        };
        let mut backlog = Backlog::default();
        backlog.push_scalar(TagId(0), scalar(i64::MIN, -0.0), 0);
        backlog.push_record(&record, 0);
        backlog.push_scalar(TagId(TagId::MAX), scalar(-1, f32::MAX), 0);
        backlog.push_record(&record, 0);

        assert_eq!(backlog.len(), 2 * SCALAR_LEN + 2 * record.len());
        let entries: Vec<_> = backlog.entries().collect();
        assert_eq!(
            entries,
            [
                Entry::Scalar(TagId(0), scalar(i64::MIN, -0.0)),
                Entry::Record(&record),
                Entry::Scalar(TagId(TagId::MAX), scalar(-1, f32::MAX)),
                Entry::Record(&record),
            ]
        );
    }

    #[test]
    fn every_bit_of_a_number_is_kept() {
        let mut backlog = Backlog::default();
        let nan = f32::from_bits(0xffc0_1234);
        let scalar = Scalar {
            wall_time: WallTime::default(),
            step: 0,
            value: nan,
        };
        backlog.push_scalar(TagId(3), scalar, 0);
        let Some(Entry::Scalar(TagId(3), found)) = backlog.entries().next() else {
            panic!("{backlog:?}");
        };
        assert_eq!(found.value.to_bits(), nan.to_bits());
    }

    #[test]
    fn memory_stays_within_the_limit_and_one_event() {
        let limit = 200_000;
        let mut backlog = Backlog::default();
        while backlog.len() < limit {
            backlog.push_record(&[0; 100], limit);
        }
        assert!(backlog.bytes.capacity() < limit + 100);
        backlog.push_record(&[0; 1_000_000], limit);
        backlog.clear(limit);
        assert!(backlog.bytes.capacity() <= limit + FIRST_CAPACITY);
    }
}
