//! Pictures of the crate `image`.

use std::ops::Deref;

use ::image::{DynamicImage, ImageBuffer, Pixel as Color};

use super::{Bitmap, Image, Layout, Pixel};
use crate::error::{Error, Result};

/// `RgbImage`, `GrayImage` and every other buffer of 1 to 4 channels.
///
/// # Examples
///
/// ```
/// use tfevents::Bitmap;
///
/// let photo = image::RgbImage::from_pixel(80, 60, image::Rgb([200, 120, 40]));
/// let bitmap = Bitmap::try_from(&photo)?;
/// assert_eq!((bitmap.width(), bitmap.height(), bitmap.channels()), (80, 60, 3));
/// # Ok::<(), tfevents::Error>(())
/// ```
impl<C, D> TryFrom<&ImageBuffer<C, D>> for Bitmap
where
    C: Color<Subpixel: Pixel>,
    D: Deref<Target = [C::Subpixel]>,
{
    type Error = Error;

    fn try_from(buffer: &ImageBuffer<C, D>) -> Result<Self> {
        let samples = buffer.as_flat_samples();
        let shape = [
            samples.layout.height as usize,
            samples.layout.width as usize,
            usize::from(C::CHANNEL_COUNT),
        ];
        // The container may be longer than the picture.
        let len = shape.iter().product();
        let components = samples.samples.get(..len).unwrap_or(samples.samples);
        Self::new(components, Layout::Hwc, &shape)
    }
}

/// Any picture that the crate `image` can hold; 16-bit and floating-point components become bytes.
impl TryFrom<&DynamicImage> for Bitmap {
    type Error = Error;

    fn try_from(image: &DynamicImage) -> Result<Self> {
        match image {
            DynamicImage::ImageLuma8(buffer) => buffer.try_into(),
            DynamicImage::ImageLumaA8(buffer) => buffer.try_into(),
            DynamicImage::ImageRgb8(buffer) => buffer.try_into(),
            DynamicImage::ImageRgba8(buffer) => buffer.try_into(),
            DynamicImage::ImageLuma16(buffer) => buffer.try_into(),
            DynamicImage::ImageLumaA16(buffer) => buffer.try_into(),
            DynamicImage::ImageRgb16(buffer) => buffer.try_into(),
            DynamicImage::ImageRgba16(buffer) => buffer.try_into(),
            DynamicImage::ImageRgb32F(buffer) => buffer.try_into(),
            DynamicImage::ImageRgba32F(buffer) => buffer.try_into(),
            other => (&other.to_rgba8()).try_into(),
        }
    }
}

/// Encoded as PNG.
impl<C, D> TryFrom<&ImageBuffer<C, D>> for Image
where
    C: Color<Subpixel: Pixel>,
    D: Deref<Target = [C::Subpixel]>,
{
    type Error = Error;

    fn try_from(buffer: &ImageBuffer<C, D>) -> Result<Self> {
        Bitmap::try_from(buffer)?.to_png()
    }
}

/// Encoded as PNG.
///
/// # Examples
///
/// ```
/// use tfevents::Image;
///
/// let photo = image::DynamicImage::new_rgb16(80, 60);
/// let image = Image::try_from(&photo)?;
/// assert_eq!((image.width(), image.height()), (80, 60));
/// # Ok::<(), tfevents::Error>(())
/// ```
impl TryFrom<&DynamicImage> for Image {
    type Error = Error;

    fn try_from(image: &DynamicImage) -> Result<Self> {
        Bitmap::try_from(image)?.to_png()
    }
}

macro_rules! by_value {
    ($target:ty) => {
        /// As by reference.
        impl<C, D> TryFrom<ImageBuffer<C, D>> for $target
        where
            C: Color<Subpixel: Pixel>,
            D: Deref<Target = [C::Subpixel]>,
        {
            type Error = Error;

            fn try_from(buffer: ImageBuffer<C, D>) -> Result<Self> {
                Self::try_from(&buffer)
            }
        }

        /// As by reference.
        impl TryFrom<DynamicImage> for $target {
            type Error = Error;

            fn try_from(image: DynamicImage) -> Result<Self> {
                Self::try_from(&image)
            }
        }
    };
}

by_value!(Bitmap);
by_value!(Image);

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::{GrayImage, Rgb, RgbImage};

    #[test]
    fn buffers_keep_their_pixels() {
        let rgb = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 9]));
        let bitmap = Bitmap::try_from(&rgb).unwrap();
        assert_eq!(bitmap.as_bytes(), rgb.as_raw().as_slice());
        assert_eq!((bitmap.width(), bitmap.height()), (3, 2));
        let longer = GrayImage::from_raw(2, 1, vec![1, 2, 3, 4]).unwrap();
        assert_eq!(Bitmap::try_from(&longer).unwrap().as_bytes(), [1, 2]);
        assert!(Bitmap::try_from(&RgbImage::new(0, 3)).is_err());
    }

    #[test]
    fn dynamic_images_of_every_depth_come_through() {
        let gray = DynamicImage::ImageRgb8(RgbImage::from_pixel(2, 1, Rgb([200, 100, 50])));
        let deep = [
            gray.clone(),
            DynamicImage::ImageRgb16(gray.to_rgb16()),
            DynamicImage::ImageRgb32F(gray.to_rgb32f()),
        ];
        for image in &deep {
            let bitmap = Bitmap::try_from(image).unwrap();
            assert_eq!(
                bitmap.as_bytes(),
                [200, 100, 50, 200, 100, 50],
                "{:?}",
                image.color()
            );
        }
        let with_alpha = DynamicImage::ImageLumaA16(gray.to_luma_alpha16());
        assert_eq!(Bitmap::try_from(&with_alpha).unwrap().channels(), 2);
        assert_eq!(Image::try_from(&gray).unwrap().width(), 2);
    }
}
