//! Pictures: made from pixels, or passed through as they are, for the Images dashboard.
//!
//! Written as TensorFlow 2 does, a tensor of byte strings: width, height, and one encoded file a sample. Read
//! from that and from the older `Summary.Image`.

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, Stored, wrong_form};
use crate::proto;
use crate::tensor::{self, Tensor};

mod bitmap;
mod boxes;
#[cfg(feature = "image")]
mod convert;
mod font;
mod format;
mod grid;
mod pixel;
#[cfg(feature = "png")]
mod to_png;

pub use bitmap::{Bitmap, Layout};
pub use boxes::BoundingBox;
pub use format::Format;
pub use grid::Grid;
pub use pixel::Pixel;

/// A picture to log with [`add_image`](crate::SummaryWriter::add_image), as an encoded file.
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

impl Image {
    /// Takes a PNG, JPEG, GIF, BMP or WebP file unchanged, such as a figure from a plotting library. Animated GIFs
    /// play in TensorBoard.
    ///
    /// # Errors
    ///
    /// Bytes in any other format, or that end before the size of the picture is known.
    #[doc(alias = "add_figure")]
    pub fn encoded(file: impl Into<Vec<u8>>) -> Result<Self> {
        let encoded = file.into();
        let Some(format) = Format::sniff(&encoded) else {
            return Err(Error::argument(
                "not a PNG, JPEG, GIF, BMP or WebP file, the only formats that browsers show",
            ));
        };
        let (width, height) = format
            .size(&encoded)
            .ok_or_else(|| Error::argument(format!("this {format:?} file is truncated")))?;
        Ok(Self {
            width,
            height,
            encoded,
        })
    }

    /// A file that was just encoded.
    #[cfg(any(feature = "gif", feature = "jpeg", feature = "png"))]
    pub(crate) fn from_parts(width: u32, height: u32, encoded: Vec<u8>) -> Self {
        Self {
            width,
            height,
            encoded,
        }
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

/// A copy.
impl From<&Self> for Image {
    fn from(image: &Self) -> Self {
        image.clone()
    }
}

/// The samples of one step.
impl Stored for [Image] {
    fn metadata(&self) -> proto::SummaryMetadata {
        metadata()
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        tensor(self)
    }
}

impl Stored for Image {
    fn metadata(&self) -> proto::SummaryMetadata {
        metadata()
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        tensor([self])
    }
}

pub(super) fn metadata() -> proto::SummaryMetadata {
    plugin::metadata("images", Vec::new())
}

/// Width and height of the first sample, and all files.
pub(super) fn tensor<'a>(
    images: impl IntoIterator<Item = &'a Image>,
) -> Result<proto::TensorProto> {
    let mut images = images.into_iter().peekable();
    let Some(first) = images.peek() else {
        return Err(Error::argument(
            "no images: TensorBoard would show an empty card",
        ));
    };
    let size = [first.width, first.height].map(|n| n.to_string().into_bytes());
    let files = images.map(|image| image.encoded.clone());
    let strings: Vec<_> = size.into_iter().chain(files).collect();
    Ok(tensor::string_tensor(&[strings.len()], strings))
}

/// The pictures of one step as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImagesRef<'a> {
    /// Width in pixels as the writer stated it, if it did.
    pub width: Option<u32>,
    /// Height in pixels as the writer stated it, if it did.
    pub height: Option<u32>,
    /// Encoded files, one per sample. [`Format::sniff`] tells what they are.
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
            let mut samples = Vec::with_capacity(tensor.len() - 2);
            samples.extend(strings);
            let number = |text: &[u8]| std::str::from_utf8(text).ok()?.trim().parse().ok();
            Ok(ImagesRef {
                width: number(width),
                height: number(height),
                samples,
            })
        }
        _ => Err(wrong_form(Kind::Image, data)),
    }
}

#[cfg(feature = "png")]
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
    fn png_files_keep_every_pixel() {
        use png::ColorType as C;
        let components: Vec<u8> = (0..24).map(|i| 10 * i).collect();
        for (c, color) in [C::Grayscale, C::GrayscaleAlpha, C::Rgb, C::Rgba]
            .into_iter()
            .enumerate()
        {
            let shape = [2, 12 / (c + 1), c + 1];
            let len = shape.iter().product();
            let image = Image::new(&components[..len], Layout::Hwc, &shape).unwrap();
            let (info, bytes) = pixels(&image);
            assert_eq!(
                (info.height as usize, info.width as usize),
                (shape[0], shape[1])
            );
            assert_eq!(info.color_type, color);
            assert_eq!(bytes, components[..len]);
        }
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
                .contains("truncated")
        );
        assert!(Image::encoded(*b"<svg>").is_err());
    }
}
