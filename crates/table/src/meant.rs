//! Values as TensorBoard understands them, as JSON.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use tfevents::Image;
use tfevents::Value;
use tfevents::event::ValueRef;
use tfevents::plugin::audio::ClipsRef;
use tfevents::plugin::image::ImagesRef;

use crate::json::{Blob, MaybeText};
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
            Value::Images(images) => self.images(images).serialize(s),
            Value::Audio(audio) => self.audio(audio).serialize(s),
            Value::Graph(bytes) => one(s, "graph_def", &self.file(0, bytes)),
            Value::RunMetadata(bytes) => one(s, "run_metadata", &self.file(0, bytes)),
            Value::KerasModel(json) => match self.files.first() {
                Some(file) => one(s, "keras_model", &File::Saved { file }),
                None => one(s, "keras_model", &MaybeText(json)),
            },
            Value::Raw(_) | Value::Custom(_) => self.as_stored(s),
            value => value.serialize(s),
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

/// An object with one key.
fn one<S: Serializer>(s: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}
