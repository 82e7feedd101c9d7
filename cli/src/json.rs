//! How machines get it: the shapes that `docs/json.md` promises.

use std::path::Path;

use serde::{Serialize, Serializer};
use tfevents::Number;

use crate::text;

/// A float, shortest as reads back the same; where JSON has no number, the strings that TensorBoard uses.
#[derive(Clone, Copy)]
pub(crate) struct Float(pub(crate) f64);

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match not_finite(self.0) {
            Some(name) => s.serialize_str(name),
            None => s.serialize_f64(self.0),
        }
    }
}

/// A number in its own type.
#[derive(Clone, Copy)]
pub(crate) struct Num(pub(crate) Number);

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

/// A path; bytes that are not UTF-8 appear as `\xNN`.
pub(crate) struct PathText<'a>(pub(crate) &'a Path);

impl Serialize for PathText<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&text::path(self.0))
    }
}
