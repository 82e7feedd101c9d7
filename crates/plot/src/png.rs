//! Draws a figure as PNG.

use std::io;

use tiny_skia::{
    FillRule, LineJoin, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Shader, StrokeDash,
    Transform,
};

use crate::canvas::{Anchor, Canvas, Colour, Place, Stroke};
use crate::draw;
use crate::figure::{Figure, Size};
use crate::font::Font;

/// The figure as a PNG file, by default as large as its panels and its legend need.
///
/// # Errors
///
/// A picture so large that there is no memory for it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are small and not negative"
)]
pub fn render(figure: &Figure, size: Option<Size>) -> io::Result<Vec<u8>> {
    let (width, height) = draw::size(figure, size);
    let pixmap = Pixmap::new(width as u32, height as u32);
    let too_large = || {
        let problem = format!("there is no memory for a picture of {width} × {height} pixels");
        io::Error::new(io::ErrorKind::OutOfMemory, problem)
    };
    let mut canvas = Bitmap {
        pixmap: pixmap.ok_or_else(too_large)?,
        font: Font::new(),
    };
    let Colour(r, g, b) = draw::BACKGROUND;
    canvas
        .pixmap
        .fill(tiny_skia::Color::from_rgba8(r, g, b, 255));
    draw::draw(figure, (width, height), &mut canvas);
    encode(&canvas.pixmap)
}

/// The background is opaque, and so is every pixel.
fn encode(pixmap: &Pixmap) -> io::Result<Vec<u8>> {
    let rgb = |pixel: &PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()];
    let pixels: Vec<_> = pixmap.pixels().iter().flat_map(rgb).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

struct Bitmap {
    pixmap: Pixmap,
    font: Font,
}

fn paint(Colour(r, g, b): Colour, opacity: f64) -> Paint<'static> {
    let mut colour = tiny_skia::Color::from_rgba8(r, g, b, 255);
    colour.set_alpha(single(opacity));
    Paint {
        shader: Shader::SolidColor(colour),
        ..Paint::default()
    }
}

/// Pixels are few enough.
#[expect(clippy::cast_possible_truncation, reason = "pixels are few enough")]
fn single(v: f64) -> f32 {
    v as f32
}

fn path(points: &[Place], closed: bool) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        if i == 0 {
            builder.move_to(single(x), single(y));
        } else {
            builder.line_to(single(x), single(y));
        }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

impl Bitmap {
    fn fill(&mut self, path: Option<tiny_skia::Path>, paint: &Paint<'_>) {
        if let Some(path) = path {
            let as_it_is = Transform::identity();
            self.pixmap
                .fill_path(&path, paint, FillRule::Winding, as_it_is, None);
        }
    }
}

impl Canvas for Bitmap {
    fn line(&mut self, points: &[Place], stroke: &Stroke) {
        let Some(path) = path(points, false) else {
            return;
        };
        let dashes = stroke.dashes.iter().copied().map(single).collect();
        let paint = paint(stroke.colour, stroke.opacity);
        let stroke = tiny_skia::Stroke {
            width: single(stroke.width),
            line_join: LineJoin::Round,
            dash: StrokeDash::new(dashes, 0.0),
            ..tiny_skia::Stroke::default()
        };
        self.pixmap
            .stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }

    fn area(&mut self, outline: &[Place], colour: Colour, opacity: f64) {
        self.fill(path(outline, true), &paint(colour, opacity));
    }

    fn dot(&mut self, (x, y): Place, radius: f64, colour: Colour) {
        let circle = PathBuilder::from_circle(single(x), single(y), single(radius));
        self.fill(circle, &paint(colour, 1.0));
    }

    fn text(&mut self, (x, y): Place, text: &str, size: f64, colour: Colour, anchor: Anchor) {
        let (glyphs, width) = self.font.layout(text, size);
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let mut outline = Outline {
            builder: PathBuilder::new(),
            left: 0.0,
            baseline: single(y),
            scale: single(self.font.scale(size)),
        };
        for (glyph, offset) in glyphs {
            outline.left = single(left + offset);
            self.font.outline(glyph, &mut outline);
        }
        self.fill(outline.builder.finish(), &paint(colour, 1.0));
    }
}

/// Puts the outlines of glyphs, which are drawn upwards, at their places on the picture.
struct Outline {
    builder: PathBuilder,
    left: f32,
    baseline: f32,
    scale: f32,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.left + x * self.scale, self.baseline - y * self.scale)
    }
}

impl ttf_parser::OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.builder.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.builder.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}
