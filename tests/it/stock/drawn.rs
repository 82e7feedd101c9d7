//! Pictures that were put together, drawn on or set in motion: the files byte for byte, and what is in them.

use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tfevents::{Bitmap, BoundingBox, Grid, Image, Layout, SummaryWriter, Video, VideoLayout};

use super::{NOW, accumulated, shown, writer};
use crate::support::sha256;

const RUN: &str = "drawn";

const GRID: Grid = Grid {
    columns: 3,
    padding: 1,
};
const FPS: f64 = 30.0;

/// Four pictures of 6 × 5 pixels.
fn tiles() -> Vec<Bitmap> {
    let pixels: Vec<u8> = (0..4 * 3 * 5 * 6).map(|i| (i * 11 % 256) as u8).collect();
    Bitmap::batch(&pixels, Layout::Nchw, &[4, 3, 5, 6]).unwrap()
}

fn photo() -> Bitmap {
    let gray: Vec<f32> = (0..60 * 80).map(|i| (i % 80) as f32 / 160.0).collect();
    Bitmap::new(&gray, Layout::Hw, &[60, 80]).unwrap()
}

fn boxes() -> [BoundingBox; 2] {
    [
        BoundingBox::new(5.0, 20.0, 40.0, 55.0).label("cat"),
        BoundingBox::new(30.0, 2.0, 90.0, 30.0).color([255, 255, 0]),
    ]
}

/// Two videos of four frames of 16 × 8 pixels in 240 colours.
fn films() -> Vec<u8> {
    (0..2 * 4 * 8 * 16)
        .flat_map(|i| [(i % 60) as u8, (i % 60 * 4) as u8, (i % 4) as u8])
        .collect()
}

fn videos() -> Vec<Video> {
    Video::batch(&films(), VideoLayout::Nthwc, &[2, 4, 8, 16, 3], FPS).unwrap()
}

#[cfg(feature = "jpeg")]
fn log_jpeg(writer: &SummaryWriter) {
    let image = photo().to_jpeg(90).unwrap();
    writer.add_image("jpeg", &image, 0).unwrap();
}

#[cfg(not(feature = "jpeg"))]
fn log_jpeg(_: &SummaryWriter) {}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    let grid = Bitmap::grid(&tiles(), GRID).unwrap();
    writer.add_image("grid", grid.to_png().unwrap(), 0).unwrap();
    writer
        .add_image_with_boxes("boxes", photo(), &boxes(), 0)
        .unwrap();
    let videos = videos();
    writer.add_video("video", &videos[1], 0).unwrap();
    writer.add_videos("videos", &videos, 0).unwrap();
    log_jpeg(&writer);
    writer.close().unwrap();
}

/// What is shown of a series of one step.
fn series(content_type: &str, files: &[Image]) -> Value {
    let points = files.iter().enumerate().map(|(sample, image)| {
        json!({
            "sample": sample,
            "step": 0,
            "wall_time": NOW,
            "width": image.width(),
            "height": image.height(),
            "content_type": content_type,
            "size": image.as_bytes().len(),
            "sha256": sha256(image.as_bytes()),
        })
    });
    json!({
        "displayName": "",
        "description": "",
        "samples": files.len(),
        "points": points.collect::<Value>(),
    })
}

/// A file of a series, as the Python readers find it. None if the tests are to be skipped.
fn found(tag: &str, sample: usize) -> Option<Vec<u8>> {
    // Width and height come first.
    let file = &accumulated(RUN)?["tensors"][tag][0]["values"][2 + sample];
    Some(BASE64_STANDARD.decode(file.as_str().unwrap()).unwrap())
}

/// The components of a PNG file.
fn decoded(file: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut bytes).unwrap();
    bytes
}

#[test]
fn films_are_served_as_they_were_logged() {
    let files: Vec<Image> = videos().into_iter().map(Image::from).collect();
    for shown in shown() {
        let found = shown.series("images", RUN, "video");
        assert_eq!(found, &series("image/gif", &files[1..]), "{:?}", shown.mode);
        let found = shown.series("images", RUN, "videos");
        assert_eq!(found, &series("image/gif", &files), "{:?}", shown.mode);
    }
}

#[test]
fn films_play_the_frames_that_were_logged() {
    for number in 0..2 {
        let Some(file) = found("videos", number) else {
            return;
        };
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(&file[..]).unwrap();
        let mut delays = 0;
        for logged in films().chunks(8 * 16 * 3).skip(4 * number).take(4) {
            let frame = decoder.read_next_frame().unwrap().unwrap();
            let opaque: Vec<u8> = logged
                .chunks(3)
                .flat_map(|p| [p[0], p[1], p[2], 255])
                .collect();
            assert_eq!(frame.buffer, opaque);
            delays += frame.delay;
        }
        assert!(decoder.read_next_frame().unwrap().is_none());
        assert_eq!(delays, 13, "four thirtieths of a second, in hundredths");
        assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    }
}

#[test]
fn a_grid_shows_its_tiles() {
    let Some(file) = found("grid", 0) else { return };
    let pixels = decoded(&file);
    let row = (3 * 6 + 4) * 3;
    for (i, tile) in tiles().iter().enumerate() {
        let (x, y) = (1 + i % 3 * 7, 1 + i / 3 * 6);
        for (r, line) in tile.as_bytes().chunks(6 * 3).enumerate() {
            let at = (y + r) * row + x * 3;
            assert_eq!(pixels[at..at + 6 * 3], *line, "tile {i}, row {r}");
        }
    }
    assert_eq!(pixels.len(), row * (2 * 5 + 3));
    for shown in shown() {
        let point = &shown.series("images", RUN, "grid")["points"][0];
        assert_eq!(point["sha256"], sha256(&file), "{:?}", shown.mode);
    }
}

#[test]
fn boxes_are_drawn_into_the_picture() {
    let Some(file) = found("boxes", 0) else {
        return;
    };
    let mut drawn = photo();
    drawn.draw_boxes(&boxes());
    let pixels = decoded(&file);
    assert_eq!(pixels, drawn.as_bytes());
    let pixel = |x: usize, y: usize| &pixels[3 * (80 * y + x)..][..3];
    assert_eq!(pixel(60, 2), [255, 255, 0], "the upper edge");
    assert_eq!(pixel(60, 10), [95, 95, 95], "inside");
    assert_eq!(pixel(5, 50), pixel(39, 50), "left and right edge");
    for shown in shown() {
        let point = &shown.series("images", RUN, "boxes")["points"][0];
        assert_eq!(point["sha256"], sha256(&file), "{:?}", shown.mode);
    }
}

#[cfg(feature = "jpeg")]
#[test]
fn a_jpeg_is_served_as_one() {
    let image = photo().to_jpeg(90).unwrap();
    for shown in shown() {
        let found = shown.series("images", RUN, "jpeg");
        assert_eq!(
            found,
            &series("image/jpeg", std::slice::from_ref(&image)),
            "{:?}",
            shown.mode
        );
    }
}
