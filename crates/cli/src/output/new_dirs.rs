//! Directories that go again unless something is put into them.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::interrupt::{Goes, HalfMade};

/// The directories that were made, outermost first. Those that are empty in the end go; one that was there
/// before never does.
#[derive(Default)]
pub(crate) struct NewDirs(Vec<HalfMade>);

impl NewDirs {
    /// Makes a directory and those above it, as far as they are missing.
    pub(crate) fn create(dir: &Path) -> io::Result<Self> {
        let mut made = Self(Vec::new());
        let is_missing = |dir: &&Path| !dir.as_os_str().is_empty() && !dir.is_dir();
        let missing: Vec<_> = dir.ancestors().take_while(is_missing).collect();
        let create = |dir| fs::create_dir(dir).map(|()| dir);
        for dir in missing.into_iter().rev() {
            match HalfMade::make(Goes::IfEmpty, || create(dir), |dir| dir) {
                Ok((_, dir)) => made.0.push(dir),
                // Somebody else made it meanwhile.
                Err(e) if e.kind() == ErrorKind::AlreadyExists && dir.is_dir() => {}
                Err(e) => return Err(e),
            }
        }
        Ok(made)
    }
}

impl Drop for NewDirs {
    fn drop(&mut self) {
        for dir in self.0.iter().rev() {
            if fs::remove_dir(dir.path()).is_err() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_and_stayed_empty_goes() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own");
        fs::create_dir(&own).unwrap();
        drop(NewDirs::create(&own.join("a/b")).unwrap());
        assert!(own.is_dir() && !own.join("a").exists());
        let made = NewDirs::create(&own.join("a/b")).unwrap();
        fs::write(own.join("a/file"), "").unwrap();
        drop(made);
        assert!(own.join("a/file").exists() && !own.join("a/b").exists());
        assert!(NewDirs::create(&own.join("a/file/x")).is_err());
    }
}
