//! A system of which nothing is known: what Rust's library can do everywhere.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

pub(crate) use super::not_unix::{check_linked, folded, name_from, part_of_path, sync_dir};

/// The numbers of errors that say that no more files can be opened; they are those of Linux and the BSDs.
pub(crate) const OUT_OF_DESCRIPTORS: &[i32] = &[23, 24];

/// This machine's name.
pub(crate) fn host() -> String {
    ["HOSTNAME", "COMPUTERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_default()
}

/// Reads from `offset` on, whatever other threads do with the file by this function.
pub(crate) fn read_at(mut file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    // All handles of a file may share its position, and two threads may have handles of one file.
    static TURN: Mutex<()> = Mutex::new(());

    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(offset))?;
    file.read(buf)
}

/// What tells a file from every other one that exists, if the system has such a thing.
#[expect(clippy::unnecessary_wraps, reason = "not so elsewhere")]
pub(crate) fn identity(_path: &Path, _metadata: &Metadata) -> io::Result<Option<(u64, u64)>> {
    Ok(None)
}

/// The same of a file that has several names.
pub(crate) use identity as linked_identity;

/// Whether a file is certain to have one name only.
pub(crate) fn has_one_name(_metadata: &Metadata) -> bool {
    false
}
