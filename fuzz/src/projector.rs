//! Configurations of the projector, and the files that they name.

use std::fs;

use tfevents::proto::projector::ProjectorConfig;
use tfevents::{Embedding, Projector, SummaryWriter};

/// Whatever stands in a configuration and in a file that it names, both are read or refused; adding an embedding leaves
/// all else, and leaves alone what it cannot read. Behind a byte that no text has, the input is the file `t`.
pub fn projector_text(data: &[u8]) {
    let mut parts = data.splitn(2, |&b| b == 0xfe);
    let config = parts.next().unwrap_or_default();
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("projector_config.pbtxt");
    fs::write(&path, config).expect("a file");
    fs::write(dir.path().join("t"), parts.next().unwrap_or_default()).expect("a file");
    let before = Projector::open(dir.path());
    if let Ok(Some(projector)) = &before {
        for embedding in projector.config().embeddings.iter().take(4) {
            // Whether the files are there or not.
            if let Ok(vectors) = projector.vectors(embedding) {
                let (dims, values) = (vectors.dims, vectors.values.len());
                assert!(values == 0 || values % dims == 0, "{values} of {dims}");
            }
            if let Ok(Some(metadata)) = projector.metadata(embedding) {
                assert!(metadata.header.len() != 1, "one column has no name");
                assert!(metadata.rows.iter().all(|row| !row.is_empty()));
            }
        }
    }
    let writer = SummaryWriter::new(dir.path()).expect("a writer");
    let embedding = Embedding::new([0.0, 1.0], 2).expect("a point");
    let added = writer.add_embedding("added", &embedding, 0);
    writer.close().expect("room on the disk");
    let Ok(before) = before else {
        assert!(added.is_err(), "what could not be read was written over");
        assert_eq!(fs::read(&path).expect("a file"), config);
        return;
    };
    added.expect("what was read can be added to");
    let before = before.expect("there is a file").config().clone();
    let after = Projector::open(dir.path())
        .expect("we wrote it")
        .expect("we wrote it");
    assert_eq!(others(after.config()), others(&before));
    assert!(
        after
            .config()
            .embeddings
            .iter()
            .any(|e| e.tensor_name == ADDED)
    );
}

const ADDED: &str = "added:00000";

/// The configuration without what was added, or replaced.
fn others(config: &ProjectorConfig) -> ProjectorConfig {
    let mut config = config.clone();
    config
        .embeddings
        .retain(|embedding| embedding.tensor_name != ADDED);
    config
}
