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

/// A PNG file that states another size than that of its pixels.
fn sized(width: u32, height: u32) -> Vec<u8> {
    let mut png = png();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    png
}

/// A GIF file of these frames, 2 by 2 pixels in two colors.
fn gif(frames: &[u8]) -> Vec<u8> {
    let head = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff";
    [head, frames, b";"].concat()
}

/// One gray pixel, behind a header that leaves out how long the file is.
const BITMAP: &[u8] = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\
\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x80\x80\0";

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
    let form = &["picture_form"];
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
            "picture without its end",
            "images",
            ["shown", "shown"],
            &[],
            picture(&png[..png.len() - 12]),
        ),
        row(
            "bitmap of no stated length",
            "images",
            ["shown", "shown"],
            &[],
            picture(BITMAP),
        ),
        row(
            "picture of no width",
            "images",
            ["blank", "blank"],
            &["picture_empty"],
            picture(&sized(0, 64)),
        ),
        row(
            "picture of no height",
            "images",
            ["blank", "blank"],
            &["picture_empty"],
            picture(&sized(64, 0)),
        ),
        row(
            "picture without pixels",
            "images",
            ["blank", "blank"],
            &["picture_empty"],
            picture(&[&png[..33], &png[png.len() - 12..]].concat()),
        ),
        row(
            "video without frames",
            "images",
            ["blank", "blank"],
            &["picture_empty"],
            picture(&gif(b"")),
        ),
        row(
            "video with frames of no size",
            "images",
            ["blank", "blank"],
            &["picture_empty"],
            picture(&gif(b",\0\0\0\0\0\0\0\0\0\x02\x03\x44\x10\x05\0")),
        ),
        row(
            "picture of a stated size of 0",
            "images",
            ["shown", "shown"],
            &[],
            vec![of("images").strings(&[3], &[b"0", b"0", &png])],
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
            &["no_value"],
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
