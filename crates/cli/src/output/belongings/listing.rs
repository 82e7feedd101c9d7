//! The files beside event files, and which of them are part of what a run is.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use tfevents::reader::is_event_file;

use crate::input::beside::named::{
    HYDRA, Named, PLUGINS, PROJECTOR, is_configuration, may_configure,
};
use crate::output::partial::is_partial;
use tfevents_analysis::hyperparameters;

struct Entry {
    path: PathBuf,
    is_dir: bool,
    is_event_file: bool,
}

/// What is in a directory, as far as it can be read, but for what we are at work on ourselves. Links are not followed.
fn entries(dir: &Path) -> Vec<Entry> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| !is_partial(&entry.file_name()));
    let entry = |entry: fs::DirEntry| {
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        Entry {
            path: entry.path(),
            is_dir,
            is_event_file: !is_dir && is_event_file(&entry.file_name()),
        }
    };
    entries.map(entry).collect()
}

/// All files in and below a directory, relative to it, that are neither event files nor another run's. Directories above
/// runs are looked at by themselves.
pub(super) fn other_files(dir: &Path, above_runs: &HashSet<&Path>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(next) = dirs.pop() {
        let entries = entries(&next);
        let is_event_file = |entry: &Entry| entry.is_event_file;
        if next != dir && (above_runs.contains(&*next) || entries.iter().any(is_event_file)) {
            continue;
        }
        for entry in entries {
            match entry {
                Entry { is_dir: true, .. } => dirs.push(entry.path),
                Entry { is_event_file, .. } if is_event_file => {}
                _ => files.extend(entry.path.strip_prefix(dir).map(Path::to_path_buf)),
            }
        }
    }
    files
}

/// What TensorBoard shows of a directory that is not a run, and what may be a configuration of the runs below it, relative to it.
pub(super) fn shared_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = configurations(dir);
    let plugins = other_files(&dir.join(PLUGINS), &HashSet::new());
    files.extend(plugins.iter().map(|file| Path::new(PLUGINS).join(file)));
    let others = entries(dir).into_iter().filter(|entry| !entry.is_dir);
    let others = others.filter_map(|entry| Some(PathBuf::from(entry.path.file_name()?)));
    files.extend(others.filter(|file| may_configure(file)));
    files
}

/// The files in which hyperparameters of the runs in and below a directory are looked for, relative to it.
pub(super) fn configurations(dir: &Path) -> Vec<PathBuf> {
    let known = hyperparameters::KNOWN.iter().map(PathBuf::from);
    let mut files: Vec<_> = known.filter(|file| dir.join(file).is_file()).collect();
    if files.iter().any(|file| file.starts_with(HYDRA)) {
        let hydra = other_files(&dir.join(HYDRA), &HashSet::new());
        files.extend(hydra.iter().map(|file| Path::new(HYDRA).join(file)));
    }
    files
}

/// Whether a directory is that of a run.
pub(super) fn is_run(dir: &Path) -> bool {
    entries(dir).iter().any(|entry| entry.is_event_file)
}

/// Whether a file is part of what a run is, by its name.
pub(super) fn belongs(name: &Path) -> bool {
    Named::of(name).belongs()
}

/// Whether a file of a directory above all runs is copied too. The rest of such a directory may have nothing to do with them.
pub(super) fn is_shared(name: &Path) -> bool {
    is_configuration(name) || name.starts_with(PLUGINS) || name == Path::new(PROJECTOR)
}

/// Whether a path leads to a regular file in or below a directory, behind all links.
pub(super) fn is_in(path: &Path, dir: &Path) -> bool {
    let (path, dir) = (path.canonicalize(), dir.canonicalize());
    path.is_ok_and(|path| path.is_file() && dir.is_ok_and(|dir| path.starts_with(dir)))
}
