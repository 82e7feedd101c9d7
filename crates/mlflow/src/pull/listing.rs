//! All artifacts of a run.

use std::collections::BTreeSet;

use super::record::{Record, Store};
use crate::api::artifacts::File;
use crate::error::Result;

/// The files, by path.
#[derive(Debug, Default)]
pub(super) struct Listing(Vec<File>);

impl Listing {
    pub(super) fn of(store: &dyn Store, run: &Record) -> Result<Self> {
        let (mut files, mut seen) = (Vec::new(), BTreeSet::from([String::new()]));
        let mut dirs = vec![String::new()];
        while let Some(dir) = dirs.pop() {
            for file in store.list(run, &dir)? {
                // Some stores list a directory in itself, and a server may lead around in a circle.
                if file.is_dir && is_below(&file.path, &dir) && seen.insert(file.path.clone()) {
                    dirs.push(file.path);
                } else if !file.is_dir {
                    files.push(file);
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self(files))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &File> {
        self.0.iter()
    }

    /// The file of a path.
    pub(super) fn get(&self, path: &str) -> Option<&File> {
        let at = self
            .0
            .binary_search_by(|file| (*file.path).cmp(path))
            .ok()?;
        self.0.get(at)
    }
}

/// Whether a path is that of something in a directory.
fn is_below(path: &str, dir: &str) -> bool {
    let name = match dir {
        "" => Some(path),
        dir => path
            .strip_prefix(dir)
            .and_then(|rest| rest.strip_prefix('/')),
    };
    name.is_some_and(|name| !matches!(name, "" | "." | "..") && !name.contains('/'))
}
