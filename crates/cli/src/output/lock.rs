//! Telling what somebody is at work on from what was left behind.

use std::fs::File;
use std::io;
use std::path::Path;

/// What came of trying to take a file. Whoever has taken it has it until its end, however that comes.
pub(super) enum Lock {
    /// It was free, and is taken as long as it is open.
    Taken(File),
    /// Somebody has it, maybe this process.
    Busy,
    /// Nobody can tell: not every file system knows.
    Unknown,
}

impl Lock {
    /// Opens and takes a file, which is made if there is none.
    pub(super) fn take(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt as _;
            const SHARING_VIOLATION: i32 = 32;
            match options.share_mode(0).open(path) {
                Err(e) if e.raw_os_error() == Some(SHARING_VIOLATION) => Ok(Self::Busy),
                opened => opened.map(Self::Taken),
            }
        }
        #[cfg(not(windows))]
        {
            #[cfg(unix)]
            {
                use rustix::fs::OFlags;
                use std::os::unix::fs::OpenOptionsExt as _;
                // Somebody else may have put a pipe or a link there.
                let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
                options.custom_flags(flags.bits().cast_signed());
            }
            Ok(Self::take_file(options.open(path)?))
        }
    }

    /// Takes an open file.
    #[cfg(unix)]
    pub(super) fn take_file(file: File) -> Self {
        use rustix::fs::{FlockOperation, flock};
        use rustix::io::Errno;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Self::Taken(file),
            Err(Errno::WOULDBLOCK) => Self::Busy,
            Err(_) => Self::Unknown,
        }
    }

    /// Takes an open file.
    #[cfg(not(unix))]
    pub(super) fn take_file(_: File) -> Self {
        Self::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = Lock::take(&path).unwrap();
        assert!(matches!(first, Lock::Taken(_)));
        assert!(matches!(Lock::take(&path).unwrap(), Lock::Busy));
        drop(first);
        assert!(matches!(Lock::take(&path).unwrap(), Lock::Taken(_)));
        #[cfg(unix)]
        {
            let [link, pipe] = ["link", "pipe"].map(|name| dir.path().join(name));
            std::os::unix::fs::symlink(&path, &link).unwrap();
            assert!(Lock::take(&link).is_err());
            let mut mkfifo = std::process::Command::new("mkfifo");
            assert!(mkfifo.arg(&pipe).status().unwrap().success());
            assert!(Lock::take(&pipe).is_err(), "and it does not wait");
        }
    }
}
