//! Results as JSON, in the shapes that `docs/json.md` promises.

use std::path::Path;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use tfevents::Number;
use tfevents::plugin::hparams::HParamValue;
use tfevents::reader::Defect;
use tfevents::record::End;

use tfevents_analysis::text;

/// A float in the shortest form that reads back the same; where JSON has no number, the strings that TensorBoard uses.
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match not_finite(self.0) {
            Some(name) => s.serialize_str(name),
            None => s.serialize_f64(self.0),
        }
    }
}

/// A number in its own type.
#[derive(Clone, Copy, Debug)]
pub struct Num(pub Number);

impl Serialize for Num {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Number::F32(v) => match not_finite(v.into()) {
                Some(name) => s.serialize_str(name),
                None => s.serialize_f32(v),
            },
            Number::I64(v) => s.serialize_i64(v),
            Number::U64(v) => s.serialize_u64(v),
            Number::Bool(v) => s.serialize_bool(v),
            other => Float(other.as_f64()).serialize(s),
        }
    }
}

fn not_finite(v: f64) -> Option<&'static str> {
    if v.is_nan() {
        Some("NaN")
    } else if v == f64::INFINITY {
        Some("Infinity")
    } else if v == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

/// A hyperparameter in JSON's own types.
#[derive(Clone, Copy, Debug)]
pub struct HParamJson<'a>(pub &'a HParamValue);

impl Serialize for HParamJson<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            HParamValue::Number(v) => Float(*v).serialize(s),
            HParamValue::Bool(v) => s.serialize_bool(*v),
            HParamValue::Text(v) => s.serialize_str(v),
            HParamValue::List(list) => s.collect_seq(list.iter().map(HParamJson)),
            HParamValue::Struct(map) => s.collect_map(map.iter().map(|(k, v)| (k, HParamJson(v)))),
            _ => s.serialize_none(),
        }
    }
}

/// A path; bytes that are not UTF-8 appear as `\xNN`.
#[derive(Clone, Copy, Debug)]
pub struct PathText<'a>(pub &'a Path);

impl Serialize for PathText<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&text::path(self.0))
    }
}

/// Bytes of a format of their own: `{"base64": "…"}`, even where they happen to be text.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a>(pub &'a [u8]);

impl Serialize for Blob<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(1))?;
        let text = Base64Display::new(self.0, &STANDARD);
        map.serialize_entry("base64", &format_args!("{text}"))?;
        map.end()
    }
}

/// Bytes that are text as a rule: a string, or as a [`Blob`] if they are not UTF-8.
#[derive(Clone, Copy, Debug)]
pub struct MaybeText<'a>(pub &'a [u8]);

impl Serialize for MaybeText<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => s.serialize_str(text),
            Err(_) => Blob(self.0).serialize(s),
        }
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

/// A list whose items are made on the way.
#[derive(Clone, Copy, Debug)]
pub struct List<F>(pub F);

impl<I, F> Serialize for List<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq((self.0)())
    }
}
