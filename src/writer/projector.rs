//! Logging embeddings.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::files;
use crate::plugin::projector::Embedding;
use crate::plugin::projector::config::{self, Config};
use crate::proto::projector::EmbeddingInfo;
use crate::types::At;
use crate::writer::SummaryWriter;

impl SummaryWriter {
    /// Shows points in the embedding projector, where they are called `<tag>:<step>`; several tags and steps
    /// stand beside each other there, and one of the same tag and step is replaced.
    ///
    /// Nothing of it goes into the event file: the vectors, the labels and the pictures are written before
    /// this returns, to files of their own in `projector/` beside it, and then entered into the
    /// `projector_config.pbtxt` there. Entries by other programs stay in that file.
    ///
    /// # Errors
    ///
    /// An empty tag, files that cannot be written, a `projector_config.pbtxt` that cannot be understood, a
    /// closed writer and an earlier failure of the disk.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Embedding;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let words = ["king", "queen", "apple"];
    /// let vectors = vec![0.9, 0.1, 0.8, 0.3, -0.5, 0.2];
    /// let embedding = Embedding::new(vectors, 2)?.column("word", words)?;
    /// writer.add_embedding("words", &embedding, 100)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_embedding(&self, tag: &str, embedding: &Embedding, at: impl Into<At>) -> Result<()> {
        self.inner.background.queue().check_open()?;
        let run = self.path().parent().unwrap_or(Path::new(""));
        let config = config::path_of(run, Path::is_file);
        let dir = config.parent().unwrap_or(run);
        // One at a time, because each may be as large as the embedding.
        let mut write = |path: &str, content: &[u8]| files::write_whole(&dir.join(path), content);
        let entry = embedding.encode(tag, at.into().step(), &mut write)?;
        // Last, because TensorBoard shows no embedding at all when a file of one is missing.
        enter(&config, &entry)
    }
}

/// Puts an embedding into a configuration file, in place of one of the same name.
///
/// Readers find the old file or the new one, never a part. Of two processes that write at the very same time,
/// one may lose its entry; threads take turns.
fn enter(path: &Path, embedding: &EmbeddingInfo) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);

    let text = files::read_text(path, config::MAX_LEN)?;
    let parsed = text.map_or_else(|| Ok(Config::default()), |text| Config::parse(&text));
    let mut config = parsed.map_err(|e| e.with_path(path))?;
    config.put(embedding);
    files::write_whole(path, config.print().as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn info(name: &str) -> EmbeddingInfo {
        EmbeddingInfo {
            tensor_name: name.into(),
            ..Default::default()
        }
    }

    #[test]
    fn a_broken_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        fs::write(&path, "embeddings {").unwrap();
        let message = enter(&path, &info("w")).unwrap_err().to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert!(message.contains("line 1"), "{message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "embeddings {");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn threads_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for i in 0..8 {
                        enter(path, &info(&format!("{thread}:{i}"))).unwrap();
                    }
                });
            }
        });
        let config = Config::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(config.typed().embeddings.len(), 32);
    }
}
