//! Embeddings: the files beside the event file, as TensorBoard serves them.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::plugin::projector::{Embedding, VectorFormat};
use tfevents::{Bitmap, Image, Layout, SummaryWriter};

use super::{Shown, shown, writer};
use crate::support::sha256;

const RUN: &str = "projector/läuft";

const POINTS: usize = 5;

/// No byte string that could be text.
fn vectors() -> Vec<f32> {
    (0..POINTS * 3).map(|i| -1e30 / (i as f32 + 0.1)).collect()
}

fn thumbnails() -> Vec<Bitmap> {
    let pixels: Vec<u8> = (0..POINTS * 4 * 6 * 3).map(|i| (i % 251) as u8).collect();
    Bitmap::batch(&pixels, Layout::Nhwc, &[POINTS, 4, 6, 3]).unwrap()
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    let embedding = || Embedding::new(vectors(), 3).unwrap();
    let labelled = embedding()
        .column("label", ["a\tb", "", "ü\r\n", "\"q\"", "0"])
        .unwrap();
    writer.add_embedding("text", &labelled, 1).unwrap();
    let pictured = embedding()
        .column("digit", 0..POINTS)
        .unwrap()
        .column("note", ["x", "", "y\tz", "", "ü"])
        .unwrap()
        .thumbnails(thumbnails())
        .unwrap()
        .format(VectorFormat::Binary);
    writer.add_embedding("a/b \"c\" ü", &pictured, 20).unwrap();
    let zeros = Embedding::new(vec![0.0; 6], 3).unwrap();
    log_by_another_process(dir, &zeros.format(VectorFormat::Binary));
    writer.close().unwrap();
}

fn log_by_another_process(dir: &Path, embedding: &Embedding) {
    let writer = SummaryWriter::new(dir).unwrap();
    writer.add_embedding("zeros", embedding, 0).unwrap();
    writer.close().unwrap();
}

fn embedding<'s>(shown: &'s Shown, name: &str) -> &'s Value {
    let found = &shown.answer["projector"][RUN]["embeddings"][name];
    assert!(
        found.is_object(),
        "{:?}: {:#}",
        shown.mode,
        shown.answer["projector"]
    );
    found
}

fn le_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// What TensorBoard serves for some vectors, in whichever form they are stored.
fn tensor(values: &[f32]) -> Value {
    let bytes = le_bytes(values);
    json!({
        "content_type": "application/octet-stream",
        "rows": values.len() / 3,
        "sha256": sha256(&bytes),
        "size": bytes.len(),
    })
}

#[test]
fn vectors_arrive_bit_by_bit() {
    for shown in shown() {
        for (name, values) in [
            ("text:00001", vectors()),
            ("a/b \"c\" ü:00020", vectors()),
            ("zeros:00000", vec![0.0; 6]),
        ] {
            let found = embedding(shown, name);
            assert_eq!(found["tensor"], tensor(&values), "{:?} {name}", shown.mode);
            assert_eq!(found["info"]["tensorShape"], json!([values.len() / 3, 3]));
        }
    }
}

#[test]
fn labels_stand_at_their_points() {
    for shown in shown() {
        assert_eq!(
            embedding(shown, "text:00001")["metadata"],
            "a\\tb\n(empty)\nü\\r\\n\n\"q\"\n0\n"
        );
        assert_eq!(
            embedding(shown, "a/b \"c\" ü:00020")["metadata"],
            "digit\tnote\n0\tx\n1\t\n2\ty\\tz\n3\t\n4\tü\n"
        );
    }
}

#[test]
fn thumbnails_make_a_square_sprite() {
    for shown in shown() {
        let found = embedding(shown, "a/b \"c\" ü:00020");
        assert_eq!(found["info"]["sprite"]["singleImageDim"], json!([6, 4]));
        // Three by three, of which the last ones are black.
        let mut square = vec![0u8; 3 * 4 * 3 * 6 * 3];
        for (i, tile) in thumbnails().iter().enumerate() {
            for (y, row) in tile.as_bytes().chunks_exact(6 * 3).enumerate() {
                let at = ((i / 3 * 4 + y) * 3 + i % 3) * 6 * 3;
                square[at..][..row.len()].copy_from_slice(row);
            }
        }
        let png = Image::new(&square, Layout::Hwc, &[12, 18, 3]).unwrap();
        let wanted = json!({
            "content_type": "image/png",
            "sha256": sha256(png.as_bytes()),
            "size": png.as_bytes().len(),
        });
        assert_eq!(found["sprite"], wanted, "{:?}", shown.mode);
    }
}

#[test]
fn the_tab_is_shown() {
    for shown in shown() {
        assert_eq!(
            shown.answer["plugins_listing"]["projector"], true,
            "{:?}",
            shown.mode
        );
    }
}
