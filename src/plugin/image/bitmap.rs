//! Pixels in memory: out of arrays of any layout, into encoded files.

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "jpeg")]
use super::Image;
use super::Pixel;
use crate::error::{Error, Result};

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

impl Layout {
    /// All layouts.
    pub const ALL: [Self; 6] = [
        Self::Hw,
        Self::Hwc,
        Self::Chw,
        Self::Nhw,
        Self::Nhwc,
        Self::Nchw,
    ];

    /// The dimensions' letters, as PyTorch's `dataformats` has them.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hw => "HW",
            Self::Hwc => "HWC",
            Self::Chw => "CHW",
            Self::Nhw => "NHW",
            Self::Nhwc => "NHWC",
            Self::Nchw => "NCHW",
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The layout of that [name](Layout::name), in capitals or not.
impl FromStr for Layout {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let is = |layout: &Self| layout.name().eq_ignore_ascii_case(name);
        Self::ALL
            .into_iter()
            .find(is)
            .ok_or_else(|| Error::unknown_name("layout", name, &Self::ALL.map(Self::name)))
    }
}

/// A copy.
impl From<&Self> for Bitmap {
    fn from(bitmap: &Self) -> Self {
        bitmap.clone()
    }
}

/// An array taken apart by its layout.
struct Dims {
    samples: usize,
    height: u32,
    width: u32,
    channels: usize,
    /// Components of one sample.
    sample_len: usize,
    /// Components of all samples.
    len: usize,
    /// Whether channels come before rows and columns.
    planar: bool,
}

impl Dims {
    /// Of an array of `len` components.
    fn new(layout: Layout, shape: &[usize], len: usize) -> Result<Self> {
        let dims = Self::of(layout, shape)?;
        if dims.len != len {
            return Err(Error::argument(format!(
                "an image of shape {shape:?} does not have {len} components"
            )));
        }
        Ok(dims)
    }

    /// Of an array that has as many components as it takes.
    fn of(layout: Layout, shape: &[usize]) -> Result<Self> {
        let (samples, height, width, channels, planar) = match (layout, shape) {
            (Layout::Hw, &[h, w]) => (1, h, w, 1, false),
            (Layout::Hwc, &[h, w, c]) => (1, h, w, c, false),
            (Layout::Chw, &[c, h, w]) => (1, h, w, c, true),
            (Layout::Nhw, &[n, h, w]) => (n, h, w, 1, false),
            (Layout::Nhwc, &[n, h, w, c]) => (n, h, w, c, false),
            (Layout::Nchw, &[n, c, h, w]) => (n, h, w, c, true),
            _ => {
                return Err(Error::argument(format!(
                    "the shape {shape:?} does not have the dimensions of {layout:?}"
                )));
            }
        };
        if !(1..=4).contains(&channels) {
            return Err(Error::argument(format!(
                "an image with {channels} channels cannot be shown, only with 1 to 4 (is the layout {layout:?} right?)"
            )));
        }
        if height == 0 || width == 0 {
            return Err(Error::argument(format!(
                "an image of {width}×{height} pixels cannot be shown"
            )));
        }
        let sample_len = [height, width, channels]
            .iter()
            .try_fold(1usize, |product, &n| product.checked_mul(n));
        let len = sample_len.and_then(|n| n.checked_mul(samples));
        match (u32::try_from(width), u32::try_from(height), sample_len, len) {
            (Ok(width), Ok(height), Some(sample_len), Some(len)) => Ok(Self {
                samples,
                len,
                height,
                width,
                channels,
                sample_len,
                planar,
            }),
            _ => Err(Error::argument(format!(
                "an image of shape {shape:?} is too large for any format"
            ))),
        }
    }

    fn single(&self) -> Result<()> {
        if self.samples == 1 {
            return Ok(());
        }
        Err(Error::argument(format!(
            "{} samples are not one image: log them with add_images, or arrange them in a grid",
            self.samples
        )))
    }

    /// The components as bytes, if there are as many as it takes. Takes one more at most, so that an iterator may be
    /// endless.
    fn bytes<I>(&self, pixels: I, shape: &[usize]) -> Result<Vec<u8>>
    where
        I: IntoIterator<Item: Pixel>,
    {
        let pixels = pixels.into_iter().take(self.len.saturating_add(1));
        let bytes: Vec<u8> = pixels.map(Pixel::to_u8).collect();
        if bytes.len() != self.len {
            let many = if bytes.len() < self.len {
                "fewer"
            } else {
                "more"
            };
            return Err(Error::argument(format!(
                "an image of shape {shape:?} has {} components, and the iterator yields {many}",
                self.len
            )));
        }
        Ok(bytes)
    }

    fn bitmap<P: Pixel>(&self, sample: &[P]) -> Bitmap {
        let bytes = if self.planar {
            interleaved(sample, self.channels)
        } else {
            sample.iter().map(Pixel::to_u8).collect()
        };
        Bitmap {
            width: self.width,
            height: self.height,
            channels: self.channels,
            bytes,
        }
    }
}

/// Planes, one a channel, into pixels.
fn interleaved<P: Pixel>(planes: &[P], channels: usize) -> Vec<u8> {
    let mut bytes = vec![0; planes.len()];
    let plane_len = planes.len() / channels;
    for (c, plane) in planes.chunks_exact(plane_len).enumerate() {
        for (pixel, component) in bytes.chunks_exact_mut(channels).zip(plane) {
            pixel[c] = component.to_u8();
        }
    }
    bytes
}

/// A picture as pixels, to draw on or to arrange with others: rows from the top, one byte per channel.
///
/// What [`Image::new`] makes first. Make one yourself to draw boxes into it, to encode it as JPEG, or to
/// put several into a grid or a [`Video`](crate::Video).
///
/// # Examples
///
/// ```
/// use tfevents::{Bitmap, Grid, Layout};
///
/// // Ten PyTorch-style samples, [n, c, h, w], as one picture of two rows of five.
/// let digits = Bitmap::batch(&[0.5f32; 10 * 3 * 8 * 8], Layout::Nchw, &[10, 3, 8, 8])?;
/// let grid = Bitmap::grid(&digits, Grid { columns: 5, padding: 2 })?;
/// assert_eq!((grid.width(), grid.height()), (5 * 8 + 6 * 2, 2 * 8 + 3 * 2));
/// let png = grid.to_png()?;
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: usize,
    pub(super) bytes: Vec<u8>,
}

impl Bitmap {
    /// One picture from an array.
    ///
    /// # Errors
    ///
    /// A shape that does not fit the layout or the number of components, no pixels, or more than 4
    /// channels. For several samples see [`batch`](Self::batch).
    pub fn new<P: Pixel>(pixels: &[P], layout: Layout, shape: &[usize]) -> Result<Self> {
        let dims = Dims::new(layout, shape, pixels.len())?;
        dims.single()?;
        Ok(dims.bitmap(pixels))
    }

    /// Makes a picture from an iterator that yields pixels in the order of the layout. Use it for transposed, permuted or
    /// sliced views: pass `view.iter()`, not a slice of the memory.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, Layout};
    ///
    /// // Two rows of three pixels, kept column by column.
    /// let columns = [[0u8, 100], [1, 101], [2, 102]];
    /// let pixels = (0..2).flat_map(|row| columns.iter().map(move |column| column[row]));
    /// let bitmap = Bitmap::from_iter(pixels, Layout::Hw, &[2, 3])?;
    /// assert_eq!(bitmap.as_bytes(), [0, 1, 2, 100, 101, 102]);
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn from_iter<I>(pixels: I, layout: Layout, shape: &[usize]) -> Result<Self>
    where
        I: IntoIterator<Item: Pixel>,
    {
        let dims = Dims::of(layout, shape)?;
        dims.single()?;
        Ok(dims.bitmap(&dims.bytes(pixels, shape)?))
    }

    /// Makes a picture of every sample from an iterator, as [`from_iter`](Self::from_iter) makes one.
    ///
    /// # Errors
    ///
    /// As for [`batch`](Self::batch).
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, Layout};
    ///
    /// // Two gray pictures of one row and two pixels; the samples are the last dimension in memory.
    /// let memory = [0u8, 100, 1, 101];
    /// let pixels = (0..2).flat_map(|sample| (0..2).map(move |pixel| memory[2 * pixel + sample]));
    /// let bitmaps = Bitmap::batch_from_iter(pixels, Layout::Nhw, &[2, 1, 2])?;
    /// assert_eq!(bitmaps[1].as_bytes(), [100, 101]);
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn batch_from_iter<I>(pixels: I, layout: Layout, shape: &[usize]) -> Result<Vec<Self>>
    where
        I: IntoIterator<Item: Pixel>,
    {
        let dims = Dims::of(layout, shape)?;
        let bytes = dims.bytes(pixels, shape)?;
        let samples = bytes.chunks_exact(dims.sample_len);
        Ok(samples.map(|sample| dims.bitmap(sample)).collect())
    }

    /// Every sample of an array.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), but any number of samples will do.
    pub fn batch<P: Pixel>(pixels: &[P], layout: Layout, shape: &[usize]) -> Result<Vec<Self>> {
        Ok(Self::samples(pixels, layout, shape)?.collect())
    }

    /// The samples one by one, so that a large batch need not be held twice.
    pub(super) fn samples<P: Pixel>(
        pixels: &[P],
        layout: Layout,
        shape: &[usize],
    ) -> Result<impl Iterator<Item = Self>> {
        let dims = Dims::new(layout, shape, pixels.len())?;
        Ok(pixels
            .chunks_exact(dims.sample_len)
            .map(move |sample| dims.bitmap(sample)))
    }

    /// Makes a square of `factor` by `factor` pixels of each pixel, so that small pictures such as matrices can be seen.
    ///
    /// # Errors
    ///
    /// A factor of 0, and a picture that gets too large for any format.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, Layout};
    ///
    /// let matrix = Bitmap::new(&[0.0f32, 1.0], Layout::Hw, &[1, 2])?;
    /// let large = matrix.enlarge(2)?;
    /// assert_eq!((large.width(), large.height()), (4, 2));
    /// assert_eq!(large.as_bytes(), [0, 0, 255, 255, 0, 0, 255, 255]);
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn enlarge(&self, factor: u32) -> Result<Self> {
        let side = |pixels: u32| pixels.checked_mul(factor).filter(|&side| side > 0);
        let (Some(width), Some(height)) = (side(self.width), side(self.height)) else {
            return Err(Error::argument(format!(
                "an image of {}×{} pixels cannot be enlarged {factor} times",
                self.width, self.height
            )));
        };
        let factor = factor as usize;
        let mut bytes = Vec::new();
        for row in self.bytes.chunks_exact(self.width as usize * self.channels) {
            let start = bytes.len();
            for pixel in row.chunks_exact(self.channels) {
                for _ in 0..factor {
                    bytes.extend_from_slice(pixel);
                }
            }
            let end = bytes.len();
            for _ in 1..factor {
                bytes.extend_from_within(start..end);
            }
        }
        Ok(Self {
            width,
            height,
            channels: self.channels,
            bytes,
        })
    }

    /// Encodes the picture as JPEG, a fraction of the size of a PNG for photographs. An alpha channel is left
    /// out.
    ///
    /// Quality goes from 1 to 100; 75 is small, and 90 hardly to be told from the original.
    ///
    /// # Errors
    ///
    /// Another quality, and a side of more than 65535 pixels.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bitmap, Layout};
    ///
    /// let photo = Bitmap::new(&[127u8; 3 * 64 * 48], Layout::Chw, &[3, 64, 48])?;
    /// let image = photo.to_jpeg(90)?;
    /// assert_eq!((image.width(), image.height()), (48, 64));
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    #[cfg(feature = "jpeg")]
    pub fn to_jpeg(&self, quality: u8) -> Result<Image> {
        use jpeg_encoder::{ColorType, Encoder};

        if !(1..=100).contains(&quality) {
            return Err(Error::argument(format!(
                "invalid JPEG quality {quality}: use 1 to 100"
            )));
        }
        let (Ok(width), Ok(height)) = (u16::try_from(self.width), u16::try_from(self.height))
        else {
            return Err(Error::argument(format!(
                "an image of {}×{} pixels is too large for a JPEG: use at most 65535 per side",
                self.width, self.height
            )));
        };
        let gray: Vec<u8>;
        let (bytes, color) = match self.channels {
            1 => (&self.bytes, ColorType::Luma),
            2 => {
                gray = self.bytes.iter().step_by(2).copied().collect();
                (&gray, ColorType::Luma)
            }
            3 => (&self.bytes, ColorType::Rgb),
            _ => (&self.bytes, ColorType::Rgba),
        };
        let mut file = Vec::new();
        Encoder::new(&mut file, quality)
            .encode(bytes, width, height, color)
            .map_err(|e| cannot_encode("JPEG", &e))?;
        Ok(Image::from_parts(self.width, self.height, file))
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

    /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The components: `[height, width, channels]`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The pixels' colours, without alpha.
    #[cfg(feature = "gif")]
    pub(crate) fn colors(&self) -> impl Iterator<Item = [u8; 3]> + Clone {
        self.bytes.chunks_exact(self.channels).map(|p| match *p {
            [r, g, b, ..] => [r, g, b],
            [gray, ..] => [gray; 3],
            [] => [0; 3],
        })
    }

    /// Gives a gray picture the channels for colours.
    pub(super) fn make_colored(&mut self) {
        let pixels = self.bytes.chunks_exact(self.channels);
        self.bytes = match self.channels {
            1 => pixels.flat_map(|p| [p[0]; 3]).collect(),
            2 => pixels.flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
            _ => return,
        };
        self.channels += 2;
    }

    /// Paints columns `left..right` of rows `top..bottom`, as far as they are in the picture. Opaque.
    pub(super) fn fill(&mut self, [left, top, right, bottom]: [i64; 4], color: [u8; 3]) {
        let within = |at: i64, size: u32| usize::try_from(at.clamp(0, size.into())).unwrap_or(0);
        let (left, right) = (within(left, self.width), within(right, self.width));
        let (top, bottom) = (within(top, self.height), within(bottom, self.height));
        let channels = self.channels;
        let opaque = [color[0], color[1], color[2], u8::MAX];
        for row in self.rows_mut().take(bottom).skip(top) {
            let pixels = row.chunks_exact_mut(channels);
            for pixel in pixels.take(right).skip(left) {
                pixel.copy_from_slice(&opaque[..channels]);
            }
        }
    }

    pub(super) fn row_len(&self) -> usize {
        self.width as usize * self.channels
    }

    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let len = self.row_len();
        self.bytes.chunks_exact_mut(len)
    }
}

#[cfg(any(feature = "jpeg", feature = "png"))]
pub(super) fn cannot_encode(format: &str, e: &dyn std::error::Error) -> Error {
    Error::argument(format!("this image cannot be encoded as {format}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_gives_the_same_picture() {
        for channels in 1..=4u8 {
            // 2 rows, 3 columns; component = 60·channel + 10·row + column
            let at = |c: u8, y: u8, x: u8| 60 * c + 10 * y + x;
            let hwc: Vec<u8> = (0..2)
                .flat_map(|y| (0..3).flat_map(move |x| (0..channels).map(move |c| at(c, y, x))))
                .collect();
            let chw: Vec<u8> = (0..channels)
                .flat_map(|c| (0..2).flat_map(move |y| (0..3).map(move |x| at(c, y, x))))
                .collect();
            let c = usize::from(channels);
            let a = Bitmap::new(&hwc, Layout::Hwc, &[2, 3, c]).unwrap();
            let b = Bitmap::new(&chw, Layout::Chw, &[c, 2, 3]).unwrap();
            assert_eq!(a.as_bytes(), hwc);
            assert_eq!((a.width(), a.height(), a.channels()), (3, 2, c));
            assert_eq!(a, b);
            let twice = [chw.clone(), chw].concat();
            let batch = Bitmap::batch(&twice, Layout::Nchw, &[2, c, 2, 3]).unwrap();
            assert_eq!(batch, [a.clone(), a]);
        }
    }

    #[test]
    fn layouts_have_names() {
        for layout in Layout::ALL {
            assert_eq!(layout.to_string().parse::<Layout>().unwrap(), layout);
            let lower = layout.name().to_lowercase();
            assert_eq!(lower.parse::<Layout>().unwrap(), layout);
        }
        let error = "CWH".parse::<Layout>().unwrap_err().to_string();
        assert!(error.contains("`CWH`") && error.contains("CHW"), "{error}");
    }

    #[test]
    fn wrong_shapes_say_what_is_wrong() {
        let say = |layout, shape: &[usize]| {
            Bitmap::new(&[0u8; 12], layout, shape)
                .unwrap_err()
                .to_string()
        };
        assert!(say(Layout::Hwc, &[2, 3]).contains("does not have the dimensions"));
        assert!(say(Layout::Hwc, &[2, 2, 2]).contains("12 components"));
        assert!(say(Layout::Hwc, &[1, 2, 6]).contains("6 channels"));
        assert!(say(Layout::Nhw, &[2, 2, 3]).contains("2 samples are not one image"));
        assert!(Bitmap::new(&[0u8; 0], Layout::Hw, &[0, 5]).is_err());
        assert!(Bitmap::new(&[0u8; 0], Layout::Nhw, &[0, 5, 5]).is_err());
        assert!(Bitmap::new(&[0u8], Layout::Nhwc, &[usize::MAX, 2, 2, 4]).is_err());
        assert_eq!(
            Bitmap::batch(&[0u8; 0], Layout::Nhw, &[0, 5, 5]).unwrap(),
            []
        );
    }

    #[cfg(feature = "jpeg")]
    #[test]
    fn a_jpeg_says_its_size_and_needs_a_quality() {
        for channels in 1..=4 {
            let pixels = vec![100u8; 4 * 6 * channels];
            let bitmap = Bitmap::new(&pixels, Layout::Hwc, &[4, 6, channels]).unwrap();
            let jpeg = bitmap.to_jpeg(80).unwrap();
            assert_eq!(Image::encoded(jpeg.as_bytes()).unwrap(), jpeg);
            assert!(bitmap.to_jpeg(0).is_err() && bitmap.to_jpeg(101).is_err());
        }
        let long = Bitmap::new(&vec![0u8; 70_000], Layout::Hw, &[1, 70_000]).unwrap();
        assert!(long.to_jpeg(80).unwrap_err().to_string().contains("65535"));
    }
}
