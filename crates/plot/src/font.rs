//! The font of pictures, brought along so that every machine draws the same.

use ttf_parser::Face;
use unicode_width::UnicodeWidthChar as _;

pub(crate) static ROBOTO: &[u8] = include_bytes!("font/Roboto-Subset.ttf");
/// The size of ordinary text in the layout's own units.
pub(crate) const TEXT: f64 = 12.0;
pub(crate) const FAMILY: &str = "Roboto";

/// How wide text is. That does not depend on the fonts of the system, so that places do not, either: characters that the
/// font lacks count as wide as those of most other fonts.
pub(crate) struct Metrics {
    /// None if the font cannot be read, which a test rules out.
    face: Option<Face<'static>>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            face: Face::parse(ROBOTO, 0).ok(),
        }
    }

    /// In the unit of `size`.
    pub(crate) fn width(&self, text: &str, size: f64) -> f64 {
        text.chars().map(|c| self.advance(c)).sum::<f64>() * size
    }

    /// Of a font of size 1.
    fn advance(&self, c: char) -> f64 {
        let advance = self.face.as_ref().and_then(|face| {
            let units = face.glyph_hor_advance(face.glyph_index(c)?)?;
            Some(f64::from(units) / f64::from(face.units_per_em()))
        });
        advance.unwrap_or_else(|| match c.width() {
            Some(0) => 0.0,
            Some(2) => 1.05,
            _ => 0.6,
        })
    }

    /// The text, or as much of it as has room, with an ellipsis.
    pub(crate) fn fitted(&self, text: &str, size: f64, room: f64) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let mut left = room - self.width("…", size);
        let fits = text.char_indices().find(|(_, c)| {
            left -= self.advance(*c) * size;
            left < 0.0
        });
        let end = fits.map_or(text.len(), |(end, _)| end);
        format!("{}…", text.get(..end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_charts_need() {
        let font = Metrics::new();
        let face = font.face.as_ref().unwrap();
        for c in "train/loss 0.5 10⁻⁶ −3 Größe µ Δ … ×".chars() {
            assert!(face.glyph_index(c).is_some(), "{c}");
        }
        assert!(font.width("mm", 12.0) > font.width("ii", 12.0));
    }

    #[test]
    fn long_text_is_cut() {
        let font = Metrics::new();
        let room = font.width("train/lo…", 12.0);
        assert_eq!(
            font.fitted("train/loss/of/everything", 12.0, room),
            "train/lo…"
        );
        assert_eq!(font.fitted("loss", 12.0, room), "loss");
        assert_eq!(font.fitted("loss", 12.0, 0.0), "…");
    }
}
