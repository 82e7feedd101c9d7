//! Moving without replacing anything.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Gives a file or a directory another name in the same file system.
///
/// # Errors
///
/// [`ErrorKind::AlreadyExists`] if something has that name, whoever made it and however late;
/// [`ErrorKind::CrossesDevices`].
pub(crate) fn place(from: &Path, to: &Path) -> io::Result<()> {
    match rename_exclusively(from, to) {
        // Not every file system can.
        Err(e) if matches!(e.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) => {}
        done => return done,
    }
    if from.symlink_metadata()?.is_dir() {
        return rename_dir(from, to);
    }
    match link(from, to) {
        Err(e)
            if !matches!(
                e.kind(),
                ErrorKind::AlreadyExists | ErrorKind::CrossesDevices
            ) =>
        {
            reserve_file(from, to)
        }
        done => done,
    }
}

#[cfg(any(target_os = "android", target_os = "linux", target_vendor = "apple"))]
fn rename_exclusively(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "android", target_os = "linux", target_vendor = "apple")))]
fn rename_exclusively(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// A link never replaces anything.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from).inspect_err(|_| {
        // Better under its old name only than under both.
        let _ = fs::remove_file(to);
    })
}

/// Where there are no links either: only one caller can make the file that is replaced then.
fn reserve_file(from: &Path, to: &Path) -> io::Result<()> {
    File::create_new(to)?;
    fs::rename(from, to).inspect_err(|_| {
        let _ = fs::remove_file(to);
    })
}

/// A directory never replaces anything but an empty one, should somebody make that right now.
fn rename_dir(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_in_whichever_way() {
        for way in [place, link, reserve_file] {
            let dir = tempfile::tempdir().unwrap();
            let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
            fs::write(&a, "a").unwrap();
            fs::write(&b, "b").unwrap();
            let error = way(&a, &b).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&b).unwrap(), b"b");
            fs::remove_file(&b).unwrap();
            way(&a, &b).unwrap();
            assert_eq!((fs::read(&b).unwrap(), a.exists()), (b"a".to_vec(), false));
        }
        for way in [place, rename_dir] {
            let dir = tempfile::tempdir().unwrap();
            let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
            fs::create_dir_all(a.join("x")).unwrap();
            fs::create_dir(&b).unwrap();
            assert!(way(&a, &b).is_err(), "an empty directory is something");
            fs::remove_dir(&b).unwrap();
            way(&a, &b).unwrap();
            assert!(b.join("x").is_dir() && !a.exists());
        }
    }

    #[test]
    fn what_cannot_be_moved_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        for way in [place, link, reserve_file, rename_dir] {
            assert_eq!(way(&a, &b).unwrap_err().kind(), ErrorKind::NotFound);
            assert!(!b.exists());
        }
    }
}
