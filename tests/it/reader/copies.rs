//! A logdir that is a copy of another one, made anew again and again while it is followed: every point is told
//! once, whatever the tool puts beside the files on the way.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tfevents::reader::{Tail, TailItem};
use tfevents::{ErrorKind, Logdir, LogdirState, Selection};

use super::{scalars, state_steps, write};

const NAME: &str = "events.out.tfevents.1700000000.host.123.0";

/// A run that is followed in both ways.
struct Case {
    dir: tempfile::TempDir,
    state: LogdirState,
    tail: Tail,
    told: Vec<i64>,
    /// The steps at which the run was started again.
    restarts: Vec<i64>,
}

impl Case {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("run")).unwrap();
        Self {
            state: LogdirState::new(dir.path(), Selection::all()),
            tail: Tail::new(dir.path()),
            told: Vec::new(),
            restarts: Vec::new(),
            dir,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("run").join(name)
    }

    /// Looks, and checks that all steps below `steps` were told, once.
    #[track_caller]
    fn expect(&mut self, steps: i64) {
        let _ = self.state.poll();
        let (told, restarts) = (&mut self.told, &mut self.restarts);
        // Copies are reported as such.
        let _ = self.tail.poll(&mut |item| match item {
            TailItem::Point { step, .. } => told.push(step),
            TailItem::Restart { step, .. } => restarts.push(step),
            TailItem::NewRun { .. } => {}
            other => panic!("{other:?}"),
        });
        assert!(told.iter().copied().eq(0..steps), "{told:?}");
        if steps > 0 {
            let steps = 0..steps;
            assert!(state_steps(&self.state, "run").into_iter().eq(steps));
        }
        assert!(self.state.runs().len() <= 1, "no run but this one");
    }
}

/// Writes to another name, looking in between, and then moves the file to its place.
fn sync_by(temporary: &str) {
    let mut case = Case::new();
    for steps in [300, 700, 701, 1500] {
        let bytes = scalars(0..steps);
        let path = case.path(temporary);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(&path).unwrap();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let before = case.told.len() as i64;
        file.write_all(first).unwrap();
        if before > 0 {
            case.expect(before);
        }
        file.write_all(second).unwrap();
        drop(file);
        if before > 0 {
            case.expect(before);
        }
        fs::rename(path, case.path(NAME)).unwrap();
        case.expect(steps);
    }
    assert_eq!(Logdir::open(case.dir.path()).unwrap().runs().len(), 1);
    assert_eq!(case.restarts, [0i64; 0]);
}

#[test]
fn files_on_their_way_are_not_followed() {
    for temporary in [
        format!(".{NAME}.a1B2c3"),
        format!("{NAME}.filepart"),
        format!("{NAME}.part"),
        format!("{NAME}.tmp"),
        format!("{NAME}.6cEb3A23"),
        format!(".{NAME}.swp"),
        format!(".~tmp~/{NAME}"),
        format!(".rsync-partial/{NAME}"),
    ] {
        sync_by(&temporary);
    }
}

/// Of a file that is new there is nothing yet but what is on its way.
#[test]
fn what_was_followed_on_its_way_is_read_on_when_it_arrives() {
    for temporary in [
        format!(".{NAME}.a1B2c3"),
        format!("{NAME}.filepart"),
        // Known by what is in it alone.
        "tfevents-upload-17".to_owned(),
    ] {
        let mut case = Case::new();
        fs::write(case.path(&temporary), scalars(0..400)).unwrap();
        case.expect(400);
        fs::write(case.path(&temporary), scalars(0..600)).unwrap();
        case.expect(600);
        fs::rename(case.path(&temporary), case.path(NAME)).unwrap();
        case.expect(600);
        fs::write(case.path(NAME), scalars(0..900)).unwrap();
        case.expect(900);
    }
    // And where it is copied and left behind.
    let mut case = Case::new();
    let left = format!("{NAME}.filepart");
    fs::write(case.path(&left), scalars(0..20)).unwrap();
    case.expect(20);
    fs::write(case.path(NAME), scalars(0..30)).unwrap();
    case.expect(30);
}

#[test]
fn copies_that_stay_are_not_followed() {
    let mut case = Case::new();
    fs::write(case.path(NAME), scalars(0..10)).unwrap();
    case.expect(10);
    for copy in [
        format!("{NAME}~"),
        format!("#{NAME}#"),
        format!("._{NAME}"),
        format!("{NAME}.bak"),
        "events.out.tfevents.1700000000.host.123 (Bob's conflicted copy 2024-05-01).0".to_owned(),
        "events.out.tfevents.1700000000.host.123-DESKTOP-7A.0".to_owned(),
        "events.out.tfevents.1700000000.host.123 (1).0".to_owned(),
    ] {
        fs::write(case.path(&copy), scalars(0..10)).unwrap();
        case.expect(10);
    }
    fs::write(case.path(NAME), scalars(0..12)).unwrap();
    case.expect(12);
    // The original may go for a moment, and come back.
    fs::remove_file(case.path(NAME)).unwrap();
    case.expect(12);
    fs::write(case.path(NAME), scalars(0..13)).unwrap();
    case.expect(13);
    // TensorBoard reads all of them, and so does who loads the logdir as it stands.
    let all = LogdirState::load(case.dir.path(), Selection::all()).unwrap();
    assert_eq!(state_steps(&all, "run").len(), 13 + 7 * 10);
}

/// Another process, another name, another file: what writers do is no copying.
#[test]
fn files_of_several_writers_are_followed() {
    let mut case = Case::new();
    let first = scalars(0..5);
    fs::write(case.path("events.out.tfevents.1700000000.host"), &first).unwrap();
    fs::write(
        case.path("events.out.tfevents.1700000001.host.1.0"),
        scalars(5..9),
    )
    .unwrap();
    case.expect(9);
    fs::write(
        case.path("events.out.tfevents.1700000002.host"),
        scalars(9..12),
    )
    .unwrap();
    case.expect(12);
    // The same again from its start is another file as long as the first one is there.
    fs::write(
        case.path("events.out.tfevents.1700000003.host"),
        scalars(12..14),
    )
    .unwrap();
    case.expect(14);
    assert_eq!(case.restarts, [5, 9, 12]);
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_compressed_file_is_read_on_when_it_is_replaced_by_a_longer_one() {
    let mut case = Case::new();
    for steps in [10, 700, 701, 1500] {
        let temporary = case.path("new");
        fs::write(&temporary, gzipped(&scalars(0..steps))).unwrap();
        fs::rename(&temporary, case.path(&format!("{NAME}.gz"))).unwrap();
        case.expect(steps);
    }
    // Or by another compressor.
    let path = case.path(&format!("{NAME}.gz"));
    fs::write(&path, scalars(0..1600)).unwrap();
    case.expect(1600);
    fs::write(&path, gzipped(&scalars(0..1601))).unwrap();
    case.expect(1601);
}

#[test]
fn a_followed_file_may_be_compressed() {
    let mut case = Case::new();
    fs::write(case.path(NAME), scalars(0..10)).unwrap();
    case.expect(10);
    fs::write(case.path(&format!("{NAME}.gz")), gzipped(&scalars(0..10))).unwrap();
    case.expect(10);
    let problems = Logdir::open(case.dir.path()).unwrap().problems().to_vec();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let ErrorKind::Doubled(original) = problems[0].kind() else {
        panic!("{problems:?}");
    };
    assert_eq!(
        (original, problems[0].path()),
        (
            &case.path(NAME),
            Some(Path::new(&case.path(&format!("{NAME}.gz"))))
        )
    );
    fs::remove_file(case.path(NAME)).unwrap();
    case.expect(10);
}

/// Where it was read to is known to another process, too.
#[test]
fn a_position_holds_for_a_file_that_was_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run").join(NAME);
    write(&path, scalars(0..500));
    let mut tail = Tail::new(dir.path());
    let mut told = Vec::new();
    let mut look = |tail: &mut Tail| {
        let point = &mut |item: TailItem<'_>| {
            if let TailItem::Point { step, .. } = item {
                told.push(step);
            }
        };
        let _ = tail.poll(point);
    };
    look(&mut tail);
    let position = tail.position();
    fs::remove_file(&path).unwrap();
    write(&path, scalars(0..800));
    look(&mut Tail::new(dir.path()).resume(&position).unwrap());
    assert!(told.into_iter().eq(0..800));
}

/// Of an unknown system it is not known which names are those of one file.
#[cfg(not(tfevents_portable))]
#[test]
fn one_more_name_of_a_file_is_not_followed() {
    let mut case = Case::new();
    fs::write(case.path(NAME), scalars(0..10)).unwrap();
    case.expect(10);
    for (steps, name) in [(20, "z"), (30, "a")] {
        let name = format!("{name}.tfevents");
        fs::hard_link(case.path(NAME), case.path(&name)).unwrap();
        case.expect(steps - 10);
        fs::write(case.path(NAME), scalars(0..steps)).unwrap();
        case.expect(steps);
    }
}
