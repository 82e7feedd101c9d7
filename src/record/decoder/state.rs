//! Where a decoder stands, and what a step from there comes to.

use crate::record::{Damage, End, Fault, HEADER_LEN};

/// What the unread bytes start with.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// A record, if it is intact.
    Record,
    /// Bytes among which the next intact record is looked for. Those already ruled out were given up.
    Scan(Scan),
    /// The inside of a record that is too long to be held in memory.
    Pass(Pass),
    /// A record with a bad payload, if its length can be believed.
    Skip(Skip),
}

/// A record whose payload is bad.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skip {
    /// Where it starts.
    pub(super) from: u64,
    /// How many bytes of it are in the window: all that were not given up yet.
    pub(super) rest: usize,
    /// How many of those cannot be the start of another record.
    pub(super) ruled_out: usize,
    pub(super) fault: Fault,
}

/// A search for the next intact record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    /// Where the damage starts.
    pub(super) from: u64,
    pub(super) fault: Fault,
    /// Whether every byte since `from` was zero.
    pub(super) zeros: bool,
}

/// A record that is too long to be held in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    /// Where it starts.
    pub(super) from: u64,
    pub(super) length: u64,
    /// The CRC-32C of those bytes of its payload that were given up.
    pub(super) crc: u32,
    pub(super) inside: Inside,
}

/// Whole records inside a long one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Inside {
    /// None so far.
    None,
    /// One starts at the first byte that was kept.
    Found,
    /// More followed it than may be held: whatever this is, it is passed over as a whole.
    Lost,
}

impl Pass {
    pub(super) fn payload_end(&self) -> u64 {
        self.from + HEADER_LEN as u64 + self.length
    }
}

/// What one step of decoding came to.
#[derive(Clone, Copy, Debug)]
pub(in crate::record) enum Step {
    /// An intact record with a payload of this length stands at the start of the window.
    Record(usize),
    Damage(Damage),
    /// There is nothing to say before the window has come to so many bytes.
    More(usize),
    End(End),
}
