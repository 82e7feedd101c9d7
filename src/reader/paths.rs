//! Paths as what sorts them, as names of runs, and as parts of a position.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::{files, os};

/// What paths are ordered by.
pub(super) fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// A path as the name of a run.
pub(super) fn name_of(path: &Path) -> String {
    files::text_of(path, |valid| with_slashes(valid, std::path::MAIN_SEPARATOR))
}

/// Runs have the same names on every system.
fn with_slashes(path: &str, separator: char) -> Cow<'_, str> {
    match separator {
        '/' => path.into(),
        _ => path.replace(separator, "/").into(),
    }
}

/// A path on one line, losslessly: bytes that are not printable ASCII become `%NN`.
pub(super) fn escape(path: &Path) -> String {
    let mut text = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The path that [`escape`] was given.
pub(super) fn unescape(text: &str) -> Result<PathBuf> {
    let bad = || Error::argument(format!("{text:?} is not an escaped path"));
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, tail) = rest.split_at_checked(2).ok_or_else(bad)?;
        let digits = std::str::from_utf8(digits).map_err(|_| bad())?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| bad())?);
        rest = tail;
    }
    os::name_from(bytes).map(PathBuf::from).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_escaping() {
        let path = Path::new("/a b/ü%/x\ny");
        assert_eq!(unescape(&escape(path)).unwrap(), path);
        assert!(unescape("%4").is_err() && unescape("%zz").is_err());
    }

    #[test]
    fn runs_are_named_with_slashes() {
        assert_eq!(with_slashes(r"a\b\c", '\\'), "a/b/c");
        assert_eq!(with_slashes(r"a\b/c", '/'), r"a\b/c");
    }
}
