//! Encoded files, byte for byte.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::{Image, Layout};

use super::{NOW, accumulated, base64, list, shown, writer};
use crate::support::sha256;

const RUN: &str = "images";

/// An animated GIF of two frames, two pixels wide and one high.
fn gif() -> Vec<u8> {
    let mut file = b"GIF89a\x02\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    for [left, right] in [[0, 1], [1, 0u16]] {
        // Shown for a tenth of a second; at the origin; two bits a colour.
        file.extend(b"\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0\x02\0\x01\0\0\x02");
        // In codes of three bits: clear, the pixels, end.
        let codes = 4 | left << 3 | right << 6 | 5 << 9;
        file.push(2);
        file.extend(codes.to_le_bytes());
        file.push(0);
    }
    file.push(b';');
    file
}

/// A JPEG of eight by eight gray pixels.
fn jpeg() -> Vec<u8> {
    // One code of one bit, for the symbol 0.
    let huffman = |table| [&[0xff, 0xc4, 0, 20, table, 1][..], &[0; 16]].concat();
    [
        // Start; quantization by ones; a frame of 8 × 8 with one component.
        b"\xff\xd8\xff\xdb\0\x43\0",
        &[1; 64][..],
        b"\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0",
        &huffman(0x00),
        &huffman(0x10),
        // The scan: no difference, end of block, filled up with ones; end.
        b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x3f\xff\xd9",
    ]
    .concat()
}

/// A step of a series.
struct Point {
    step: i64,
    content_type: &'static str,
    samples: Vec<Image>,
}

fn png(step: i64, samples: Vec<Image>) -> Point {
    Point {
        step,
        content_type: "image/png",
        samples,
    }
}

/// Each series with its steps.
fn logged() -> Vec<(&'static str, Vec<Point>)> {
    let floats: Vec<f32> = (0..24).map(|i| i as f32 / 23.0).collect();
    let bytes: Vec<u8> = (0..96).map(|i| i * 2).collect();
    let of_bytes = |layout, shape: &[usize]| {
        let len = shape.iter().product();
        vec![Image::new(&bytes[..len], layout, shape).unwrap()]
    };
    let batch = |layout, shape: &[usize]| {
        let len = shape.iter().product();
        Image::batch(&bytes[..len], layout, shape).unwrap()
    };
    let passed_on = |file: Vec<u8>, content_type| Point {
        step: 0,
        content_type,
        samples: vec![Image::encoded(file).unwrap()],
    };
    vec![
        ("gray", vec![png(0, of_bytes(Layout::Hw, &[2, 3]))]),
        (
            "gray and alpha",
            vec![png(0, of_bytes(Layout::Chw, &[2, 4, 5]))],
        ),
        (
            "rgb",
            vec![
                png(-1, of_bytes(Layout::Hwc, &[1, 1, 3])),
                png(
                    0,
                    vec![Image::new(&floats, Layout::Chw, &[3, 2, 4]).unwrap()],
                ),
            ],
        ),
        ("rgba", vec![png(0, of_bytes(Layout::Hwc, &[6, 4, 4]))]),
        (
            "samples",
            vec![
                png(0, batch(Layout::Nhwc, &[3, 2, 3, 3])),
                png(1, batch(Layout::Nchw, &[1, 3, 2, 2])),
                png(2, batch(Layout::Nhw, &[2, 7, 1])),
            ],
        ),
        ("passed on/gif", vec![passed_on(gif(), "image/gif")]),
        ("passed on/jpeg", vec![passed_on(jpeg(), "image/jpeg")]),
    ]
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    for (tag, points) in logged() {
        for point in points {
            match &point.samples[..] {
                [one] => writer.add_image(tag, one, point.step),
                many => writer.add_images(tag, many, point.step),
            }
            .unwrap();
        }
    }
    writer.close().unwrap();
}

/// The points of one sample: the steps that have so many.
fn sample(points: &[Point], number: usize) -> impl Iterator<Item = Value> {
    points.iter().filter_map(move |point| {
        let image = point.samples.get(number)?;
        Some(json!({
            "sample": number,
            "step": point.step,
            "wall_time": NOW,
            "width": image.width(),
            "height": image.height(),
            "content_type": point.content_type,
            "size": image.as_bytes().len(),
            "sha256": sha256(image.as_bytes()),
        }))
    })
}

#[test]
fn files_are_served_as_they_were_logged() {
    for shown in shown() {
        for (tag, points) in logged() {
            let samples = points.iter().map(|point| point.samples.len()).max();
            let samples = samples.unwrap();
            let wanted = json!({
                "displayName": "",
                "description": "",
                "samples": samples,
                "points": (0..samples).flat_map(|i| sample(&points, i)).collect::<Value>(),
            });
            let found = shown.series("images", RUN, tag);
            assert_eq!(found, &wanted, "{:?}: {tag}", shown.mode);
        }
        assert_eq!(shown.tags("images", RUN).len(), logged().len());
    }
}

#[test]
fn the_python_readers_find_every_file() {
    let Some(run) = accumulated(RUN) else { return };
    for (tag, points) in logged() {
        let found = list(&run["tensors"][tag]);
        assert_eq!(found.len(), points.len(), "{tag}");
        for (found, point) in found.iter().zip(points) {
            let first = &point.samples[0];
            let size = [first.width(), first.height()].map(|n| base64(n.to_string()));
            let files = point.samples.iter().map(|image| base64(image.as_bytes()));
            let strings: Vec<_> = size.into_iter().chain(files).collect();
            assert_eq!(found["step"], point.step, "{tag}");
            assert_eq!(found["dtype"], "DT_STRING", "{tag}");
            assert_eq!(found["shape"], json!([strings.len()]), "{tag}");
            assert_eq!(found["values"], json!(strings), "{tag}");
        }
        assert_eq!(run["metadata"][tag]["plugin_name"], "images");
    }
}
