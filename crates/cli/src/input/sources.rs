//! Runs that were found in and below the paths.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::Run;
use tfevents::reader::{Beside, FileId};

use super::beside;
use tfevents_analysis::text;

/// A run and what to call it.
pub(crate) struct Source {
    /// The run's name in its logdir; where several paths were given, behind its path.
    pub(crate) name: String,
    pub(crate) run: Run,
    /// The number of the path on the command line.
    pub(crate) path: usize,
    /// The tree that the run was found in.
    pub(crate) root: PathBuf,
}

/// What was found in and below the paths.
pub(crate) struct Sources {
    pub(crate) runs: Vec<Source>,
    /// What could not be looked at.
    pub(crate) problems: Vec<String>,
    /// The trees that were looked into, and whether only some of the runs in there are wanted.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) some: bool,
    /// Whether the only path is a file, and no pattern.
    pub(crate) one_file: bool,
    /// The directories among the paths.
    pub(crate) dirs: Vec<PathBuf>,
}

impl Sources {
    /// The names that each run goes by: as on the command line, and in its logdir.
    pub(crate) fn names(&self) -> Vec<[String; 2]> {
        let names = |source: &Source| [source.name.clone(), source.run.name().to_owned()];
        self.runs.iter().map(names).collect()
    }

    /// Fails where two paths lead to the same file.
    pub(super) fn check_once(&self) -> Result<()> {
        let mut known = HashMap::new();
        for source in &self.runs {
            for file in source.run.paths() {
                let Ok(path) = file.canonicalize() else {
                    continue;
                };
                match known.insert(path, source) {
                    Some(other) if other.path != source.path => {
                        let also = match other.name == source.name {
                            true => String::new(),
                            false => format!(", also as `{}`", text::printable(&other.name)),
                        };
                        let name = text::printable(&source.name);
                        bail!("the run `{name}` was given twice{also}; give it once");
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The files of all runs.
    pub(crate) fn files(&self) -> Vec<&Path> {
        let files = self.runs.iter().flat_map(|source| source.run.files());
        files.map(PathBuf::as_path).collect()
    }

    /// What lies beside the runs; where only some of the runs are wanted, beside these.
    pub(crate) fn beside(&self) -> Vec<Beside> {
        let dirs: HashSet<_> = self.runs.iter().map(|source| source.run.dir()).collect();
        let mut found = beside::all(&self.roots);
        if self.some {
            found.retain(|beside| dirs.contains(&*beside.dir));
        }
        found
    }

    /// How many bytes all files have.
    pub(crate) fn bytes(&self) -> u64 {
        self.files().into_iter().map(file_size).sum()
    }
}

/// Files that were met, under any name.
#[derive(Default)]
pub(crate) struct Met(HashSet<FileId>);

impl Met {
    /// Whether a file is met for the first time. What leads nowhere is told of when it is read.
    pub(crate) fn is_new(&mut self, file: &Path) -> bool {
        FileId::of(file).map_or(true, |id| self.0.insert(id))
    }
}

/// The size of a file, 0 if that cannot be told.
pub(crate) fn file_size(path: &Path) -> u64 {
    path.metadata().map_or(0, |m| m.len())
}
