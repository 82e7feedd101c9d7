//! Is anyone writing here? What files look like from outside, and who has them open.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::SystemTime;

pub use writers::Writers;

/// What tells that a file was written to, replaced or removed: it is not equal any more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State(Option<Found>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    bytes: u64,
    modified: Option<SystemTime>,
    id: Option<Id>,
}

/// Device and number of a file, where the system tells.
type Id = (u64, u64);

impl State {
    /// Of the file with this name, not of what it may be a link to.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self::found(path.symlink_metadata())
    }

    /// Of the file that is read under this name.
    #[must_use]
    pub fn of_content(path: &Path) -> Self {
        Self::found(path.metadata())
    }

    fn found(metadata: io::Result<Metadata>) -> Self {
        Self(metadata.ok().map(|m| Found {
            bytes: m.len(),
            modified: m.modified().ok(),
            id: id(&m),
        }))
    }

    /// How large it is; 0 if it is gone.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0.map_or(0, |found| found.bytes)
    }

    /// When it was written to last, as far as is known.
    #[must_use]
    pub fn modified(self) -> Option<SystemTime> {
        self.0?.modified
    }

    /// Whether there is no such file.
    #[must_use]
    pub fn is_gone(self) -> bool {
        self.0.is_none()
    }

    /// Whether this is certainly the same file, in whatever state.
    #[must_use]
    pub fn is_same_file(self, other: Self) -> bool {
        let ids = self.0.and_then(|f| f.id).zip(other.0.and_then(|f| f.id));
        ids.is_some_and(|(a, b)| a == b)
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn id(metadata: &Metadata) -> Option<Id> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<Id> {
    None
}

/// A process that has a file open for writing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Writer {
    /// The number of the process.
    pub process: u32,
    /// What it is called, as far as is known.
    pub name: String,
}

#[cfg(target_os = "linux")]
mod writers {
    use std::collections::HashMap;
    use std::ffi::OsStr;
    use std::fs;
    use std::path::Path;

    use super::{Id, State, Writer, id};

    /// Who has which regular files open for writing: processes of this machine, and only as far as this one may look into
    /// others. Elsewhere than on Linux, nothing is known.
    #[derive(Clone, Debug)]
    pub struct Writers(HashMap<Id, u32>);

    impl Writers {
        /// As it is now.
        #[must_use]
        pub fn now() -> Self {
            let mut writers = HashMap::new();
            let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
            for process in processes {
                let Some(number) = number(&process.file_name()) else {
                    continue;
                };
                let process = process.path();
                let open = fs::read_dir(process.join("fd"));
                for file in open.into_iter().flatten().flatten() {
                    let metadata = fs::metadata(file.path()).ok();
                    if let Some(id) = metadata.filter(fs::Metadata::is_file).and_then(|m| id(&m))
                        && is_for_writing(&process.join("fdinfo").join(file.file_name()))
                    {
                        writers.insert(id, number);
                    }
                }
            }
            Self(writers)
        }

        /// One who writes to a file in this state.
        #[must_use]
        pub fn of(&self, state: State) -> Option<Writer> {
            let process = *self.0.get(&state.0?.id?)?;
            let name = fs::read_to_string(format!("/proc/{process}/comm"));
            let name = name.map_or_else(|_| String::new(), |name| name.trim().to_owned());
            Some(Writer { process, name })
        }
    }

    fn number(name: &OsStr) -> Option<u32> {
        name.to_str()?.parse().ok()
    }

    /// What the system says about a descriptor: `flags:`, octal, the lowest two bits of which are how it was opened.
    fn is_for_writing(info: &Path) -> bool {
        let info = fs::read_to_string(info).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u64::from_str_radix(flags.trim(), 8).ok());
        flags.is_some_and(|flags| matches!(flags & 3, 1 | 2))
    }
}

#[cfg(not(target_os = "linux"))]
mod writers {
    use super::{State, Writer};

    /// Who has which files open for writing: here, nothing is known.
    #[derive(Clone, Debug)]
    pub struct Writers;

    impl Writers {
        /// As it is now.
        #[must_use]
        pub fn now() -> Self {
            Self
        }

        /// One who writes to a file in this state.
        #[must_use]
        pub fn of(&self, _: State) -> Option<Writer> {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write as _;

    use super::*;

    #[test]
    fn whatever_happens_to_a_file_changes_its_state() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        assert_eq!(State::of(&path), State::of(&dir.path().join("b")));
        fs::write(&path, "1").unwrap();
        let written = State::of(&path);
        assert_ne!(written, State::of(&dir.path().join("b")));
        assert_eq!(written, State::of(&path));
        File::options()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"2")
            .unwrap();
        assert_ne!(State::of(&path), written);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_has_a_file_open_for_writing_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let writer = || Writers::now().of(State::of(&path));
        let file = File::create(&path).unwrap();
        assert_eq!(writer().unwrap().process, std::process::id());
        drop(file);
        let _reader = File::open(&path).unwrap();
        assert_eq!(writer(), None);
        let _appender = File::options().append(true).open(&path).unwrap();
        assert!(writer().is_some());
    }
}
