//! Pictures as PNG.

use super::bitmap::cannot_encode;
use super::{Bitmap, Grid, Image, Layout, Pixel};
use crate::error::{Error, Result};

impl Image {
    /// Encodes pixels as PNG.
    ///
    /// # Errors
    ///
    /// A shape that does not fit the layout or the number of components, no pixels, or more than 4
    /// channels. For several samples see [`batch`](Self::batch) and [`grid`](Self::grid), for pixels in an order
    /// other than the slice's [`from_iter`](Self::from_iter).
    pub fn new<P: Pixel>(pixels: &[P], layout: Layout, shape: &[usize]) -> Result<Self> {
        Bitmap::new(pixels, layout, shape)?.to_png()
    }

    /// Encodes pixels from an iterator as PNG, in the order of the layout, whatever their order in memory: see
    /// [`Bitmap::from_iter`].
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_iter<I>(pixels: I, layout: Layout, shape: &[usize]) -> Result<Self>
    where
        I: IntoIterator<Item: Pixel>,
    {
        Bitmap::from_iter(pixels, layout, shape)?.to_png()
    }

    /// Encodes every sample from an iterator as PNG: see [`Bitmap::batch_from_iter`].
    ///
    /// # Errors
    ///
    /// As for [`batch`](Self::batch).
    pub fn batch_from_iter<I>(pixels: I, layout: Layout, shape: &[usize]) -> Result<Vec<Self>>
    where
        I: IntoIterator<Item: Pixel>,
    {
        let samples = Bitmap::batch_from_iter(pixels, layout, shape)?;
        samples.iter().map(Bitmap::to_png).collect()
    }

    /// Encodes every sample of an array as PNG.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), but any number of samples will do.
    pub fn batch<P: Pixel>(pixels: &[P], layout: Layout, shape: &[usize]) -> Result<Vec<Self>> {
        Bitmap::samples(pixels, layout, shape)?
            .map(|sample| sample.to_png())
            .collect()
    }

    /// Encodes all samples of an array as one PNG, arranged in rows.
    ///
    /// # Errors
    ///
    /// As [`batch`](Self::batch), and as [`Bitmap::grid`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Grid, Image, Layout};
    ///
    /// let batch = vec![0.5f32; 16 * 28 * 28];
    /// let image = Image::grid(&batch, Layout::Nhw, &[16, 28, 28], Grid::default())?;
    /// assert_eq!((image.width(), image.height()), (8 * 28 + 9 * 2, 2 * 28 + 3 * 2));
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    #[doc(alias("make_grid", "nrow"))]
    pub fn grid<P: Pixel>(
        pixels: &[P],
        layout: Layout,
        shape: &[usize],
        grid: Grid,
    ) -> Result<Self> {
        Bitmap::grid(&Bitmap::batch(pixels, layout, shape)?, grid)?.to_png()
    }
}

/// Encoded as PNG.
impl TryFrom<&Bitmap> for Image {
    type Error = Error;

    fn try_from(bitmap: &Bitmap) -> Result<Self> {
        bitmap.to_png()
    }
}

/// Encoded as PNG.
impl TryFrom<Bitmap> for Image {
    type Error = Error;

    fn try_from(bitmap: Bitmap) -> Result<Self> {
        bitmap.to_png()
    }
}

impl Bitmap {
    /// Encodes the picture as PNG, which keeps every pixel.
    ///
    /// # Errors
    ///
    /// A picture too large for the format.
    pub fn to_png(&self) -> Result<Image> {
        let deflate = if self.is_smooth()? {
            png::DeflateCompression::Level(4)
        } else {
            png::DeflateCompression::FdeflateUltraFast
        };
        let file = self.png_of(self.height, &self.bytes, deflate)?;
        Ok(Image::from_parts(self.width, self.height, file))
    }

    /// Whether looking for repetitions makes the file much smaller, as it does for plots and other drawings. On
    /// pictures with noise, like photographs, it takes twenty times as long and saves next to nothing.
    fn is_smooth(&self) -> Result<bool> {
        const BANDS: usize = 4;
        const ROWS: usize = 8;

        let height = self.height as usize;
        if height <= 2 * BANDS * ROWS {
            return Ok(true);
        }
        let row = self.width as usize * self.channels;
        let mut sample = Vec::with_capacity(BANDS * ROWS * row);
        for band in 0..BANDS {
            let start = band * (height - ROWS) / (BANDS - 1) * row;
            sample.extend_from_slice(
                self.bytes
                    .get(start..start + ROWS * row)
                    .unwrap_or_default(),
            );
        }
        let rows = (BANDS * ROWS) as u32;
        let file = self.png_of(rows, &sample, png::DeflateCompression::FdeflateUltraFast)?;
        Ok(file.len() < sample.len() / 4)
    }

    /// Rows of this picture's kind as a file.
    fn png_of(
        &self,
        height: u32,
        bytes: &[u8],
        deflate: png::DeflateCompression,
    ) -> Result<Vec<u8>> {
        let cannot = |e: png::EncodingError| cannot_encode("PNG", &e);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, height);
        encoder.set_color(match self.channels {
            1 => png::ColorType::Grayscale,
            2 => png::ColorType::GrayscaleAlpha,
            3 => png::ColorType::Rgb,
            _ => png::ColorType::Rgba,
        });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_filter(png::Filter::Adaptive);
        encoder.set_deflate_compression(deflate);
        let mut writer = encoder.write_header().map_err(cannot)?;
        writer.write_image_data(bytes).map_err(cannot)?;
        writer.finish().map_err(cannot)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of drawings are small, those of photographs quick; both keep every pixel.
    #[test]
    fn smooth_and_noisy_pictures_are_stored_as_suits_them() {
        let (width, height) = (200, 150);
        let gradient: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, (x / 2 + y / 2) as u8]))
            .collect();
        let mut state = 1u32;
        let noise: Vec<u8> = gradient
            .iter()
            .map(|&v| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                v ^ (state >> 28) as u8
            })
            .collect();
        let size = |pixels: &[u8]| {
            let picture = Bitmap::new(pixels, Layout::Hwc, &[height, width, 3]).unwrap();
            let png = picture.to_png().unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(png.as_bytes()))
                .read_info()
                .unwrap();
            let mut read = vec![0; pixels.len()];
            reader.next_frame(&mut read).unwrap();
            assert_eq!(read, pixels);
            (picture.is_smooth().unwrap(), png.as_bytes().len())
        };
        let (smooth, small) = size(&gradient);
        assert!(smooth && small < gradient.len() / 50, "{small}");
        let (smooth, large) = size(&noise);
        assert!(!smooth && large < noise.len(), "{large}");
    }
}
