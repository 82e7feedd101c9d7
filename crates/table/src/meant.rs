//! Values as TensorBoard understands them, as JSON.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use tfevents::Value;
use tfevents::event::ValueRef;
use tfevents::plugin::audio::ClipsRef;
use tfevents::plugin::histogram::{Bucket, Histogram};
use tfevents::plugin::image::ImagesRef;
use tfevents::plugin::mesh::{MeshData, MeshPart};
use tfevents::plugin::text::TextRef;
use tfevents::{Image, Number, PrCurve};

mod charts;
pub(crate) mod hparams;

use crate::json::{Blob, Float, List, MaybeText, Num};
use crate::row::Row;
use crate::stored::{Metadata, Stored};

/// The value of a row; bytes that were written to files are replaced by the files' names.
pub(crate) struct Meant<'a> {
    pub(crate) row: &'a Row<'a>,
    pub(crate) files: &'a [String],
}

impl Serialize for Meant<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.row.value {
            Value::Scalar(number) => Num(*number).serialize(s),
            Value::Text(text) => Text(text).serialize(s),
            Value::Histogram(histogram) => Buckets(histogram).serialize(s),
            Value::Images(images) => self.images(images).serialize(s),
            Value::Audio(audio) => self.audio(audio).serialize(s),
            Value::Graph(bytes) => one(s, "graph_def", &self.file(0, bytes)),
            Value::RunMetadata(bytes) => one(s, "run_metadata", &self.file(0, bytes)),
            Value::KerasModel(json) => match self.files.first() {
                Some(file) => one(s, "keras_model", &File::Saved { file }),
                None => one(s, "keras_model", &MaybeText(json)),
            },
            Value::PrCurve(curve) => Curve::new(curve).serialize(s),
            Value::Mesh(part) => match Mesh::new(part) {
                Some(mesh) => mesh.serialize(s),
                None => self.as_stored(s),
            },
            Value::HParams(event) => match hparams::Event::new(event) {
                Some(event) => event.serialize(s),
                None => self.as_stored(s),
            },
            Value::CustomScalars(layout) => charts::Layout::from(layout).serialize(s),
            _ => self.as_stored(s),
        }
    }
}

impl<'a> Meant<'a> {
    fn as_stored<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.row.stored().as_ref().map(AsStored::new).serialize(s)
    }

    fn file(&self, i: usize, bytes: &'a [u8]) -> File<'a> {
        match self.files.get(i) {
            Some(file) => File::Saved { file },
            None => File::Inline(Blob(bytes)),
        }
    }

    fn images(&self, images: &ImagesRef<'a>) -> Images<'a> {
        let samples = images.samples.iter().enumerate();
        Images {
            width: images.width,
            height: images.height,
            samples: samples.map(|(i, bytes)| self.file(i, bytes)).collect(),
        }
    }

    fn audio(&self, audio: &ClipsRef<'a>) -> Audio<'a> {
        let samples = audio.clips.iter().enumerate();
        Audio {
            content_type: audio.content_type,
            samples: samples
                .map(|(i, clip)| self.file(i, clip.encoded))
                .collect(),
            labels: audio
                .clips
                .iter()
                .map(|clip| MaybeText(clip.label))
                .collect(),
        }
    }
}

/// A value of a kind that is not taken apart: everything that the file has on it.
#[derive(Serialize)]
struct AsStored<'a> {
    stored: Stored<'a>,
    metadata: Option<Metadata<'a>>,
}

impl<'a> AsStored<'a> {
    fn new(value: &'a ValueRef<'a>) -> Self {
        Self {
            stored: Stored(&value.data),
            metadata: value.metadata.map(Metadata::from),
        }
    }
}

/// The content of a file: where it is, or all of it.
#[derive(Serialize)]
#[serde(untagged)]
enum File<'a> {
    Saved { file: &'a str },
    Inline(Blob<'a>),
}

/// The buckets of a histogram.
pub(crate) struct Buckets<'a>(pub(crate) &'a Histogram);

impl Serialize for Buckets<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let bucket = |b: &Bucket| [b.left, b.right, b.count].map(Float);
        one(s, "buckets", &List(|| self.0.buckets().iter().map(bucket)))
    }
}

#[derive(Serialize)]
pub(crate) struct Images<'a> {
    width: Option<u32>,
    height: Option<u32>,
    samples: Vec<File<'a>>,
}

impl<'a> Images<'a> {
    /// A picture that is not in a file yet.
    pub(crate) fn one(image: &'a Image) -> Self {
        Self {
            width: Some(image.width()),
            height: Some(image.height()),
            samples: vec![File::Inline(Blob(image.as_bytes()))],
        }
    }
}

#[derive(Serialize)]
struct Audio<'a> {
    content_type: Option<&'a str>,
    samples: Vec<File<'a>>,
    labels: Vec<MaybeText<'a>>,
}

/// A string, a list or a list of lists; anything deeper by its shape.
struct Text<'a>(&'a TextRef<'a>);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let cells = &self.0.cells;
        match *self.0.shape {
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
                map.serialize_entry("shape", &self.0.shape)?;
                map.serialize_entry("cells", &List(|| cells.iter().map(MaybeText)))?;
                map.end()
            }
        }
    }
}

#[derive(Serialize)]
struct Curve {
    thresholds: Vec<Float>,
    true_positives: Vec<Float>,
    false_positives: Vec<Float>,
    true_negatives: Vec<Float>,
    false_negatives: Vec<Float>,
    precision: Vec<Float>,
    recall: Vec<Float>,
}

impl Curve {
    fn new(curve: &PrCurve) -> Self {
        let floats = |list: &[f64]| list.iter().map(|&v| Float(v)).collect();
        Self {
            thresholds: curve.thresholds().map(Float).collect(),
            true_positives: floats(&curve.true_positives),
            false_positives: floats(&curve.false_positives),
            true_negatives: floats(&curve.true_negatives),
            false_negatives: floats(&curve.false_negatives),
            precision: floats(&curve.precision),
            recall: floats(&curve.recall),
        }
    }
}

#[derive(Serialize)]
struct Mesh<'a> {
    name: &'a str,
    config: &'a str,
    samples: usize,
    #[serde(flatten)]
    data: Points<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Points<'a> {
    Vertices(Vec<[Num; 3]>),
    Faces(&'a [[i32; 3]]),
    Colors(&'a [[u8; 3]]),
}

impl<'a> Mesh<'a> {
    /// `None` for parts that are new to this program.
    fn new(part: &'a MeshPart) -> Option<Self> {
        let data = match &part.data {
            MeshData::Vertices(v) => {
                Points::Vertices(v.iter().map(|p| p.map(|v| Num(Number::F32(v)))).collect())
            }
            MeshData::Faces(v) => Points::Faces(v),
            MeshData::Colors(v) => Points::Colors(v),
            _ => return None,
        };
        Some(Self {
            name: &part.name,
            config: &part.json_config,
            samples: part.samples,
            data,
        })
    }
}

/// An object with one key.
fn one<S: Serializer>(s: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}
