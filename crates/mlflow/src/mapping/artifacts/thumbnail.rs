//! Small copies of PNG pictures, for grids.

use std::io::Cursor;

/// The longest side of a small picture, as MLflow makes them.
const SIDE: usize = 256;
/// Larger pictures are not decoded: a file of a few bytes can claim any size.
const MOST_PIXELS: usize = 64 << 20;

/// A small copy of a PNG; None if it is small already, or anything else.
pub(super) fn of(picture: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = png::Decoder::new(Cursor::new(picture));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    if width.max(height) <= SIDE || width.checked_mul(height)? > MOST_PIXELS {
        return None;
    }
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut pixels).ok()?;
    let samples = frame.color_type.samples();
    let longest = width.max(height);
    let scaled = |side: usize| (side * SIDE / longest).max(1);
    let small = Size {
        width: scaled(width),
        height: scaled(height),
    };
    let pixels = shrunk(&pixels, Size { width, height }, small, samples);
    encoded(&pixels, small, frame.color_type)
}

#[derive(Clone, Copy)]
struct Size {
    width: usize,
    height: usize,
}

/// Each pixel is the mean of those that it stands for.
fn shrunk(pixels: &[u8], from: Size, to: Size, samples: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(to.width * to.height * samples);
    let span = |i: usize, from: usize, to: usize| {
        let start = i * from / to;
        start..((i + 1) * from / to).max(start + 1)
    };
    for y in 0..to.height {
        let rows = span(y, from.height, to.height);
        for x in 0..to.width {
            let columns = span(x, from.width, to.width);
            let count = rows.len() * columns.len();
            for sample in 0..samples {
                let of_row = |row: usize| columns.clone().map(move |column| (row, column));
                let sum: usize = rows
                    .clone()
                    .flat_map(of_row)
                    .filter_map(|(row, column)| {
                        pixels.get((row * from.width + column) * samples + sample)
                    })
                    .map(|&value| usize::from(value))
                    .sum();
                small.push(u8::try_from(sum / count).unwrap_or(u8::MAX));
            }
        }
    }
    small
}

fn encoded(pixels: &[u8], size: Size, color: png::ColorType) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (width, height) = (
        u32::try_from(size.width).ok()?,
        u32::try_from(size.height).ok()?,
    );
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use tfevents::{Image, Layout};

    use super::*;

    fn picture(width: usize, height: usize) -> Vec<u8> {
        let pixels: Vec<_> = (0..width * height * 3).map(|i| (i % 251) as u8).collect();
        let image = Image::new(&pixels, Layout::Hwc, &[height, width, 3]).unwrap();
        image.as_bytes().to_vec()
    }

    #[test]
    fn a_large_picture_has_a_small_copy_of_its_shape() {
        let small = Image::encoded(of(&picture(1024, 300)).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (256, 75));
        let line = Image::encoded(of(&picture(1, 4000)).unwrap()).unwrap();
        assert_eq!((line.width(), line.height()), (1, 256));
    }

    #[test]
    fn others_are_left_alone() {
        assert_eq!(of(&picture(256, 256)), None);
        assert_eq!(of(b"GIF89a"), None);
        let whole = picture(1024, 300);
        assert_eq!(of(&whole[..whole.len() / 2]), None);
    }

    #[test]
    fn a_pixel_is_the_mean_of_those_that_it_stands_for() {
        let (from, to) = (
            Size {
                width: 4,
                height: 2,
            },
            Size {
                width: 2,
                height: 1,
            },
        );
        assert_eq!(
            shrunk(&[0, 10, 100, 200, 20, 30, 0, 0], from, to, 1),
            [15, 75]
        );
    }
}
