//! Names of event files.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::files;
use crate::os;
use crate::types::WallTime;
use crate::writer::directory;

const PREFIX: &[u8] = b"events.out.tfevents.";

/// No number gets longer than this for the sake of keeping the length of another one.
const MAX_DIGITS: usize = 20;

/// Numbers the writers of this process, as the uid in a file's name.
static NEXT_UID: AtomicU64 = AtomicU64::new(0);

/// A new event file and what was there before it.
#[derive(Debug)]
pub(crate) struct Created {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    /// The directories that got a new entry: the file's own, and the parents of those that were created.
    pub(crate) changed_dirs: Vec<PathBuf>,
    /// Whether the run has event files already, which readers will read before this one.
    pub(crate) continues: bool,
}

/// Creates `events.out.tfevents.<secs>.<host>.<pid>.<uid><suffix>`, never an existing file.
///
/// TensorBoard reads the files of a run in the order of their names, so this one sorts after every file that is
/// already there: a restart within the second, or behind a clock that ran ahead, still follows what it continues.
pub(crate) fn create(dir: &Path, now: WallTime, suffix: &str) -> Result<Created> {
    let end = format!("0{suffix}");
    if os::part_of_path(&end) != end {
        return Err(Error::argument(format!(
            "the suffix {suffix:?} cannot be the end of a file name here"
        )));
    }
    let changed_dirs = directory::create(dir).map_err(|e| Error::from(e).with_path(dir))?;
    let host = files::host();
    let others = event_file_names(dir);
    let start = start_after(others.iter().max().map(Vec::as_slice), now);
    let pid = std::process::id();
    loop {
        let uid = NEXT_UID.fetch_add(1, Ordering::Relaxed);
        let mut name = start.clone();
        name.extend_from_slice(format!(".{host}.{pid}.{uid}{suffix}").as_bytes());
        let name = os::name_from(name).ok_or_else(|| {
            Error::argument("the name of another file in the directory is not Unicode")
        })?;
        let path = dir.join(name);
        match File::create_new(&path) {
            Ok(file) => {
                return Ok(Created {
                    file,
                    path,
                    changed_dirs,
                    continues: !others.is_empty(),
                });
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(Error::from(e).with_path(path)),
        }
    }
}

/// The names of a directory's event files. A directory that cannot be listed can still be written to, so
/// that is not an error.
fn event_file_names(dir: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .filter(|entry| !entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.file_name())
        .filter(|name| files::is_event_file(name))
        .map(OsString::into_encoded_bytes)
        .collect()
}

/// What a name has to start with, followed by a dot, to sort after `last`, byte by byte.
fn start_after(last: Option<&[u8]>, now: WallTime) -> Vec<u8> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    let now = format!("{:010}", now.as_secs() as u64).into_bytes();
    let usual = [PREFIX, &now].concat();
    let Some(last) = last else {
        return usual;
    };
    if last < PREFIX {
        return usual;
    }
    // Where a number has to be greater than another one: behind the usual prefix, or else behind as much of the
    // greatest name as it takes. What `last` itself starts with always has an event file's name.
    let tfevents = last.windows(8).position(|w| w == b"tfevents");
    let after = tfevents.map_or(last.len(), |at| at + 8);
    let dots = (after..last.len()).filter(|&i| last.get(i) == Some(&b'.'));
    let usual = last.starts_with(PREFIX).then_some(PREFIX.len());
    for at in usual.into_iter().chain(dots.map(|dot| dot + 1)) {
        let (stem, rest) = last.split_at(at);
        if let Some(number) = number_after(rest, &now) {
            return [stem, &number].concat();
        }
    }
    [last, b".", &now].concat()
}

/// `now`, or if that is too small another number that, followed by a dot, sorts after `rest`.
fn number_after(rest: &[u8], now: &[u8]) -> Option<Vec<u8>> {
    let with_dot = [now, b"."].concat();
    if with_dot.as_slice() > rest && !rest.starts_with(&with_dot) {
        return Some(now.to_vec());
    }
    let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, behind) = rest.split_at(len);
    let kept = len.min(MAX_DIGITS);
    // The next number of as many digits.
    let below_nine = |&digit: &u8| digit < b'9';
    let raised = digits[..kept].iter().rposition(below_nine);
    if let Some(at) = raised.or_else(|| digits.iter().position(below_nine)) {
        let mut number = digits[..=at].to_vec();
        number[at] += 1;
        number.resize(kept.max(now.len()).max(at + 1), b'0');
        return Some(number);
    }
    // Nines only: one digit more, unless what follows them is greater than any.
    if behind.first().is_some_and(|&next| next >= b'0') {
        return None;
    }
    let mut number = digits.to_vec();
    number.resize(now.len().max(len + 1), b'0');
    Some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_follow_the_pattern_and_sort_by_creation() {
        let dir = tempfile::tempdir().unwrap();
        let now = WallTime::from_secs(1_700_000_000.9);
        let names: Vec<String> = (0..3)
            .map(|_| create(dir.path(), now, ".v2").unwrap().path)
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(
            names[0].starts_with("events.out.tfevents.1700000000."),
            "{names:?}"
        );
        assert!(
            names[2].starts_with("events.out.tfevents.1700000002."),
            "{names:?}"
        );
        assert!(names[0].ends_with(".v2"), "{names:?}");
        let early = WallTime::from_secs(5.0);
        let fresh = tempfile::tempdir().unwrap();
        let created = create(&fresh.path().join("a/b"), early, "").unwrap();
        let path = created.path.to_str().unwrap();
        assert!(path.contains("tfevents.0000000005."), "{path}");
    }

    #[test]
    fn names_sort_behind_those_that_count_microseconds() {
        let dir = tempfile::tempdir().unwrap();
        let now = WallTime::from_secs(1_600_000_000.0);
        let micros = "events.out.tfevents.1700000000999999.host.v2";
        fs::write(dir.path().join(micros), "").unwrap();
        let created = create(dir.path(), now, "").unwrap();
        let name = created.path.file_name().unwrap().to_str().unwrap();
        assert!(name > micros, "{name}");
        assert!(created.continues);
    }

    /// Names of other writers, and of files that only look like theirs.
    fn names() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "events\\.out\\.tfevents\\.[09]{0,12}[0-9]{0,3}(\\.(host|v2|gz|9|0)){0,3}",
            2 => "events\\.out\\.tfevents[.a9_:]{0,3}[0-9]{0,25}[.a~9/-0]{0,3}",
            2 => "[a-z~.]{0,8}\\.?tfevents(\\.[a-z0-9]{0,12}){0,4}",
            1 => "[\u{1}-\u{10ffff}]{0,8}tfevents[\u{1}-\u{10ffff}]{0,8}",
        ]
        .prop_map(|name| name.replace('/', "_"))
    }

    proptest! {
        #[test]
        fn a_name_sorts_after_every_other_one(
            others in prop::collection::vec(names(), 0..6),
            now in prop_oneof![0.0..3e9, Just(9_999_999_999.0), Just(1e12)],
        ) {
            let mut names: Vec<_> = others.into_iter().map(String::into_bytes).collect();
            // And after its own kind, without growing.
            let mut lengths = Vec::new();
            for uid in 0..20 {
                let last = names.iter().max().map(Vec::as_slice);
                let mut name = start_after(last, WallTime::from_secs(now));
                name.extend_from_slice(format!(".host.1.{uid}").as_bytes());
                prop_assert!(names.iter().all(|other| *other < name), "{name:?} {names:?}");
                prop_assert!(name.windows(8).any(|w| w == b"tfevents"));
                lengths.push(name.len());
                names.push(name);
            }
            prop_assert!(lengths[19] <= lengths[1] + 3, "{lengths:?}");
        }
    }

    #[test]
    fn numbers_may_get_another_digit() {
        let start = |last: &str| {
            let now = WallTime::from_secs(1_700_000_000.0);
            String::from_utf8(start_after(Some(last.as_bytes()), now)).unwrap()
        };
        for (last, next) in [
            (
                "events.out.tfevents.9.host",
                "events.out.tfevents.9000000000",
            ),
            (
                "events.out.tfevents.9999999999.host",
                "events.out.tfevents.99999999990",
            ),
            (
                "events.out.tfevents.1800000009.host",
                "events.out.tfevents.1800000010",
            ),
            (
                "events.out.tfevents.1700000000",
                "events.out.tfevents.1700000000",
            ),
            (
                "events.out.tfevents.1700000000.host",
                "events.out.tfevents.1700000001",
            ),
            ("events.out.tfevents", "events.out.tfevents.1700000000"),
            ("a.tfevents.5", "events.out.tfevents.1700000000"),
            (
                "train.out.tfevents.1800000000000000.host",
                "train.out.tfevents.1800000000000001",
            ),
            (
                "events.out.tfevents.abc.host",
                "events.out.tfevents.abc.host.1700000000",
            ),
        ] {
            assert_eq!(start(last), next, "after {last}");
        }
    }

    /// Only Unix has a call that makes such a name comparable.
    #[cfg(all(unix, not(tfevents_portable)))]
    #[test]
    fn names_that_are_not_unicode_count() {
        use std::os::unix::ffi::OsStrExt as _;

        let dir = tempfile::tempdir().unwrap();
        let odd = std::ffi::OsStr::from_bytes(b"events.out.tfevents.\xff");
        fs::write(dir.path().join(odd), "").unwrap();
        let created = create(dir.path(), WallTime::now(), "").unwrap();
        assert!(created.path.file_name().unwrap() > odd, "{created:?}");
        assert!(created.continues);
    }

    #[test]
    fn directories_are_no_files() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("z.tfevents.d")).unwrap();
        let created = create(dir.path(), WallTime::now(), "").unwrap();
        assert!(!created.continues);
        let name = created.path.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("events.out.tfevents."), "{name}");
    }

    #[test]
    fn a_suffix_cannot_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        assert!(create(dir.path(), WallTime::now(), "/../x").is_err());
    }
}
