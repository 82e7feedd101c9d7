//! Files beside event files: embeddings and profiles, as they are, so that a copy of the artifacts opens in TensorBoard.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tfevents::reader::Asset;
use tfevents::{Projector, Run};

use super::{Artifact, Content};
use crate::names::Key;

/// The files beside a run, and what is wrong with others.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub(crate) files: Vec<Artifact>,
    pub(crate) problems: Vec<String>,
}

impl Beside {
    /// What is beside the event files of a run.
    pub(crate) fn of(run: &Run) -> Self {
        let mut beside = Self::default();
        beside.embeddings(run);
        beside.profiles(run.dir());
        beside
    }

    /// The projector's configuration and the files that it names. Those outside its directory are not read.
    fn embeddings(&mut self, run: &Run) {
        let projector = match run.projector() {
            Ok(Some(projector)) => projector,
            Ok(None) => return,
            Err(e) => return self.problems.push(e.to_string()),
        };
        let embeddings = projector.config().embeddings.iter();
        let assets = embeddings.flat_map(|embedding| {
            let sprite = embedding.sprite.as_ref().map(|sprite| &*sprite.image_path);
            let others = [
                &*embedding.tensor_path,
                &*embedding.metadata_path,
                &*embedding.bookmarks_path,
            ];
            others.into_iter().chain(sprite)
        });
        let config = projector.path().file_name().and_then(|name| name.to_str());
        let named: BTreeSet<_> = config.into_iter().chain(assets).collect();
        for path in named.into_iter().filter(|path| !path.is_empty()) {
            match projector.asset(path) {
                Ok(asset) => {
                    let place = place(&projector, &asset);
                    self.add("projector", &place, asset.path());
                }
                Err(e) => self.problems.push(e.to_string()),
            }
        }
    }

    /// The files of the profiler's sessions.
    fn profiles(&mut self, dir: &Path) {
        let root = dir.join("plugins/profile");
        for session in listed(&root) {
            for file in listed(&session).into_iter().filter(|file| file.is_file()) {
                let place = file.strip_prefix(&root).unwrap_or(&file);
                self.add("plugins/profile", place, &file);
            }
        }
    }

    /// A file at a place below a directory of the artifacts. Each part of its path has a name that servers take.
    fn add(&mut self, directory: &str, place: &Path, file: &Path) {
        let mut path = directory.to_owned();
        for part in place {
            let part = part.to_string_lossy();
            let taken = Key::of(&part).text;
            if taken.contains('/') || taken != part {
                let place = place.display();
                self.problems.push(format!("{place} is stored as {taken}"));
            }
            path += "/";
            path += &taken.replace('/', "~");
        }
        let content = Content::File(file.to_owned());
        self.files.push(Artifact { path, content });
    }
}

/// Where a file is in relation to the configuration that names it.
fn place(projector: &Projector, asset: &Asset) -> PathBuf {
    let dir = projector.path().parent().unwrap_or(Path::new(""));
    let dir = dir.canonicalize().unwrap_or_default();
    let inside = asset.path().strip_prefix(dir);
    // Only the configuration itself may be a link that leads out.
    let outside = || projector.path().file_name().unwrap_or_default().into();
    inside.map_or_else(|_| outside(), Path::to_path_buf)
}

/// What is in a directory, in order; nothing if there is none.
fn listed(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
