//! Images and Time Series, in browsers.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::image::{self, Format};
use crate::tensor::Tensor;

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    let images = image::decode(data).ok().filter(|_| is_list(data));
    let Some(images) = images else {
        return Some(Flaw::new(
            "picture_form",
            "Images: a value is not a list of width, height and encoded pictures, which both loaders refuse",
            "Log a string tensor of rank 1: width, height, and one encoded picture per sample.",
        ));
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

/// Whether a value has the shape that both loaders want.
fn is_list(data: &DataRef<'_>) -> bool {
    match data {
        DataRef::Tensor(encoded) => {
            Tensor::from_encoded(encoded).is_ok_and(|tensor| tensor.shape().len() == 1)
        }
        _ => true,
    }
}

/// What keeps browsers from showing a picture.
pub(in crate::check) fn of_picture(file: &[u8]) -> Option<Flaw> {
    let Some(format) = Format::sniff(file) else {
        if is_avif(file) {
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
    (!format.is_whole(file)).then(|| {
        Flaw::new(
            "picture_cut",
            format!(
                "Images: a {format:?} picture is cut off: browsers show a part of it or nothing"
            ),
            "Log the whole file.",
        )
    })
}

/// Shown by current browsers, though TensorBoard does not know it either.
fn is_avif(file: &[u8]) -> bool {
    file.get(4..12)
        .is_some_and(|head| head == b"ftypavif" || head == b"ftypavis")
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
