//! Images, sounds and graphs as files, `DIR/RUN/TAG/STEP_SAMPLE.EXT`, and embeddings with theirs.
//!
//! No existing file is opened for writing.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tfevents::Value;
use tfevents::plugin::image::Format;

use crate::output::asked::Inputs;
use crate::output::{self, Tree};
use tfevents::names::component;
use tfevents_analysis::text;
use tfevents_table::Row;

mod projector;

/// A directory of media.
pub(super) struct Media {
    tree: Tree,
    /// Where its files are as long as it is not complete.
    dir: PathBuf,
}

impl Media {
    /// Makes sure that there can be such a directory, with nothing in it that could be overwritten or taken for
    /// new.
    pub(super) fn create(dir: &Path, inputs: &Inputs<'_>, force: bool) -> Result<Self> {
        let tree = Self::check(dir, inputs, force)?;
        let dir = tree.dir()?;
        Ok(Self { tree, dir })
    }

    /// Finds out whether there is such a directory or can be one.
    pub(super) fn check(dir: &Path, inputs: &Inputs<'_>, force: bool) -> Result<Tree> {
        inputs.check(dir)?;
        Tree::named(dir, format!("--media {}", text::path(dir)), force)
    }

    /// Whether there are any files.
    pub(super) fn has_any(&self) -> bool {
        let mut entries = fs::read_dir(&self.dir).into_iter().flatten();
        entries.next().is_some()
    }

    /// Puts everything in its place.
    pub(super) fn finish(self) -> Result<()> {
        self.tree.finish()
    }

    /// Writes the files of a value, and says where they are; none for kinds that are not files.
    pub(super) fn save(&mut self, row: &Row<'_>) -> Result<Vec<String>> {
        let files = files(row.value);
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let dir = self.dir.join(component(row.run)).join(component(row.tag));
        let cannot = || format!("cannot write to `{}`", self.shown(&dir));
        // After an interruption nothing is put into what is taken away, and nothing makes that anew.
        let _step = output::step();
        fs::create_dir_all(&dir).with_context(cannot)?;
        let save = |(sample, (bytes, extension)): (usize, &(&[u8], &str))| {
            let stem = format!("{}_{sample}", row.step);
            let path = write_new(&dir, &stem, extension, bytes).with_context(cannot)?;
            Ok(self.shown(&path))
        };
        files.iter().enumerate().map(save).collect()
    }

    /// Where a file will be. The name that the directory has meanwhile would say nothing.
    fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.dir).unwrap_or(path);
        text::path(&self.tree.path().join(path))
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
fn write_new(dir: &Path, stem: &str, extension: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    for copy in 1_u64.. {
        let name = if copy == 1 {
            format!("{stem}.{extension}")
        } else {
            format!("{stem}~{copy}.{extension}")
        };
        let path = dir.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes)?;
                return Ok(path);
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
