//! Images: pictures out of pixels, or files that are passed through untouched.
//!
//! Written as TensorFlow 2 does, a tensor of byte strings: width, height, and one encoded file a sample. Read
//! from that and from the older `Summary.Image`.

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, Plugin, wrong_form};
use crate::proto;
use crate::tensor::{self, Tensor};

/// One picture, encoded.
///
/// # Examples
///
/// ```
/// use tfevents::{Image, Layout};
///
/// // Two rows of three gray pixels.
/// let image = Image::new(&[0u8, 60, 120, 120, 180, 255], Layout::Hw, &[2, 3])?;
/// assert_eq!((image.width(), image.height()), (3, 2));
///
/// // A PyTorch-style [channels, height, width] array of floats in 0..=1.
/// let image = Image::new(&[0.5f32; 3 * 4 * 4], Layout::Chw, &[3, 4, 4])?;
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    encoded: Vec<u8>,
}

/// The order of an array's dimensions: `n` samples, `h` rows, `w` columns, `c` channels (1 gray, 2 gray and
/// alpha, 3 RGB, 4 RGBA).
#[doc(alias = "dataformats")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// `[h, w]`, gray.
    Hw,
    /// `[h, w, c]`.
    Hwc,
    /// `[c, h, w]`.
    Chw,
    /// `[n, h, w]`, gray.
    Nhw,
    /// `[n, h, w, c]`.
    Nhwc,
    /// `[n, c, h, w]`.
    Nchw,
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// Pixel components: `u8` as they are, floats from 0 (dark) to 1.
pub trait Pixel: sealed::Sealed + Copy {
    /// The component as a byte.
    fn to_u8(self) -> u8;
}

impl Pixel for u8 {
    #[inline]
    fn to_u8(self) -> u8 {
        self
    }
}

/// Scaled as TensorFlow 2 does; values outside 0..=1 are clamped, NaN is 0.
impl Pixel for f32 {
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    fn to_u8(self) -> u8 {
        (self * 255.5) as u8
    }
}

/// As for `f32`.
impl Pixel for f64 {
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    fn to_u8(self) -> u8 {
        (self * 255.5) as u8
    }
}

/// An array taken apart by its layout: sizes, and the distance between neighbours in each direction.
struct Strides {
    samples: usize,
    height: usize,
    width: usize,
    channels: usize,
    row: usize,
    column: usize,
    channel: usize,
}

impl Strides {
    fn new(layout: Layout, shape: &[usize], len: usize) -> Result<Self> {
        let (samples, height, width, channels, planar) = match (layout, shape) {
            (Layout::Hw, &[h, w]) => (1, h, w, 1, false),
            (Layout::Hwc, &[h, w, c]) => (1, h, w, c, false),
            (Layout::Chw, &[c, h, w]) => (1, h, w, c, true),
            (Layout::Nhw, &[n, h, w]) => (n, h, w, 1, false),
            (Layout::Nhwc, &[n, h, w, c]) => (n, h, w, c, false),
            (Layout::Nchw, &[n, c, h, w]) => (n, h, w, c, true),
            _ => {
                return Err(Error::argument(format!(
                    "a shape of {shape:?} does not have the dimensions of {layout:?}"
                )));
            }
        };
        if !(1..=4).contains(&channels) {
            return Err(Error::argument(format!(
                "an image of {channels} channels cannot be shown: 1 to 4 can (is the layout {layout:?} right?)"
            )));
        }
        if height == 0 || width == 0 {
            return Err(Error::argument(format!(
                "an image of {width}×{height} pixels cannot be shown"
            )));
        }
        let wanted = [samples, height, width, channels]
            .iter()
            .try_fold(1usize, |product, &n| product.checked_mul(n));
        if wanted != Some(len) {
            return Err(Error::argument(format!(
                "an image of shape {shape:?} does not have {len} components"
            )));
        }
        let (row, column, channel) = if planar {
            (width, 1, height * width)
        } else {
            (width * channels, channels, 1)
        };
        Ok(Self {
            samples,
            height,
            width,
            channels,
            row,
            column,
            channel,
        })
    }

    /// The bytes of one sample in the order of a PNG: rows, columns, channels.
    fn interleaved<P: Pixel>(&self, sample: &[P]) -> Vec<u8> {
        if self.channel == 1 || self.channels == 1 {
            return sample.iter().map(|p| p.to_u8()).collect();
        }
        let mut bytes = Vec::with_capacity(sample.len());
        for y in 0..self.height {
            for x in 0..self.width {
                let pixel = y * self.row + x * self.column;
                bytes.extend((0..self.channels).map(|c| sample[pixel + c * self.channel].to_u8()));
            }
        }
        bytes
    }
}

impl Image {
    /// Encodes pixels as PNG.
    ///
    /// # Errors
    ///
    /// A shape that does not fit the layout or the number of components, no pixels, or more than 4
    /// channels. For several samples see [`batch`](Self::batch).
    pub fn new<P: Pixel>(pixels: &[P], layout: Layout, shape: &[usize]) -> Result<Self> {
        let mut images = Self::batch(pixels, layout, shape)?;
        match (images.pop(), images.len()) {
            (Some(image), 0) => Ok(image),
            (_, rest) => Err(Error::argument(format!(
                "{} samples are not one image: log them with add_images",
                if rest == 0 { 0 } else { rest + 1 }
            ))),
        }
    }

    /// Encodes every sample of an array as PNG.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), but any number of samples will do.
    pub fn batch<P: Pixel>(pixels: &[P], layout: Layout, shape: &[usize]) -> Result<Vec<Self>> {
        let strides = Strides::new(layout, shape, pixels.len())?;
        let (width, height) = match (u32::try_from(strides.width), u32::try_from(strides.height)) {
            (Ok(width), Ok(height)) => (width, height),
            _ => {
                return Err(Error::argument(format!(
                    "an image of shape {shape:?} is too large for a PNG"
                )));
            }
        };
        let sample_len = strides.height * strides.width * strides.channels;
        pixels
            .chunks_exact(sample_len)
            .take(strides.samples)
            .map(|sample| {
                let bytes = strides.interleaved(sample);
                Ok(Self {
                    width,
                    height,
                    encoded: png_file(width, height, strides.channels, &bytes)?,
                })
            })
            .collect()
    }

    /// Takes a PNG, JPEG, GIF, BMP or WebP file as it is. Animated GIFs play in TensorBoard.
    ///
    /// # Errors
    ///
    /// Bytes that are none of these, or that end before the size of the picture is known.
    pub fn encoded(file: impl Into<Vec<u8>>) -> Result<Self> {
        let encoded = file.into();
        let Some(format) = Format::sniff(&encoded) else {
            return Err(Error::argument(
                "these bytes are no PNG, JPEG, GIF, BMP or WebP file, which is all that browsers show",
            ));
        };
        let (width, height) = format
            .size(&encoded)
            .ok_or_else(|| Error::argument(format!("this {format:?} file is cut off")))?;
        Ok(Self {
            width,
            height,
            encoded,
        })
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The encoded file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }
}

fn png_file(width: u32, height: u32, channels: usize, bytes: &[u8]) -> Result<Vec<u8>> {
    let color = match channels {
        1 => png::ColorType::Grayscale,
        2 => png::ColorType::GrayscaleAlpha,
        3 => png::ColorType::Rgb,
        _ => png::ColorType::Rgba,
    };
    let cannot =
        |e: png::EncodingError| Error::argument(format!("this image cannot be encoded: {e}"));
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    // The default level takes fifty times as long on a noisy picture, to save half a percent.
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(cannot)?;
    writer.write_image_data(bytes).map_err(cannot)?;
    writer.finish().map_err(cannot)?;
    Ok(file)
}

/// The formats that browsers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF, animated or not.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// WebP. TensorBoard serves it without a type, which browsers show all the same.
    WebP,
}

impl Format {
    /// Recognises a file by its first bytes.
    #[must_use]
    pub fn sniff(file: &[u8]) -> Option<Self> {
        Some(match file {
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', ..] => Self::Gif,
            [b'B', b'M', ..] => Self::Bmp,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Self::WebP,
            _ => return None,
        })
    }

    /// The usual file name extension, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::WebP => "webp",
        }
    }

    /// Width and height, out of the file's own header.
    #[must_use]
    pub fn size(self, file: &[u8]) -> Option<(u32, u32)> {
        let u16_le = |at| {
            Some(u32::from(u16::from_le_bytes(
                *file.get(at..)?.first_chunk()?,
            )))
        };
        let u32_le = |at| Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?));
        match self {
            Self::Png => {
                let u32_be = |at| Some(u32::from_be_bytes(*file.get(at..)?.first_chunk()?));
                Some((u32_be(16)?, u32_be(20)?))
            }
            Self::Gif => Some((u16_le(6)?, u16_le(8)?)),
            Self::Bmp => Some((u32_le(18)?, u32_le(22)?.cast_signed().unsigned_abs())),
            Self::Jpeg => jpeg_size(file),
            Self::WebP => match file.get(12..16)? {
                b"VP8 " => Some((u16_le(26)? & 0x3fff, u16_le(28)? & 0x3fff)),
                b"VP8L" => {
                    let bits = u32_le(21)?;
                    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
                }
                b"VP8X" => Some(((u32_le(24)? & 0xff_ffff) + 1, (u32_le(27)? & 0xff_ffff) + 1)),
                _ => None,
            },
        }
    }
}

/// The size stands in the first start-of-frame segment.
fn jpeg_size(file: &[u8]) -> Option<(u32, u32)> {
    let u16_be = |at: usize| {
        Some(u32::from(u16::from_be_bytes(
            *file.get(at..)?.first_chunk()?,
        )))
    };
    let mut at = 2;
    loop {
        if *file.get(at)? != 0xff {
            return None;
        }
        match *file.get(at + 1)? {
            0xff => at += 1,
            // C4, C8 and CC share the range but are tables.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((u16_be(at + 7)?, u16_be(at + 5)?));
            }
            0x01 | 0xd0..=0xd7 => at += 2,
            _ => at += 2 + u16_be(at + 2)? as usize,
        }
    }
}

/// The samples of one step.
impl Plugin for [Image] {
    fn metadata(&self) -> proto::SummaryMetadata {
        plugin::metadata("images", Vec::new())
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        let Some(first) = self.first() else {
            return Err(Error::argument(
                "no images were given: TensorBoard would show an empty card",
            ));
        };
        let size = [first.width, first.height].map(|n| n.to_string().into_bytes());
        let strings: Vec<_> = size
            .into_iter()
            .chain(self.iter().map(|image| image.encoded.clone()))
            .collect();
        Ok(tensor::string_tensor(&[strings.len()], strings))
    }
}

impl Plugin for Image {
    fn metadata(&self) -> proto::SummaryMetadata {
        std::slice::from_ref(self).metadata()
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        std::slice::from_ref(self).tensor()
    }
}

/// The pictures of one step as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImagesRef<'a> {
    /// Width in pixels as the writer stated it, if it did.
    pub width: Option<u32>,
    /// Height in pixels as the writer stated it, if it did.
    pub height: Option<u32>,
    /// Encoded files, one a sample. [`Format::sniff`] tells what they are.
    pub samples: Vec<&'a [u8]>,
}

pub(crate) fn decode<'a>(data: &DataRef<'a>) -> Result<ImagesRef<'a>> {
    match data {
        DataRef::Image(image) => Ok(ImagesRef {
            width: u32::try_from(image.width).ok(),
            height: u32::try_from(image.height).ok(),
            samples: vec![image.encoded],
        }),
        DataRef::Tensor(encoded) => {
            let tensor = Tensor::from_encoded(encoded)?;
            // One string filling a shape would be a file that is also its own width.
            if tensor.len() != tensor.elements().len() {
                return Err(wrong_form(Kind::Image, data));
            }
            let mut strings = tensor.strings();
            let (Some(width), Some(height)) = (strings.next(), strings.next()) else {
                return Err(wrong_form(Kind::Image, data));
            };
            let number = |text: &[u8]| std::str::from_utf8(text).ok()?.trim().parse().ok();
            Ok(ImagesRef {
                width: number(width),
                height: number(height),
                samples: strings.collect(),
            })
        }
        _ => Err(wrong_form(Kind::Image, data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(image: &Image) -> (png::OutputInfo, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(image.as_bytes()))
            .read_info()
            .unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        bytes.truncate(info.buffer_size());
        (info, bytes)
    }

    #[test]
    fn every_layout_gives_the_same_picture() {
        // 2 rows, 3 columns, 3 channels; component = 100·channel + 10·row + column
        let hwc: Vec<u8> = (0..2)
            .flat_map(|y| (0..3).flat_map(move |x| (0..2).map(move |c| 100 * c + 10 * y + x)))
            .collect();
        let chw: Vec<u8> = (0..2)
            .flat_map(|c| (0..2).flat_map(move |y| (0..3).map(move |x| 100 * c + 10 * y + x)))
            .collect();
        let a = Image::new(&hwc, Layout::Hwc, &[2, 3, 2]).unwrap();
        let b = Image::new(&chw, Layout::Chw, &[2, 2, 3]).unwrap();
        assert_eq!(a, b);
        let (info, bytes) = pixels(&a);
        assert_eq!(
            (info.width, info.height, info.color_type),
            (3, 2, png::ColorType::GrayscaleAlpha)
        );
        assert_eq!(bytes, hwc);
        let twice: Vec<u8> = chw.iter().chain(&chw).copied().collect();
        let batch = Image::batch(&twice, Layout::Nchw, &[2, 2, 2, 3]).unwrap();
        assert_eq!(batch, [a.clone(), a]);
    }

    #[test]
    fn floats_scale_as_tensorflow_does() {
        let bytes: Vec<u8> = [-1.0f32, 0.0, 0.5, 1.0, 7.0, f32::NAN]
            .map(Pixel::to_u8)
            .into();
        assert_eq!(bytes, [0, 0, 127, 255, 255, 0]);
    }

    #[test]
    fn wrong_shapes_say_what_is_wrong() {
        let say = |layout, shape: &[usize]| {
            Image::new(&[0u8; 12], layout, shape)
                .unwrap_err()
                .to_string()
        };
        assert!(say(Layout::Hwc, &[2, 3]).contains("does not have the dimensions"));
        assert!(say(Layout::Hwc, &[2, 2, 2]).contains("12 components"));
        assert!(say(Layout::Hwc, &[1, 2, 6]).contains("6 channels"));
        assert!(say(Layout::Nhw, &[2, 2, 3]).contains("2 samples are not one image"));
        assert!(Image::new(&[0u8; 0], Layout::Hw, &[0, 5]).is_err());
        assert!(Image::new(&[0u8; 0], Layout::Nhw, &[0, 5, 5]).is_err());
        assert!(Image::new(&[0u8], Layout::Nhwc, &[usize::MAX, 2, 2, 4]).is_err());
    }

    #[test]
    fn files_are_recognised_and_measured() {
        let png = Image::new(&[0u8; 6], Layout::Hw, &[2, 3]).unwrap();
        let again = Image::encoded(png.as_bytes()).unwrap();
        assert_eq!(again, png, "passed through untouched");
        let gif = Image::encoded(*b"GIF89a\x05\0\x04\0\0\0\0").unwrap();
        assert_eq!((gif.width(), gif.height()), (5, 4));
        let jpeg =
            Image::encoded(*b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x02\0\x03").unwrap();
        assert_eq!((jpeg.width(), jpeg.height()), (3, 2));
        assert!(
            Image::encoded(*b"\xff\xd8\xff\xe0\0\x04")
                .unwrap_err()
                .to_string()
                .contains("cut off")
        );
        assert!(Image::encoded(*b"<svg>").is_err());
    }
}
