//! Draws a figure as PNG.

use std::io;

use tiny_skia::{Pixmap, PremultipliedColorU8, Transform};

use crate::figure::Figure;
use crate::sheet::Sheet;
use crate::vector::{self, Picture};

/// Pixels per inch at which a pixel of the picture is one of [`Sheet`].
pub const SCREEN: f64 = 96.0;

/// Neither side may be longer.
pub const MAX_PIXELS: u32 = 20_000;

/// The figure as a PNG file with so many pixels per inch.
///
/// # Errors
///
/// A picture with a side of more than 20,000 pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "`as` clamps, and pixels are few enough"
)]
pub fn render(figure: &Figure, sheet: &Sheet, dpi: f64) -> io::Result<Picture> {
    let (tree, missing) = vector::tree(figure, sheet)?;
    let size = tree.size();
    let pixels = |length: f32| (f64::from(length) * dpi / SCREEN).round().max(1.0) as u32;
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    let pixmap = (width.max(height) <= MAX_PIXELS).then(|| Pixmap::new(width, height));
    let mut pixmap = pixmap.flatten().ok_or_else(|| {
        io::Error::other(format!(
            "a picture of {width} × {height} pixels is too large; no side may have more than {MAX_PIXELS}"
        ))
    })?;
    let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    Ok(Picture {
        bytes: encode(&pixmap, dpi)?,
        missing,
    })
}

/// The background is opaque, and so is every pixel.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` clamps"
)]
fn encode(pixmap: &Pixmap, dpi: f64) -> io::Result<Vec<u8>> {
    let rgb = |pixel: &PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()];
    let pixels: Vec<_> = pixmap.pixels().iter().flat_map(rgb).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}
