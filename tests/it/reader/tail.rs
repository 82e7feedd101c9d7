//! Following a logdir point by point: what is new, where runs start again, and going on in another process.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use tfevents::proto::{self, SessionLog, event::What, session_log::SessionStatus};
use tfevents::reader::{Restarts, Tail, TailItem};
use tfevents::{EventItem, EventReader, Logdir, SummaryWriter};

use super::{framed, scalars, write};

/// What a poll reports, a word each.
fn poll(tail: &mut Tail) -> Vec<String> {
    let mut told = Vec::new();
    let mut note = |item: TailItem<'_>| {
        told.push(match item {
            TailItem::NewRun { run } => format!("new:{run}"),
            TailItem::Restart { step, .. } => format!("restart:{step}"),
            TailItem::Point { step, .. } => step.to_string(),
            TailItem::Replaced { .. } => "replaced".to_owned(),
            other => panic!("{other:?}"),
        });
    };
    // Other names of a file are reported as such.
    let _ = tail.poll(&mut note);
    told
}

/// The same of restarts only.
fn restarts(tail: &mut Tail) -> Vec<i64> {
    let told = poll(tail);
    let steps = told.iter().filter_map(|word| word.strip_prefix("restart:"));
    steps.map(|step| step.parse().unwrap()).collect()
}

fn append(path: &Path, bytes: impl AsRef<[u8]>) {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.unwrap().write_all(bytes.as_ref()).unwrap();
}

/// The mark of a session's start.
fn start() -> Vec<u8> {
    let log = SessionLog {
        status: SessionStatus::Start as i32,
        ..Default::default()
    };
    framed(&proto::Event {
        what: Some(What::SessionLog(log)),
        ..Default::default()
    })
}

#[test]
fn another_process_goes_on_where_this_one_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let logdir = dir.path().join("a b%");
    let mut tail = Tail::new(&logdir);
    assert!(poll(&mut tail).is_empty(), "not there yet");
    let writer = SummaryWriter::new(logdir.join("run")).unwrap();
    writer.add_scalar("x", 1, 1).unwrap();
    writer.flush().unwrap();
    assert_eq!(poll(&mut tail), ["new:run", "1"]);
    let position = tail.position();
    writer.add_scalar("x", 1, 2).unwrap();
    writer.close().unwrap();
    let mut other = Tail::new(&logdir).resume(&position).unwrap();
    assert_eq!(poll(&mut other), ["2"]);
    assert_eq!(poll(&mut tail), ["2"]);
    assert!(Tail::new("x").resume("nonsense").is_err());
}

/// A run is asked to its end by those who have all of it, and event by event by those who follow it.
#[test]
fn a_tail_finds_the_restarts_that_a_survey_finds() {
    let log = |writer: &SummaryWriter, tags: &str, steps: Range<i64>| {
        for step in steps {
            for tag in tags.chars() {
                writer.add_scalar(&tag.to_string(), 0.5, step).unwrap();
            }
        }
    };
    type Script<'s> = (&'s dyn Fn(&Path), &'s [i64]);
    let scripts: [Script<'_>; 5] = [
        (
            &|run| log(&SummaryWriter::new(run).unwrap(), "abc", 0..9),
            &[],
        ),
        // Without another file, a `START` or a step that goes back.
        (
            &|run| {
                let writer = SummaryWriter::new(run).unwrap();
                log(&writer, "abc", 0..9);
                log(&writer, "abc", 4..9);
                log(&writer, "bca", 2..5);
            },
            &[4, 2],
        ),
        // A tag whose steps jitter is not a restart, nor is another file that says nothing.
        (
            &|run| {
                let writer = SummaryWriter::new(run).unwrap();
                log(&writer, "abc", 0..3);
                for step in 3..9 {
                    log(&writer, "abc", step..step + 1);
                    log(&writer, "a", step - 2..step + 2);
                }
                SummaryWriter::new(run).unwrap();
            },
            &[],
        ),
        (
            &|run| {
                log(&SummaryWriter::new(run).unwrap(), "abc", 0..9);
                log(&SummaryWriter::new(run).unwrap(), "abc", 9..12);
            },
            &[9],
        ),
        (
            &|run| {
                log(&SummaryWriter::new(run).unwrap(), "abc", 0..9);
                log(&SummaryWriter::resume(run, 6).unwrap(), "abc", 6..9);
            },
            &[6],
        ),
    ];
    for (i, (script, expected)) in scripts.iter().enumerate() {
        let dir = tempfile::tempdir().unwrap();
        script(dir.path());
        let mut surveyed = Vec::new();
        let mut restarts = Restarts::new(false);
        for path in Logdir::open(dir.path()).unwrap().runs()[0].files() {
            restarts = Restarts::new(restarts.is_logged());
            for pass in 0..2 {
                let mut reader = EventReader::open(path).unwrap();
                while let EventItem::Event(event) = reader.next_item().unwrap() {
                    match pass {
                        0 => restarts.survey(&event),
                        _ => surveyed.extend(restarts.event(&event).map(|found| found.step)),
                    }
                }
            }
        }
        let mut followed = Vec::new();
        let problems = Tail::new(dir.path()).poll(&mut |item| {
            if let TailItem::Restart { step, .. } = item {
                followed.push(step);
            }
        });
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((&*surveyed, &*followed), (*expected, *expected), "{i}");
    }
}

/// A link that leads nowhere hides nothing else, and is not hidden by it.
#[cfg(unix)]
#[test]
fn what_cannot_be_listed_is_said_beside_what_can() {
    let dir = tempfile::tempdir().unwrap();
    append(&dir.path().join("a.tfevents"), scalars(0..2));
    std::os::unix::fs::symlink("nowhere", dir.path().join("link")).unwrap();
    let mut tail = Tail::new(dir.path());
    for expected in [2, 0] {
        let mut points = 0;
        let problems = tail.poll(&mut |item| {
            points += u32::from(matches!(item, TailItem::Point { .. }));
        });
        assert_eq!(points, expected);
        let [problem] = &*problems else {
            panic!("{problems:?}");
        };
        assert!(problem.to_string().contains("link"), "{problem}");
    }
}

/// Two processes write to one run at once.
#[test]
fn files_that_grow_side_by_side_are_no_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| dir.path().join(format!("{name}.tfevents")));
    let mut tail = Tail::new(dir.path());
    append(&a, scalars(0..3));
    assert_eq!(restarts(&mut tail), [0i64; 0]);
    append(&b, scalars(0..3));
    assert_eq!(restarts(&mut tail), [0]);
    for step in (3..30).step_by(3) {
        append(&a, scalars(step..step + 3));
        append(&b, scalars(step..step + 3));
        assert_eq!(restarts(&mut tail), [0i64; 0], "{step}");
    }
    // Each of them may still start again, by its steps or by a mark.
    append(&a, scalars(30..33));
    append(&b, scalars(20..23));
    assert_eq!(restarts(&mut tail), [20]);
    append(&a, [start(), scalars(25..28)].concat());
    append(&b, scalars(23..26));
    assert_eq!(restarts(&mut tail), [0]);
    append(&a, scalars(28..30));
    append(&c, [start(), scalars(28..30)].concat());
    append(&b, scalars(26..28));
    assert_eq!(restarts(&mut tail), [0]);
    assert_eq!(restarts(&mut tail), [0i64; 0]);
}

/// Files may be there long before they are written to.
#[test]
fn the_file_that_begins_later_is_the_restart() {
    for [first, second] in [["a", "b"], ["b", "a"]] {
        let dir = tempfile::tempdir().unwrap();
        let [first, second] =
            [first, second].map(|name| dir.path().join(name.to_owned() + ".tfevents"));
        write(&first, "");
        write(&second, "");
        let mut tail = Tail::new(dir.path());
        assert_eq!(poll(&mut tail), ["new:."]);
        append(&first, scalars(0..3));
        assert_eq!(poll(&mut tail), ["0", "1", "2"]);
        append(&second, scalars(2..4));
        assert_eq!(poll(&mut tail), ["restart:2", "2", "3"]);
        append(&first, scalars(3..4));
        append(&second, scalars(4..5));
        assert_eq!(restarts(&mut tail), [0i64; 0]);
    }
}

/// However the files of a run grow: each restart that one look finds is told once.
#[test]
fn how_files_grow_does_not_matter_to_restarts() {
    let mut state = 7u64;
    let mut below = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut found = 0;
    for _ in 0..40 {
        let dir = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for number in 0..2 + below(3) {
            let (mut step, mut events) = (0, Vec::new());
            for _ in 0..5 + below(30) {
                let mut event = Vec::new();
                match below(12) {
                    0 => step -= (below(10) as i64).min(step),
                    1 => event = start(),
                    _ => step += 1,
                }
                event.extend(scalars([step]));
                events.push(event);
            }
            files.push((dir.path().join(format!("{number}.tfevents")), events, 0));
        }
        let mut tail = Tail::new(dir.path());
        let mut told = Vec::new();
        // Each file begins when the one before it has a value.
        let mut begun = 1;
        while files
            .iter()
            .any(|(_, events, written)| *written < events.len())
        {
            for (path, events, written) in &mut files[..begun] {
                for _ in 0..below(4) {
                    if let Some(event) = events.get(*written) {
                        append(path, event);
                        *written += 1;
                    }
                }
            }
            let (_, _, written) = files[begun - 1];
            begun = (begun + usize::from(written > 0)).min(files.len());
            told.extend(restarts(&mut tail));
        }
        let mut expected = restarts(&mut Tail::new(dir.path()));
        found += expected.len();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected);
    }
    assert!(found > 100, "{found}");
}

#[test]
fn a_replaced_file_takes_its_own_restarts_back_only() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| dir.path().join(format!("{name}.tfevents")));
    write(&a, scalars(0..6));
    write(&b, scalars(6..9));
    let mut tail = Tail::new(dir.path());
    assert_eq!(restarts(&mut tail), [6]);
    // What comes again is what one look finds: the first file of a run is no restart, the second is one.
    write(&a, scalars([10, 11, 12, 3, 4, 5, 1, 2]));
    append(&b, scalars(9..12));
    let told = ["replaced", "10", "11", "12", "restart:3", "3", "4", "5"];
    let told = [&told[..], &["restart:1", "1", "2", "9", "10", "11"]].concat();
    assert_eq!(poll(&mut tail), told);
    append(&a, scalars([1]));
    append(&b, scalars([11, 8]));
    assert_eq!(restarts(&mut tail), [1, 8]);
    write(&b, scalars([20, 21, 15]));
    let told = ["replaced", "restart:20", "20", "21", "restart:15", "15"];
    assert_eq!(poll(&mut tail), told);
}

#[test]
fn restarts_are_found_behind_a_position() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| dir.path().join(format!("{name}.tfevents")));
    write(&a, scalars(5..9));
    let mut tail = Tail::new(dir.path());
    poll(&mut tail);
    let resume = |tail: &Tail| Tail::new(dir.path()).resume(&tail.position()).unwrap();
    let mut tail = resume(&tail);
    append(&a, scalars(9..12));
    assert_eq!(restarts(&mut tail), [0i64; 0]);
    let mut tail = resume(&tail);
    append(&a, [start(), scalars(12..14)].concat());
    assert_eq!(restarts(&mut tail), [0]);
    append(&a, scalars([6]));
    assert_eq!(restarts(&mut tail), [6]);
    let mut tail = resume(&tail);
    write(&b, scalars(4..6));
    assert_eq!(poll(&mut tail), ["restart:4", "4", "5"]);
}

/// Whichever names the file has got or lost since.
#[test]
fn a_position_holds_for_a_file_under_another_name() {
    let changes: &[&dyn Fn(&Path)] = &[
        &|_| (),
        &|dir| fs::rename(dir.join("m.tfevents"), dir.join("a.tfevents")).unwrap(),
        &|dir| fs::rename(dir.join("m.tfevents"), dir.join("z.tfevents")).unwrap(),
        #[cfg(not(tfevents_portable))]
        &|dir| fs::hard_link(dir.join("m.tfevents"), dir.join("a.tfevents")).unwrap(),
        #[cfg(not(tfevents_portable))]
        &|dir| fs::hard_link(dir.join("m.tfevents"), dir.join("z.tfevents")).unwrap(),
        &|dir| {
            fs::copy(dir.join("m.tfevents"), dir.join("z.tfevents")).unwrap();
            fs::remove_file(dir.join("m.tfevents")).unwrap();
        },
    ];
    for (i, change) in changes.iter().enumerate() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("run");
        write(run.join("m.tfevents"), scalars(0..500));
        let mut tail = Tail::new(dir.path());
        assert_eq!(poll(&mut tail).len(), 1 + 500);
        change(&run);
        let mut position = tail.position();
        // One position after the other, and names that come and go.
        for step in 500..503 {
            let mut tail = Tail::new(dir.path()).resume(&position).unwrap();
            let files = fs::read_dir(&run).unwrap();
            let file = files.map(|entry| entry.unwrap().path()).max().unwrap();
            append(&file, scalars([step]));
            assert_eq!(poll(&mut tail), [step.to_string()], "change {i}");
            position = tail.position();
            assert_eq!(position.lines().count(), 1, "change {i}: {position}");
        }
    }
}

#[test]
fn a_position_outlasts_a_logdir_that_is_away() {
    let dir = tempfile::tempdir().unwrap();
    let [logdir, away] = ["logdir", "away"].map(|name| dir.path().join(name));
    write(logdir.join("run/e.tfevents"), scalars(0..3));
    let mut tail = Tail::new(&logdir);
    poll(&mut tail);
    let position = tail.position();
    fs::rename(&logdir, &away).unwrap();
    let mut tail = Tail::new(&logdir).resume(&position).unwrap();
    assert!(poll(&mut tail).is_empty());
    assert_eq!(tail.position(), position);
    fs::rename(&away, &logdir).unwrap();
    append(&logdir.join("run/e.tfevents"), scalars([3]));
    assert_eq!(poll(&mut tail), ["3"]);
}
