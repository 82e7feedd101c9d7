//! Reading embeddings: the configuration and the files it names, by TensorBoard's rules.

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::plugin::projector::config::{self, Config};
use crate::plugin::projector::{MetadataTable, Vectors};
use crate::proto::projector::{EmbeddingInfo, ProjectorConfig};

/// A directory's projector configuration, and the way to the files that it names.
///
/// # Examples
///
/// ```
/// use tfevents::{Embedding, Projector};
///
/// # let dir = tempfile::tempdir()?;
/// # let run = dir.path();
/// let writer = tfevents::SummaryWriter::new(run)?;
/// let embedding = Embedding::new([0.0, 1.0, 2.0, 3.0], 2)?.column("word", ["a", "b"])?;
/// writer.add_embedding("words", &embedding, 7)?;
///
/// let projector = Projector::open(run)?.ok_or("no embeddings")?;
/// let info = &projector.config().embeddings[0];
/// assert_eq!(info.tensor_name, "words:00007");
/// assert_eq!(projector.vectors(info)?.values, [0.0, 1.0, 2.0, 3.0]);
/// assert_eq!(projector.metadata(info)?.unwrap_or_default().rows, [["a"], ["b"]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Projector {
    path: PathBuf,
    config: ProjectorConfig,
    refusal: Option<String>,
}

/// The longest file that is read as part of an embedding. The projector shows the first 100,000 points.
const MAX_ASSET: u64 = 1 << 30;

/// The longest file of labels: taken apart, they are several times as large.
const MAX_LABELS: u64 = 64 << 20;

/// A file that a configuration names, open for reading.
#[derive(Debug)]
pub struct Asset {
    path: PathBuf,
    file: Take<File>,
}

impl Projector {
    /// Reads the configuration of a run's directory, or of a logdir's root, where none of a run is needed.
    /// `None` where there is no configuration.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is not protobuf text.
    pub fn open(dir: impl AsRef<Path>) -> Result<Option<Self>> {
        let path = config::path_of(dir.as_ref(), Path::is_file);
        let Some(text) = files::read_text(&path, config::MAX_LEN)? else {
            return Ok(None);
        };
        let config = Config::parse(&text).map_err(|e| e.with_path(&path))?;
        Ok(Some(Self {
            path,
            config: config.typed(),
            refusal: config.refusal(),
        }))
    }

    /// The configuration file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says.
    #[must_use]
    pub fn config(&self) -> &ProjectorConfig {
        &self.config
    }

    /// Why TensorBoard refuses the whole file, if it does, as the end of a sentence about it.
    pub(crate) fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// Opens a file that the configuration names, such as a sprite, or the configuration itself.
    ///
    /// # Errors
    ///
    /// A file that is missing, or that lies outside the configuration's directory, where TensorBoard would
    /// not read it either; anything but a regular file, and one of more than 1 GiB.
    pub fn asset(&self, path: &str) -> Result<Asset> {
        let dir = self.path.parent().unwrap_or(Path::new(""));
        let at = |path: &Path, e: io::Error| Error::from(e).with_path(path);
        let find = |path: &Path| path.canonicalize().map_err(|e| at(path, e));
        let named = dir.join(path);
        let path = find(&named)?;
        if named != self.path && !path.starts_with(find(dir)?) {
            return Err(Error::decode(format!(
                "the file {named:?} of an embedding is outside the directory of the configuration"
            ))
            .with_path(&self.path));
        }
        let file = files::open_regular(&path, MAX_ASSET).map_err(|e| at(&path, e))?;
        Ok(Asset { path, file })
    }

    /// Reads an embedding's vectors.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, text that is not numbers, and vectors of different lengths, or not as
    /// many as the configuration says.
    pub fn vectors(&self, embedding: &EmbeddingInfo) -> Result<Vectors> {
        let (path, bytes) = self.asset(&embedding.tensor_path)?.read_whole()?;
        let vectors = Vectors::decode(&bytes, &embedding.tensor_shape);
        vectors.map_err(|e| e.with_path(path))
    }

    /// Reads what is known of an embedding's points, if anything.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is not UTF-8.
    pub fn metadata(&self, embedding: &EmbeddingInfo) -> Result<Option<MetadataTable>> {
        if embedding.metadata_path.is_empty() {
            return Ok(None);
        }
        let asset = self.asset(&embedding.metadata_path)?;
        if asset.file.limit() > MAX_LABELS {
            let what = format!("the labels have more than {MAX_LABELS} bytes");
            return Err(Error::decode(what).with_path(asset.path));
        }
        let (path, bytes) = asset.read_whole()?;
        let metadata = MetadataTable::decode(&bytes);
        metadata.map(Some).map_err(|e| e.with_path(path))
    }
}

impl Asset {
    /// Its path, with all links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read_whole(mut self) -> Result<(PathBuf, Vec<u8>)> {
        let mut bytes = Vec::new();
        match self.file.read_to_end(&mut bytes) {
            Ok(_) => Ok((self.path, bytes)),
            Err(e) => Err(Error::from(e).with_path(self.path)),
        }
    }
}

impl Read for Asset {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read(buf)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_outside_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::write(dir.path().join("secret.tsv"), "1\t2").unwrap();
        fs::write(run.join("own.tsv"), "1\t2").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret.tsv"), run.join("link.tsv")).unwrap();
        fs::write(run.join("projector_config.pbtxt"), "").unwrap();
        let projector = Projector::open(&run).unwrap().unwrap();
        let vectors = |path: &str| {
            projector.vectors(&EmbeddingInfo {
                tensor_path: path.into(),
                ..Default::default()
            })
        };
        assert_eq!(vectors("own.tsv").unwrap().values, [1.0, 2.0]);
        let absolute = run.join("own.tsv");
        assert_eq!(vectors(absolute.to_str().unwrap()).unwrap().dims, 2);
        for path in ["../secret.tsv", "link.tsv"] {
            let message = vectors(path).unwrap_err().to_string();
            assert!(message.contains("outside"), "{message}");
        }
        let message = vectors("missing.tsv").unwrap_err().to_string();
        assert!(message.contains("missing.tsv"), "{message}");
        assert_eq!(Projector::open(dir.path()).unwrap(), None);
    }
}
