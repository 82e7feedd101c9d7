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

/// Creates `events.out.tfevents.<secs>.<host>.<pid>.<uid><suffix>`, never an existing file.
///
/// TensorBoard reads the files of a run in the order of their names, so the seconds are moved past those of
/// every file that is already there: a restart within the second, or behind a clock that ran ahead, still
/// follows what it continues.
pub(crate) fn create(dir: &Path, now: WallTime, suffix: &str) -> Result<(File, PathBuf)> {
    if suffix.contains(['/', '\\', '\0']) {
        return Err(Error::argument(format!(
            "the file name suffix {suffix:?} would name another directory"
        )));
    }
    fs::create_dir_all(dir).map_err(|e| Error::from(e).with_path(dir))?;
    let host = files::host();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    let now = now.as_secs() as u64;
    let secs = latest(dir).map_or(now, |latest| now.max(latest.saturating_add(1)));
    let pid = std::process::id();
    loop {
        let uid = NEXT_UID.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!("{PREFIX}{secs:010}.{host}.{pid}.{uid}{suffix}"));
        match File::create_new(&path) {
            Ok(file) => return Ok((file, path)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(Error::from(e).with_path(path)),
        }
    }
}

/// The greatest number of seconds in the names of a directory's event files. A directory that cannot be
/// listed can still be written to, so that is no error.
fn latest(dir: &Path) -> Option<u64> {
    fs::read_dir(dir)
        .ok()?
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let (secs, _) = name.to_str()?.strip_prefix(PREFIX)?.split_once('.')?;
            secs.parse().ok()
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_pattern_and_sort_by_creation() {
        let dir = tempfile::tempdir().unwrap();
        let now = WallTime::from_secs(1_700_000_000.9).unwrap();
        let names: Vec<String> = (0..3)
            .map(|_| create(dir.path(), now, ".v2").unwrap().1)
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
        let (_, path) = create(&fresh.path().join("a/b"), early, "").unwrap();
        assert!(path.to_str().unwrap().contains("tfevents.0000000005."));
    }

    #[test]
    fn a_suffix_cannot_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        assert!(create(dir.path(), WallTime::now(), "/../x").is_err());
    }
}
