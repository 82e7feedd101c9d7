//! Windows: names are Unicode and may not be everything, files are known by volume and index.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::os::windows::fs::FileExt as _;
use std::path::Path;

pub(crate) use super::strict_part_of_path as part_of_path;

/// The numbers of errors that say that no more files can be opened.
pub(crate) const OUT_OF_DESCRIPTORS: &[i32] = &[4];

/// This machine's name.
pub(crate) fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Reads from `offset` on, whatever other threads do with the file. The position of plain reads moves with it.
pub(crate) fn read_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buf, offset)
}

/// What tells a file from every other one that exists, if the system has such a thing.
pub(crate) fn identity(path: &Path, _metadata: &Metadata) -> io::Result<Option<(u64, u64)>> {
    let information = winapi_util::file::information(File::open(path)?)?;
    let volume = information.volume_serial_number();
    Ok(Some((volume, information.file_index())))
}

/// Fails if the file was deleted. It cannot be moved while it is open.
pub(crate) fn check_linked(_file: &File, path: &Path) -> io::Result<()> {
    path.metadata().map(drop)
}

/// There is no call for it.
#[expect(clippy::unnecessary_wraps, reason = "not so elsewhere")]
pub(crate) fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

/// The name or path of which these are the bytes, if there is one.
pub(crate) fn name_from(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Names that are the same to the file system as a rule have the same of these.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}
