//! Images, sounds and graphs as files: `DIR/RUN/TAG/STEP_SAMPLE.EXT`.
//!
//! Names are made of what files claim, so that they are taken apart from anything a path means: every
//! component is encoded, none is empty or `..`, and no existing file is opened for writing.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use tfevents::Value;
use tfevents::plugin::image::Format;

use super::Row;
use crate::text;

/// A directory of media.
pub(super) struct Media {
    dir: PathBuf,
}

/// Longer components are cut, and told apart by a digest: file systems take up to 255 bytes.
const MAX_COMPONENT: usize = 150;

impl Media {
    /// Makes sure that there is such a directory, with nothing in it that could be overwritten or taken for
    /// new.
    pub(super) fn create(dir: &Path) -> Result<Self> {
        let name = || format!("--media {}", text::path(dir));
        fs::create_dir_all(dir).with_context(name)?;
        if fs::read_dir(dir).with_context(name)?.next().is_some() {
            bail!("{}: not empty; give a new directory", name());
        }
        Ok(Self {
            dir: dir.to_path_buf(),
        })
    }

    /// Writes the files of a value, and says where they are; none for kinds that are no files.
    pub(super) fn save(&mut self, row: &Row<'_>) -> Result<Vec<String>> {
        let files = files(&row.point.value);
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let dir = self
            .dir
            .join(component(row.run))
            .join(component(row.point.tag));
        fs::create_dir_all(&dir).with_context(|| text::path(&dir))?;
        let save = |(sample, (bytes, extension)): (usize, &(&[u8], &str))| {
            let stem = format!("{}_{sample}", row.event.step);
            let path = write_new(&dir, &stem, extension, bytes)?;
            Ok(text::path(&path))
        };
        files.iter().enumerate().map(save).collect()
    }
}

/// The files in a value, with the extensions of their names.
fn files<'a>(value: &Value<'a>) -> Vec<(&'a [u8], &'static str)> {
    match value {
        Value::Images(images) => {
            let samples = images.samples.iter();
            let extension = |file| Format::sniff(file).map_or("bin", Format::extension);
            samples.map(|&file| (file, extension(file))).collect()
        }
        Value::Audio(audio) => {
            let clips = audio.clips.iter();
            let extension = |file: &[u8]| {
                if file.starts_with(b"RIFF") {
                    "wav"
                } else {
                    "bin"
                }
            };
            clips
                .map(|clip| (clip.encoded, extension(clip.encoded)))
                .collect()
        }
        Value::Graph(bytes) | Value::RunMetadata(bytes) => vec![(bytes, "pb")],
        Value::KerasModel(json) => vec![(json, "json")],
        _ => Vec::new(),
    }
}

/// Writes a file that was not there; where a step has several values, the later ones are numbered.
fn write_new(dir: &Path, stem: &str, extension: &str, bytes: &[u8]) -> Result<PathBuf> {
    for copy in 1_u64.. {
        let name = if copy == 1 {
            format!("{stem}.{extension}")
        } else {
            format!("{stem}~{copy}.{extension}")
        };
        let path = dir.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).with_context(|| text::path(&path))?;
                return Ok(path);
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e).with_context(|| text::path(&path)),
        }
    }
    bail!("{}: no name is left for {stem}", text::path(dir))
}

/// A name as one component of a path: letters, digits, `-`, `_` and inner dots stay, all else is
/// percent-encoded.
fn component(name: &str) -> String {
    let mut encoded = String::new();
    let last = name.chars().count().saturating_sub(1);
    for (i, c) in name.chars().enumerate() {
        let inner_dot = c == '.' && i > 0 && i < last;
        if c.is_alphanumeric() || c == '-' || c == '_' || inner_dot {
            encoded.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string does not fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    if encoded.is_empty() {
        // No other name is encoded as this.
        encoded.push('%');
    }
    if encoded.len() > MAX_COMPONENT {
        let digest = Sha256::digest(name);
        let mut ends = (0..=MAX_COMPONENT - 17).rev();
        let end = ends.find(|&end| encoded.is_char_boundary(end));
        encoded.truncate(end.unwrap_or(0));
        encoded.push('%');
        for byte in digest.iter().take(8) {
            let _ = write!(encoded, "{byte:02x}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_stay_one_component() {
        let cases = [
            ("train", "train"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            ("", "%"),
            ("a/../b", "a%2F..%2Fb"),
            ("lr=0.1", "lr%3D0.1"),
            (".hidden.", "%2Ehidden%2E"),
            ("größe 100%", "größe%20100%25"),
            ("C:\\x\0", "C%3A%5Cx%00"),
        ];
        for (name, encoded) in cases {
            assert_eq!(component(name), encoded);
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = ("x".repeat(1000), "x".repeat(1001));
        assert!(component(&a).len() <= MAX_COMPONENT);
        assert_ne!(component(&a), component(&b));
        assert!(component(&"ß".repeat(500)).len() <= MAX_COMPONENT);
    }
}
