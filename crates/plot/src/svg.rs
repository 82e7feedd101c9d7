//! Draws a figure as SVG, the same byte for byte for the same figure. PNG and PDF are made of this document.

use crate::canvas::{Canvas, Hex, rounded};
use crate::draw;
use crate::figure::Figure;
use crate::sheet::{Layout, Sheet};

/// The figure as an SVG document. Text stays text, in the viewer's fonts.
#[must_use]
pub fn render(figure: &Figure, sheet: &Sheet) -> String {
    let layout = Layout::new(figure, sheet);
    let (width, height) = (layout.width, layout.height);
    let mut svg = Canvas::default();
    svg.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" \
         font-family=\"Roboto, Helvetica, Arial, sans-serif\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        rounded(width * layout.scale),
        rounded(height * layout.scale),
        rounded(width),
        rounded(height),
        Hex(draw::BACKGROUND)
    ));
    draw::draw(figure, (width, height), &mut svg);
    svg.finish()
}
