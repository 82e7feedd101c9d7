//! The values of each kind, but for those that have a file of their own.

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};

use super::{Base64, Float, List, MaybeText, StoredValue, one};
use crate::event::DataRef;
use crate::plugin::CustomValue;
use crate::plugin::audio::ClipsRef;
use crate::plugin::histogram::{Bucket, Histogram};
use crate::plugin::image::ImagesRef;
use crate::plugin::mesh::{MeshData, MeshPart};
use crate::plugin::pr_curve::PrCurve;
use crate::plugin::text::TextRef;
use crate::types::Number;

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        one(s, "buckets", &List(|| self.buckets().iter()))
    }
}

/// `[left, right, count]`.
impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        [self.left, self.right, self.count].map(Float).serialize(s)
    }
}

impl Serialize for ImagesRef<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(3))?;
        map.serialize_entry("width", &self.width)?;
        map.serialize_entry("height", &self.height)?;
        map.serialize_entry(
            "samples",
            &List(|| self.samples.iter().map(|file| Base64(file))),
        )?;
        map.end()
    }
}

impl Serialize for ClipsRef<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let samples = List(|| self.clips.iter().map(|clip| Base64(clip.encoded)));
        let labels = List(|| self.clips.iter().map(|clip| MaybeText(clip.label)));
        let mut map = s.serialize_map(Some(3))?;
        map.serialize_entry("content_type", &self.content_type)?;
        map.serialize_entry("samples", &samples)?;
        map.serialize_entry("labels", &labels)?;
        map.end()
    }
}

/// A string, a list or a list of lists; anything deeper by its shape.
impl Serialize for TextRef<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let cells = &self.cells;
        match *self.shape {
            [] => MaybeText(cells.iter().next().unwrap_or_default()).serialize(s),
            [_] => s.collect_seq(cells.iter().map(MaybeText)),
            [rows, columns] if columns > 0 => {
                let mut cells = cells.iter();
                let row = |_| {
                    cells
                        .by_ref()
                        .take(columns)
                        .map(MaybeText)
                        .collect::<Vec<_>>()
                };
                s.collect_seq((0..rows).map(row))
            }
            _ => {
                let mut map = s.serialize_map(Some(2))?;
                map.serialize_entry("shape", &self.shape)?;
                map.serialize_entry("cells", &List(|| cells.iter().map(MaybeText)))?;
                map.end()
            }
        }
    }
}

impl Serialize for PrCurve {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(7))?;
        map.serialize_entry("thresholds", &List(|| self.thresholds().map(Float)))?;
        for (name, numbers) in self.rows() {
            map.serialize_entry(name, &List(|| numbers.iter().map(|&v| Float(v))))?;
        }
        map.end()
    }
}

impl Serialize for MeshPart {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(4))?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("config", &self.json_config)?;
        map.serialize_entry("samples", &self.samples)?;
        match &self.data {
            MeshData::Vertices(vertices) => {
                let places = List(|| vertices.iter().map(|place| place.map(Number::F32)));
                map.serialize_entry("vertices", &places)?;
            }
            MeshData::Faces(faces) => map.serialize_entry("faces", faces)?,
            MeshData::Colors(colors) => map.serialize_entry("colors", colors)?,
        }
        map.end()
    }
}

/// As it would be stored.
impl Serialize for CustomValue {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let bytes = self.encode().map_err(S::Error::custom)?;
        one(
            s,
            "stored",
            &StoredValue(&DataRef::Tensor(bytes[..].into())),
        )
    }
}
