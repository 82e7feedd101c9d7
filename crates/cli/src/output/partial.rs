//! Files and directories that are still being written, and how to recognise them.
//!
//! An output NAME is first written to `.new-NAME-XXXXXX.partial` beside it. That name is hidden and lacks `tfevents`,
//! or TensorBoard would read it. A killed call leaves it there; the next call with the same output removes it, also
//! where it has nothing to write: another call may have done so meanwhile.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir, TempPath};

use super::interrupt::step;
use super::lock::Lock;
use tfevents_analysis::text;

const SUFFIX: &str = ".partial";
/// How many characters at random make a name unique.
const RANDOM: usize = 6;
/// How much of NAME is in the name.
const MAX_NAME: usize = 150;
/// The file in a directory that its maker has taken.
const LOCK: &str = "lock";

/// The names of all that is, or was, to become one thing.
pub(super) struct Names(String);

impl Names {
    /// Names for what is to be called like that, or is to be put into a directory.
    pub(super) fn of(target: Option<&OsStr>) -> Self {
        let Some(target) = target else {
            return Self(".new-".to_owned());
        };
        let name = text::path(Path::new(target)).replace("tfevents", "tf_events");
        let end = name.char_indices().map(|(i, _)| i).chain([name.len()]);
        let end = end.take_while(|&i| i <= MAX_NAME).last().unwrap_or(0);
        let name = name.get(..end).unwrap_or("").replace('\0', "");
        Self(format!(".new-{name}-"))
    }

    pub(super) fn has(&self, name: &OsStr) -> bool {
        start_of(name).is_some_and(|start| start == self.0)
    }

    /// Removes what was left behind in a directory.
    pub(super) fn clear(&self, dir: &Path) {
        clear_in(dir, |start| start == self.0);
    }

    /// A new file in a directory, which goes if it is not kept, and is taken until it is closed.
    pub(super) fn file_in(&self, dir: &Path) -> io::Result<NamedTempFile> {
        loop {
            let file = self.builder(0o666).tempfile_in(dir)?;
            match Lock::take_file(file.as_file().try_clone()?) {
                // Whoever clears up may have come before the lock.
                Lock::Taken(_) if file.path().exists() => return Ok(file),
                Lock::Unknown => return Ok(file),
                _ => {}
            }
        }
    }

    /// A new directory in a directory, which goes if it is not kept, and the lock on it.
    pub(super) fn dir_in(&self, dir: &Path) -> io::Result<(TempDir, Option<File>)> {
        loop {
            let dir = self.builder(0o700).tempdir_in(dir)?;
            let path = dir.path().join(LOCK);
            match Lock::take(&path) {
                // Whoever clears up may have come before the lock.
                Ok(Lock::Taken(lock)) if path.exists() => return Ok((dir, Some(lock))),
                Ok(Lock::Unknown) => return Ok((dir, None)),
                Err(e) if dir.path().exists() => return Err(e),
                _ => {}
            }
        }
    }

    /// A new name, in a directory, of a file, which goes if it is not kept.
    fn link_in(&self, dir: &Path, file: &Path) -> io::Result<TempPath> {
        let link = |path: &Path| fs::hard_link(file, path);
        Ok(self.builder(0o666).make_in(dir, link)?.into_temp_path())
    }

    fn builder(&self, _mode: u32) -> Builder<'_, '_> {
        let mut builder = Builder::new();
        builder.prefix(&self.0).suffix(SUFFIX).rand_bytes(RANDOM);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The umask takes away from this what the user does not want.
            builder.permissions(fs::Permissions::from_mode(_mode));
        }
        builder
    }
}

/// Whether a name is that of something under way, whatever is to become of it.
pub(super) fn is_partial(name: &OsStr) -> bool {
    start_of(name).is_some()
}

/// What comes before the characters at random, if this is such a name.
fn start_of(name: &OsStr) -> Option<&str> {
    let name = name.to_str()?.strip_suffix(SUFFIX)?;
    let (start, random) = name.split_at_checked(name.len().checked_sub(RANDOM)?)?;
    let is_random = random.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_random && start.starts_with(".new-") && start.ends_with('-')).then_some(start)
}

/// Removes what was left behind in a directory under names of which `is_meant` takes the start, and says whether
/// there was anything. What cannot be removed does no harm.
fn clear_in(dir: &Path, is_meant: impl Fn(&str) -> bool) -> bool {
    let mut cleared = false;
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| start_of(&entry.file_name()).is_some_and(&is_meant)) {
        if let Some(Lock::Taken(_lock)) = lock_of(&entry) {
            let path = entry.path();
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
            cleared |= removed.is_ok();
        }
    }
    cleared
}

/// Removes what killed calls left of what was to become these files or directories. Each directory is read once.
pub(crate) fn clear_left(paths: impl IntoIterator<Item = PathBuf>) {
    let mut by_dir = BTreeMap::<PathBuf, HashSet<String>>::new();
    for path in paths {
        let names = Names::of(path.file_name());
        let names_there = by_dir.entry(parent(&path).to_path_buf()).or_default();
        names_there.insert(names.0);
    }
    for (dir, names) in by_dir {
        clear_in(&dir, |start| names.contains(start));
    }
}

/// Atomically makes `name` another name of `file`.
pub(crate) fn link_over(file: &Path, name: &Path) -> io::Result<()> {
    let _step = step();
    // Another call may clear away what nobody has taken.
    let _taken = Lock::take_file(open(file)?);
    let link = Names::of(name.file_name()).link_in(parent(name), file)?;
    Ok(link.persist(name)?)
}

/// Removes all that killed calls left in a directory and below it. Says whether that was something, and nothing
/// else is there: a directory in which nothing is at all may be somebody's who begins.
pub(crate) fn clear_below(dir: &Path) -> bool {
    let mut cleared = clear_in(dir, |_| true);
    let mut empty = true;
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let gone = is_dir && clear_below(&entry.path()) && fs::remove_dir(entry.path()).is_ok();
        cleared |= gone;
        empty &= gone;
    }
    cleared && empty
}

/// Tries to take what its maker has, or had.
pub(super) fn lock_of(entry: &DirEntry) -> Option<Lock> {
    let (kind, path) = (entry.file_type().ok()?, entry.path());
    if kind.is_dir() {
        Lock::take(&path.join(LOCK)).ok()
    } else if kind.is_file() {
        Some(Lock::take_file(open(&path).ok()?))
    } else {
        None
    }
}

/// Opens a file to lock it, which some file systems want to be writable.
fn open(path: &Path) -> io::Result<File> {
    let writable = File::options().write(true).open(path);
    writable.or_else(|_| File::open(path))
}

/// The directory that a file is in.
pub(super) fn parent(path: &Path) -> &Path {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    dir.unwrap_or(Path::new("."))
}

/// Whether names in a directory, which need not be there yet, are the same if they differ in case only.
pub(crate) fn ignores_case(dir: &Path) -> bool {
    let mut existing = dir.ancestors().map(|dir| match dir.as_os_str().is_empty() {
        true => Path::new("."),
        false => dir,
    });
    let Some(existing) = existing.find(|dir| dir.is_dir()) else {
        return false;
    };
    // Nothing but a name in there can tell.
    let names = Names::of(Some(OsStr::new("case")));
    names.clear(existing);
    // An interruption waits until it is gone again.
    let _step = step();
    names.file_in(existing).is_ok_and(|file| {
        let name = file.path().file_name().unwrap_or_default();
        let upper = name.to_ascii_uppercase();
        file.path().with_file_name(upper).exists()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_to_become_of_it() {
        let target = Path::new("runs/events.out.tfevents.1.host");
        let names = Names::of(target.file_name());
        let dir = tempfile::tempdir().unwrap();
        let file = names.file_in(dir.path()).unwrap();
        let name = file.path().file_name().unwrap();
        assert!(names.has(name));
        assert!(!name.to_str().unwrap().contains("tfevents"));
        for other in [None, Some(OsStr::new("events.out")), Some(OsStr::new(""))] {
            assert!(!Names::of(other).has(name), "{other:?}");
        }
        let long = "ß".repeat(127);
        let names = Names::of(Some(OsStr::new(&long)));
        assert!(names.file_in(dir.path()).is_ok());
    }

    #[test]
    fn only_what_nobody_is_at_work_on_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let names = Names::of(Some(OsStr::new("out")));
        let left = dir.path().join(".new-out-abc123.partial");
        fs::create_dir_all(left.join("tree")).unwrap();
        fs::write(dir.path().join(".new-out-abc124.partial"), "half").unwrap();
        fs::write(dir.path().join(".new-other-abc123.partial"), "half").unwrap();
        let file = names.file_in(dir.path()).unwrap();
        let (staging, _lock) = names.dir_in(dir.path()).unwrap();
        names.clear(dir.path());
        let mut stays = vec![
            file.path().to_path_buf(),
            staging.path().to_path_buf(),
            dir.path().join(".new-other-abc123.partial"),
        ];
        if !cfg!(unix) {
            // Only there files can be taken, too.
            stays.push(dir.path().join(".new-out-abc124.partial"));
        }
        stays.sort();
        let entries = fs::read_dir(dir.path()).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert_eq!(paths, stays);
    }
}
