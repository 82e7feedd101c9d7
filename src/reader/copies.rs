//! Files that are copies of an event file beside them: about to take its place, or left over.
//!
//! Their names contain `tfevents`, too, so TensorBoard reads them, and shows every point twice. That is right for
//! a logdir as it stands, but a follower would report everything again each time such a file comes and goes.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::reader::run::Run;

/// What is put before a name, together with something after it: by rsync (`.NAME.a1B2c3`), Vim
/// (`.NAME.swp`), Emacs (`.#NAME`, `#NAME#`), macOS (`._NAME`), Office (`~$NAME`, `.~lock.NAME#`), Windows and Google
/// Drive (`Copy of NAME`), Syncthing, Unison, FTP servers.
const BEFORE: [&[u8]; 13] = [
    b".#",
    b"._",
    b".~",
    b".~lock.",
    b"~$",
    b"Copy of ",
    b".syncthing.",
    b"~syncthing~",
    b".unison.",
    b".in.",
    b".",
    b"#",
    b"~",
];

/// What is put after a name: by hand, by editors, SFTP and FTP clients, downloaders, browsers, Google Cloud Storage, Resilio.
const BEHIND: [&[u8]; 19] = [
    b"~",
    b".bak",
    b".orig",
    b".old",
    b".save",
    b".aria2",
    b".lftp-pget-status",
    b".tmp",
    b".temp",
    b".part",
    b".filepart",
    b".partial",
    b".crdownload",
    b".download",
    b".swp",
    b".swo",
    b".swx",
    b".!sync",
    b"_.gstmp",
];

/// How words begin that are put into a name, before its extension or another dot: by Dropbox (`NAME (Bob's
/// conflicted copy 2024-05-01).EXT`), iCloud and file managers (`NAME 2.EXT`, `NAME - Copy.EXT`), ownCloud, Syncthing.
const INSIDE: [&[u8]; 3] = [b" ", b"_conflict-", b".sync-conflict-"];

/// Directories into which rsync puts files before they take the place of those beside the directory.
const DIRECTORIES: [&str; 2] = [".~tmp~", ".rsync-partial"];

/// What a compressed file's name ends with.
const COMPRESSED: [&[u8]; 5] = [b".gz", b".gzip", b".zst", b".zstd", b".zz"];

/// What the name ends with of a file that TensorFlow's profiler leaves so that its directory is a run. It holds no points,
/// and TensorBoard's Python loader does not read it. Beside event files it is left out.
const MARKER: &[u8] = b".profile-empty";

/// How many followed files are compared with new ones, to tell which of them got another name.
const MOST_RENAMED: usize = 100;

/// Whether a file of this name is a copy of another one beside it. `exists` knows the names that are there.
fn is_copy(name: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> bool {
    hidden(name, exists) || extended(name, exists) || inserted(name, exists)
}

/// What a new listing of a directory means to a follower of the files in it.
#[derive(Debug, Default)]
pub(crate) struct Change<'a> {
    /// The files that are to be followed from now on.
    pub(crate) new: Vec<&'a Path>,
    /// Followed files that may be among the new ones under another name: they are gone, or were followed before they
    /// turned out to be copies.
    pub(crate) renamed: Vec<PathBuf>,
}

impl<'a> Change<'a> {
    /// Compares the files of a run with those of its directory that are `followed`, and leaves out copies and markers.
    pub(crate) fn of<'f>(run: &'a Run, followed: impl Iterator<Item = &'f Path>) -> Self {
        let followed: HashSet<_> = followed.collect();
        let mut new = Self::not_followed(run, &followed);
        if new.is_empty() || is_transit(run.dir()) {
            return Self::default();
        }
        let files = run.files().iter().map(PathBuf::as_path);
        let names: HashSet<_> = files.chain(followed.iter().copied()).map(name_of).collect();
        let is_marker = |name: &[u8]| {
            name.ends_with(MARKER) && names.iter().any(|name| !name.ends_with(MARKER))
        };
        new.retain(|path| {
            let name = name_of(path);
            !is_copy(name, &|name| names.contains(name)) && !is_marker(name)
        });
        let names: HashSet<_> = new.iter().copied().map(name_of).collect();
        let may_be_renamed =
            |path: &Path| is_copy(name_of(path), &|name| names.contains(name)) || is_gone(path);
        let renamed = followed.into_iter().filter(|path| may_be_renamed(path));
        Self::between(renamed, new)
    }

    /// The same for a run that is read as it stands, with its copies.
    pub(crate) fn with_copies<'f>(run: &'a Run, followed: impl Iterator<Item = &'f Path>) -> Self {
        let followed: HashSet<_> = followed.collect();
        let new = Self::not_followed(run, &followed);
        if new.is_empty() {
            return Self::default();
        }
        Self::between(followed.into_iter().filter(|path| is_gone(path)), new)
    }

    /// The files that are followed under none of their names.
    fn not_followed(run: &'a Run, followed: &HashSet<&Path>) -> Vec<&'a Path> {
        let is_followed = |path: &Path| run.names(path).any(|name| followed.contains(name));
        let files = run.files().iter().map(PathBuf::as_path);
        files.filter(|path| !is_followed(path)).collect()
    }

    fn between<'f>(renamed: impl Iterator<Item = &'f Path>, new: Vec<&'a Path>) -> Self {
        let mut renamed: Vec<_> = renamed.map(Path::to_path_buf).collect();
        renamed.sort_unstable();
        // Each is compared with each new one, so there must not be too many.
        renamed.truncate(MOST_RENAMED);
        Self { new, renamed }
    }

    /// Takes out the followed file that a new one continues, which `continues` decides.
    pub(crate) fn take_renamed(
        &mut self,
        mut continues: impl FnMut(&Path) -> bool,
    ) -> Option<PathBuf> {
        let at = self.renamed.iter().position(|old| continues(old))?;
        Some(self.renamed.remove(at))
    }
}

fn is_gone(path: &Path) -> bool {
    path.symlink_metadata().is_err()
}

fn name_of(path: &Path) -> &[u8] {
    path.file_name().map_or(b"", OsStr::as_encoded_bytes)
}

impl Run {
    /// Whether its directory is one of those into which a program that copies, such as `rsync`, puts files until they
    /// are complete.
    #[must_use]
    pub fn is_in_transit(&self) -> bool {
        is_transit(self.dir())
    }
}

/// Whether a directory only holds files that are about to go elsewhere.
fn is_transit(dir: &Path) -> bool {
    dir.file_name()
        .is_some_and(|name| DIRECTORIES.iter().any(|known| name == *known))
}

/// The name of the file of which this one, by its name, is the compressed form.
pub(crate) fn uncompressed(name: &[u8]) -> Option<&[u8]> {
    COMPRESSED.iter().find_map(|end| name.strip_suffix(*end))
}

fn hidden(name: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> bool {
    let rests = BEFORE.iter().filter_map(|start| name.strip_prefix(*start));
    rests.into_iter().any(|rest| {
        let ends = (0..rest.len()).filter(|&i| matches!(rest[i], b'.' | b'#' | b'~'));
        ends.chain([rest.len()]).any(|end| exists(&rest[..end]))
    })
}

fn extended(name: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> bool {
    let stems = BEHIND.iter().filter_map(|end| name.strip_suffix(*end));
    let mut stems = stems.chain(uncompressed(name)).chain(numbered_backup(name));
    let exists_without = |name| without_number(name).is_some_and(exists);
    exists_without(name) || stems.any(|stem| exists(stem) || exists_without(stem))
}

/// Without eight random hexadecimal digits, as boto3 (`NAME.6cEb3A23`) and rclone have them. Digits alone may be a
/// process.
fn without_number(name: &[u8]) -> Option<&[u8]> {
    let (stem, end) = name.split_at_checked(name.len().checked_sub(9)?)?;
    let digits = end.strip_prefix(b".")?;
    let random = digits.iter().all(u8::is_ascii_hexdigit) && !digits.iter().all(u8::is_ascii_digit);
    random.then_some(stem)
}

/// Without the end of a numbered backup, `.~1~`.
fn numbered_backup(name: &[u8]) -> Option<&[u8]> {
    let rest = name.strip_suffix(b"~")?;
    let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    rest[..rest.len() - digits].strip_suffix(b".~")
}

fn inserted(name: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> bool {
    let without = |start: usize, end: usize| exists(&[&name[..start], &name[end..]].concat());
    (1..name.len()).any(|start| {
        let rest = &name[start..];
        let mut ends = (start + 1..name.len()).filter(|&i| name[i] == b'.');
        if INSIDE.iter().any(|word| rest.starts_with(word)) {
            return ends.chain([name.len()]).any(|end| without(start, end));
        }
        // OneDrive adds the computer's name, in capitals, before the extension. Hosts have hyphens, too, but not
        // behind the process.
        let computer = rest.starts_with(b"-") && rest.get(1).is_some_and(u8::is_ascii_uppercase);
        computer && ends.next_back().is_some_and(|end| without(start, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "events.out.tfevents.1700000000.host.123.0";

    fn is_copy_of(name: &str, others: &[&str]) -> bool {
        is_copy(name.as_bytes(), &|other| {
            others.iter().any(|known| known.as_bytes() == other)
        })
    }

    #[test]
    fn names_of_copies_are_known() {
        for copy in [
            ".events.out.tfevents.1700000000.host.123.0.a1B2c3",
            ".events.out.tfevents.1700000000.host.123.0.Zz9yXw",
            ".~events.out.tfevents.1700000000.host.123.0",
            ".events.out.tfevents.1700000000.host.123.0.swp",
            ".events.out.tfevents.1700000000.host.123.0.un~",
            ".#events.out.tfevents.1700000000.host.123.0",
            ".~lock.events.out.tfevents.1700000000.host.123.0#",
            "Copy of events.out.tfevents.1700000000.host.123.0",
            "events.out.tfevents.1700000000.host.123.0.old",
            "events.out.tfevents.1700000000.host.123.0.save",
            "events.out.tfevents.1700000000.host.123.0.aria2",
            "events.out.tfevents.1700000000.host.123.0.lftp-pget-status",
            "#events.out.tfevents.1700000000.host.123.0#",
            "._events.out.tfevents.1700000000.host.123.0",
            "~$events.out.tfevents.1700000000.host.123.0",
            ".syncthing.events.out.tfevents.1700000000.host.123.0.tmp",
            "~syncthing~events.out.tfevents.1700000000.host.123.0.tmp",
            ".in.events.out.tfevents.1700000000.host.123.0.",
            ".unison.events.out.tfevents.1700000000.host.123.0.4fd2.unison.tmp",
            "events.out.tfevents.1700000000.host.123.0~",
            "events.out.tfevents.1700000000.host.123.0.~12~",
            "events.out.tfevents.1700000000.host.123.0.filepart",
            "events.out.tfevents.1700000000.host.123.0.part",
            "events.out.tfevents.1700000000.host.123.0.tmp",
            "events.out.tfevents.1700000000.host.123.0.bak",
            "events.out.tfevents.1700000000.host.123.0.crdownload",
            "events.out.tfevents.1700000000.host.123.0_.gstmp",
            "events.out.tfevents.1700000000.host.123.0.6cEb3A23",
            "events.out.tfevents.1700000000.host.123.0.1a2b3c4d.partial",
            "events.out.tfevents.1700000000.host.123.0.gz",
            "events.out.tfevents.1700000000.host.123 (Bob's conflicted copy 2024-05-01).0",
            "events.out.tfevents.1700000000.host.123.0 (conflicted copy 2024-05-01 101010)",
            "events.out.tfevents.1700000000.host.123 (a.b's conflicted copy).0",
            "events.out.tfevents.1700000000.host.123 (1).0",
            "events.out.tfevents.1700000000.host.123 2.0",
            "events.out.tfevents.1700000000.host.123 - Copy.0",
            "events.out.tfevents.1700000000.host.123_conflict-20240501-101010.0",
            "events.out.tfevents.1700000000.host.123.sync-conflict-20240501-101010-ABCDEFG.0",
            "events.out.tfevents.1700000000.host.123-DESKTOP-7A.0",
        ] {
            assert!(is_copy_of(copy, &[NAME]), "{copy}");
            assert!(!is_copy_of(copy, &[copy]), "{copy}, with no other file");
            assert!(!is_copy_of(NAME, &[NAME, copy]), "{NAME} beside {copy}");
        }
    }

    #[test]
    fn files_of_other_writers_are_no_copies() {
        let tf1 = "events.out.tfevents.1700000000.host";
        for (name, beside) in [
            (NAME, tf1),
            (tf1, NAME),
            ("events.out.tfevents.1700000000.host.v2", tf1),
            ("events.out.tfevents.1700000000.host.profile-empty", tf1),
            ("events.out.tfevents.1700000000.host.12345678", tf1),
            ("events.out.tfevents.1700000000.host-A", tf1),
            ("events.out.tfevents.1700000000.host-A.123.0", NAME),
            (
                "events.out.tfevents.1700000000.HOST-A.123.0",
                "events.out.tfevents.1700000000.HOST.123.0",
            ),
            ("events.out.tfevents.1700000000.host.123.1", NAME),
            ("events.out.tfevents.1700000000.host.123.0.worker1", NAME),
            (".hidden.tfevents.123456", NAME),
        ] {
            assert!(!is_copy_of(name, &[name, beside]), "{name} beside {beside}");
        }
    }
}
