//! Names of event files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::files;
use crate::types::WallTime;

const PREFIX: &str = "events.out.tfevents.";

/// Numbers the writers of this process, as the uid in a file's name.
static NEXT_UID: AtomicU64 = AtomicU64::new(0);

/// A new event file and what was there before it.
#[derive(Debug)]
pub(crate) struct Created {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    /// The directories that got a new entry: the file's own, and the parents of those that were created.
    pub(crate) changed_dirs: Vec<PathBuf>,
    /// Whether the run has event files already, which readers will read before this one.
    pub(crate) continues: bool,
}

/// Creates `events.out.tfevents.<secs>.<host>.<pid>.<uid><suffix>`, never an existing file.
///
/// TensorBoard reads the files of a run in the order of their names, so the seconds are moved past those of
/// every file that is already there: a restart within the second, or behind a clock that ran ahead, still
/// follows what it continues.
pub(crate) fn create(dir: &Path, now: WallTime, suffix: &str) -> Result<Created> {
    if suffix.contains(['/', '\\', '\0']) {
        return Err(Error::argument(format!(
            "the file name suffix {suffix:?} would name another directory"
        )));
    }
    let changed_dirs = create_dir(dir).map_err(|e| Error::from(e).with_path(dir))?;
    let host = files::host();
    let others = event_file_names(dir);
    let secs = secs_after(&others, now);
    let pid = std::process::id();
    loop {
        let uid = NEXT_UID.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!("{PREFIX}{secs}.{host}.{pid}.{uid}{suffix}"));
        match File::create_new(&path) {
            Ok(file) => {
                return Ok(Created {
                    file,
                    path,
                    changed_dirs,
                    continues: !others.is_empty(),
                });
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(Error::from(e).with_path(path)),
        }
    }
}

/// Creates `dir` where needed, and says which directories got a new entry.
fn create_dir(dir: &Path) -> io::Result<Vec<PathBuf>> {
    // `new/.` cannot be made as it stands: the parent of that is not `new`.
    let dir = dir.components().collect::<PathBuf>();
    let dir = dir.as_path();
    // The parent of a bare name is the empty path, which no system call takes for the current directory.
    let named = |dir: &Path| match dir.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => dir.to_path_buf(),
    };
    let missing = dir.ancestors().take_while(|dir| !named(dir).is_dir());
    let parents = missing.filter_map(Path::parent).map(named);
    let changed = std::iter::once(named(dir)).chain(parents).collect();
    fs::create_dir_all(dir)?;
    Ok(changed)
}

/// The names of a directory's event files. A directory that cannot be listed can still be written to, so
/// that is no error.
fn event_file_names(dir: &Path) -> Vec<String> {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains("tfevents"))
        .collect()
}

/// Seconds, as text, with which a name sorts behind all of `others`, byte by byte.
fn secs_after<'n>(others: &'n [String], now: WallTime) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    let now = format!("{:010}", now.as_secs() as u64);
    let secs = |name: &'n String| {
        let (digits, _) = name.strip_prefix(PREFIX)?.split_once('.')?;
        Some((digits, digits.parse::<u64>().ok()?))
    };
    match others.iter().filter_map(secs).max() {
        Some((digits, secs)) if digits >= now.as_str() => {
            format!("{:0width$}", secs.saturating_add(1), width = digits.len())
        }
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_pattern_and_sort_by_creation() {
        let dir = tempfile::tempdir().unwrap();
        let now = WallTime::from_secs(1_700_000_000.9).unwrap();
        let names: Vec<String> = (0..3)
            .map(|_| create(dir.path(), now, ".v2").unwrap().path)
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(
            names[0].starts_with("events.out.tfevents.1700000000."),
            "{names:?}"
        );
        assert!(
            names[2].starts_with("events.out.tfevents.1700000002."),
            "{names:?}"
        );
        assert!(names[0].ends_with(".v2"), "{names:?}");
        let early = WallTime::from_secs(5.0).unwrap();
        let fresh = tempfile::tempdir().unwrap();
        let created = create(&fresh.path().join("a/b"), early, "").unwrap();
        let path = created.path.to_str().unwrap();
        assert!(path.contains("tfevents.0000000005."), "{path}");
    }

    #[test]
    fn names_sort_behind_those_that_count_microseconds() {
        let dir = tempfile::tempdir().unwrap();
        let now = WallTime::from_secs(1_600_000_000.0).unwrap();
        let micros = "events.out.tfevents.1700000000999999.host.v2";
        fs::write(dir.path().join(micros), "").unwrap();
        let created = create(dir.path(), now, "").unwrap();
        let name = created.path.file_name().unwrap().to_str().unwrap();
        assert!(name > micros, "{name}");
        assert!(created.continues);
    }

    #[test]
    fn directories_with_a_new_entry_are_known() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let created = create(&path("runs/a"), WallTime::now(), "").unwrap();
        assert_eq!(
            created.changed_dirs,
            [path("runs/a"), path("runs"), path("").join("")]
        );
        assert!(!created.continues);
        let created = create(&path("runs/a"), WallTime::now(), "").unwrap();
        assert_eq!(created.changed_dirs, [path("runs/a")]);
    }

    #[test]
    fn a_path_may_end_in_a_dot() {
        let root = tempfile::tempdir().unwrap();
        let created = create(&root.path().join("new/./run/."), WallTime::now(), "").unwrap();
        assert!(root.path().join("new/run").is_dir());
        assert_eq!(created.changed_dirs.len(), 3);
    }

    #[test]
    fn a_suffix_cannot_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        assert!(create(dir.path(), WallTime::now(), "/../x").is_err());
    }
}
