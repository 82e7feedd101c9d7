//! Images.

use tfevents::proto::summary;
use tfevents::proto::summary::value::Value;
use tfevents::{Image, Layout};

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{of, old};

pub(super) fn png() -> Vec<u8> {
    let pixels: Vec<u8> = (0..64 * 64).map(|i: usize| (i * 7 % 251) as u8).collect();
    Image::new(&pixels, Layout::Hw, &[64, 64])
        .unwrap()
        .as_bytes()
        .to_vec()
}

/// One white pixel.
const TIFF: &[u8] = b"II*\0\x08\0\0\0\x07\0\0\x01\x03\0\x01\0\0\0\x01\0\0\0\x01\x01\x03\0\x01\0\0\0\x01\0\0\0\
\x02\x01\x03\0\x01\0\0\0\x08\0\0\0\x06\x01\x03\0\x01\0\0\0\x01\0\0\0\x11\x01\x04\0\x01\0\0\0\x62\0\0\0\
\x16\x01\x03\0\x01\0\0\0\x01\0\0\0\x17\x01\x04\0\x01\0\0\0\x01\0\0\0\0\0\0\0\xff";

pub(super) fn rows() -> Vec<Row> {
    let picture = |file: &[u8]| vec![of("images").strings(&[3], &[b"1", b"1", file])];
    let png = png();
    let whole = [b"1", b"1", &*png];
    let older = |file: &[u8]| {
        vec![old(Value::Image(summary::Image {
            height: 1,
            width: 1,
            colorspace: 1,
            encoded_image_string: file.to_vec(),
        }))]
    };
    let broken = &["picture_format"];
    let form = &["form", "picture_form"];
    vec![
        row(
            "picture in TIFF",
            "images",
            ["blank", "blank"],
            broken,
            picture(TIFF),
        ),
        row(
            "picture in TIFF of the older form",
            "images",
            ["blank", "blank"],
            broken,
            older(TIFF),
        ),
        row(
            "picture in SVG",
            "images",
            ["blank", "blank"],
            broken,
            picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ),
        row(
            "picture in PPM",
            "images",
            ["blank", "blank"],
            broken,
            picture(b"P6 1 1 255\nabc"),
        ),
        row(
            "picture of no bytes",
            "images",
            ["blank", "blank"],
            broken,
            picture(b""),
        ),
        row(
            "picture of no bytes in the older form",
            "images",
            ["blank", "blank"],
            broken,
            older(b""),
        ),
        row(
            "picture of other bytes",
            "images",
            ["blank", "blank"],
            broken,
            picture(b"hello"),
        ),
        row(
            "picture cut in its head",
            "images",
            ["blank", "blank"],
            &["picture_cut"],
            picture(&png[..8]),
        ),
        row(
            "picture cut in the middle",
            "images",
            ["blank", "blank"],
            &["picture_cut"],
            picture(&png[..png.len() / 2]),
        ),
        row(
            "pictures of which there are none",
            "images",
            ["blank", "blank"],
            &["picture_none"],
            vec![of("images").strings(&[2], &[b"1", b"1"])],
        ),
        row(
            "picture without its size",
            "images",
            ["blank", "blank"],
            &["picture_form"],
            vec![of("images").strings(&[1], &[&png])],
        ),
        row(
            "picture of rank 0",
            "images",
            ["missing", "blank"],
            form,
            vec![of("images").strings(&[], &[&png])],
        ),
        row(
            "picture of rank 2",
            "images",
            ["missing", "400"],
            form,
            vec![of("images").strings(&[1, 3], &whole)],
        ),
        row(
            "picture of floats",
            "images",
            ["missing", "400"],
            form,
            vec![of("images").floats(&[2, 2], &[0.; 4])],
        ),
        row(
            "picture of too few strings",
            "images",
            ["shown", "500"],
            &["picture_form"],
            vec![of("images").strings(&[4], &whole)],
        ),
        row(
            "picture of a later version",
            "images",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of("images").content([8, 1]).strings(&[3], &whole)],
        ),
        row(
            "picture of another content",
            "images",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of("images").content("png").strings(&[3], &whole)],
        ),
        row(
            "picture without a value",
            "images",
            ["missing", "all 500"],
            &["no_value", "form"],
            vec![of("images").value(None)],
        ),
        row(
            "picture in a \"quoted\" run",
            "images",
            ["400", "shown"],
            &["blob_name"],
            picture(&png),
        ),
        row(
            "picture with a quoted tag",
            "images",
            ["400", "shown"],
            &["blob_name"],
            vec![of("images").tag("a\\b").strings(&[3], &whole)],
        ),
    ]
}
