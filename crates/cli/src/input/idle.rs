//! Is anyone writing here? What moves or replaces an input asks first, and once more before it does.

use std::cell::OnceCell;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tfevents_analysis::number;

/// What tells that a file was written to, replaced or removed: it is not equal any more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State(Option<Found>);

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
    pub(crate) fn of(path: &Path) -> Self {
        let metadata = path.symlink_metadata().ok();
        Self(metadata.map(|m| Found {
            bytes: m.len(),
            modified: m.modified().ok(),
            id: id(&m),
        }))
    }

    pub(crate) fn bytes(self) -> u64 {
        self.0.map_or(0, |found| found.bytes)
    }

    pub(crate) fn modified(self) -> Option<SystemTime> {
        self.0?.modified
    }

    pub(crate) fn is_gone(self) -> bool {
        self.0.is_none()
    }

    /// Whether this is certainly the same file, in whatever state.
    pub(crate) fn is_same_file(self, other: Self) -> bool {
        let ids = self.0.and_then(|f| f.id).zip(other.0.and_then(|f| f.id));
        ids.is_some_and(|(a, b)| a == b)
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn id(metadata: &std::fs::Metadata) -> Option<Id> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &std::fs::Metadata) -> Option<Id> {
    None
}

/// Keeps hands off files that somebody is at work on.
pub(crate) struct Guard {
    idle: Duration,
    writers: OnceCell<writers::Writers>,
}

impl Guard {
    /// Files count as being written for so long after they were written to last.
    pub(crate) fn new(idle: Duration) -> Self {
        Self {
            idle,
            writers: OnceCell::new(),
        }
    }

    /// Why files in these states have to stay as they are, if they do.
    pub(crate) fn reason(&self, states: &[State]) -> Option<String> {
        let modified = states.iter().filter_map(|state| state.modified()).max();
        if let Some(modified) = modified.filter(|_| !self.idle.is_zero()) {
            match SystemTime::now().duration_since(modified) {
                Ok(since) if since < self.idle => {
                    return Some(format!(
                        "it was modified {} ago (see --idle)",
                        number::duration(since.as_secs_f64())
                    ));
                }
                Ok(_) => {}
                // The time of a file may be ahead of the clock.
                Err(_) => return Some("its modification time is in the future".to_owned()),
            }
        }
        let writers = self.writers.get_or_init(writers::Writers::now);
        let mut ids = states.iter().filter_map(|state| state.0?.id);
        ids.find_map(|id| writers.of(id))
    }
}

#[cfg(target_os = "linux")]
mod writers {
    use std::collections::HashMap;
    use std::ffi::OsStr;
    use std::fs;
    use std::path::Path;

    use super::{Id, id};

    /// The regular files that processes have open for writing, and the number of such a process: of this
    /// machine, and only as far as this process may look into others.
    pub(super) struct Writers(HashMap<Id, u32>);

    impl Writers {
        pub(super) fn now() -> Self {
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

        pub(super) fn of(&self, id: Id) -> Option<String> {
            let number = self.0.get(&id)?;
            let name = fs::read_to_string(format!("/proc/{number}/comm"));
            let name = name.map_or_else(|_| String::new(), |name| format!(" ({})", name.trim()));
            Some(format!("process {number}{name} has it open for writing"))
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
    use super::Id;

    /// Nothing is known here.
    pub(super) struct Writers;

    impl Writers {
        pub(super) fn now() -> Self {
            Self
        }

        pub(super) fn of(&self, _: Id) -> Option<String> {
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

    #[test]
    fn what_was_written_lately_or_in_the_future_has_to_rest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let file = File::create(&path).unwrap();
        let hour = Duration::from_secs(3600);
        let reason = |age: i32| {
            let now = SystemTime::now();
            let time = if age < 0 {
                now + hour
            } else {
                now - hour * age.unsigned_abs()
            };
            file.set_modified(time).unwrap();
            let states = [State::of(&path)];
            [0, 2].map(|hours| {
                let reason = Guard::new(hour * hours).reason(&states);
                reason.filter(|reason| !reason.contains("open for writing"))
            })
        };
        assert_eq!(reason(3), [None, None]);
        let [none, some] = reason(1);
        assert_eq!(none, None);
        assert!(some.unwrap().starts_with("it was modified 1 h ago"));
        assert_eq!(
            reason(-1),
            [
                None,
                Some("its modification time is in the future".to_owned())
            ]
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_has_a_file_open_for_writing_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let reason = || Guard::new(Duration::ZERO).reason(&[State::of(&path)]);
        let file = File::create(&path).unwrap();
        let seen = reason().unwrap();
        assert!(
            seen.starts_with(&format!("process {} (", std::process::id())),
            "{seen}"
        );
        drop(file);
        let _reader = File::open(&path).unwrap();
        assert_eq!(reason(), None);
        let _appender = File::options().append(true).open(&path).unwrap();
        assert!(reason().is_some());
    }
}
