//! How large a picture is, and how large what is in it.

use crate::draw;
use crate::figure::Figure;
use crate::font::TEXT;

/// What is asked for of a picture, in pixels of 1/96 inch, as in CSS and SVG. What is left open follows from the
/// figure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sheet {
    /// From left to right.
    pub width: Option<f64>,
    /// From top to bottom.
    pub height: Option<f64>,
    /// The font size of ordinary text; lines, ticks and spaces are in proportion to it. Without it, 12 pixels, and
    /// more in a picture that is larger than the figure needs.
    pub text: Option<f64>,
}

/// A picture's size in units of which [`TEXT`] are the size of ordinary text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Pixels of 1/96 inch per unit.
    pub(crate) scale: f64,
}

impl Layout {
    pub(crate) fn new(figure: &Figure, sheet: &Sheet) -> Self {
        let (natural_width, natural_height) = draw::natural(figure);
        let scale = match (sheet.text, sheet.width, sheet.height) {
            (Some(text), ..) => text / TEXT,
            (None, Some(width), Some(height)) => (width / natural_width)
                .min(height / natural_height)
                .max(1.0),
            _ => 1.0,
        };
        let width = sheet.width.map(|width| width / scale);
        let height = sheet.height.map(|height| height / scale);
        let (width, height) = match (width, height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => (width, draw::height_for(figure, width)),
            (None, Some(height)) => (height * natural_width / natural_height, height),
            (None, None) => (natural_width, natural_height),
        };
        Self {
            width,
            height,
            scale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Panel;

    #[test]
    fn text_grows_with_a_picture_that_is_larger_than_needed() {
        let figure = Figure {
            panels: vec![Panel::default()],
            ..Figure::default()
        };
        let layout = |width, height, text| {
            let sheet = Sheet {
                width,
                height,
                text,
            };
            let layout = Layout::new(&figure, &sheet);
            (layout.width, layout.height, layout.scale)
        };
        assert_eq!(layout(None, None, None), (800.0, 480.0, 1.0));
        assert_eq!(
            layout(Some(2400.0), Some(1440.0), None),
            (800.0, 480.0, 3.0)
        );
        assert_eq!(layout(Some(400.0), Some(300.0), None), (400.0, 300.0, 1.0));
        assert_eq!(
            layout(Some(400.0), Some(300.0), Some(6.0)),
            (800.0, 600.0, 0.5)
        );
        let (width, height, _) = layout(Some(312.0), None, Some(12.0));
        assert_eq!(width, 312.0);
        assert!((0.5..1.0).contains(&(height / width)), "{height}");
    }
}
