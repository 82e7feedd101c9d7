//! The font of pictures, brought along so that every machine draws the same.

use ttf_parser::Face;

const ROBOTO: &[u8] = include_bytes!("font/Roboto-Subset.ttf");

pub(crate) struct Font {
    /// None if the font cannot be read, which a test rules out.
    face: Option<Face<'static>>,
}

impl Font {
    pub(crate) fn new() -> Self {
        Self {
            face: Face::parse(ROBOTO, 0).ok(),
        }
    }

    /// The glyphs of a text, each with its distance from the start, and the width of all, in pixels at a size.
    pub(crate) fn layout(&self, text: &str, size: f64) -> (Vec<(ttf_parser::GlyphId, f64)>, f64) {
        let mut x = 0.0;
        let mut glyphs = Vec::new();
        if let Some(face) = &self.face {
            let scale = self.scale(size);
            for c in text.chars() {
                let glyph = face.glyph_index(c).or_else(|| face.glyph_index('\u{fffd}'));
                let glyph = glyph.unwrap_or_default();
                glyphs.push((glyph, x));
                x += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
            }
        }
        (glyphs, x)
    }

    pub(crate) fn width(&self, text: &str, size: f64) -> f64 {
        self.layout(text, size).1
    }

    /// The text, or as much of it as has room, with an ellipsis.
    pub(crate) fn fitted(&self, text: &str, size: f64, room: f64) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let mut fitted: Vec<_> = text.chars().collect();
        loop {
            let short: String = fitted.iter().chain(&['…']).collect();
            if fitted.pop().is_none() || self.width(&short, size) <= room {
                return short;
            }
        }
    }

    /// Pixels by the font's own units.
    pub(crate) fn scale(&self, size: f64) -> f64 {
        let units = self.face.as_ref().map_or(1000, Face::units_per_em);
        size / f64::from(units)
    }

    /// Draws the outline of a glyph, in the font's own units, upwards.
    pub(crate) fn outline(
        &self,
        glyph: ttf_parser::GlyphId,
        builder: &mut dyn ttf_parser::OutlineBuilder,
    ) {
        if let Some(face) = &self.face {
            face.outline_glyph(glyph, builder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_charts_need() {
        let font = Font::new();
        let face = font.face.as_ref().unwrap();
        for c in "train/loss 0.5 10⁻⁶ −3 Größe µ Δ … ×".chars() {
            assert!(face.glyph_index(c).is_some(), "{c}");
        }
        assert!(font.width("mm", 12.0) > font.width("ii", 12.0));
    }

    #[test]
    fn long_text_is_cut() {
        let font = Font::new();
        let room = font.width("train/lo…", 12.0);
        assert_eq!(
            font.fitted("train/loss/of/everything", 12.0, room),
            "train/lo…"
        );
        assert_eq!(font.fitted("loss", 12.0, room), "loss");
        assert_eq!(font.fitted("loss", 12.0, 0.0), "…");
    }
}
