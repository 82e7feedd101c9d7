//! What is the same on every system but Unix: names are Unicode, and there is little to ask about files.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

pub(crate) use super::strict_part_of_path as part_of_path;

/// Fails if there is no file of that name any more.
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
