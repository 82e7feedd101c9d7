//! Windows: names are Unicode and may not be everything, files are known by volume and index.

use std::fs::{File, Metadata};
use std::io;
use std::os::windows::fs::FileExt as _;
use std::path::Path;

use winapi_util::file::Information;

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
    Ok(Some(numbers(&information)))
}

/// The same of a file that has several names.
pub(crate) fn linked_identity(path: &Path, _metadata: &Metadata) -> io::Result<Option<(u64, u64)>> {
    let information = winapi_util::file::information(File::open(path)?)?;
    Ok((information.number_of_links() > 1).then(|| numbers(&information)))
}

/// Whether a file is certain to have one name only: it would have to be opened for that.
pub(crate) fn has_one_name(_metadata: &Metadata) -> bool {
    false
}

fn numbers(information: &Information) -> (u64, u64) {
    (information.volume_serial_number(), information.file_index())
}
