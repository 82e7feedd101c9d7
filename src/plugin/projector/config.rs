//! `projector_config.pbtxt`: which embeddings there are, and where their files lie.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::files;
use crate::plugin::projector::schema;
use crate::plugin::projector::text_format::{Message, Value};
use crate::proto::projector::{EmbeddingInfo, ProjectorConfig, SpriteMetadata};

const FILE_NAME: &str = "projector_config.pbtxt";

/// The longest configuration that is read: ten thousand embeddings have two megabytes.
const MAX_LEN: u64 = 4 << 20;

/// Where TensorFlow 1 put the file; it hides one in the run's own directory.
const ASSETS: &str = "plugins/org_tensorflow_tensorboard_projector";

/// The directory of a run's configuration, to which the paths in it are relative.
pub(super) fn dir_of(run: &Path) -> PathBuf {
    let assets = run.join(ASSETS);
    if assets.join(FILE_NAME).is_file() {
        assets
    } else {
        run.to_path_buf()
    }
}

/// A configuration file as read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) path: PathBuf,
    pub(super) config: ProjectorConfig,
    /// What is wrong with it, if protobuf readers refuse the whole file.
    pub(super) refusal: Option<String>,
}

/// Reads a directory's configuration, if it has one.
pub(super) fn read(dir: &Path) -> Result<Option<Read>> {
    let path = dir.join(FILE_NAME);
    Ok(parse(&path)?.map(|message| Read {
        path,
        config: typed(&message),
        refusal: schema::refusal(&message),
    }))
}

fn parse(path: &Path) -> Result<Option<Message>> {
    let mut text = String::new();
    let file = files::open_regular(path, MAX_LEN);
    match file.and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => Message::parse(&text)
            .map(Some)
            .map_err(|e| e.with_path(path)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::from(e).with_path(path)),
    }
}

fn typed(message: &Message) -> ProjectorConfig {
    let embedding = |embedding: &Message| EmbeddingInfo {
        tensor_name: embedding.text("tensor_name"),
        metadata_path: embedding.text("metadata_path"),
        bookmarks_path: embedding.text("bookmarks_path"),
        tensor_shape: embedding.numbers("tensor_shape"),
        sprite: embedding
            .messages("sprite")
            .last()
            .map(|sprite| SpriteMetadata {
                image_path: sprite.text("image_path"),
                single_image_dim: sprite.numbers("single_image_dim"),
            }),
        tensor_path: embedding.text("tensor_path"),
    };
    ProjectorConfig {
        model_checkpoint_path: message.text("model_checkpoint_path"),
        embeddings: message.messages("embeddings").map(embedding).collect(),
        model_checkpoint_dir: message.text("model_checkpoint_dir"),
    }
}

/// Puts an embedding into a directory's configuration, in place of one of the same name. Everything else in
/// the file stays, whoever wrote it.
///
/// Readers find the old file or the new one, never a part. Of two processes that write at the very same time,
/// one may lose its entry; threads take turns.
pub(super) fn put(dir: &Path, embedding: &EmbeddingInfo) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);

    let path = dir.join(FILE_NAME);
    let mut message = parse(&path)?.unwrap_or_default();
    let same = |entry: &&mut Message| entry.text("tensor_name") == embedding.tensor_name;
    let entries = message
        .fields
        .iter_mut()
        .filter(|field| field.name == "embeddings");
    let entry = entries
        .filter_map(|field| match &mut field.value {
            Value::Message(entry) => Some(entry),
            _ => None,
        })
        .find(same);
    match entry {
        Some(entry) => set(entry, embedding),
        None => {
            let mut entry = Message::default();
            set(&mut entry, embedding);
            message.push("embeddings", Value::Message(entry));
        }
    }
    files::write_whole(&path, message.print().as_bytes())
}

/// Sets what an embedding consists of, and leaves the rest, such as bookmarks.
fn set(entry: &mut Message, embedding: &EmbeddingInfo) {
    let ours = [
        "tensor_name",
        "tensor_path",
        "tensor_shape",
        "metadata_path",
        "sprite",
    ];
    entry
        .fields
        .retain(|field| !ours.contains(&field.name.as_str()));
    entry.push_text("tensor_name", &embedding.tensor_name);
    entry.push_text("tensor_path", &embedding.tensor_path);
    for size in &embedding.tensor_shape {
        entry.push("tensor_shape", Value::Bare(size.to_string()));
    }
    if !embedding.metadata_path.is_empty() {
        entry.push_text("metadata_path", &embedding.metadata_path);
    }
    if let Some(sprite) = &embedding.sprite {
        let mut message = Message::default();
        message.push_text("image_path", &sprite.image_path);
        for size in &sprite.single_image_dim {
            message.push("single_image_dim", Value::Bare(size.to_string()));
        }
        entry.push("sprite", Value::Message(message));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn info(name: &str, path: &str) -> EmbeddingInfo {
        EmbeddingInfo {
            tensor_name: name.into(),
            tensor_path: path.into(),
            tensor_shape: vec![3, 2],
            ..Default::default()
        }
    }

    #[test]
    fn entries_of_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        fs::write(
            &path,
            "model_checkpoint_path: 'ckpt'\nnew_field { x: 1 }\n\
             embeddings { tensor_name: \"w:00001\" bookmarks_path: \"b.txt\" tensor_path: 'old' later: 7\n\
             sprite { image_path: 'old.png' } }\n\
             embeddings { tensor_name: 'other' }",
        )
        .unwrap();
        put(dir.path(), &info("w:00001", "a \"quoted\"\n/\u{e9}")).unwrap();
        put(dir.path(), &info("v:00001", "v.tsv")).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            r#"model_checkpoint_path: "ckpt"
new_field {
  x: 1
}
embeddings {
  bookmarks_path: "b.txt"
  later: 7
  tensor_name: "w:00001"
  tensor_path: "a \"quoted\"\n/é"
  tensor_shape: 3
  tensor_shape: 2
}
embeddings {
  tensor_name: "other"
}
embeddings {
  tensor_name: "v:00001"
  tensor_path: "v.tsv"
  tensor_shape: 3
  tensor_shape: 2
}
"#
        );
        let Read {
            config, refusal, ..
        } = read(dir.path()).unwrap().unwrap();
        assert!(refusal.unwrap().contains("`new_field`"));
        assert_eq!(config.model_checkpoint_path, "ckpt");
        let names: Vec<_> = config
            .embeddings
            .iter()
            .map(|e| e.tensor_name.as_str())
            .collect();
        assert_eq!(names, ["w:00001", "other", "v:00001"]);
        assert_eq!(config.embeddings[0].tensor_path, "a \"quoted\"\n/\u{e9}");
        assert_eq!(config.embeddings[0].sprite, None);
        assert_eq!(config.embeddings[0].tensor_shape, [3, 2]);
    }

    #[test]
    fn a_broken_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        fs::write(&path, "embeddings {").unwrap();
        let message = put(dir.path(), &info("w", "w.tsv"))
            .unwrap_err()
            .to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert!(message.contains("line 1"), "{message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "embeddings {");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn threads_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let dir = dir.path();
                scope.spawn(move || {
                    for i in 0..8 {
                        put(dir, &info(&format!("{thread}:{i}"), "x.tsv")).unwrap();
                    }
                });
            }
        });
        let Read {
            config, refusal, ..
        } = read(dir.path()).unwrap().unwrap();
        assert_eq!(refusal, None);
        assert_eq!(config.embeddings.len(), 32);
    }
}
