//! What the recipes log, and whether pairs of old and new log the same.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use tfevents::{Histogram, LogdirState, Policy, Selection, SummaryWriter, Value};

use recipes::{candle, migrate};

/// Steps and values of a scalar series.
fn scalars(dir: &Path, run: &str, tag: &str) -> Vec<(i64, f64)> {
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let run = state.run(run).unwrap_or_else(|| panic!("no run {run}"));
    let scalars = run.scalars(tag, Policy::Raw).unwrap_or_default();
    let values = scalars.values.iter().map(|v| v.as_f64());
    scalars.steps.iter().copied().zip(values).collect()
}

fn histogram(dir: &Path, tag: &str) -> Histogram {
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let points = state.run(".").unwrap().blobs(tag, Policy::Raw).unwrap();
    let blob = points[0].read().unwrap();
    let Ok(Value::Histogram(histogram)) = blob.value() else {
        panic!("no histogram")
    };
    histogram
}

/// From where to where the buckets go that hold anything.
fn extent(histogram: &Histogram) -> (f64, f64) {
    let mut full = histogram
        .buckets()
        .iter()
        .filter(|bucket| bucket.count > 0.0);
    let first = full.next().unwrap();
    (first.left, full.last().unwrap_or(first).right)
}

/// The pixels of a picture, and its width and height.
fn picture(dir: &Path, tag: &str) -> (Vec<u8>, u32, u32) {
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let points = state.run(".").unwrap().blobs(tag, Policy::Raw).unwrap();
    let blob = points[0].read().unwrap();
    let Ok(Value::Images(images)) = blob.value() else {
        panic!("no picture")
    };
    let png = std::io::Cursor::new(images.samples[0]);
    let mut reader = png::Decoder::new(png).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (pixels, info.width, info.height)
}

/// The only event file of a run.
fn file(dir: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files.find(|path| path.is_file()).unwrap()
}

#[test]
fn tensors_of_candle() {
    let dir = tempfile::tempdir().unwrap();
    let (cpu, weights) = (Device::Cpu, VarMap::new());
    let builder = VarBuilder::from_varmap(&weights, DType::BF16, &cpu);
    let linear = builder.pp("encoder.linear");
    linear
        .get_with_hints((2, 3), "weight", candle_nn::init::ONE)
        .unwrap();
    let loss = Tensor::new(0.25f64, &cpu).unwrap();
    // [channels, height, width] as a view that is not contiguous.
    let pixels = Tensor::new(&[[[0f32], [0.2]], [[0.4], [0.6]], [[0.8], [1.0]]], &cpu).unwrap();
    let pixels = pixels.permute((2, 1, 0)).unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    candle::log(&writer, &loss, &weights, &pixels, 7).unwrap();
    writer.close().unwrap();
    assert_eq!(scalars(dir.path(), ".", "loss"), [(7, 0.25)]);
    assert_eq!(
        histogram(dir.path(), "encoder/linear/weight"),
        Histogram::new([1.0; 6])
    );
    let of = |v: f32| (v * 255.0).round() as u8;
    let expected = [0.0, 0.4, 0.8, 0.2, 0.6, 1.0].map(of).to_vec();
    assert_eq!(picture(dir.path(), "picture"), (expected, 3, 2));
}

#[test]
fn from_tensorboard_rs() {
    let dir = tempfile::tempdir().unwrap();
    let (before, after) = (dir.path().join("before"), dir.path().join("after"));
    let pixels: Vec<u8> = (0..24).map(|i| 10 * i).collect();
    migrate::tensorboard_rs::before(&before, &pixels);
    migrate::tensorboard_rs::after(&after, &pixels).unwrap();
    assert_eq!(scalars(&before, ".", "loss"), [(1, 0.5)]);
    assert_eq!(scalars(&after, ".", "loss"), [(1, 0.5)]);
    for (name, value) in [("train", 0.9f32), ("test", 0.8)] {
        let expected = [(1, f64::from(value))];
        assert_eq!(
            scalars(&before, &format!("accuracy/{name}"), "accuracy"),
            expected
        );
        assert_eq!(
            scalars(&after, &format!("accuracy_{name}"), "accuracy"),
            expected
        );
    }
    assert_eq!(histogram(&before, "weights"), histogram(&after, "weights"));
    assert_eq!(picture(&before, "picture"), picture(&after, "picture"));
    assert_eq!(picture(&after, "picture").0, pixels);
}

#[test]
fn from_tfrecord() {
    let dir = tempfile::tempdir().unwrap();
    let (before, after) = (dir.path().join("before"), dir.path().join("after"));
    migrate::tfrecord::before(before.to_str().unwrap()).unwrap();
    migrate::tfrecord::after(after.to_str().unwrap()).unwrap();
    assert_eq!(scalars(&before, ".", "loss"), [(1, 0.5)]);
    assert_eq!(scalars(&after, ".", "loss"), [(1, 0.5)]);
    // The buckets are others: theirs are 1,549, whatever the values. So they hold the same values, as exactly as a bucket of
    // theirs says, which is 10 % wide.
    let (before_weights, after_weights) =
        (histogram(&before, "weights"), histogram(&after, "weights"));
    assert_eq!(after_weights, Histogram::new([0.1f32, 0.2, 0.3]));
    assert_eq!(before_weights.count(), after_weights.count());
    let (min, max) = extent(&before_weights);
    assert!(
        (min - 0.1).abs() < 0.01 && (max - 0.3).abs() < 0.03,
        "{min} {max}"
    );
    // Either reads both.
    for dir in [&before, &after] {
        let expected = ("loss".to_owned(), 1, 0.5);
        assert_eq!(
            migrate::tfrecord::read_before(&file(dir)).unwrap()[0],
            expected
        );
        let expected = ("loss".to_owned(), 1, 0.5);
        assert_eq!(
            migrate::tfrecord::read_after(&file(dir)).unwrap(),
            [expected]
        );
    }
}

#[cfg(feature = "tboard")]
#[test]
fn from_tboard() {
    let dir = tempfile::tempdir().unwrap();
    let (before, after) = (dir.path().join("before"), dir.path().join("after"));
    let pixels: Vec<u8> = (0..24).map(|i| 10 * i).collect();
    let image = tfevents::Image::new(&pixels, tfevents::Layout::Hwc, &[2, 4, 3]).unwrap();
    migrate::tboard::before(&before, image.as_bytes().to_vec()).unwrap();
    migrate::tboard::after(&after, image.as_bytes().to_vec()).unwrap();
    assert_eq!(scalars(&before, ".", "loss"), [(1, 0.5)]);
    assert_eq!(scalars(&after, ".", "loss"), [(1, 0.5)]);
    assert_eq!(histogram(&before, "weights"), histogram(&after, "weights"));
    assert_eq!(picture(&before, "picture"), picture(&after, "picture"));
    for dir in [&before, &after] {
        let expected = ("loss".to_owned(), 1, 0.5);
        assert_eq!(
            migrate::tboard::read_before(&file(dir)).unwrap()[0],
            expected
        );
        let expected = ("loss".to_owned(), 1, 0.5);
        assert_eq!(
            migrate::tfrecord::read_after(&file(dir)).unwrap(),
            [expected]
        );
    }
}
