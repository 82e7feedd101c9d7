//! Embeddings: what lies on the disk after logging, and what other writers left there.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use tfevents::plugin::projector::{Embedding, VectorFormat};
use tfevents::proto::projector::EmbeddingInfo;
use tfevents::{Bitmap, Layout, Logdir, Projector, SummaryWriter};

use crate::support::fixtures;

fn fixture(name: &str) -> PathBuf {
    fixtures().join(name)
}

fn names(projector: &Projector) -> Vec<&str> {
    let embeddings = &projector.config().embeddings;
    embeddings.iter().map(|e| e.tensor_name.as_str()).collect()
}

/// Vectors whose raw bytes cannot be text: 0xff is in every one of them.
fn vectors(points: usize, dims: usize) -> Vec<f32> {
    let value = |i: usize| -f32::from_bits(0x7f00_00ff) / (i + 1) as f32;
    (0..points * dims).map(value).collect()
}

#[test]
fn everything_logged_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("run")).unwrap();
    let words = Embedding::new(vectors(3, 4), 4)
        .unwrap()
        .column("word", ["a\tb", "", "é"])
        .unwrap();
    let digits = Embedding::new(vectors(5, 2), 2)
        .unwrap()
        .column("digit", 0..5)
        .unwrap()
        .column("even", (0..5).map(|i| i % 2 == 0))
        .unwrap()
        .thumbnails(Bitmap::batch(&[7u8; 5 * 6 * 4], Layout::Nhw, &[5, 6, 4]).unwrap())
        .unwrap()
        .format(VectorFormat::Binary);
    let zeros = Embedding::new(vec![0.0; 4], 2)
        .unwrap()
        .format(VectorFormat::Binary);
    writer.add_embedding("words", &words, 1).unwrap();
    writer.add_embedding("words", &words, 20).unwrap();
    writer.add_embedding("a/b \"c\"", &digits, 1).unwrap();
    writer.add_embedding("zeros", &zeros, 0).unwrap();
    writer.close().unwrap();

    let logdir = Logdir::open(dir.path()).unwrap();
    let runs: Vec<_> = logdir.runs().iter().map(tfevents::Run::name).collect();
    assert_eq!(runs, ["run"]);
    let projector = logdir.runs()[0].projector().unwrap().unwrap();
    assert_eq!(
        names(&projector),
        [
            "words:00001",
            "words:00020",
            "a/b \"c\":00001",
            "zeros:00000"
        ]
    );
    let info = |i: usize| &projector.config().embeddings[i];
    assert_eq!(projector.vectors(info(1)).unwrap().values, vectors(3, 4));
    let labels = projector.metadata(info(1)).unwrap().unwrap();
    assert_eq!(labels.header, [""; 0]);
    assert_eq!(labels.rows, [["a\\tb"], ["(empty)"], ["é"]]);

    let digits = info(2);
    assert_eq!(
        digits.tensor_path,
        "projector/a%2Fb%20%22c%22/00001/tensors.bytes"
    );
    assert_eq!(digits.tensor_shape, [5, 2]);
    let read = projector.vectors(digits).unwrap();
    assert_eq!((read.dims, read.values), (2, vectors(5, 2)));
    let metadata = projector.metadata(digits).unwrap().unwrap();
    assert_eq!(metadata.header, ["digit", "even"]);
    assert_eq!(metadata.rows[4], ["4", "true"]);
    let sprite = digits.sprite.as_ref().unwrap();
    assert_eq!(sprite.single_image_dim, [4, 6]);
    let mut png = Vec::new();
    let mut asset = projector.asset(&sprite.image_path).unwrap();
    asset.read_to_end(&mut png).unwrap();
    let png = tfevents::Image::encoded(png).unwrap();
    assert_eq!((png.width(), png.height()), (3 * 4, 3 * 6));

    assert!(info(3).tensor_path.ends_with("tensors.tsv"));
    assert_eq!(projector.vectors(info(3)).unwrap().values, [0.0; 4]);
    assert_eq!(projector.metadata(info(3)).unwrap(), None);
    assert_eq!(projector.metadata(&EmbeddingInfo::default()).unwrap(), None);
}

#[test]
fn other_writers_embeddings_are_read() {
    for writer in ["torch", "tensorboardx"] {
        let projector = Projector::open(fixture(writer).join("projector"))
            .unwrap()
            .unwrap();
        assert_eq!(
            names(&projector),
            ["plain:00001", "with/sprite:00002"],
            "{writer}"
        );
        let [plain, sprite] = &projector.config().embeddings[..] else {
            panic!("{writer}: {projector:?}");
        };
        let vectors = projector.vectors(plain).unwrap();
        assert_eq!((vectors.dims, vectors.values.len()), (3, 12), "{writer}");
        let first =
            fs::read_to_string(projector.asset(&plain.tensor_path).unwrap().path()).unwrap();
        let first: f64 = first.split_whitespace().next().unwrap().parse().unwrap();
        assert_eq!(vectors.values[0], first as f32, "{writer}");
        let labels = projector.metadata(plain).unwrap().unwrap();
        assert_eq!(labels.rows, [["a"], ["b"], ["ü"], ["d e"]], "{writer}");
        let metadata = projector.metadata(sprite).unwrap().unwrap();
        assert_eq!(metadata.header, ["name", "number"], "{writer}");
        assert_eq!(
            sprite.sprite.as_ref().unwrap().single_image_dim,
            [4, 4],
            "{writer}"
        );
    }
}

#[test]
fn a_configuration_of_another_writer_is_extended() {
    let dir = tempfile::tempdir().unwrap();
    let config = "projector_config.pbtxt";
    fs::copy(
        fixture("tensorboardx/projector").join(config),
        dir.path().join(config),
    )
    .unwrap();
    let embedding = Embedding::new(vectors(2, 2), 2).unwrap();
    let first = SummaryWriter::new(dir.path()).unwrap();
    let second = SummaryWriter::new(dir.path()).unwrap();
    first.add_embedding("ours", &embedding, 3).unwrap();
    second.add_embedding("plain", &embedding, 1).unwrap();

    let projector = Projector::open(dir.path()).unwrap().unwrap();
    assert_eq!(
        names(&projector),
        ["plain:00001", "with/sprite:00002", "ours:00003"]
    );
    let replaced = &projector.config().embeddings[0];
    assert_eq!(replaced.tensor_path, "projector/plain/00001/tensors.tsv");
    assert_eq!(replaced.metadata_path, "");
    let left: Vec<_> = walkdir(dir.path());
    assert!(!left.iter().any(|name| name.ends_with("tmp")), "{left:?}");
}

/// The names of all files below a directory.
fn walkdir(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(walkdir(&path));
        } else {
            names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn the_directory_that_hides_the_runs_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let assets = dir
        .path()
        .join("plugins/org_tensorflow_tensorboard_projector");
    fs::create_dir_all(&assets).unwrap();
    fs::write(assets.join("projector_config.pbtxt"), "").unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let embedding = Embedding::new(vectors(2, 2), 2).unwrap();
    writer.add_embedding("ours", &embedding, 0).unwrap();
    let projector = Projector::open(dir.path()).unwrap().unwrap();
    assert_eq!(projector.path(), assets.join("projector_config.pbtxt"));
    assert_eq!(
        projector
            .vectors(&projector.config().embeddings[0])
            .unwrap()
            .dims,
        2
    );
    assert!(!dir.path().join("projector").exists());
}

#[test]
fn what_cannot_be_logged_leaves_the_configuration_alone() {
    let dir = tempfile::tempdir().unwrap();
    let embedding = Embedding::new(vectors(2, 2), 2).unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    assert!(writer.add_embedding("", &embedding, 0).is_err());
    // A file where a directory has to be.
    fs::write(dir.path().join("projector"), "").unwrap();
    let message = writer
        .add_embedding("a", &embedding, 0)
        .unwrap_err()
        .to_string();
    assert!(message.contains("projector"), "{message}");
    // The event file is none the worse for it.
    writer.add_scalar("loss", 1.0, 0).unwrap();
    writer.close().unwrap();
    let message = writer
        .add_embedding("a", &embedding, 0)
        .unwrap_err()
        .to_string();
    assert!(message.contains("closed"), "{message}");
    assert_eq!(Projector::open(dir.path()).unwrap(), None);
}
