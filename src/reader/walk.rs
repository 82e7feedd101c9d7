//! Looking for event files in a tree of directories.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use walkdir::WalkDir;

use crate::error::Error;
use crate::files::is_event_file;
use crate::reader::foreign::Foreign;
use crate::reader::paths::bytes;

/// All regular files below `root` with `tfevents` in their names, but for those that other tools leave beside event
/// files. Pipes and sockets are never opened.
pub(super) fn walk(root: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    walk_wide(root).unwrap_or_else(|| {
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
        let mut found = Found::default();
        walk.into_iter().for_each(|entry| found.take(entry, root));
        (found.files, found.problems)
    })
}

/// From how many directories on it pays to share them out among threads.
const WIDE: usize = 256;

/// The same for a directory of very many, by several threads. `None` if it is not one, or if there are symbolic
/// links in it: only a walk over all of it sees where these lead back to.
fn walk_wide(root: &Path) -> Option<(Vec<PathBuf>, Vec<Error>)> {
    let entries = fs::read_dir(root).ok()?;
    let entries = entries.collect::<io::Result<Vec<_>>>().ok()?;
    if entries.len() < WIDE {
        return None;
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    // A few at a time, so that all threads end at about the same time.
    let work = || {
        let mut found = Found::default();
        loop {
            let start = next.fetch_add(WIDE / 8, Ordering::Relaxed);
            let Some(share) = entries.get(start..).filter(|share| !share.is_empty()) else {
                return Some(found);
            };
            for entry in share.iter().take(WIDE / 8) {
                found.descend(entry)?;
            }
        }
    };
    let mut all = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().fold(own, |all, other| {
            let (mut all, more) = (all?, other.join().ok()??);
            all.files.extend(more.files);
            all.problems.extend(more.problems);
            Some(all)
        })
    })?;
    all.files.sort_unstable_by(|a, b| bytes(a).cmp(bytes(b)));
    Some((all.files, all.problems))
}

/// What a walk came upon.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    problems: Vec<Error>,
}

impl Found {
    fn push(&mut self, path: PathBuf) {
        if Foreign::beside_events(&path).is_none() {
            self.files.push(path);
        }
    }

    /// Takes a directory entry and all that is below it. `None` at a symbolic link.
    fn descend(&mut self, entry: &fs::DirEntry) -> Option<()> {
        let path = entry.path();
        let mut problem = |e: io::Error| self.problems.push(Error::from(e).with_path(&path));
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => return None,
            Ok(kind) => kind,
            Err(e) => {
                problem(e);
                return Some(());
            }
        };
        if kind.is_dir() {
            let entries = fs::read_dir(&path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            match entries {
                Ok(entries) => entries.iter().try_for_each(|entry| self.descend(entry))?,
                Err(e) => problem(e),
            }
        } else if kind.is_file() && is_event_file(&entry.file_name()) {
            self.push(path);
        }
        Some(())
    }

    fn take(&mut self, entry: walkdir::Result<walkdir::DirEntry>, root: &Path) {
        match entry {
            Ok(entry) => {
                if is_event_file(entry.file_name()) && entry.file_type().is_file() {
                    self.push(entry.into_path());
                }
            }
            Err(e) => {
                let path = e.path().unwrap_or(root).to_path_buf();
                let link = |what| io::Error::other(format!("a symbolic link to {what}"));
                let cause = match e.into_io_error() {
                    Some(e) if e.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
                        link("nothing")
                    }
                    Some(e) => e,
                    None => link("a directory above it"),
                };
                self.problems.push(Error::from(cause).with_path(path));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_directories_are_listed_as_few_are() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for i in 0..300 {
            let run = root.join(format!("run{i}"));
            fs::create_dir_all(run.join("deep/er")).unwrap();
            for file in ["b.tfevents.1", "notes.txt", "deep/er/a.tfevents.2"] {
                fs::write(run.join(file), b"").unwrap();
            }
        }
        fs::write(root.join("x.tfevents"), b"").unwrap();
        let sorted = |(mut files, problems): (Vec<PathBuf>, Vec<Error>)| {
            assert!(problems.is_empty());
            files.sort();
            files
        };
        let wide = sorted(walk_wide(root).unwrap());
        let mut one = Found::default();
        let walk = WalkDir::new(root).follow_links(true);
        walk.into_iter().for_each(|entry| one.take(entry, root));
        assert_eq!(wide.len(), 601);
        assert_eq!(wide, sorted((one.files, one.problems)));
        assert!(walk_wide(&root.join("run0")).is_none());

        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root, root.join("run7/back")).unwrap();
            assert!(walk_wide(root).is_none());
            let (files, problems) = super::walk(root);
            assert_eq!((files.len(), problems.len()), (601, 1));
        }
    }
}
