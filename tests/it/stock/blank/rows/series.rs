//! Dashboards that show one series at a time.

use tfevents::proto::summary::value::Value;
use tfevents::proto::{self, summary};
use tfevents::tensor::DataType;
use tfevents::{Audio, Channels, Image, Layout};

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{empty, of, old, strings_of};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = scalars();
    rows.extend(histograms());
    rows.extend(images());
    rows.extend(audio());
    rows.extend(text());
    rows.extend(pr_curves());
    rows
}

const NOT_ONE: &[&str] = &["form", "scalar_form"];

fn scalars() -> Vec<Row> {
    let one = |event: proto::Event| vec![event];
    vec![
        row(
            "scalar of shape [2]",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").floats(&[2], &[1., 2.])),
        ),
        row(
            "scalar of shape [0]",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").floats(&[0], &[])),
        ),
        row(
            "scalar without class",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").class(0).floats(&[2], &[1., 2.])),
        ),
        row(
            "scalar of text",
            "scalars",
            ["missing", "blank"],
            NOT_ONE,
            one(of("scalars").strings(&[], &[b"hi"])),
        ),
        row(
            "scalar of complex",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").complex(&[], &[1., 2.])),
        ),
        row(
            "scalar of nothing",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").tensor(empty(DataType::Float, &[]))),
        ),
        row(
            "scalar of no type",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").tensor(empty(DataType::Resource, &[]))),
        ),
        row(
            "scalar of doubles",
            "scalars",
            ["missing", "shown"],
            &["form"],
            one(of("scalars").doubles(&[], &[1.])),
        ),
        row(
            "scalar and then two",
            "scalars",
            ["shown", "500"],
            NOT_ONE,
            vec![
                of("scalars").floats(&[], &[1.]),
                of("scalars").step(1).floats(&[2], &[1., 2.]),
            ],
        ),
        row(
            "scalar of another plugin's content",
            "scalars",
            ["all 500", "all 500"],
            &["plugin_content"],
            one(of("scalars").content("{}").floats(&[], &[1.])),
        ),
        row(
            "scalar of a later version",
            "scalars",
            ["missing", "missing"],
            &["plugin_version"],
            one(of("scalars").content([8, 7]).floats(&[], &[1.])),
        ),
        row(
            "scalar without a value",
            "scalars",
            ["missing", "all 500"],
            &["no_value", "form"],
            one(of("scalars").value(None)),
        ),
    ]
}

fn histograms() -> Vec<Row> {
    let nan = f64::NAN;
    let rows = |numbers: &[f64]| {
        vec![of("histograms").doubles(&[i64::try_from(numbers.len() / 3).unwrap(), 3], numbers)]
    };
    let stored = |h: proto::HistogramProto| vec![old(Value::Histo(h))];
    vec![
        row(
            "histogram with a NaN edge",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            rows(&[nan, 1., 2., 1., 2., 3.]),
        ),
        row(
            "histogram with a NaN count",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            rows(&[0., 1., nan]),
        ),
        row(
            "histogram with an infinite edge",
            "distributions",
            ["blank", "blank"],
            &["histogram_numbers"],
            rows(&[0., f64::INFINITY, 2.]),
        ),
        row(
            "histogram with one bad step",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            vec![
                of("histograms").doubles(&[1, 3], &[0., 1., 2.]),
                of("histograms").step(1).doubles(&[1, 3], &[nan, nan, 1.]),
            ],
        ),
        row(
            "histogram of rank 1",
            "distributions",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[3], &[0., 1., 2.])],
        ),
        row(
            "histogram of two columns",
            "distributions",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[1, 2], &[0., 1.])],
        ),
        row(
            "histogram of rank 3",
            "histograms",
            ["blank", "blank"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[1, 1, 3], &[0., 1., 2.])],
        ),
        row(
            "histogram of text",
            "distributions",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").strings(&[1, 3], &[b"a", b"b", b"c"])],
        ),
        row(
            "histogram of complex",
            "histograms",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").complex(&[1, 3], &[0.; 6])],
        ),
        row(
            "histogram of too few",
            "histograms",
            ["500", "500"],
            &["histogram_form"],
            vec![of("histograms").doubles(&[1, 3], &[0., 1.])],
        ),
        row(
            "histogram of the older form with NaN",
            "histograms",
            ["blank", "blank"],
            &["histogram_numbers"],
            stored(proto::HistogramProto {
                min: nan,
                max: nan,
                bucket_limit: vec![1., 2.],
                bucket: vec![1., 1.],
                ..Default::default()
            }),
        ),
        row(
            "histogram of the oldest form",
            "histograms",
            ["missing", "missing"],
            &["histogram_obsolete", "no_metadata"],
            vec![old(Value::ObsoleteOldStyleHistogram(vec![
                9, 0, 0, 0, 0, 0, 0, 0, 0,
            ]))],
        ),
        row(
            "histogram without a value",
            "histograms",
            ["shown", "all 500"],
            &["no_value"],
            vec![of("histograms").value(None)],
        ),
        row(
            "histogram of another content",
            "histograms",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![
                of("histograms")
                    .content([0xff])
                    .doubles(&[1, 3], &[0., 1., 2.]),
            ],
        ),
        row(
            "histogram of a later version",
            "histograms",
            ["missing", "missing"],
            &["plugin_version"],
            vec![
                of("histograms")
                    .content([8, 9])
                    .doubles(&[1, 3], &[0., 1., 2.]),
            ],
        ),
    ]
}

fn png() -> Vec<u8> {
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

fn images() -> Vec<Row> {
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

fn audio() -> Vec<Row> {
    let wav = Audio::new(&[0i16; 8], Channels::Mono, 8000).unwrap();
    let wav = wav.as_bytes();
    let of = || of("audio").content([16, 11]);
    let sounds = |file: &[u8]| vec![of().strings(&[1], &[file])];
    let form = &["form", "sound_form"];
    vec![
        row(
            "sound of no bytes",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(b""),
        ),
        row(
            "sound of other bytes",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(b"hello"),
        ),
        row(
            "sound in MP3",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            sounds(b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x64"),
        ),
        row(
            "sound of the older form",
            "audio",
            ["not a sound", "not a sound"],
            &["sound_format"],
            vec![old(Value::Audio(summary::Audio {
                encoded_audio_string: b"OggS".to_vec(),
                content_type: "audio/ogg".to_owned(),
                ..Default::default()
            }))],
        ),
        row(
            "sounds of which there are none",
            "audio",
            ["blank", "blank"],
            &["sound_none"],
            vec![of().strings(&[0], &[])],
        ),
        row(
            "sound of rank 0",
            "audio",
            ["missing", "500"],
            form,
            vec![of().strings(&[], &[wav])],
        ),
        row(
            "sound of floats",
            "audio",
            ["missing", "500"],
            form,
            vec![of().floats(&[2], &[0.; 2])],
        ),
        row(
            "sounds of different numbers",
            "audio",
            ["500", "500"],
            &["sound_count"],
            vec![
                of().strings(&[2], &[wav, wav]),
                of().step(1).strings(&[1], &[wav]),
            ],
        ),
        row(
            "sound of a later version",
            "audio",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of().content([8, 1]).strings(&[1], &[wav])],
        ),
        row(
            "sound of another content",
            "audio",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of().content("wav").strings(&[1], &[wav])],
        ),
        row(
            "sound without a value",
            "audio",
            ["missing", "all 500"],
            &["no_value", "form"],
            vec![of().value(None)],
        ),
    ]
}

fn text() -> Vec<Row> {
    let not_text = &["text_form"];
    vec![
        row(
            "text of numbers",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").ints(&[], &[4])],
        ),
        row(
            "text of floats",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").floats(&[2], &[4., 5.])],
        ),
        row(
            "text of no string",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").tensor(strings_of(&[], &[]))],
        ),
        row(
            "text of too few strings",
            "text",
            ["500", "500"],
            not_text,
            vec![of("text").strings(&[3], &[b"a", b"b"])],
        ),
        row(
            "text in Latin-1",
            "text",
            ["500", "500"],
            &["text_utf8"],
            vec![of("text").strings(&[], &[b"Gr\xfc\xdfe"])],
        ),
        row(
            "text with one bad step",
            "text",
            ["500", "500"],
            &["text_utf8"],
            vec![
                of("text").strings(&[], &[b"good"]),
                of("text").step(1).strings(&[1], &[b"\xff"]),
            ],
        ),
        row(
            "text of rank 3",
            "text",
            ["in part", "in part"],
            &["text_rank"],
            vec![of("text").strings(&[1, 1, 2], &[b"a", b"b"])],
        ),
        row(
            "text of a later version",
            "text",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of("text").content([8, 1]).strings(&[], &[b"a"])],
        ),
        row(
            "text of another content",
            "text",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of("text").content("md").strings(&[], &[b"a"])],
        ),
        row(
            "text without a value",
            "text",
            ["shown", "all 500"],
            &["no_value"],
            vec![of("text").value(None)],
        ),
    ]
}

fn pr_curves() -> Vec<Row> {
    let good = [2., 1., 2., 0., 0., 2., 0., 1., 0.5, 1., 1., 0.5];
    let of = || of("pr_curves");
    let curve = |shape: &[i64], numbers: &[f32]| vec![of().floats(shape, numbers)];
    let with = |number: f32| {
        let mut numbers = good;
        numbers[0] = number;
        vec![of().floats(&[6, 2], &numbers)]
    };
    let form = &["pr_curve_form"];
    vec![
        row(
            "curve of five rows",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[5, 2], &good[..10]),
        ),
        row(
            "curve of rank 1",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[12], &good),
        ),
        row(
            "curve of rank 3",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[6, 2, 1], &good),
        ),
        row(
            "curve of rank 0",
            "pr_curves",
            ["500", "500"],
            form,
            curve(&[], &[1.]),
        ),
        row(
            "curve of too few",
            "pr_curves",
            ["400", "400"],
            form,
            curve(&[6, 3], &good),
        ),
        row(
            "curve of text",
            "pr_curves",
            ["400", "400"],
            form,
            vec![of().strings(&[6, 1], &[b"a", b"b", b"c", b"d", b"e", b"f"])],
        ),
        row(
            "curve of complex",
            "pr_curves",
            ["500", "500"],
            form,
            vec![of().complex(&[6, 1], &[0.; 12])],
        ),
        row(
            "curve with NaN",
            "pr_curves",
            ["400", "400"],
            &["pr_curve_numbers"],
            with(f32::NAN),
        ),
        row(
            "curve with infinity",
            "pr_curves",
            ["500", "500"],
            &["pr_curve_numbers"],
            with(f32::INFINITY),
        ),
        row(
            "curve without thresholds",
            "pr_curves",
            ["blank", "blank"],
            &["pr_curve_empty"],
            curve(&[6, 0], &[]),
        ),
        row(
            "curve without a tag",
            "pr_curves",
            ["500", "500"],
            &["pr_curve_without_tag"],
            vec![of().tag("").floats(&[6, 2], &good)],
        ),
        row(
            "curve with one bad step",
            "pr_curves",
            ["500", "500"],
            form,
            vec![
                of().floats(&[6, 2], &good),
                of().step(1).floats(&[5, 2], &good[..10]),
            ],
        ),
        row(
            "curve of a later version",
            "pr_curves",
            ["missing", "missing"],
            &["plugin_version"],
            vec![of().content([8, 1]).floats(&[6, 2], &good)],
        ),
        row(
            "curve of another content",
            "pr_curves",
            ["all 500", "all 500"],
            &["plugin_content"],
            vec![of().content("{}").floats(&[6, 2], &good)],
        ),
        row(
            "curve without a value",
            "pr_curves",
            ["500", "all 500"],
            &["no_value"],
            vec![of().value(None)],
        ),
    ]
}
