//! Values in the form in which a file holds them, as JSON: complete, under the names of the protobuf fields.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::{Base64, Float, List, MaybeText};
use crate::event::{DataRef, Encoded, MetadataRef};
use crate::proto;
use crate::tensor::{DataType, Elements, Tensor};
use crate::types::Number;

/// The form and content of a value, or null.
#[derive(Clone, Copy, Debug)]
pub struct StoredValue<'a>(pub &'a DataRef<'a>);

impl Serialize for StoredValue<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if matches!(self.0, DataRef::None) {
            return s.serialize_none();
        }
        let mut map = s.serialize_map(Some(1))?;
        match self.0 {
            DataRef::Simple(v) => map.serialize_entry("simple_value", &Number::F32(*v))?,
            DataRef::ObsoleteHistogram(bytes) => {
                map.serialize_entry("obsolete_old_style_histogram", &Base64(bytes))?;
            }
            DataRef::Image(image) => {
                let image = Image {
                    height: image.height,
                    width: image.width,
                    colorspace: image.colorspace,
                    encoded_image_string: Base64(image.encoded),
                };
                map.serialize_entry("image", &image)?;
            }
            DataRef::Histogram(encoded) => {
                match proto::merge::<proto::HistogramProto>(encoded.pieces()) {
                    Ok(h) => map.serialize_entry("histo", &Histogram::new(&h))?,
                    Err(e) => map.serialize_entry("histo", &Undecoded::new(encoded, &e))?,
                }
            }
            DataRef::Audio(audio) => {
                let audio = Audio {
                    sample_rate: Number::F32(audio.sample_rate),
                    num_channels: audio.num_channels,
                    length_frames: audio.length_frames,
                    encoded_audio_string: Base64(audio.encoded),
                    content_type: audio.content_type,
                };
                map.serialize_entry("audio", &audio)?;
            }
            DataRef::Tensor(encoded) => match Tensor::from_encoded(encoded) {
                Ok(tensor) => map.serialize_entry("tensor", &TensorFields::new(&tensor))?,
                Err(e) => map.serialize_entry("tensor", &Undecoded::new(encoded, &e))?,
            },
            DataRef::None => {}
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Image<'a> {
    height: i32,
    width: i32,
    colorspace: i32,
    encoded_image_string: Base64<'a>,
}

#[derive(Serialize)]
struct Audio<'a> {
    sample_rate: Number,
    num_channels: i64,
    length_frames: i64,
    encoded_audio_string: Base64<'a>,
    content_type: &'a str,
}

#[derive(Serialize)]
struct Histogram {
    min: Float,
    max: Float,
    num: Float,
    sum: Float,
    sum_squares: Float,
    bucket_limit: Vec<Float>,
    bucket: Vec<Float>,
}

impl Histogram {
    fn new(h: &proto::HistogramProto) -> Self {
        let floats = |list: &[f64]| list.iter().map(|&v| Float(v)).collect();
        Self {
            min: Float(h.min),
            max: Float(h.max),
            num: Float(h.num),
            sum: Float(h.sum),
            sum_squares: Float(h.sum_squares),
            bucket_limit: floats(&h.bucket_limit),
            bucket: floats(&h.bucket),
        }
    }
}

/// A message that cannot be decoded, as it is stored.
#[derive(Serialize)]
struct Undecoded {
    bytes: OwnedBlob,
    problem: String,
}

struct OwnedBlob(Vec<u8>);

impl Serialize for OwnedBlob {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Base64(&self.0).serialize(s)
    }
}

impl Undecoded {
    fn new(encoded: &Encoded<'_>, problem: &crate::error::Error) -> Self {
        Self {
            bytes: OwnedBlob(encoded.pieces().flatten().copied().collect()),
            problem: problem.to_string(),
        }
    }
}

#[derive(Serialize)]
struct TensorFields<'a> {
    dtype: Option<&'static str>,
    shape: &'a [usize],
    /// As many as are stored: one can stand for all.
    values: Values<'a>,
}

impl<'a> TensorFields<'a> {
    fn new(tensor: &'a Tensor<'a>) -> Self {
        Self {
            dtype: tensor.dtype().map(DataType::name),
            shape: tensor.shape(),
            values: Values(tensor.elements()),
        }
    }
}

/// The elements of a tensor in one list, whatever its shape; those of a type without numbers as bytes.
struct Values<'a>(&'a Elements<'a>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Elements::Strings(strings) => s.collect_seq(strings.iter().map(MaybeText)),
            Elements::C64(pairs) => s.collect_seq(pairs.iter().map(|p| p.map(Number::F32))),
            Elements::C128(pairs) => s.collect_seq(pairs.iter().map(|p| p.map(Float))),
            Elements::Opaque(bytes) => Base64(bytes).serialize(s),
            numbers => {
                let numbers = |i| numbers.number(i);
                List(|| (0..self.0.len()).filter_map(numbers)).serialize(s)
            }
        }
    }
}

/// What a value says about its series; what it does not say is left out.
#[derive(Debug, Serialize)]
pub struct StoredMetadata<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    plugin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    display_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_class: Option<String>,
}

impl<'a> From<MetadataRef<'a>> for StoredMetadata<'a> {
    fn from(m: MetadataRef<'a>) -> Self {
        let class = m.data_class.number();
        Self {
            plugin: m.plugin_name,
            content: (!m.content.is_empty()).then_some(Base64(m.content)),
            display_name: m.display_name,
            description: m.description,
            data_class: (class != 0).then(|| {
                let known = proto::DataClass::try_from(class);
                known.map_or_else(|_| class.to_string(), |c| c.as_str_name().to_owned())
            }),
        }
    }
}
