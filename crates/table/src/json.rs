//! Results as JSON, in the shapes that `docs/json.md` promises.

use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};
use tfevents::reader::Defect;
use tfevents::record::End;

use tfevents_analysis::cell::Cell;
use tfevents_analysis::text;

pub use tfevents::json::{Base64 as Blob, Float, List, MaybeText};

/// The version of the shapes of documents and of lines of reports, which grows when a key goes or changes its meaning.
pub const VERSION: u32 = 1;

/// An object with the version of its shape first.
#[derive(Serialize)]
struct Versioned<'o, O> {
    version: u32,
    #[serde(flatten)]
    object: &'o O,
}

impl<'o, O> Versioned<'o, O> {
    fn new(object: &'o O) -> Self {
        let version = VERSION;
        Self { version, object }
    }
}

/// Writes a document as a report does: its version first, and a line break behind it.
///
/// # Errors
///
/// What `out` says.
///
/// # Examples
///
/// ```
/// use tfevents_table::json;
///
/// let mut out = Vec::new();
/// json::write_document(&mut out, &std::collections::BTreeMap::from([("runs", 2)]))?;
/// assert_eq!(out, b"{\n  \"version\": 1,\n  \"runs\": 2\n}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_document(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Versioned::new(document))?;
    writeln!(out)
}

/// Writes an object on a line of its own, for reports that consist of lines. Each begins with the version, so that it can
/// be read by itself.
///
/// # Errors
///
/// What `out` says.
///
/// # Examples
///
/// ```
/// use tfevents_table::json;
///
/// let mut out = Vec::new();
/// json::write_line(&mut out, &std::collections::BTreeMap::from([("runs", 2)]))?;
/// assert_eq!(out, b"{\"version\":1,\"runs\":2}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_line(out: &mut (impl Write + ?Sized), line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Versioned::new(line))?;
    writeln!(out)
}

/// A cell of a table of runs: a number, text, a list, null where there is nothing, or an object for a number over several
/// runs.
#[derive(Clone, Copy, Debug)]
pub struct CellValue<'a>(pub &'a Cell);

impl Serialize for CellValue<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Empty => s.serialize_none(),
            Cell::Text(text) => s.serialize_str(text),
            Cell::Number(number) => number.serialize(s),
            Cell::List(cells) => s.collect_seq(cells.iter().map(CellValue)),
            Cell::Spread(spread) => SpreadValue {
                mean: Float(spread.mean),
                std: spread.std.map(Float),
                n: spread.n,
                missing: &spread.missing,
                not_finite: &spread.not_finite,
            }
            .serialize(s),
        }
    }
}

/// A number over several runs.
#[derive(Serialize)]
struct SpreadValue<'a> {
    mean: Float,
    std: Option<Float>,
    n: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    not_finite: &'a [String],
}

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
