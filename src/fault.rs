//! Why bytes are not an intact record.

use std::fmt;

/// Why bytes are not an intact record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The header's checksum does not hold, so the length is not to be trusted.
    LengthCrc {
        /// The checksum in the file.
        stored: u32,
        /// The checksum of the length bytes in the file.
        computed: u32,
    },
    /// None: an intact record that is longer than what may be held in memory. It was verified and passed over.
    Large {
        /// The length of its payload.
        length: u64,
        /// The longest payload that would have been held: see
        /// [`RecordReader::max_record`](crate::record::RecordReader::max_record).
        limit: u64,
    },
    /// The length is longer than any message may be, although its checksum holds.
    TooLong {
        /// The length in the file.
        length: u64,
        /// The longest payload that would have been accepted.
        limit: u64,
    },
    /// The payload's checksum does not hold.
    PayloadCrc {
        /// The checksum in the file.
        stored: u32,
        /// The checksum of the payload in the file.
        computed: u32,
    },
    /// Zeros where a header should be: space that was reserved but never written.
    Zeros,
    /// A record that starts well but was cut off, with other records behind it.
    Torn,
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthCrc { stored, computed } => write!(
                f,
                "length checksum mismatch: stored {stored:08x}, computed {computed:08x}"
            ),
            Self::Large { length, limit } => write!(
                f,
                "a record of {length} bytes exceeds the limit of {limit} bytes in memory"
            ),
            Self::TooLong { length, limit } => {
                write!(f, "a length of {length} bytes exceeds the limit of {limit}")
            }
            Self::PayloadCrc { stored, computed } => write!(
                f,
                "payload checksum mismatch: stored {stored:08x}, computed {computed:08x}"
            ),
            Self::Zeros => f.write_str("zeros where a record should start"),
            Self::Torn => f.write_str("a record is truncated"),
        }
    }
}
