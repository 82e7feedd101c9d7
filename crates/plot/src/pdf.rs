//! Draws a figure as PDF: shapes, and text that can be selected and searched, with its fonts embedded.

use std::io;

use krilla::Document;
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};

use crate::figure::Figure;
use crate::sheet::Sheet;
use crate::vector::{self, Picture};

/// Points, in which PDF counts, per pixel of [`Sheet`].
const POINTS: f32 = 0.75;

/// The figure as a PDF file of one page of its size.
///
/// # Errors
///
/// A size that no page can have; a font of the system that cannot be embedded.
pub fn render(figure: &Figure, sheet: &Sheet) -> io::Result<Picture> {
    let (tree, missing) = vector::tree(figure, sheet)?;
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let sizes = Size::from_wh(width, height).zip(PageSettings::from_wh(width, height));
    let (size, settings) = sizes.ok_or_else(|| {
        io::Error::other(format!("invalid page size of {width} × {height} points"))
    })?;
    let mut document = Document::new();
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    let bytes = document
        .finish()
        .map_err(|e| io::Error::other(format!("cannot make a PDF: {e}")))?;
    Ok(Picture { bytes, missing })
}
