//! Reading embeddings: the configuration and the files it names, by TensorBoard's rules.

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::plugin::projector::config;
use crate::proto::projector::{EmbeddingInfo, ProjectorConfig};

/// A directory's projector configuration, and the way to the files that it names.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::projector::{Embedding, Projector};
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
pub struct Projector(config::Read);

/// The longest file that is taken for part of an embedding. The projector shows the first 100,000 points.
const MAX_ASSET: u64 = 1 << 30;

/// The longest file of labels: taken apart, they are several times as large.
const MAX_LABELS: u64 = 64 << 20;

/// A file that a configuration names, open for reading.
#[derive(Debug)]
pub struct Asset {
    path: PathBuf,
    file: Take<File>,
}

/// The vectors of an embedding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// How many values a point has.
    pub dims: usize,
    /// The points, one after the other.
    pub values: Vec<f32>,
}

/// What is known of an embedding's points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Names of the columns; none where there is one column only.
    pub header: Vec<String>,
    /// One row for each point.
    pub rows: Vec<Vec<String>>,
}

impl Projector {
    /// Reads the configuration of a run's directory, or of a logdir's root, where none of a run is needed.
    /// `None` where there is no configuration.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is not protobuf text.
    pub fn open(dir: impl AsRef<Path>) -> Result<Option<Self>> {
        let dir = config::dir_of(dir.as_ref());
        Ok(config::read(&dir)?.map(Self))
    }

    /// The configuration file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What it says.
    #[must_use]
    pub fn config(&self) -> &ProjectorConfig {
        &self.0.config
    }

    /// Why TensorBoard refuses the whole file, if it does, as the end of a sentence about it.
    pub(crate) fn refusal(&self) -> Option<&str> {
        self.0.refusal.as_deref()
    }

    /// Opens a file that the configuration names, such as a sprite, or the configuration itself.
    ///
    /// # Errors
    ///
    /// A file that is missing, or that lies outside the configuration's directory, where TensorBoard would
    /// not read it either; anything but a regular file, and one of more than 1 GiB.
    pub fn asset(&self, path: &str) -> Result<Asset> {
        let dir = self.0.path.parent().unwrap_or(Path::new(""));
        let at = |path: &Path, e: io::Error| Error::from(e).with_path(path);
        let find = |path: &Path| path.canonicalize().map_err(|e| at(path, e));
        let named = dir.join(path);
        let path = find(&named)?;
        if named != self.0.path && !path.starts_with(find(dir)?) {
            return Err(Error::decode(format!(
                "the file {named:?} that an embedding names lies outside the directory of the configuration"
            ))
            .with_path(&self.0.path));
        }
        let file = files::open_regular(&path, MAX_ASSET).map_err(|e| at(&path, e))?;
        Ok(Asset { path, file })
    }

    /// Reads an embedding's vectors.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, text that is not numbers, and vectors of different lengths or of another
    /// number than the configuration says.
    pub fn vectors(&self, embedding: &EmbeddingInfo) -> Result<Vectors> {
        let (path, bytes) = self.asset(&embedding.tensor_path)?.read_whole()?;
        let vectors = match std::str::from_utf8(&bytes) {
            Ok(text) => parse_tsv(text),
            Err(_) => parse_binary(&bytes, &embedding.tensor_shape),
        };
        vectors.map_err(|e| e.with_path(path))
    }

    /// Reads what is known of an embedding's points, if anything.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is not UTF-8.
    pub fn metadata(&self, embedding: &EmbeddingInfo) -> Result<Option<Metadata>> {
        if embedding.metadata_path.is_empty() {
            return Ok(None);
        }
        let asset = self.asset(&embedding.metadata_path)?;
        if asset.file.limit() > MAX_LABELS {
            let what = format!("labels of more than {MAX_LABELS} bytes are not read");
            return Err(Error::decode(what).with_path(asset.path));
        }
        let (path, bytes) = asset.read_whole()?;
        let text = String::from_utf8(bytes).map_err(|e| {
            Error::decode(format!("labels are text, this is not: {e}")).with_path(path)
        })?;
        let mut rows = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>())
            .peekable();
        let header = rows.next_if(|first| first.len() > 1).unwrap_or_default();
        Ok(Some(Metadata {
            header,
            rows: rows.collect(),
        }))
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

/// Whether TensorBoard might take raw values for text. It reads line by line and turns to raw values at the
/// first line that is not UTF-8; should that not be the very first one, it fails at a number before.
pub(super) fn read_as_text(bytes: &[u8]) -> bool {
    let first = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    std::str::from_utf8(first).is_ok()
}

fn parse_tsv(text: &str) -> Result<Vectors> {
    let mut vectors = Vectors::default();
    for (i, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
    {
        let before = vectors.values.len();
        for cell in line.split('\t') {
            let value: f64 = cell
                .trim()
                .parse()
                .map_err(|_| Error::decode(format!("line {}: {cell:?} is not a number", i + 1)))?;
            #[expect(clippy::cast_possible_truncation, reason = "as TensorBoard does")]
            vectors.values.push(value as f32);
        }
        let dims = vectors.values.len() - before;
        if before == 0 {
            vectors.dims = dims;
        }
        if dims != vectors.dims {
            return Err(Error::decode(format!(
                "line {} has {dims} values where the first one has {}",
                i + 1,
                vectors.dims
            )));
        }
    }
    Ok(vectors)
}

fn parse_binary(bytes: &[u8], shape: &[u32]) -> Result<Vectors> {
    let (values, rest) = bytes.as_chunks::<4>();
    match *shape {
        [points, dims]
            if rest.is_empty() && u64::from(points) * u64::from(dims) == values.len() as u64 =>
        {
            Ok(Vectors {
                dims: dims as usize,
                values: values.iter().map(|&v| f32::from_le_bytes(v)).collect(),
            })
        }
        _ => Err(Error::decode(format!(
            "{} bytes are no floats of the shape {shape:?} that the configuration states",
            bytes.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn text_is_read_as_tensorboard_reads_it() {
        let read = parse_tsv("1\t-2.5e3\n\n 0.1 \tnan\r\n").unwrap();
        assert_eq!(read.dims, 2);
        assert_eq!(read.values[..3], [1.0, -2500.0, 0.1]);
        assert!(read.values[3].is_nan());
        for (text, why) in [
            ("1\t2\n3", "line 2 has 1 values"),
            ("1\tx", "\"x\" is not"),
            ("1\t", "\"\""),
        ] {
            let message = parse_tsv(text).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
        assert_eq!(parse_tsv("").unwrap(), Vectors::default());
    }

    #[test]
    fn raw_values_need_their_shape() {
        let bytes: Vec<u8> = [-1.0f32, 2.0, 3.0, 4.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        assert_eq!(
            parse_binary(&bytes, &[2, 2]).unwrap().values,
            [-1.0, 2.0, 3.0, 4.0]
        );
        for shape in [&[][..], &[4], &[2, 3], &[1, 2, 2], &[u32::MAX, u32::MAX]] {
            assert!(parse_binary(&bytes, shape).is_err(), "{shape:?}");
        }
        assert!(parse_binary(&bytes[..15], &[2, 2]).is_err());
    }

    #[test]
    fn the_first_line_decides_what_is_text() {
        for (bytes, text) in [
            (&b"\0\0\0\0"[..], true),
            (b"\xff", false),
            // TensorBoard would fail to read "1x" as a number before it meets the 0xff.
            (b"1x\n\xff", true),
            (b"\xff\n1", false),
            (b"", true),
        ] {
            assert_eq!(read_as_text(bytes), text, "{bytes:?}");
        }
    }

    #[cfg(unix)]
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
