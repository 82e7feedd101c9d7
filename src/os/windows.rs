//! Windows: names are Unicode and may not be everything, files are known by volume and index.

use std::fs::{File, Metadata};
use std::io;
use std::os::windows::fs::FileExt as _;
use std::path::Path;

pub(crate) use super::not_unix::{check_linked, folded, name_from, part_of_path, sync_dir};

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
