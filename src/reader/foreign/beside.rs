//! What lies beside the event files of a tree, counted by directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::Foreign;
use crate::files::is_event_file;

/// Files of one sort in and below one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beside {
    /// What they are.
    pub what: Foreign,
    /// The directory they belong to: of profiles, the run's.
    pub dir: PathBuf,
    /// How many sessions, dumps or files there are.
    pub count: u64,
    /// How many bytes all of their files have.
    pub bytes: u64,
    /// The first of the files.
    pub first: PathBuf,
}

impl Beside {
    /// Files that turned out to be something else than event files when they were read, put together in the same way.
    #[must_use]
    pub fn of_files(files: &[(PathBuf, Foreign)]) -> Vec<Self> {
        let mut found = Found::default();
        for (path, what) in files {
            found.add(path, *what, path.metadata().map_or(0, |m| m.len()));
        }
        found.finish()
    }
}

/// What lies beside the event files of a tree: profiles, dumps, other tools' files, and events that TensorBoard
/// does not find. In the order of the directories.
///
/// Looks at the names of all files, and at the first bytes of those whose names say nothing. What cannot be
/// listed or read is left out: [`Logdir::open`](crate::Logdir::open) reports it.
///
/// # Examples
///
/// ```
/// use tfevents::reader::{self, Foreign};
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let session = logdir.join("exp1/plugins/profile/2026_01_31_12_00_00");
/// std::fs::create_dir_all(&session)?;
/// std::fs::write(session.join("host.xplane.pb"), b"")?;
///
/// let beside = reader::beside(logdir);
/// assert_eq!((beside[0].what, beside[0].count), (Foreign::Profile, 1));
/// assert_eq!(beside[0].dir, logdir.join("exp1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn beside(root: impl AsRef<Path>) -> Vec<Beside> {
    beside_and_others(root, |_, _| {})
}

/// Like [`beside`], but also calls `other` with each remaining file that does not have the name of an event file, and with
/// its size.
pub fn beside_and_others(root: impl AsRef<Path>, mut other: impl FnMut(&Path, u64)) -> Vec<Beside> {
    let mut found = Found::default();
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
    for entry in walk
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
    {
        let bytes = || entry.metadata().map_or(0, |m| m.len());
        match Foreign::of(entry.path()) {
            Some(what) => found.add(entry.path(), what, bytes()),
            None if is_event_file(entry.file_name()) => {}
            None => other(entry.path(), bytes()),
        }
    }
    found.finish()
}

/// What a walk came upon.
#[derive(Default)]
struct Found {
    beside: BTreeMap<(PathBuf, Foreign), Beside>,
    /// By their directories, because the files of a session tell together what it is.
    sessions: BTreeMap<PathBuf, (Foreign, u64, PathBuf)>,
    /// What the names of a dump's files have in common.
    dumps: BTreeSet<PathBuf>,
}

impl Found {
    fn add(&mut self, path: &Path, what: Foreign, bytes: u64) {
        let dir = path.parent().unwrap_or(Path::new(""));
        match what {
            Foreign::Profile | Foreign::OldProfile => {
                let session = self.sessions.entry(dir.to_path_buf());
                let (known, sum, _) = session.or_insert_with(|| (what, 0, path.to_path_buf()));
                *known = what.min(*known);
                *sum += bytes;
            }
            Foreign::Debugger => {
                let is_new = self.dumps.insert(path.with_extension(""));
                self.count(dir, what, is_new.into(), bytes, path);
            }
            _ => self.count(dir, what, 1, bytes, path),
        }
    }

    fn count(&mut self, dir: &Path, what: Foreign, count: u64, bytes: u64, first: &Path) {
        let beside = self
            .beside
            .entry((dir.to_path_buf(), what))
            .or_insert_with(|| Beside {
                what,
                dir: dir.to_path_buf(),
                count: 0,
                bytes: 0,
                first: first.to_path_buf(),
            });
        beside.count += count;
        beside.bytes += bytes;
    }

    fn finish(mut self) -> Vec<Beside> {
        for (session, (what, bytes, first)) in std::mem::take(&mut self.sessions) {
            let run = session.ancestors().nth(3).unwrap_or(&session);
            self.count(run, what, 1, bytes, &first);
        }
        self.beside.into_values().collect()
    }
}
