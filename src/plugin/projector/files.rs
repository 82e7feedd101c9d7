//! The files beside an event file: their names, and writing them whole.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Writes a file so that readers find all of it or what was there before. Its directory is made where needed.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<()> {
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

/// A tag as one part of a path, on every system: what could be understood otherwise is percent-encoded.
pub(super) fn name_of(tag: &str) -> String {
    let last = tag.chars().count().saturating_sub(1);
    let mut name = String::new();
    for (i, c) in tag.chars().enumerate() {
        let plain = match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => true,
            // `..` leads out, a leading dot hides, and Windows forgets one at the end.
            '.' => i > 0 && i < last,
            _ => !c.is_ascii() && !c.is_whitespace() && !c.is_control(),
        };
        if plain {
            name.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                name.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_their_directory() {
        for (tag, name) in [
            ("words", "words"),
            ("a/b", "a%2fb"),
            ("..", "%2e%2e"),
            (".hidden", "%2ehidden"),
            ("v1.2", "v1.2"),
            ("end.", "end%2e"),
            ("C:\\x", "C%3a%5cx"),
            ("50%", "50%25"),
            ("a b\n", "a%20b%0a"),
            ("é", "é"),
        ] {
            assert_eq!(name_of(tag), name);
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::create_dir(&path).unwrap();
        let message = write(&path, b"x").unwrap_err().to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        write(&dir.path().join("b/c"), b"old").unwrap();
        write(&dir.path().join("b/c"), b"new").unwrap();
        assert_eq!(fs::read(dir.path().join("b/c")).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path().join("b")).unwrap().count(), 1);
    }
}
