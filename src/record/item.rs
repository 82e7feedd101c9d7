//! What a stream of records holds.

use std::fmt;

use super::Fault;

/// One intact record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// Where its header starts, in bytes from the start of the stream.
    pub offset: u64,
    /// The number of records, including damaged ones, before it.
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
    /// The number of records before it.
    pub index: u64,
    /// What was wrong at `offset`.
    pub fault: Fault,
}

/// What follows the last intact record when the data ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
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
    /// Bytes that are not a record, with no intact record behind them so far.
    Damaged {
        /// How many.
        len: u64,
        /// What was wrong at their start.
        fault: Fault,
    },
}

impl End {
    /// How many bytes follow the last intact record.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            Self::Clean => 0,
            Self::Torn { len } | Self::Zeros { len } | Self::Damaged { len, .. } => len,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clean => f.write_str("ends on a record boundary"),
            Self::Torn { len } => write!(f, "ends in {len} bytes of an unfinished record"),
            Self::Zeros { len } => write!(f, "ends in {len} zero bytes"),
            Self::Damaged { len, fault } => {
                write!(f, "ends in {len} bytes that are not a record: {fault}")
            }
        }
    }
}

/// What [`RecordReader::next_item`](super::RecordReader::next_item) and
/// [`Decoder::next_item`](super::Decoder::next_item) found.
#[derive(Debug, PartialEq)]
pub enum Item<'a> {
    /// An intact record.
    Record(Record<'a>),
    /// Damage that was passed over; intact data follows, or the end.
    Damage(Damage),
    /// The data ends here for now. Ask again when there is more.
    End(End),
}
