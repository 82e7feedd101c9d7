//! Embeddings, which stand beside event files.

use std::fs;

use tfevents::{Bitmap, Embedding, Layout, Projector, SummaryWriter};

use super::files_below;
use crate::support::tfevents;

#[test]
fn embeddings_become_a_directory_that_tensorboard_can_open() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/a/b");
    let writer = SummaryWriter::new(&run).unwrap();
    let pictures = Bitmap::batch(&[200_u8; 2 * 4], Layout::Nhw, &[2, 2, 2]).unwrap();
    let embedding = Embedding::new([0.0, 1.0, 2.0, 3.0], 2)
        .unwrap()
        .column("word", ["x", "y"])
        .unwrap()
        .thumbnails(pictures)
        .unwrap();
    writer.add_embedding("words", &embedding, 7).unwrap();
    writer.add_scalar("loss", 0.5, 0).unwrap();
    writer.close().unwrap();

    tfevents(dir.path(), &["export", "runs", "--media", "media"]).done();
    let copy = dir.path().join("media/a%2Fb/projector");
    let (ours, theirs) = [&copy, &run]
        .map(|dir| Projector::open(dir).unwrap().unwrap())
        .into();
    assert_eq!(ours.config(), theirs.config());
    let info = &ours.config().embeddings[0];
    assert_eq!(ours.vectors(info).unwrap().values, [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(ours.metadata(info).unwrap().unwrap().rows, [["x"], ["y"]]);
    let sprite = &info.sprite.as_ref().unwrap().image_path;
    assert_eq!(
        fs::read(ours.asset(sprite).unwrap().path()).unwrap(),
        fs::read(theirs.asset(sprite).unwrap().path()).unwrap()
    );
    assert_eq!(files_below(&copy).len(), 4, "{:?}", files_below(&copy));

    // Whoever asks for other tags does not want it.
    let args = ["export", "runs", "--media", "other", "--tag", "loss"];
    tfevents(dir.path(), &args).done();
    assert_eq!(fs::read_dir(dir.path().join("other")).unwrap().count(), 0);
}

/// The rest is exported all the same.
#[test]
fn files_that_are_missing_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("runs")).unwrap();
    writer.add_scalar("loss", 0.5, 0).unwrap();
    writer.close().unwrap();
    let config = "embeddings { tensor_name: 'w' tensor_path: 'gone.tsv' }";
    fs::write(dir.path().join("runs/projector_config.pbtxt"), config).unwrap();
    let output = tfevents(dir.path(), &["export", "runs", "--media", "media"]);
    assert_eq!(output.status, 3);
    assert!(output.stderr.contains("gone.tsv"), "{}", output.stderr);
    assert!(output.stdout.contains("loss,0,"), "{}", output.stdout);
}

/// Whatever a configuration names: a warning each, and the rest is exported. A pipe would be waited for, and a
/// device read for ever.
#[cfg(unix)]
#[test]
fn only_regular_files_are_copied() {
    use std::os::unix::fs::symlink;

    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs");
    let writer = SummaryWriter::new(&run).unwrap();
    let embedding = Embedding::new([0.0, 1.0], 2).unwrap();
    writer.add_embedding("words", &embedding, 0).unwrap();
    writer.add_scalar("loss", 0.5, 0).unwrap();
    writer.close().unwrap();
    let config = run.join("projector_config.pbtxt");
    let mut text = fs::read_to_string(&config).unwrap();
    pipe(&run.join("pipe"));
    symlink("/dev/zero", run.join("zero")).unwrap();
    symlink("loop", run.join("loop")).unwrap();
    let huge = fs::File::create(run.join("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let hostile = [
        "pipe",
        "zero",
        "loop",
        "huge",
        ".",
        "projector",
        "..",
        "/",
        "/etc/passwd",
        "x\\000y",
    ];
    for path in hostile {
        text += &format!("embeddings {{ tensor_name: 'w' tensor_path: '{path}' }}\n");
        text += &format!("embeddings {{ tensor_name: 'w' sprite {{ image_path: '{path}' }} }}\n");
    }
    text += "embeddings { tensor_name: 'w' metadata_path: 'projector_config.pbtxt' }\n";
    fs::write(&config, &text).unwrap();

    let output = tfevents(dir.path(), &["export", "runs", "--media", "media"]);
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(output.stdout.contains("loss,0,"), "{}", output.stdout);
    let warnings = output.stderr.matches("warning:").count();
    // Looking for event files meets the link that leads to itself, too.
    assert_eq!(warnings, hostile.len() + 1, "{}", output.stderr);
    for path in [
        "pipe: not a regular file",
        "huge: 1099511627776 bytes exceed",
    ] {
        assert!(output.stderr.contains(path), "{path}: {}", output.stderr);
    }
    let copy = dir.path().join("media/%2E/projector");
    assert_eq!(
        fs::read_to_string(copy.join("projector_config.pbtxt")).unwrap(),
        text
    );
    assert_eq!(files_below(&copy).len(), 2, "{:?}", files_below(&copy));
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_no_file_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs");
    let writer = SummaryWriter::new(&run).unwrap();
    writer.add_scalar("loss", 0.5, 0).unwrap();
    writer.close().unwrap();
    pipe(&run.join("projector_config.pbtxt"));
    let output = tfevents(dir.path(), &["export", "runs", "--media", "media"]);
    assert_eq!(output.status, 3);
    assert!(
        output.stderr.contains("not a regular file"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.contains("loss,0,"), "{}", output.stdout);
}

#[cfg(unix)]
fn pipe(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}
