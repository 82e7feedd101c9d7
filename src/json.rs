//! Values as JSON, with the feature `serde`: values read from a file serialize in the shapes that `docs/json.md`
//! documents for `export`.
//!
//! What belongs to a kind alone is in files of its own below; the wrappers here are for those who put values into JSON
//! of their own.
//!
//! # Examples
//!
//! ```
//! use tfevents::{Histogram, Number};
//!
//! assert_eq!(serde_json::to_string(&Number::F32(0.1))?, "0.1");
//! assert_eq!(serde_json::to_string(&Number::F64(f64::NAN))?, r#""NaN""#);
//! let histogram = Histogram::with_buckets([1.0, 2.0], 1);
//! assert_eq!(serde_json::to_string(&histogram)?, r#"{"buckets":[[1.0,2.0,2.0]]}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::plugin::hparams::HParamValue;
use crate::plugin::{Kind, Value};
use crate::types::{Number, WallTime};

mod charts;
mod hparams;
mod stored;
mod values;

pub use stored::{StoredMetadata, StoredValue};

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

/// In its own type.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::F32(v) => match not_finite(v.into()) {
                Some(name) => s.serialize_str(name),
                None => s.serialize_f32(v),
            },
            Self::F64(v) => Float(v).serialize(s),
            Self::I64(v) => s.serialize_i64(v),
            Self::U64(v) => s.serialize_u64(v),
            Self::Bool(v) => s.serialize_bool(v),
        }
    }
}

// Called for every number that other crates put into JSON.
#[inline]
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

/// Seconds since the Unix epoch.
impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Float(self.as_secs()).serialize(s)
    }
}

/// By its [name](Kind::name).
impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// In JSON's own types.
impl Serialize for HParamValue {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_none(),
            Self::Number(v) => Float(*v).serialize(s),
            Self::Bool(v) => s.serialize_bool(*v),
            Self::Text(v) => s.serialize_str(v),
            Self::List(list) => s.collect_seq(list),
            Self::Struct(map) => s.collect_map(map),
        }
    }
}

/// Bytes of a format of their own: `{"base64": "…"}`, even where they happen to be text.
#[derive(Clone, Copy, Debug)]
pub struct Base64<'a>(pub &'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let text = Base64Display::new(self.0, &STANDARD);
        one(s, "base64", &format_args!("{text}"))
    }
}

/// Bytes that are usually text: a string, or as a [`Base64`] if they are not UTF-8.
#[derive(Clone, Copy, Debug)]
pub struct MaybeText<'a>(pub &'a [u8]);

impl Serialize for MaybeText<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => s.serialize_str(text),
            Err(_) => Base64(self.0).serialize(s),
        }
    }
}

/// What a function iterates over, as a list that is never in memory as a whole.
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

/// The value of an object that `export --format jsonl` prints. Of kinds that are not taken apart it is `stored` alone:
/// a value does not know its metadata.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(number) => number.serialize(s),
            Self::Histogram(histogram) => histogram.serialize(s),
            Self::Images(images) => images.serialize(s),
            Self::Audio(clips) => clips.serialize(s),
            Self::Text(text) => text.serialize(s),
            Self::Graph(bytes) => one(s, "graph_def", &Base64(bytes)),
            Self::RunMetadata(bytes) => one(s, "run_metadata", &Base64(bytes)),
            Self::KerasModel(json) => one(s, "keras_model", &MaybeText(json)),
            Self::PrCurve(curve) => curve.serialize(s),
            Self::Mesh(part) => part.serialize(s),
            Self::HParams(event) => event.serialize(s),
            Self::CustomScalars(layout) => layout.serialize(s),
            Self::Custom(value) => value.serialize(s),
            Self::Raw(raw) => one(s, "stored", &StoredValue(&raw.data)),
        }
    }
}

/// An object with one key.
fn one<S: Serializer>(s: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::DataRef;
    use crate::plugin::custom_scalars::{Category, Chart, ChartLayout, Series};
    use crate::plugin::histogram::Histogram;
    use crate::plugin::hparams::{HParams, HParamsEvent, Status};
    use crate::plugin::mesh::{MeshData, MeshPart};
    use crate::plugin::pr_curve::PrCurve;
    use crate::plugin::text::{self, Text};
    use crate::plugin::{RawValue, Stored as _};
    use crate::proto::Message as _;

    fn of(value: &Value<'_>) -> serde_json::Value {
        serde_json::to_value(value).unwrap()
    }

    #[test]
    fn numbers_keep_their_type() {
        let printed = |number: Number| serde_json::to_string(&Value::Scalar(number)).unwrap();
        assert_eq!(printed(Number::F32(0.1)), "0.1");
        assert_eq!(
            printed(Number::F64(f64::from(0.1f32))),
            "0.10000000149011612"
        );
        assert_eq!(printed(Number::U64(u64::MAX)), "18446744073709551615");
        assert_eq!(printed(Number::Bool(true)), "true");
        assert_eq!(printed(Number::F32(f32::NEG_INFINITY)), r#""-Infinity""#);
        assert_eq!(of(&Value::Scalar(Number::F64(f64::NAN))), "NaN");
    }

    #[test]
    fn texts_have_the_shape_of_their_tensor() {
        let json = |text: &Text| {
            let bytes = text.tensor().unwrap().encode_to_vec();
            let data = DataRef::Tensor(bytes[..].into());
            of(&Value::Text(text::decode(&data).unwrap()))
        };
        assert_eq!(json(&Text::new("a")), json!("a"));
        let table = Text::table([["a", "b"], ["c", "d"]]).unwrap();
        assert_eq!(json(&table), json!([["a", "b"], ["c", "d"]]));
        assert_eq!(
            serde_json::to_value(MaybeText(b"\xff")).unwrap(),
            json!({"base64": "/w=="})
        );
    }

    #[test]
    fn every_kind_has_its_shape() {
        let histogram = Histogram::with_buckets([1.0, 3.0], 1);
        assert_eq!(
            of(&Value::Histogram(histogram)),
            json!({"buckets": [[1.0, 3.0, 2.0]]})
        );
        assert_eq!(
            of(&Value::Graph(b"ab")),
            json!({"graph_def": {"base64": "YWI="}})
        );
        let curve = PrCurve::with_thresholds([true, false], [0.9f32, 0.1], 2).unwrap();
        assert_eq!(
            of(&Value::PrCurve(Box::new(curve))),
            json!({"thresholds": [0.0, 1.0], "true_positives": [1.0, 0.0],
                "false_positives": [1.0, 0.0], "true_negatives": [0.0, 1.0],
                "false_negatives": [0.0, 1.0], "precision": [0.5, 0.0], "recall": [1.0, 0.0]})
        );
        let part = MeshPart {
            name: "m".into(),
            json_config: "{}".into(),
            samples: 1,
            data: MeshData::Faces(vec![[0, 1, 2]]),
        };
        assert_eq!(
            of(&Value::Mesh(part)),
            json!({"name": "m", "config": "{}", "samples": 1, "faces": [[0, 1, 2]]})
        );
        let end = HParamsEvent::SessionEnd {
            status: Status::Failure,
            time: 1.5.into(),
        };
        assert_eq!(
            of(&Value::HParams(Box::new(end))),
            json!({"session_end": {"status": "failure", "time": 1.5}})
        );
        let start = HParamsEvent::SessionStart {
            hparams: HParams::new().with("lr", 0.1).with("o", "adam").group("g"),
            time: 1.5.into(),
        };
        assert_eq!(
            of(&Value::HParams(Box::new(start))),
            json!({"session_start": {"hparams": {"lr": 0.1, "o": "adam"}, "group": "g",
                "model_uri": "", "monitor_url": "", "time": 1.5}})
        );
        let band = Chart::margin("c", [Series::new("v", "l", "u")]);
        let layout = ChartLayout::new().category(Category::new("t").chart(band));
        assert_eq!(
            of(&Value::CustomScalars(layout)),
            json!({"categories": [{"title": "t", "closed": false, "charts": [
                {"title": "c", "margin": [{"value": "v", "lower": "l", "upper": "u"}]}]}]})
        );
        let raw = RawValue {
            data: DataRef::Simple(0.5),
            problem: None,
        };
        assert_eq!(
            of(&Value::Raw(raw)),
            json!({"stored": {"simple_value": 0.5}})
        );
        assert_eq!(serde_json::to_value(Kind::PrCurve).unwrap(), "pr_curve");
    }
}
