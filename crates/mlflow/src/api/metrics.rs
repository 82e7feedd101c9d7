//! Points of metrics: sent in batches, read back.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{API, Entry, Nothing, Pages, whole};
use crate::error::Result;
use crate::http::{Http, Repeat};

/// A number as MLflow has to be sent it: it answers with success to a bare NaN or infinity, and then drops the rest of the
/// batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            value => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or its name as text")
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// A point of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) key: String,
    pub(crate) value: Number,
    /// Milliseconds since 1970, not before.
    #[serde(deserialize_with = "whole")]
    pub(crate) timestamp: i64,
    #[serde(default, deserialize_with = "whole")]
    pub(crate) step: i64,
}

/// What is sent to a run at once.
#[derive(Debug, Serialize)]
pub(crate) struct Batch<'a> {
    pub(crate) run_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) metrics: &'a [Point],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) params: &'a [Entry],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) tags: &'a [Entry],
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metrics: Vec<Point>,
    #[serde(default)]
    next_page_token: Option<String>,
}

/// Points of one page, the most that MLflow sends at once.
const PAGE: &str = "25000";

/// Sends a batch. MLflow stores the parameters first, then the points, then the tags.
///
/// # Errors
///
/// Among others, where it is not known whether the batch arrived: storing points again takes MLflow thirty times as long.
pub(crate) fn log_batch(http: &Http, batch: &Batch<'_>) -> Result<()> {
    let path = format!("{API}/runs/log-batch");
    http.post::<Nothing>(&path, batch, Repeat::IfLost)?;
    Ok(())
}

/// All points of a metric, page by page.
pub(crate) fn history(
    http: &Http,
    run_id: &str,
    key: &str,
    mut each: impl FnMut(Point) -> Result<()>,
) -> Result<()> {
    let path = format!("{API}/metrics/get-history");
    let mut pages = Pages::default();
    loop {
        let mut query = vec![
            ("run_id", run_id),
            ("metric_key", key),
            ("max_results", PAGE),
        ];
        query.extend(pages.query());
        let page: Page = http.get(&path, &query)?;
        page.metrics.into_iter().try_for_each(&mut each)?;
        if !pages.turn(http, page.next_page_token)? {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_has_not_are_text() {
        for (value, json) in [
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"Infinity\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e300, "1e+300"),
            (5e-324, "5e-324"),
        ] {
            let text = serde_json::to_string(&Number(value)).unwrap();
            assert_eq!(text, json);
            let Number(back) = serde_json::from_str(&text).unwrap();
            assert!(back.to_bits() == value.to_bits() || back.is_nan() && value.is_nan());
        }
        let point = r#"{"key":"a","value":1,"timestamp":"5","step":-3}"#;
        let point: Point = serde_json::from_str(point).unwrap();
        assert_eq!((point.value.0, point.timestamp, point.step), (1.0, 5, -3));
    }
}
