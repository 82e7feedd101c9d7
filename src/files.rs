//! What the names and the making of files have in common.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::os;

/// This machine's name, as part of a file's name.
pub(crate) fn host() -> String {
    // Windows allows no colon, and files are copied from one system to another.
    let host = os::part_of_path(&os::host()).replace(':', "_");
    if host.is_empty() {
        "localhost".to_owned()
    } else {
        host
    }
}

/// TensorBoard's rule: the name contains `tfevents`, wherever.
pub(crate) fn is_event_file(name: &OsStr) -> bool {
    name.as_encoded_bytes().windows(8).any(|w| w == b"tfevents")
}

/// Writes a file so that readers find all of it or what was there before. Its directory is made where needed.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);

    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(|e| Error::from(e).with_path(dir))?;
    }
    let mut temporary = path.as_os_str().to_owned();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    temporary.push(format!(".{}.{number}.tmp", std::process::id()));
    let temporary = Path::new(&temporary);
    let written = File::create(temporary).and_then(|mut file| {
        file.write_all(content)?;
        // Else a power failure could leave the new name with nothing behind it.
        file.sync_all()?;
        drop(file);
        fs::rename(temporary, path)
    });
    written.map_err(|e| {
        // The first error is the one to report.
        let _ = fs::remove_file(temporary);
        Error::from(e).with_path(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::create_dir(&path).unwrap();
        let message = write_whole(&path, b"x").unwrap_err().to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        write_whole(&dir.path().join("b/c"), b"old").unwrap();
        write_whole(&dir.path().join("b/c"), b"new").unwrap();
        assert_eq!(fs::read(dir.path().join("b/c")).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path().join("b")).unwrap().count(), 1);
    }
}
