//! `projector_config.pbtxt`: which embeddings there are, and where their files lie.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::plugin::projector::schema;
use crate::plugin::projector::text_format::{Message, Value};
use crate::proto::projector::{EmbeddingInfo, ProjectorConfig, SpriteMetadata};

const FILE_NAME: &str = "projector_config.pbtxt";

/// The longest configuration that is read: ten thousand embeddings have two megabytes.
pub(crate) const MAX_LEN: u64 = 4 << 20;

/// Where TensorFlow 1 put the file; it hides one in the run's own directory.
const ASSETS: &str = "plugins/org_tensorflow_tensorboard_projector";

/// Where the configuration of a run is. The paths in it are relative to its directory.
pub(crate) fn path_of(run: &Path, is_file: impl FnOnce(&Path) -> bool) -> PathBuf {
    let path = run.join(ASSETS).join(FILE_NAME);
    if is_file(&path) {
        path
    } else {
        run.join(FILE_NAME)
    }
}

/// A configuration with all that stands in it, also what we do not know.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Config(Message);

impl Config {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Message::parse(text).map(Self)
    }

    pub(crate) fn print(&self) -> String {
        self.0.print()
    }

    /// What it says, as far as we know what that means.
    pub(crate) fn typed(&self) -> ProjectorConfig {
        typed(&self.0)
    }

    /// Why protobuf readers refuse the whole file, if they do.
    pub(crate) fn refusal(&self) -> Option<String> {
        schema::refusal(&self.0)
    }

    /// Puts an embedding in, in place of one of the same name. Everything else stays, whoever wrote it.
    pub(crate) fn put(&mut self, embedding: &EmbeddingInfo) {
        let same = |entry: &&mut Message| entry.text("tensor_name") == embedding.tensor_name;
        let fields = self.0.fields.iter_mut();
        let entry = fields
            .filter(|field| field.name == "embeddings")
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
                self.0.push("embeddings", Value::Message(entry));
            }
        }
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
        let mut config = Config::parse(
            "model_checkpoint_path: 'ckpt'\nnew_field { x: 1 }\n\
             embeddings { tensor_name: \"w:00001\" bookmarks_path: \"b.txt\" tensor_path: 'old' later: 7\n\
             sprite { image_path: 'old.png' } }\n\
             embeddings { tensor_name: 'other' }",
        )
        .unwrap();
        config.put(&info("w:00001", "a \"quoted\"\n/\u{e9}"));
        config.put(&info("v:00001", "v.tsv"));
        assert_eq!(
            config.print(),
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
        assert!(config.refusal().unwrap().contains("`new_field`"));
        let config = config.typed();
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
}
