//! Records whose checksums are verified when what they hold is read, and not before.
//!
//! Pictures, sounds, graphs and large tensors are most of the bytes of many logdirs, and most of them are never shown.

use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::event::{DataRef, EventRef, What};
use crate::reader::event_record::EventRecord;
use crate::reader::source::read_range;
use crate::record::{self, Fault, MAX_PAYLOAD, MIN_DEFERRED, Split};

/// Tensors up to this size may be numbers, which are read at once.
const NUMBERS: usize = 4 << 10;

/// Whether all that an event holds is read on demand.
pub(crate) fn can_wait(payload: &[u8]) -> bool {
    EventRef::parse(payload).is_ok_and(|event| is_on_demand(&event))
}

fn is_on_demand(event: &EventRef<'_>) -> bool {
    match &event.what {
        What::GraphDef(_) | What::TaggedRunMetadata(_) | What::MetaGraphDef(_) => true,
        What::Summary(summary) => summary.values().all(|value| {
            value.is_ok_and(|value| match value.data {
                DataRef::Image(_) | DataRef::Audio(_) => true,
                DataRef::Tensor(tensor) => tensor.len() > NUMBERS,
                _ => false,
            })
        }),
        _ => false,
    }
}

/// The place of a record whose payload may not have been verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deferred {
    offset: u64,
    len: u32,
    number: u32,
}

impl Deferred {
    /// `None` for a record that was certainly verified when it was read.
    pub(crate) fn of(record: &EventRecord<'_>) -> Option<Self> {
        let long = record.payload.len() >= MIN_DEFERRED;
        (long && is_on_demand(&record.event)).then(|| Self {
            offset: record.offset,
            len: u32::try_from(record.size()).unwrap_or(u32::MAX),
            number: u32::try_from(record.record).unwrap_or(u32::MAX),
        })
    }

    /// Adds the records before the piece of the file in which it was counted.
    pub(crate) fn count_from(&mut self, before: u64) {
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        self.number = self.number.saturating_add(before);
    }

    /// The one of these records, in the order of the file, that contains the byte at `offset`.
    pub(crate) fn find(records: &[Self], offset: u64) -> Option<Self> {
        let behind = records.partition_point(|record| record.offset <= offset);
        let record = records.get(behind.checked_sub(1)?)?;
        (offset - record.offset < record.len.into()).then_some(*record)
    }

    /// Reads `len` bytes of its payload, from `offset` in the file, and verifies the whole record.
    pub(crate) fn read(self, path: &Path, offset: u64, len: u64) -> Result<Vec<u8>> {
        let mut bytes = read_range(path, self.offset, self.len.into())?;
        let fault = match record::split(&bytes, MAX_PAYLOAD) {
            Split::Frame { .. } => None,
            Split::Fault(fault) => Some(fault),
            Split::NeedMore(_) => Some(Fault::Torn),
        };
        if let Some(fault) = fault {
            let error = Error::new(ErrorKind::Record(fault)).with_path(path);
            return Err(error.at(self.offset, self.number.into()));
        }
        let start = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        bytes.truncate(start.saturating_add(len));
        bytes.drain(..start.min(bytes.len()));
        Ok(bytes)
    }
}
