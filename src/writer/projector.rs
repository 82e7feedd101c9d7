//! Logging embeddings.

use std::path::Path;

use crate::error::Result;
use crate::plugin::projector::Embedding;
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
    /// use tfevents::plugin::projector::Embedding;
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
        embedding.write(run, tag, at.into().step())
    }
}
