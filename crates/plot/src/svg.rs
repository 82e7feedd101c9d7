//! Draws a figure as SVG, the same byte for byte for the same figure.

use std::fmt::Write as _;

use crate::canvas::{Anchor, Canvas, Colour, Place, Stroke};
use crate::draw;
use crate::figure::{Figure, Size};

/// The figure as an SVG document, by default as large as its panels and its legend need.
#[must_use]
pub fn render(figure: &Figure, size: Option<Size>) -> String {
    let (width, height) = draw::size(figure, size);
    let mut svg = Svg(String::new());
    svg.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Roboto, Helvetica, Arial, sans-serif\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        Hex(draw::BACKGROUND)
    ));
    draw::draw(figure, (width, height), &mut svg);
    svg.0.push_str("</svg>\n");
    svg.0
}

struct Svg(String);

impl Svg {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.0.write_fmt(text);
    }
}

/// A colour as SVG writes it.
struct Hex(Colour);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Colour(r, g, b) = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

/// A hundredth of a pixel is more than anybody sees.
fn rounded(v: f64) -> f64 {
    let rounded = (v * 100.0).round() / 100.0;
    // Not as -0.
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn points(points: &[Place]) -> String {
    let points = points
        .iter()
        .map(|&(x, y)| format!("{},{}", rounded(x), rounded(y)));
    points.collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Not even escaped may most of them stand in XML.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

impl Canvas for Svg {
    fn line(&mut self, line: &[Place], stroke: &Stroke) {
        self.put(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"",
            points(line),
            Hex(stroke.colour),
            stroke.width
        ));
        if stroke.opacity < 1.0 {
            self.put(format_args!(" stroke-opacity=\"{}\"", stroke.opacity));
        }
        if !stroke.dashes.is_empty() {
            let dashes: Vec<_> = stroke.dashes.iter().map(ToString::to_string).collect();
            self.put(format_args!(" stroke-dasharray=\"{}\"", dashes.join(" ")));
        }
        self.0.push_str("/>\n");
    }

    fn area(&mut self, outline: &[Place], colour: Colour, opacity: f64) {
        self.put(format_args!(
            "<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{opacity}\"/>\n",
            points(outline),
            Hex(colour)
        ));
    }

    fn dot(&mut self, (x, y): Place, radius: f64, colour: Colour) {
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n",
            rounded(x),
            rounded(y),
            rounded(radius),
            Hex(colour)
        ));
    }

    fn text(&mut self, (x, y): Place, text: &str, size: f64, colour: Colour, anchor: Anchor) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.put(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" fill=\"{}\"{anchor}>{}</text>\n",
            rounded(x),
            rounded(y),
            Hex(colour),
            escaped(text)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("<a> & \u{1}b"), "&lt;a&gt; &amp; \u{fffd}b");
        assert_eq!(points(&[(1.0, 2.345_67), (-0.001, 3.1)]), "1,2.35 0,3.1");
    }
}
