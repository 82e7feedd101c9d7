//! Unix: names are bytes, and files are known by their inodes.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

/// The numbers of errors that say that no more files can be opened.
pub(crate) const OUT_OF_DESCRIPTORS: &[i32] = &[
    rustix::io::Errno::MFILE.raw_os_error(),
    rustix::io::Errno::NFILE.raw_os_error(),
];

/// This machine's name.
pub(crate) fn host() -> String {
    let system = rustix::system::uname();
    system.nodename().to_string_lossy().into_owned()
}

/// Reads from `offset` on, whatever other threads do with the file.
pub(crate) fn read_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buf, offset)
}

/// What tells a file from every other one that exists, if the system has such a thing.
#[expect(clippy::unnecessary_wraps, reason = "not so elsewhere")]
pub(crate) fn identity(_path: &Path, metadata: &Metadata) -> io::Result<Option<(u64, u64)>> {
    Ok(Some((metadata.dev(), metadata.ino())))
}

/// The same of a file that has several names.
pub(crate) fn linked_identity(path: &Path, metadata: &Metadata) -> io::Result<Option<(u64, u64)>> {
    match metadata.nlink() {
        0 | 1 => Ok(None),
        _ => identity(path, metadata),
    }
}

/// Whether a file is certain to have one name only.
pub(crate) fn has_one_name(metadata: &Metadata) -> bool {
    metadata.nlink() == 1
}

/// Fails if the file was deleted; one that was moved is fine.
pub(crate) fn check_linked(file: &File, _path: &Path) -> io::Result<()> {
    if file.metadata()?.nlink() == 0 {
        return Err(io::Error::new(
            ErrorKind::NotFound,
            "the file was deleted while it was being written",
        ));
    }
    Ok(())
}

/// Has the directory's entries survive a power failure.
///
/// Some directories cannot be synced: not readable, or on a file system that has no such call. There the
/// operating system gives no stronger promise than it has given already.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    let Ok(dir) = File::open(dir) else {
        return Ok(());
    };
    match dir.sync_all() {
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// The name or path of which these are the bytes, if there is one.
#[expect(clippy::unnecessary_wraps, reason = "not so elsewhere")]
pub(crate) fn name_from(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// As near to `name` as one part of a path can be.
pub(crate) fn part_of_path(name: &str) -> String {
    name.replace(['/', '\\', '\0'], "_")
}

/// Names that are the same to the file system as a rule have the same of these.
pub(crate) fn folded(name: &str) -> String {
    if cfg!(target_vendor = "apple") {
        name.to_lowercase()
    } else {
        name.to_owned()
    }
}
