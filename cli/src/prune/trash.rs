//! Where files go, and how they come back.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::candidate::Candidate;
use crate::destination::Destination;
use crate::output::NewFile;
use crate::text;

/// A folder for the files of one call.
pub(super) struct Trash {
    dir: PathBuf,
    destination: Destination,
}

/// The script that moves everything back.
const NOTE: &str = "RESTORE.sh";

impl Trash {
    /// Makes the folder, with the way back in it before anything is moved.
    pub(super) fn create<'c>(
        dir: &Path,
        candidates: impl Iterator<Item = &'c Candidate>,
    ) -> Result<Self> {
        let name = || format!("cannot write to `{}`", text::path(dir));
        fs::create_dir_all(dir).with_context(name)?;
        let dir = new_folder(dir).with_context(name)?;
        let destination = Destination::dir(&dir)?;
        let trash = Self { dir, destination };
        let note = trash.note(candidates)?;
        let mut file = NewFile::create(&trash.dir.join(NOTE))?;
        file.write_all(&note)?;
        file.finish()?;
        Ok(trash)
    }

    pub(super) fn into_dir(self) -> PathBuf {
        self.dir
    }

    /// Moves the files of the runs.
    pub(super) fn take<'c>(&self, candidates: impl Iterator<Item = &'c Candidate>) -> Result<()> {
        for candidate in candidates {
            for path in candidate.run.files() {
                let target = self.destination.path(&candidate.name, path);
                move_file(path, &target).with_context(|| {
                    format!(
                        "cannot move `{}` to `{}`",
                        text::path(path),
                        text::path(&target)
                    )
                })?;
            }
        }
        Ok(())
    }

    fn note<'c>(&self, candidates: impl Iterator<Item = &'c Candidate>) -> Result<Vec<u8>> {
        let mut note = Vec::new();
        note.extend_from_slice(
            b"#!/bin/sh\n\
              # Event files that `tfevents prune` moved here. `sh RESTORE.sh` moves them back; nothing is written\n\
              # over. Once they are not wanted any more, delete this folder.\n\
              cd \"$(dirname \"$0\")\" || exit 1\n\
              back() {\n    \
                  [ -e \"$1\" ] || return 0\n    \
                  mkdir -p \"$(dirname \"$2\")\" && mv -n \"$1\" \"$2\"\n    \
                  [ ! -e \"$1\" ] || { echo \"$2 exists already, $1 stays here\" >&2; status=1; }\n\
              }\n\
              status=0\n",
        );
        for candidate in candidates {
            for path in candidate.run.files() {
                let here = self.destination.path(&candidate.name, path);
                let here = Path::new(".").join(here.strip_prefix(&self.dir).unwrap_or(&here));
                let there = std::path::absolute(path)?;
                note.extend_from_slice(b"back ");
                note.extend(quoted(&here));
                note.push(b' ');
                note.extend(quoted(&there));
                note.push(b'\n');
            }
        }
        note.extend_from_slice(b"exit $status\n");
        Ok(note)
    }
}

/// The folder beside a logdir.
pub(super) fn beside(path: &Path) -> Result<PathBuf> {
    // Of `.` and the like only the system knows the name.
    let path = match path.file_name() {
        Some(_) => path.to_path_buf(),
        None => path.canonicalize()?,
    };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".trash");
    Ok(path.with_file_name(name))
}

/// Whether one path is, or will be, in the other.
pub(super) fn is_inside(path: &Path, dir: &Path) -> bool {
    // What is not there yet is where the nearest directory that is there is.
    let Ok(path) = std::path::absolute(path) else {
        return false;
    };
    let existing = path.ancestors().find_map(|path| path.canonicalize().ok());
    let dir = dir.canonicalize();
    existing
        .zip(dir.ok())
        .is_some_and(|(path, dir)| path.starts_with(dir))
}

/// A new folder, named after the time.
fn new_folder(dir: &Path) -> io::Result<PathBuf> {
    let now = Timestamp::now().to_zoned_datetime(TimeZone::system());
    let stem = now.strftime("%Y-%m-%dT%H-%M-%S").to_string();
    let mut n = 1;
    loop {
        let folder = dir.join(crate::rewrite::numbered(&stem, n));
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => n += 1,
            made => return made.map(|()| folder),
        }
    }
}

/// Moves a file to where none is, on another disk, too.
fn move_file(from: &Path, to: &Path) -> Result<()> {
    if let Some(dir) = to.parent() {
        fs::create_dir_all(dir)?;
    }
    match fs::rename(from, to) {
        Err(e) if e.kind() == ErrorKind::CrossesDevices => {
            let mut copy = NewFile::create(to)?;
            copy.copy_permissions(from)?;
            io::copy(&mut File::open(from)?, &mut copy)?;
            copy.copy_modified(from)?;
            copy.finish()?;
            fs::remove_file(from)?;
            Ok(())
        }
        moved => Ok(moved?),
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => quoted.extend_from_slice(b"'\\''"),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trash_is_beside_the_logdir() {
        assert_eq!(
            beside(Path::new("a/runs/")).unwrap(),
            Path::new("a/runs.trash")
        );
        assert_eq!(beside(Path::new("runs")).unwrap(), Path::new("runs.trash"));
        let here = std::env::current_dir().unwrap();
        let name = here.file_name().unwrap().to_str().unwrap();
        assert_eq!(
            beside(Path::new(".")).unwrap(),
            here.with_file_name(format!("{name}.trash"))
        );
    }

    #[test]
    fn what_will_be_in_a_directory_is_inside() {
        let dir = tempfile::tempdir().unwrap();
        assert!(is_inside(&dir.path().join("a/b"), dir.path()));
        assert!(is_inside(dir.path(), dir.path()));
        assert!(!is_inside(&dir.path().with_extension("trash"), dir.path()));
    }

    #[test]
    fn paths_are_safe_in_a_shell() {
        assert_eq!(quoted(Path::new("it's $(x)")), b"'it'\\''s $(x)'");
    }
}
