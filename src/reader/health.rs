//! What was wrong with a file.

use std::fmt;

use crate::reader::event_record::EventRecord;
use crate::record::{Damage, End, Fault};

/// How intact a file is: its records, its damage, and how it ends.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// Intact records so far.
    pub records: u64,
    /// Damage, in file order; at most [`Health::MAX_DEFECTS`] of it.
    pub defects: Vec<Defect>,
    /// How much damage there was in all.
    pub damaged: u64,
    /// What followed the last record when the data ended.
    pub end: End,
}

/// Of a file of which nothing was read yet.
impl Default for Health {
    fn default() -> Self {
        Self {
            records: 0,
            defects: Vec::new(),
            damaged: 0,
            end: End::Clean,
        }
    }
}

impl Health {
    /// How many defects are kept one by one, so that a file of nothing but damage stays cheap to read.
    pub const MAX_DEFECTS: usize = 1000;

    pub(crate) fn note(&mut self, defect: &Defect) {
        self.damaged += 1;
        if self.defects.len() < Self::MAX_DEFECTS {
            self.defects.push(defect.clone());
        }
    }

    /// Adds what a later stretch of the same file showed.
    pub(crate) fn absorb(&mut self, later: &Self) {
        self.records += later.records;
        self.damaged += later.damaged;
        let room = Self::MAX_DEFECTS.saturating_sub(self.defects.len());
        self.defects
            .extend(later.defects.iter().take(room).cloned());
        self.end = later.end;
    }

    /// Whether nothing was lost and the file ends on a record boundary.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.damaged == 0 && self.end == End::Clean
    }
}

/// One stretch of a file that holds no usable event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Defect {
    /// The byte it starts at.
    pub offset: u64,
    /// How many bytes it has.
    pub len: u64,
    /// The number of records before it.
    pub record: u64,
    /// What is wrong.
    pub kind: DefectKind,
}

/// What can be wrong with a record.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DefectKind {
    /// Its framing.
    Framing(Fault),
    /// Its content: the checksums hold, but it is not an event, or part of it is not what it should be.
    Content(String),
    /// Its size: the checksums hold, but it is longer than what may be held in memory, so nothing of it was read.
    Large {
        /// The length of its payload.
        length: u64,
        /// The longest payload that would have been read.
        limit: u64,
    },
}

impl Defect {
    /// Something inside an event that is not what it should be.
    pub(crate) fn content(record: &EventRecord<'_>, what: String) -> Self {
        Self {
            offset: record.offset,
            len: record.size(),
            record: record.record,
            kind: DefectKind::Content(what),
        }
    }
}

impl From<Damage> for Defect {
    fn from(damage: Damage) -> Self {
        Self {
            offset: damage.offset,
            len: damage.len,
            record: damage.index,
            kind: match damage.fault {
                Fault::Large { length, limit } => DefectKind::Large { length, limit },
                fault => DefectKind::Framing(fault),
            },
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "record {} at byte {} ({} bytes): {}",
            self.record, self.offset, self.len, self.kind
        )
    }
}

impl fmt::Display for DefectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Framing(fault) => fault.fmt(f),
            Self::Content(what) => write!(f, "not an event: {what}"),
            &Self::Large { length, limit } => Fault::Large { length, limit }.fmt(f),
        }
    }
}
