//! What a point holds, in the few forms in which both sides can be compared.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;
use tfevents::event::DataRef;
use tfevents::plugin::Value;
use tfevents::state::Blob;
use tfevents::{Number, Tensor};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Numbers(Vec<f64>),
    /// Left edges, right edges and counts, by rows.
    Buckets(Vec<[f64; 3]>),
    Strings(Vec<Vec<u8>>),
    /// What the loader cannot fetch, or what we cannot decode.
    Unknown,
}

impl Content {
    /// What we make of a value.
    pub(super) fn of(blob: &Blob) -> Self {
        let strings = |list: &[&[u8]]| Self::Strings(list.iter().map(|s| s.to_vec()).collect());
        match blob.value().unwrap() {
            Value::Histogram(histogram) => Self::Buckets(
                histogram
                    .buckets()
                    .iter()
                    .map(|b| [b.left, b.right, b.count])
                    .collect(),
            ),
            Value::Images(images) => strings(&images.samples),
            Value::Audio(audio) => strings(
                &audio
                    .clips
                    .iter()
                    .map(|clip| clip.encoded)
                    .collect::<Vec<_>>(),
            ),
            Value::Text(text) => strings(&text.cells.to_vec()),
            Value::Graph(bytes) | Value::RunMetadata(bytes) | Value::KerasModel(bytes) => {
                strings(&[bytes])
            }
            Value::Raw(raw) if raw.problem.is_some() => Self::Unknown,
            _ => Self::of_stored(blob),
        }
    }

    /// The elements of a tensor, whatever it is for.
    pub(super) fn of_stored(blob: &Blob) -> Self {
        let data = blob.stored().unwrap().map(|value| value.data);
        let Some(DataRef::Tensor(encoded)) = data else {
            return Self::Unknown;
        };
        match Tensor::from_encoded(&encoded) {
            Ok(tensor) if tensor.strings().next().is_some() => {
                Self::Strings(tensor.strings().map(<[u8]>::to_vec).collect())
            }
            Ok(tensor) => Self::Numbers(tensor.numbers().map(Number::as_f64).collect()),
            Err(_) => Self::Unknown,
        }
    }

    pub(super) fn of_tensor(tensor: &Json) -> Self {
        let values = tensor["values"].as_array().unwrap();
        if let Some(strings) = values.iter().map(bytes).collect() {
            return Self::Strings(strings);
        }
        let numbers = values
            .iter()
            .map(|v| v.as_f64().or(v.as_bool().map(f64::from)));
        numbers
            .collect::<Option<_>>()
            .map_or(Self::Unknown, Self::Numbers)
    }

    pub(super) fn of_blobs(blobs: &Json) -> Self {
        let blobs = blobs.as_array().unwrap().iter();
        blobs
            .map(bytes)
            .collect::<Option<_>>()
            .map_or(Self::Unknown, Self::Strings)
    }

    /// The first number, to sort by.
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Numbers(numbers) => numbers.first().copied().unwrap_or_default(),
            _ => 0.0,
        }
    }

    /// Whether a loader means the same.
    pub(super) fn agrees(&self, theirs: &Self) -> bool {
        match (self, theirs) {
            (Self::Buckets(ours), Self::Numbers(theirs)) => {
                let theirs: Vec<_> = theirs.as_chunks().0.to_vec();
                same_buckets(ours, &theirs)
            }
            // An empty tensor says nothing of its type. Of pictures, width and height come first; of other
            // media with several strings, we take one.
            (Self::Strings(ours), Self::Numbers(theirs))
            | (Self::Numbers(theirs), Self::Strings(ours)) => ours.is_empty() && theirs.is_empty(),
            (Self::Buckets(ours), Self::Strings(theirs)) => ours.is_empty() && theirs.is_empty(),
            (Self::Strings(ours), Self::Strings(theirs)) => {
                theirs.ends_with(ours) || ours.len() == 1 && theirs.starts_with(ours)
            }
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (ours, theirs) => ours == theirs,
        }
    }
}

/// The loaders differ in what they do with empty buckets at the ends, and the Python one in precision.
fn same_buckets(ours: &[[f64; 3]], theirs: &[[f64; 3]]) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "as the loader does")]
    let near = |a: f64, b: f64| a == b || a as f32 == b as f32;
    let (ours, theirs) = (trim(ours), trim(theirs));
    let inner = |rows: &[[f64; 3]]| -> Vec<f64> { rows.iter().skip(1).map(|row| row[0]).collect() };
    let counts = |rows: &[[f64; 3]]| -> Vec<f64> { rows.iter().map(|row| row[2]).collect() };
    let same = |a: Vec<f64>, b: Vec<f64>| {
        a.len() == b.len() && a.iter().zip(&b).all(|(&a, &b)| near(a, b))
    };
    same(inner(ours), inner(theirs)) && same(counts(ours), counts(theirs))
}

fn trim(rows: &[[f64; 3]]) -> &[[f64; 3]] {
    let full = |row: &[f64; 3]| row[2] > 0.0;
    match (rows.iter().position(full), rows.iter().rposition(full)) {
        (Some(first), Some(last)) => &rows[first..=last],
        _ => &[],
    }
}

fn bytes(json: &Json) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(json.get("bytes")?.as_str()?).ok()
}
