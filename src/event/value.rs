//! One tagged value of a summary, borrowed.

use super::{DataClass, Encoded};
use crate::error::Result;
use crate::proto;
use crate::wire::{Field, Fields};

/// One tagged value, borrowed from its record.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ValueRef<'a> {
    /// The tag as stored; see [`series_tag`](Self::series_tag).
    pub tag: &'a str,
    /// The older name for a tag.
    pub node_name: &'a str,
    /// What it is and for which dashboard; writers may leave it out after the first event of a tag.
    pub metadata: Option<MetadataRef<'a>>,
    /// The value itself.
    pub data: DataRef<'a>,
}

/// What a series is, and for which dashboard.
#[derive(Clone, Copy, Debug, Default, Eq)]
#[non_exhaustive]
pub struct MetadataRef<'a> {
    /// The dashboard's plugin.
    pub plugin_name: &'a str,
    /// The plugin's own data.
    pub content: &'a [u8],
    /// A name to show instead of the tag.
    pub display_name: &'a str,
    /// Markdown shown beside the series.
    pub description: &'a str,
    /// The stated data class.
    pub data_class: DataClass,
}

// Most of these are empty. To compare nothing with nothing at addresses that do not exist, as those of empty slices,
// takes a vectorised `memcmp` as long as a hundred bytes do.
impl PartialEq for MetadataRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &[u8], b: &[u8]| a.len() == b.len() && (a.is_empty() || a == b);
        let same_text = |a: &str, b: &str| same(a.as_bytes(), b.as_bytes());
        self.data_class == other.data_class
            && same_text(self.plugin_name, other.plugin_name)
            && same(self.content, other.content)
            && same_text(self.display_name, other.display_name)
            && same_text(self.description, other.description)
    }
}

/// A value in the form in which it was stored.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum DataRef<'a> {
    /// No value: metadata only.
    #[default]
    None,
    /// A scalar of the older form.
    Simple(f32),
    /// A histogram of a form that nothing reads any more.
    ObsoleteHistogram(&'a [u8]),
    /// An image of the older form.
    Image(ImageRef<'a>),
    /// A serialized [`proto::HistogramProto`], the older form.
    Histogram(Encoded<'a>),
    /// A sound of the older form.
    Audio(AudioRef<'a>),
    /// A serialized [`proto::TensorProto`]: see [`Tensor`](crate::Tensor).
    Tensor(Encoded<'a>),
}

/// An image of the older form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageRef<'a> {
    /// Height in pixels, as the writer claims.
    pub height: i32,
    /// Width in pixels, as the writer claims.
    pub width: i32,
    /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA, 5 YUV, 6 BGRA.
    pub colorspace: i32,
    /// A PNG, JPEG or GIF file.
    pub encoded: &'a [u8],
}

/// A sound of the older form.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AudioRef<'a> {
    /// Samples per second.
    pub sample_rate: f32,
    /// Channels.
    pub num_channels: i64,
    /// Samples in each channel.
    pub length_frames: i64,
    /// A sound file, usually WAV.
    pub encoded: &'a [u8],
    /// Its MIME type.
    pub content_type: &'a str,
}

impl<'a> ValueRef<'a> {
    /// Reads a serialized [`proto::summary::Value`].
    ///
    /// # Errors
    ///
    /// Bytes that are not such a message, and text that is not UTF-8.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut value = Self::default();
        let mut fields = Fields::new(bytes);
        while let Some((number, field)) = fields.next()? {
            match number {
                1 => value.tag = field.string("a tag")?,
                7 => value.node_name = field.string("node_name")?,
                9 => {
                    let metadata = value.metadata.get_or_insert_default();
                    metadata.merge(field.bytes("metadata")?)?;
                }
                2..=6 | 8 => value.data.merge(number, field)?,
                _ => {}
            }
        }
        Ok(value)
    }

    /// The tag that with the run names the value's series. A tensor without one goes by its `node_name`, as in
    /// TensorBoard's Python loader.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::event::ValueRef;
    ///
    /// // node_name "weights", an empty tensor
    /// let value = ValueRef::parse(b"\x3a\x07weights\x42\0")?;
    /// assert_eq!((value.tag, value.series_tag()), ("", "weights"));
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    #[must_use]
    pub fn series_tag(&self) -> &'a str {
        match (self.tag, &self.data) {
            ("", DataRef::Tensor(_)) => self.node_name,
            (tag, _) => tag,
        }
    }
}

impl<'a> MetadataRef<'a> {
    fn merge(&mut self, bytes: &'a [u8]) -> Result<()> {
        let mut fields = Fields::new(bytes);
        while let Some((number, field)) = fields.next()? {
            match number {
                1 => {
                    let mut plugin = Fields::new(field.bytes("plugin_data")?);
                    while let Some((number, field)) = plugin.next()? {
                        match number {
                            1 => self.plugin_name = field.string("a plugin name")?,
                            2 => self.content = field.bytes("plugin content")?,
                            _ => {}
                        }
                    }
                }
                2 => self.display_name = field.string("a display name")?,
                3 => self.description = field.string("a description")?,
                4 => self.data_class = field.int32("data_class")?.into(),
                _ => {}
            }
        }
        Ok(())
    }
}

impl From<MetadataRef<'_>> for proto::SummaryMetadata {
    fn from(m: MetadataRef<'_>) -> Self {
        let plugin_data = (!m.plugin_name.is_empty() || !m.content.is_empty()).then(|| {
            proto::summary_metadata::PluginData {
                plugin_name: m.plugin_name.to_owned(),
                content: m.content.to_vec(),
            }
        });
        Self {
            plugin_data,
            display_name: m.display_name.to_owned(),
            summary_description: m.description.to_owned(),
            data_class: m.data_class.number(),
        }
    }
}

impl<'a> DataRef<'a> {
    fn merge(&mut self, number: u32, field: Field<'a>) -> Result<()> {
        match number {
            2 => *self = Self::Simple(field.float("simple_value")?),
            3 => *self = Self::ObsoleteHistogram(field.bytes("obsolete_old_style_histogram")?),
            4 => {
                let mut image = match self {
                    Self::Image(image) => *image,
                    _ => ImageRef::default(),
                };
                let mut fields = Fields::new(field.bytes("image")?);
                while let Some((number, field)) = fields.next()? {
                    match number {
                        1 => image.height = field.int32("image.height")?,
                        2 => image.width = field.int32("image.width")?,
                        3 => image.colorspace = field.int32("image.colorspace")?,
                        4 => image.encoded = field.bytes("image.encoded_image_string")?,
                        _ => {}
                    }
                }
                *self = Self::Image(image);
            }
            6 => {
                let mut audio = match self {
                    Self::Audio(audio) => *audio,
                    _ => AudioRef::default(),
                };
                let mut fields = Fields::new(field.bytes("audio")?);
                while let Some((number, field)) = fields.next()? {
                    match number {
                        1 => audio.sample_rate = field.float("audio.sample_rate")?,
                        2 => audio.num_channels = field.int64("audio.num_channels")?,
                        3 => audio.length_frames = field.int64("audio.length_frames")?,
                        4 => audio.encoded = field.bytes("audio.encoded_audio_string")?,
                        5 => audio.content_type = field.string("audio.content_type")?,
                        _ => {}
                    }
                }
                *self = Self::Audio(audio);
            }
            5 => {
                let more = field.bytes("histo")?;
                if let Self::Histogram(encoded) = self {
                    encoded.push(more);
                } else {
                    *self = Self::Histogram(more.into());
                }
            }
            _ => {
                let more = field.bytes("tensor")?;
                if let Self::Tensor(encoded) = self {
                    encoded.push(more);
                } else {
                    *self = Self::Tensor(more.into());
                }
            }
        }
        Ok(())
    }
}
