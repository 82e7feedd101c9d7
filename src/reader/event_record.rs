//! An event as it stands in a file.

use crate::event::EventRef;
use crate::record::OVERHEAD;

/// An event and its place in the file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventRecord<'a> {
    /// The byte at which its record starts.
    pub offset: u64,
    /// The number of records before it.
    pub record: u64,
    /// The event as stored, without framing.
    pub payload: &'a [u8],
    /// The event.
    pub event: EventRef<'a>,
}

impl EventRecord<'_> {
    /// How many bytes of the file the record takes, its framing included.
    #[inline]
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.payload.len() + OVERHEAD) as u64
    }
}
