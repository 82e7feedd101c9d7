//! Results as JSON, in the shapes that `docs/json.md` promises.

use std::path::Path;

use serde::{Serialize, Serializer};
use tfevents::reader::Defect;
use tfevents::record::End;

use tfevents_analysis::text;

pub use tfevents::json::{Base64 as Blob, Float, List, MaybeText};

/// A path; bytes that are not UTF-8 appear as `\xNN`.
#[derive(Clone, Copy, Debug)]
pub struct PathText<'a>(pub &'a Path);

impl Serialize for PathText<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&text::path(self.0))
    }
}

/// A place of a file at which something is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct DamageReport {
    /// The number of the record, from 0.
    pub record: u64,
    /// The byte at which it begins.
    pub offset: u64,
    /// Absent where the record is intact and a value in it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

impl From<&Defect> for DamageReport {
    fn from(defect: &Defect) -> Self {
        Self {
            record: defect.record,
            offset: defect.offset,
            bytes: Some(defect.len),
            problem: defect.kind.to_string(),
        }
    }
}

/// How a file ends.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndReport {
    state: &'static str,
    bytes: u64,
}

impl EndReport {
    /// The report on an end.
    #[must_use]
    pub fn new(end: End) -> Self {
        let state = match end {
            End::Clean => "clean",
            End::Torn { .. } => "torn",
            End::Zeros { .. } => "zeros",
            End::Damaged { .. } => "damaged",
            _ => "other",
        };
        Self {
            state,
            bytes: end.bytes(),
        }
    }
}
