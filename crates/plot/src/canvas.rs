//! What a figure is drawn on: shapes and text, written as SVG.

use std::fmt::Write as _;

use tfevents_analysis::text::printable;

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// Units from the left and from the top.
pub(crate) type Place = (f64, f64);

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) colour: Colour,
    pub(crate) width: f64,
    /// From 0, not to be seen, to 1.
    pub(crate) opacity: f64,
    /// Lengths of dashes and of gaps in turns; none for a line without gaps.
    pub(crate) dashes: &'static [f64],
}

/// How text looks, and where it stands in relation to its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Font {
    pub(crate) size: f64,
    pub(crate) colour: Colour,
    pub(crate) anchor: Anchor,
}

/// Where text stands in relation to its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG document under way.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    text: String,
    /// How many parts of the picture have edges.
    clips: usize,
}

impl Canvas {
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    pub(crate) fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
    }
}

/// A colour as SVG writes it.
pub(crate) struct Hex(pub(crate) Colour);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Colour(r, g, b) = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

/// A hundredth of a pixel is more than anybody sees.
pub(crate) fn rounded(v: f64) -> f64 {
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
    for c in printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Not even escaped may they stand in XML.
            '\u{fffe}' => escaped.push_str("\\u{fffe}"),
            '\u{ffff}' => escaped.push_str("\\u{ffff}"),
            c => escaped.push(c),
        }
    }
    escaped
}

impl Canvas {
    /// What `draw` draws is clipped at the edges of a rectangle.
    pub(crate) fn within(
        &mut self,
        (left, top): Place,
        (right, bottom): Place,
        draw: impl FnOnce(&mut Self),
    ) {
        self.clips += 1;
        let number = self.clips;
        self.put(format_args!(
            "<clipPath id=\"c{number}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n\
             <g clip-path=\"url(#c{number})\">\n",
            rounded(left),
            rounded(top),
            rounded(right - left),
            rounded(bottom - top)
        ));
        draw(self);
        self.text.push_str("</g>\n");
    }

    /// A line through points, all of them finite.
    pub(crate) fn line(&mut self, line: &[Place], stroke: &Stroke) {
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
        self.text.push_str("/>\n");
    }

    /// The area inside a line through points.
    pub(crate) fn area(&mut self, outline: &[Place], colour: Colour, opacity: f64) {
        self.put(format_args!(
            "<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{opacity}\"/>\n",
            points(outline),
            Hex(colour)
        ));
    }

    pub(crate) fn dot(&mut self, (x, y): Place, radius: f64, colour: Colour) {
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n",
            rounded(x),
            rounded(y),
            rounded(radius),
            Hex(colour)
        ));
    }

    /// Text whose baseline begins, has its middle or ends at `place`.
    pub(crate) fn text(&mut self, place: Place, text: &str, font: Font) {
        self.put_text(place, text, font, "");
    }

    /// As [`text`](Self::text), read upwards.
    pub(crate) fn text_upwards(&mut self, place: Place, text: &str, font: Font) {
        let (x, y) = (rounded(place.0), rounded(place.1));
        self.put_text(
            place,
            text,
            font,
            &format!(" transform=\"rotate(-90 {x} {y})\""),
        );
    }

    fn put_text(&mut self, (x, y): Place, text: &str, font: Font, turned: &str) {
        let anchor = match font.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.put(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{anchor}{turned}>{}</text>\n",
            rounded(x),
            rounded(y),
            font.size,
            Hex(font.colour),
            escaped(text)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("<a> & \u{1}b"), "&lt;a&gt; &amp; \\u{1}b");
        assert_eq!(points(&[(1.0, 2.345_67), (-0.001, 3.1)]), "1,2.35 0,3.1");
    }
}
