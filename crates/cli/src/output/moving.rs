//! Moving and copying files without replacing any, and without losing what is being written.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, bail};

use super::interrupt::written;
use super::{NewDirs, NewFile, place};
use crate::ui::progress::Counted;

/// Moves a file without replacing any, to another disk too: there, as a link to `first` if that is another name of the
/// file and was moved before.
///
/// # Errors
///
/// Something has that name already, or the file is being written; then it stays where it is.
pub(crate) fn move_file(from: &Path, to: &Path, first: Option<&Path>) -> Result<()> {
    let above = to.parent().unwrap_or(Path::new("."));
    let _made = NewDirs::create(above)?;
    match place(from, to) {
        Err(e) if e.kind() == ErrorKind::CrossesDevices => move_to_another_disk(from, to, first)?,
        moved => moved?,
    }
    written();
    Ok(())
}

fn move_to_another_disk(from: &Path, to: &Path, first: Option<&Path>) -> Result<()> {
    match first {
        // What was written since the first was copied must not be lost.
        Some(first) if stamp(first)? == stamp(from)? && fs::hard_link(first, to).is_ok() => {}
        _ => copy_file(from, to)?,
    }
    fs::remove_file(from).inspect_err(|_| {
        // Better in its old place only than in both.
        let _ = fs::remove_file(to);
    })?;
    Ok(())
}

/// Size and time of a file.
fn stamp(path: &Path) -> io::Result<(u64, SystemTime)> {
    let metadata = path.metadata()?;
    Ok((metadata.len(), metadata.modified()?))
}

/// Copies a file, with its time and permissions and without replacing any. All of the copy is on the disk afterwards,
/// so that the file may go.
///
/// # Errors
///
/// Something has that name already, or the file is being written.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<()> {
    let before = stamp(from)?;
    let mut copy = NewFile::create(to)?;
    io::copy(&mut Counted(File::open(from)?), &mut copy)?;
    copy.copy_permissions(from)?;
    copy.copy_modified(from)?;
    if stamp(from)? != before {
        bail!("it is being written");
    }
    copy.finish()?;
    #[cfg(unix)]
    if let Some(above) = to.parent() {
        File::open(above)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tfevents::reader::FileId;

    use super::*;

    #[test]
    fn names_of_one_file_stay_so_where_it_is_copied() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "events").unwrap();
        fs::hard_link(path("a"), path("b")).unwrap();
        fs::create_dir(path("x")).unwrap();
        for (from, to, first) in [("a", "x/a", None), ("b", "x/b", Some("x/a"))] {
            let first = first.map(path);
            move_to_another_disk(&path(from), &path(to), first.as_deref()).unwrap();
            assert!(!path(from).exists());
        }
        let [a, b] = ["x/a", "x/b"].map(|name| FileId::of(&path(name)).unwrap());
        assert_eq!(a, b);
    }

    #[test]
    fn a_file_is_copied_with_its_time_and_permissions() {
        let dir = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "sub/to"].map(|name| dir.path().join(name));
        fs::write(&from, "events").unwrap();
        let past = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        File::options()
            .write(true)
            .open(&from)
            .unwrap()
            .set_modified(past)
            .unwrap();
        let mut permissions = fs::metadata(&from).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&from, permissions).unwrap();
        copy_file(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"events");
        let metadata = fs::metadata(&to).unwrap();
        assert_eq!(metadata.modified().unwrap(), past);
        assert!(metadata.permissions().readonly());
        assert!(copy_file(&from, &to).is_err(), "nothing is replaced");
    }
}
