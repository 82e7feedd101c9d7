//! The font of pictures, brought along so that every machine draws the same.

use tfevents_analysis::text::without_middle;
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

    /// The text, without its middle if there is no room for all of it.
    pub(crate) fn fitted(&self, text: &str, size: f64, room: f64) -> String {
        without_middle(text, |text| self.width(text, size) <= room)
    }

    /// The text in lines that have room, broken between words. What is too long for so many lines, and words too long
    /// for one, lose their middle.
    pub(crate) fn wrapped(&self, text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
        let fits = |text: &str| self.width(text, size) <= room;
        let mut wrapped: Vec<String> = Vec::new();
        let mut words = text.split(' ').peekable();
        while let Some(first) = words.next() {
            let mut line = first.to_owned();
            let is_last = wrapped.len() + 1 >= lines;
            while let Some(word) = words.next_if(|word| is_last || fits(&format!("{line} {word}")))
            {
                line.push(' ');
                line.push_str(word);
            }
            wrapped.push(self.fitted(&line, size, room));
        }
        wrapped
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
    fn long_text_is_wrapped_or_loses_its_middle() {
        let font = Metrics::new();
        let room = font.width("train/l…erything", 12.0);
        assert_eq!(font.fitted("loss", 12.0, room), "loss");
        assert_eq!(font.fitted("loss", 12.0, 0.0), "…");
        let fitted = font.fitted("train/loss/of/everything", 12.0, room);
        assert!(
            fitted.starts_with("train/") && fitted.ends_with("thing"),
            "{fitted}"
        );
        let wrapped = |text, lines| font.wrapped(text, 12.0, room, lines);
        assert_eq!(wrapped("one line", 3), ["one line"]);
        assert_eq!(
            wrapped("the first line, and another", 3),
            ["the first line,", "and another"]
        );
        let long = "a title of so many words that three lines have no room for all of them";
        let cut = wrapped(long, 3);
        assert_eq!(cut.len(), 3);
        assert!(cut[2].contains('…') && cut[2].ends_with("them"), "{cut:?}");
        let line = |line: &String| font.width(line, 12.0) <= room;
        assert!(cut.iter().all(line));
    }
}
