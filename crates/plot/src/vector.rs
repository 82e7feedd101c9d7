//! A figure as shapes and laid out text, of which PNG and PDF are made.
//!
//! Text is drawn in the font that is brought along. What this font lacks is shaped with a font of the system; these are
//! looked for only then, because there may be thousands.

use std::io;
use std::sync::{Arc, Once};

use usvg::fontdb::{Database, ID, Source, Stretch, Style, Weight};
use usvg::{FontResolver, Group, Node, Options, Tree};

use crate::figure::Figure;
use crate::font;
use crate::sheet::Sheet;
use crate::svg;

/// A picture in a format of fixed shapes, with text that no font has.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// Texts with characters that neither the font brought along nor any font of the system has. Boxes stand for these
    /// characters.
    pub missing: Vec<String>,
}

/// The figure with all text laid out, and what no font has of it.
pub(crate) fn tree(figure: &Figure, sheet: &Sheet) -> io::Result<(Tree, Vec<String>)> {
    let mut options = Options {
        font_family: font::FAMILY.to_owned(),
        font_resolver: FontResolver {
            select_font: FontResolver::default_font_selector(),
            select_fallback: fallback(),
        },
        ..Options::default()
    };
    let built_in = Source::Binary(Arc::new(font::ROBOTO));
    options.fontdb_mut().load_font_source(built_in);
    let svg = svg::render(figure, sheet);
    let tree = Tree::from_str(&svg, &options).map_err(io::Error::other)?;
    let mut missing = Vec::new();
    collect_missing(tree.root(), &mut missing);
    missing.dedup();
    Ok((tree, missing))
}

/// Finds a font of the system for a character that the fonts tried so far lack.
fn fallback() -> usvg::FallbackSelectionFn<'static> {
    let load = Once::new();
    Box::new(move |c, tried, fonts| {
        load.call_once(|| Arc::make_mut(fonts).load_system_fonts());
        let faces = fonts.faces().filter(|face| !tried.contains(&face.id));
        let mut faces: Vec<_> = faces
            .map(|face| {
                let unlike = face.style != Style::Normal
                    || face.weight != Weight::NORMAL
                    || face.stretch != Stretch::Normal;
                // Fonts are found in any order; the same one should be taken every time.
                (unlike, face.monospaced, &*face.post_script_name, face.id)
            })
            .collect();
        faces.sort_unstable_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        let found = faces.into_iter().find(|face| has(fonts, face.3, c));
        found.map(|face| face.3)
    })
}

fn has(fonts: &Database, face: ID, c: char) -> bool {
    let glyph = fonts.with_face_data(face, |data, index| {
        ttf_parser::Face::parse(data, index).ok()?.glyph_index(c)
    });
    glyph.flatten().is_some()
}

fn collect_missing(group: &Group, missing: &mut Vec<String>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect_missing(group, missing),
            Node::Text(text) => {
                let mut glyphs = text
                    .layouted()
                    .iter()
                    .flat_map(|span| &span.positioned_glyphs);
                if glyphs.any(|glyph| glyph.id.0 == 0) {
                    missing.push(text.chunks().iter().map(usvg::TextChunk::text).collect());
                }
            }
            _ => {}
        }
    }
}
