//! Writing profiles.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::os;
use crate::plugin::profile::Profile;
use crate::proto::Message as _;

impl Profile {
    /// Writes all spans that have ended to `<dir>/plugins/profile/<session>/<host>.xplane.pb`, and returns that
    /// path. `dir` is a run's directory or the logdir itself; the session is the name by which users pick the
    /// profile.
    ///
    /// # Errors
    ///
    /// A session that has a profile of this host already, because xprof would go on showing what it remembers
    /// of the old one; a session whose name is none for a directory; files that cannot be written; a profile
    /// of 2 GiB or more.
    pub fn write(&self, dir: impl AsRef<Path>, session: &str) -> Result<PathBuf> {
        if matches!(session, "" | "." | "..") || os::part_of_path(session) != session {
            return Err(Error::argument(format!(
                "invalid profile session {session:?}: it becomes the name of a directory"
            )));
        }
        let dir = dir.as_ref().join("plugins/profile").join(session);
        let path = dir.join(format!("{}.xplane.pb", files::host()));
        if path.exists() {
            return Err(Error::argument(format!(
                "the profile session {session:?} already has a profile of this host: choose a different name"
            ))
            .with_path(path));
        }
        let space = self.to_xspace();
        // A limit of protobuf's, not of ours.
        if i32::try_from(space.encoded_len()).is_err() {
            return Err(Error::argument(
                "a profile of 2 GiB or more cannot be read by any program: set a smaller limit of spans",
            ));
        }
        files::write_whole(&path, &space.encode_to_vec())?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::proto::xplane::XSpace;

    #[test]
    fn a_session_is_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::new();
        drop(
            profile
                .thread("t")
                .record("x", Duration::ZERO, Duration::from_micros(1)),
        );
        let path = profile.write(dir.path().join("run"), "first").unwrap();
        let written = XSpace::decode(&std::fs::read(&path).unwrap()[..]).unwrap();
        assert_eq!(written, profile.to_xspace());
        let again = profile
            .write(dir.path().join("run"), "first")
            .unwrap_err()
            .to_string();
        assert!(again.contains("choose a different name"), "{again}");
        profile.write(dir.path().join("run"), "second").unwrap();
        for name in ["", ".", "..", "a/b", "a\\b"] {
            assert!(profile.write(dir.path(), name).is_err(), "{name:?}");
        }
    }
}
