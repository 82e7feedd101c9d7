//! What the names and the making of files have in common.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::os;

/// This machine's name, as part of a file's name.
pub(crate) fn host() -> String {
    // Windows allows no colon, and files are copied from one system to another.
    let host = os::part_of_path(&os::host()).replace(':', "_");
    if host.is_empty() {
        "localhost".to_owned()
    } else {
        host
    }
}

/// Whether a file's name makes it an event file. That is TensorBoard's rule: the name contains `tfevents`, wherever.
#[must_use]
pub fn is_event_file(name: &OsStr) -> bool {
    name.as_encoded_bytes().windows(8).any(|w| w == b"tfevents")
}

/// A path as text for people: valid UTF-8 as it is, other bytes as `\xNN`.
///
/// # Examples
///
/// ```
/// # #[cfg(unix)] {
/// use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, path::Path};
/// use tfevents::reader::path_text;
///
/// assert_eq!(path_text(Path::new(OsStr::from_bytes(b"run\xff"))), r"run\xff");
/// # }
/// ```
#[must_use]
pub fn path_text(path: &Path) -> String {
    text_of(path, |valid| Cow::Borrowed(valid))
}

/// The same with what `valid` makes of the parts that are valid.
pub(crate) fn text_of(path: &Path, valid: impl Fn(&str) -> Cow<'_, str>) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(&valid(chunk.valid()));
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Refuses a path that is a URL: writing to it would create a directory named `s3:`.
///
/// # Errors
///
/// A URL, with or without a host. `./s3:/runs` is a path.
pub fn check_local(path: &Path) -> Result<()> {
    let text = path.to_string_lossy();
    let Some((scheme, rest)) = text.split_once(":/").filter(|(s, _)| is_scheme(s)) else {
        return Ok(());
    };
    let instead = if scheme.eq_ignore_ascii_case("file") {
        let path = rest
            .strip_prefix('/')
            .map_or(format!("/{rest}"), str::to_owned);
        format!("pass the path alone, `{path}`")
    } else {
        "copy between it and a local directory".to_owned()
    };
    Err(Error::argument(format!(
        "`{text}` is a URL, but only local files can be read and written: {instead}"
    )))
}

/// Of letters, digits, `+`, `-` and `.`; one letter alone is a drive.
fn is_scheme(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text.len() > 1 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(known)
}

/// Writes a file so that readers find all of it or what was there before. Its directory is made where needed.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);

    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(|e| Error::from(e).with_path(dir))?;
    }
    let mut temporary = path.as_os_str().to_owned();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    temporary.push(format!(".{}.{number}.tmp", std::process::id()));
    let temporary = Path::new(&temporary);
    let written = File::create(temporary).and_then(|mut file| {
        file.write_all(content)?;
        // Else a power failure could leave the new name with nothing behind it.
        file.sync_all()?;
        drop(file);
        fs::rename(temporary, path)
    });
    written.map_err(|e| {
        // The first error is the one to report.
        let _ = fs::remove_file(temporary);
        Error::from(e).with_path(path)
    })
}

/// Opens a file that has a known name or one that another file gives: whoever made that may have put anything
/// there. Regular files of at most `limit` bytes only; the bytes that it has now.
pub(crate) fn open_regular(path: &Path, limit: u64) -> io::Result<io::Take<File>> {
    // Opening a pipe waits for its writer, and opening a device may set it to work.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > limit {
        let what = format!("{len} bytes exceed the limit of {limit} for such a file");
        return Err(io::Error::other(what));
    }
    Ok(file.take(len))
}

/// Whether nothing has a name: not even when a directory in it was replaced by a file.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// The text of a file that may be beside event files, or anything else with its name; `None` if it does not exist.
///
/// # Errors
///
/// What is no regular file, such as a pipe that would have to be waited for, has more than `limit` bytes, is not UTF-8 or
/// cannot be read. The error names it.
pub fn read_text(path: &Path, limit: u64) -> Result<Option<String>> {
    let mut text = String::new();
    let file = open_regular(path, limit);
    match file.and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => Ok(Some(text)),
        Err(e) if is_absent(&e) => Ok(None),
        Err(e) => Err(Error::from(e).with_path(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::create_dir(&path).unwrap();
        let message = write_whole(&path, b"x").unwrap_err().to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        write_whole(&dir.path().join("b/c"), b"old").unwrap();
        write_whole(&dir.path().join("b/c"), b"new").unwrap();
        assert_eq!(fs::read(dir.path().join("b/c")).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path().join("b")).unwrap().count(), 1);
    }

    #[test]
    fn urls_are_no_paths() {
        for url in [
            "s3://bucket/run",
            "gs://bucket",
            "hdfs://host:9000/x",
            "file:///tmp/run",
            "file:/tmp/run",
            "dbfs:/mnt/runs",
            "s3:/bucket",
            "S3A://b",
            "abfss://c@a.dfs.core.windows.net/x",
            "svn+ssh://x",
            "http://",
        ] {
            let error = check_local(Path::new(url)).unwrap_err().to_string();
            assert!(error.contains(&format!("`{url}` is a URL")), "{error}");
            assert_eq!(
                error.contains("`/tmp/run`"),
                url.starts_with("file"),
                "{error}"
            );
        }
        for path in [
            "./s3://x", "a/s3://x", "C://x", "C:/x", "s3:", "://x", "1a://x", "/s3:/x",
        ] {
            check_local(Path::new(path)).unwrap();
        }
    }

    #[test]
    fn only_regular_files_of_some_length_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "12345").unwrap();
        let mut text = String::new();
        let mut file = open_regular(&path, 5).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "12345");
        let message = open_regular(&path, 4).unwrap_err().to_string();
        assert!(
            message.contains("5 bytes exceed the limit of 4"),
            "{message}"
        );
        let message = open_regular(dir.path(), 5).unwrap_err().to_string();
        assert_eq!(message, "not a regular file");
        let missing = open_regular(&dir.path().join("b"), 5).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        #[cfg(unix)]
        {
            let zero = dir.path().join("zero");
            std::os::unix::fs::symlink("/dev/zero", &zero).unwrap();
            assert!(open_regular(&zero, 5).is_err());
        }
    }
}
