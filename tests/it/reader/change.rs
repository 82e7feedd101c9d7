//! Files that change under the reader.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tfevents::reader::{Cursor, FileStatus, FollowItem, Follower, Progress};
use tfevents::{LogdirState, Selection, record};

use super::{scalars, state_steps, write};

struct Case {
    dir: tempfile::TempDir,
    state: LogdirState,
}

impl Case {
    /// A run with one file of steps 1 and 2, already read.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path().join("run/e.tfevents.1"), scalars([1, 2]));
        let state = LogdirState::new(dir.path(), Selection::all());
        let mut case = Self { dir, state };
        assert_eq!(case.poll(), [1, 2]);
        case
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("run/e.tfevents.1")
    }

    fn append(&self, bytes: &[u8]) {
        append(&self.file(), bytes);
    }

    fn poll(&mut self) -> Vec<i64> {
        let _ = self.state.poll();
        state_steps(&self.state, "run")
    }
}

fn append(file: &Path, bytes: &[u8]) {
    OpenOptions::new()
        .append(true)
        .open(file)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

#[test]
fn appended_records_are_seen_whole_or_torn() {
    let mut case = Case::new();
    case.append(&scalars([3]));
    assert_eq!(case.poll(), [1, 2, 3]);
    let next = scalars([4]);
    case.append(&next[..20]);
    assert_eq!(case.poll(), [1, 2, 3]);
    case.append(&next[20..]);
    assert_eq!(case.poll(), [1, 2, 3, 4]);
}

/// SLOW never goes back to an earlier file.
#[test]
fn an_earlier_file_may_grow() {
    let mut case = Case::new();
    write(case.dir.path().join("run/e.tfevents.2"), scalars([10]));
    assert_eq!(case.poll(), [1, 2, 10]);
    case.append(&scalars([3]));
    assert_eq!(case.poll(), [1, 2, 3, 10]);
}

/// FAST never opens it again when it returns; SLOW keeps reading the deleted one.
#[test]
fn a_deleted_file_keeps_its_data_and_may_return() {
    let mut case = Case::new();
    fs::remove_file(case.file()).unwrap();
    assert_eq!(case.poll(), [1, 2]);
    let status = case
        .state
        .run("run")
        .unwrap()
        .files()
        .next()
        .unwrap()
        .follower()
        .status()
        .clone();
    assert!(matches!(status, FileStatus::Missing), "{status:?}");
    write(case.file(), scalars([1, 2, 3]));
    assert_eq!(case.poll(), [1, 2, 3], "the same file, grown");
    fs::remove_file(case.file()).unwrap();
    case.poll();
    write(case.file(), scalars([7]));
    assert_eq!(case.poll(), [7], "another file of the same name");
}

/// Not seen by either loader.
#[test]
fn a_file_replaced_by_renaming_is_read_afresh() {
    let mut case = Case::new();
    let other = case.dir.path().join("other");
    write(&other, scalars([5, 6, 7]));
    fs::rename(&other, case.file()).unwrap();
    assert_eq!(case.poll(), [5, 6, 7]);
    // A copy of the same, grown, as a synchronising tool puts it there: nothing is read twice.
    write(&other, scalars([5, 6, 7, 8]));
    fs::rename(&other, case.file()).unwrap();
    assert_eq!(case.poll(), [5, 6, 7, 8]);
}

/// FAST reads on from the old place and may splice old and new data.
#[test]
fn a_file_rewritten_in_place_is_read_afresh() {
    let mut case = Case::new();
    write(case.file(), scalars([11, 12, 13, 14]));
    assert_eq!(case.poll(), [11, 12, 13, 14]);
}

#[test]
fn a_truncated_file_is_read_afresh() {
    let mut case = Case::new();
    write(case.file(), scalars([1]));
    assert_eq!(case.poll(), [1]);
    write(case.file(), b"");
    assert!(case.poll().is_empty());
    case.append(&scalars([9]));
    assert_eq!(case.poll(), [9]);
}

/// FAST marks the file dead; the bytes may still be mended.
#[test]
fn a_damaged_tail_may_be_mended() {
    let mut case = Case::new();
    let mut next = scalars([3]);
    next[30] ^= 1;
    case.append(&next);
    assert_eq!(case.poll(), [1, 2]);
    let mut file = OpenOptions::new().write(true).open(case.file()).unwrap();
    file.seek(SeekFrom::End(-(next.len() as i64))).unwrap();
    file.write_all(&scalars([3])).unwrap();
    drop(file);
    case.append(&scalars([4]));
    assert_eq!(case.poll(), [1, 2, 3, 4]);
}

#[test]
fn zeros_may_be_overwritten() {
    let mut case = Case::new();
    let len = fs::metadata(case.file()).unwrap().len();
    case.append(&[0; 4096]);
    assert_eq!(case.poll(), [1, 2]);
    let mut file = OpenOptions::new().write(true).open(case.file()).unwrap();
    file.seek(SeekFrom::Start(len)).unwrap();
    file.write_all(&scalars([3])).unwrap();
    drop(file);
    case.append(&[0]);
    assert_eq!(case.poll(), [1, 2, 3]);
}

/// FAST drops every run when it cannot list the logdir once.
#[test]
fn a_failed_listing_drops_nothing() {
    let mut case = Case::new();
    let hidden = case.dir.path().with_extension("hidden");
    fs::rename(case.dir.path(), &hidden).unwrap();
    let polled = case.state.poll();
    assert_eq!(polled.changed, [""; 0]);
    assert_eq!(polled.problems.len(), 1);
    assert_eq!(state_steps(&case.state, "run"), [1, 2]);
    fs::rename(&hidden, case.dir.path()).unwrap();
    case.append(&scalars([3]));
    assert_eq!(case.state.poll().changed, ["run"]);
    assert_eq!(state_steps(&case.state, "run"), [1, 2, 3]);
}

/// One of two trees cannot be listed, and is where the other one grows.
#[test]
fn a_tree_that_is_missing_hides_no_change_of_another() {
    let mut case = Case::new();
    let away = tempfile::tempdir().unwrap();
    let [shown, hidden] = ["other", "hidden"].map(|name| away.path().join(name));
    write(shown.join("late/e.tfevents.1"), scalars([7]));
    let roots = vec![case.dir.path().into(), (&shown).into()];
    case.state = LogdirState::of_roots(roots, Selection::all());
    assert_eq!(case.state.poll().changed, ["late", "run"]);
    fs::rename(&shown, &hidden).unwrap();
    case.append(&scalars([3]));
    let polled = case.state.poll();
    assert_eq!(polled.changed, ["late", "run"], "one is gone, one grew");
    assert_eq!(polled.problems.len(), 1);
    assert_eq!(case.state.runs().len(), 1);
    // What is wrong is reported as long as it lasts.
    let polled = case.state.poll();
    assert_eq!(polled.changed, [""; 0]);
    assert_eq!(polled.problems.len(), 1);
    fs::rename(&hidden, &shown).unwrap();
    let polled = case.state.poll();
    assert_eq!(polled.changed, ["late"]);
    assert!(polled.problems.is_empty());
    assert_eq!(state_steps(&case.state, "late"), [7]);
}

/// Nothing can be read of it, but it is there.
#[test]
fn a_new_run_is_a_change_whatever_its_files_are() {
    let mut case = Case::new();
    let odd = case.dir.path().join("odd/e.tfevents.gz");
    write(&odd, [0x1f, 0x8b, 0x08, 0xff]);
    assert_eq!(case.state.poll().changed, ["odd"]);
    assert!(case.state.run("odd").is_some());
    assert!(case.state.poll().changed.is_empty());
}

#[test]
fn a_deleted_run_goes_and_may_return() {
    let mut case = Case::new();
    fs::remove_dir_all(case.dir.path().join("run")).unwrap();
    assert_eq!(case.state.poll().changed, ["run"]);
    assert!(case.state.run("run").is_none());
    write(case.file(), scalars([8]));
    assert_eq!(case.poll(), [8]);
}

/// Whether it is known from the start that nothing more is written, or is said later.
#[test]
fn a_file_that_gets_another_name_is_not_read_twice_after_the_end() {
    for finish_first in [true, false] {
        let mut case = Case::new();
        let names = ["z.tfevents", "a.tfevents", "e.tfevents.1"];
        let [z, a, e] = names.map(|name| case.dir.path().join("run").join(name));
        if finish_first {
            case.state.finish();
            assert_eq!(case.poll(), [1, 2]);
        }
        fs::rename(&e, &z).unwrap();
        case.state.finish();
        assert_eq!(case.poll(), [1, 2], "renamed");
        // Other systems do not tell which names one file has.
        if cfg!(not(tfevents_portable)) {
            fs::hard_link(&z, &a).unwrap();
            assert_eq!(case.poll(), [1, 2], "linked");
            fs::remove_file(&z).unwrap();
            assert_eq!(case.poll(), [1, 2], "under its other name");
            fs::rename(&a, &z).unwrap();
        }
        append(&z, &scalars([3]));
        assert_eq!(case.poll(), [1, 2, 3], "grown all the same");
        // A copy is a file of its own for TensorBoard, and for who reads everything.
        fs::copy(&z, z.with_extension("tfevents.bak")).unwrap();
        assert_eq!(case.poll(), [1, 2, 3, 1, 2, 3], "a copy");
    }
}

/// A torn record hides what is behind it as long as the file may grow.
#[test]
fn what_is_finished_late_is_read_as_if_it_was_finished_first() {
    let mut case = Case::new();
    let mut torn = Vec::new();
    record::frame(&mut torn, &[0; 500]);
    case.append(&[&torn[..20], &scalars([4])].concat());
    assert_eq!(case.poll(), [1, 2]);
    case.state.finish();
    let loaded = LogdirState::load(case.dir.path(), Selection::all()).unwrap();
    assert_eq!(case.poll(), state_steps(&loaded, "run"));
    assert_eq!(case.poll(), [1, 2, 4]);
}

/// A failure does not hide what was read before it.
#[test]
fn a_run_of_a_file_that_fails_in_its_middle_has_changed() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(&scalars(0..100)).unwrap();
    let packed = encoder.finish().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run/e.tfevents.1.gz");
    let mut state = LogdirState::new(dir.path(), Selection::all());
    write(&file, &packed[..packed.len() / 2]);
    assert_eq!(state.poll().changed, ["run"]);
    let read = state_steps(&state, "run").len();
    assert!(read > 30, "{read}");
    let failed = |state: &LogdirState| {
        let file = state.run("run").unwrap().files().next().unwrap();
        matches!(file.follower().status(), FileStatus::Unreadable(_))
    };
    assert!(failed(&state));
    assert!(state.poll().changed.is_empty());
    assert!(failed(&state));
}

#[test]
fn late_files_and_runs_are_found() {
    let mut case = Case::new();
    write(case.dir.path().join("run/e.tfevents.0"), scalars([0]));
    write(case.dir.path().join("late/e.tfevents.1"), scalars([5]));
    assert_eq!(case.poll(), [0, 1, 2]);
    assert_eq!(state_steps(&case.state, "late"), [5]);
    assert!(
        case.state.poll().changed.is_empty(),
        "nothing changed since"
    );
}

/// The position of one process, as text, serves another one.
#[test]
fn a_cursor_resumes_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("e.tfevents.1");
    write(&file, scalars([1, 2]));
    let seen = |follower: &mut Follower| {
        let mut seen = Vec::new();
        follower.poll(&mut |item| match item {
            FollowItem::Event(record) => seen.push(record.event.step),
            FollowItem::Replaced => seen.push(-1),
            _ => {}
        });
        seen
    };
    let mut first = Follower::new(&file);
    assert_eq!(seen(&mut first), [1, 2]);
    let cursor: Cursor = first.cursor().to_string().parse().unwrap();
    append(&file, &scalars([3]));
    assert_eq!(seen(&mut Follower::resume(&file, cursor)), [3]);
    write(&file, scalars([7, 8, 9]));
    assert_eq!(seen(&mut Follower::resume(&file, cursor)), [-1, 7, 8, 9]);
    assert!("1:2".parse::<Cursor>().is_err());
}

/// One byte, seven bytes, arbitrary chunks: the end is the same as that of one reading.
#[test]
fn how_a_file_grows_does_not_matter() {
    let mut whole = scalars(0..40);
    whole[39 * 7 + 20] ^= 1;
    whole.splice(39 * 20..39 * 20, [0; 30]);
    whole.extend_from_slice(&scalars([99])[..17]);
    let dir = tempfile::tempdir().unwrap();
    let mut state = 99u64;
    let mut arbitrary = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 58) as usize + 1
    };
    let mut ends = Vec::new();
    let one = |_: usize| 1;
    let seven = |_: usize| 7;
    let chunks: [&mut dyn FnMut(usize) -> usize; 4] =
        [&mut |n| n, &mut { one }, &mut { seven }, &mut |_| {
            arbitrary()
        }];
    for (i, chunk) in chunks.into_iter().enumerate() {
        let file = dir.path().join(format!("e.tfevents.{i}"));
        write(&file, b"");
        let mut follower = Follower::new(&file);
        let mut items = Vec::new();
        let mut rest = whole.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(chunk(rest.len()).min(rest.len()));
            append(&file, now);
            rest = later;
            assert_eq!(
                follower.poll(&mut |item| items.push(format!("{item:?}"))),
                Progress::Grown
            );
        }
        ends.push((
            items,
            format!("{:?} {}", follower.status(), follower.cursor()),
        ));
    }
    assert!(ends[0].0.len() > 39);
    for end in &ends[1..] {
        assert_eq!(end, &ends[0]);
    }
}
