//! Images and Time Series, in browsers.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::image::{self, Format};
use crate::tensor::{Elements, Tensor};

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    let images = match (image::decode(data), refusal(data)) {
        (Ok(images), None) => images,
        (_, why) => {
            let why = why.unwrap_or("; it contains no picture");
            return Some(Flaw::new(
                "picture_form",
                format!("Images: a value is not a list of width, height and encoded pictures{why}"),
                "Log a string tensor of rank 1: width, height, and one encoded picture per sample.",
            ));
        }
    };
    if images.samples.is_empty() {
        return Some(Flaw::new(
            "picture_none",
            "Images: a step has no pictures",
            "Log at least one picture per step.",
        ));
    }
    images.samples.into_iter().find_map(of_picture)
}

/// What a loader does with a tensor that is not a list of strings, or not as long as it says.
fn refusal(data: &DataRef<'_>) -> Option<&'static str> {
    let DataRef::Tensor(encoded) = data else {
        return None;
    };
    let tensor = Tensor::from_encoded(encoded).ok();
    let list = tensor
        .as_ref()
        .and_then(|tensor| match (tensor.shape(), tensor.elements()) {
            (&[len], Elements::Strings(strings)) => Some(len == strings.len()),
            _ => None,
        });
    match list {
        Some(true) => None,
        Some(false) => {
            Some("; it has fewer strings than its shape says, and the slow loader answers 500")
        }
        None => Some("; the fast loader does not show it, and the slow one fails"),
    }
}

/// What keeps browsers from showing a picture.
pub(in crate::check) fn of_picture(file: &[u8]) -> Option<Flaw> {
    let Some(format) = Format::sniff(file) else {
        if is_avif(file) || is_icon(file) {
            return None;
        }
        let what = match file {
            [] => "a picture has no bytes".to_owned(),
            _ => format!("browsers do not show {}", foreign(file)),
        };
        return Some(Flaw::new(
            "picture_format",
            format!("Images: {what}"),
            "Log pictures as PNG, JPEG, GIF, BMP or WebP.",
        ));
    };
    if !format.is_whole(file) {
        return Some(Flaw::new(
            "picture_cut",
            format!(
                "Images: a {format:?} picture is truncated: browsers show part of it or nothing"
            ),
            "Log the whole file.",
        ));
    }
    format.is_blank(file).then(|| {
        Flaw::new(
            "picture_empty",
            format!("Images: a {format:?} picture has no pixels, so nothing is shown"),
            "Log pictures at least one pixel wide and high; in a GIF, at least one such frame.",
        )
    })
}

/// Shown by current browsers, though TensorBoard does not know it either.
fn is_avif(file: &[u8]) -> bool {
    file.get(4..12)
        .is_some_and(|head| head == b"ftypavif" || head == b"ftypavis")
}

/// Windows' icons, likewise.
fn is_icon(file: &[u8]) -> bool {
    matches!(file, [0, 0, 1, 0, 1..=255, ..])
}

/// What other files are.
fn foreign(file: &[u8]) -> &'static str {
    match file {
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => "TIFF",
        [b'P', b'1'..=b'7', ..] => "PPM, PGM or PBM",
        [b'<', ..] => "SVG without its MIME type",
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "NumPy arrays",
        [b'8', b'B', b'P', b'S', ..] => "Photoshop files",
        [0x76, 0x2f, 0x31, 0x01, ..] => "OpenEXR",
        _ => "what these bytes are",
    }
}
