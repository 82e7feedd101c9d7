use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::*;
use crate::reader::{Logdir, Run, Tail, TailItem};
use crate::record::MAX_RECORD;
use crate::series::Policy;
use crate::{Selection, SummaryWriter};

pub(super) fn run_of(file: FileState) -> RunState {
    RunState {
        name: "run".into(),
        dir: PathBuf::new(),
        files: vec![file.into()],
        purges: OnceLock::new(),
    }
}

/// Everything that can be asked of a run, as text.
pub(super) fn views(run: &RunState) -> String {
    let mut text = format!(
        "{:?} {:?}\n",
        run.start_time(),
        run.hidden().collect::<Vec<_>>()
    );
    for file in run.files() {
        let (health, broken) = (file.follower().health(), file.broken_values());
        text += &format!("{:?} {health:?} {broken:?}\n", file.writer());
    }
    for info in run.series() {
        text += &format!("{info:?}\n");
        // As far as files were read to their ends, these are the same points in another form.
        let raw = run.scalars(info.tag, Policy::Raw);
        let columns = info.columns().map(|columns| columns.to_scalars());
        let is_same = columns.is_none() || format!("{columns:?}") == format!("{raw:?}");
        assert!(is_same, "{info:?}: {columns:?}, {raw:?}");
        for policy in [Policy::Raw, Policy::Fast, Policy::Slow, Policy::LastWins] {
            let scalars = run.scalars(info.tag, policy);
            let blobs = run.blobs(info.tag, policy);
            text += &format!("{policy:?} {scalars:?} {blobs:?}\n");
        }
    }
    text
}

/// The points of a run, each with its tag.
fn points(run: &RunState) -> Vec<String> {
    let mut points = Vec::new();
    for info in run.series() {
        if let Some(all) = run.scalars(info.tag, Policy::Raw) {
            let all = all.steps.iter().zip(&all.wall_times).zip(all.values.iter());
            points.extend(all.map(|point| format!("{} {point:?}", info.tag)));
        }
        for point in run.blobs(info.tag, Policy::Raw).unwrap_or_default() {
            points.push(format!("{} {point:?} {:?}", info.tag, point.read()));
        }
    }
    points
}

#[test]
fn what_is_seen_at_a_glance_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    if !root.is_dir() {
        eprintln!("skipped: the published package comes without fixtures");
        return;
    }
    let selection = Selection::all();
    let (mut some, mut all) = (0, 0);
    for path in Logdir::open(root)
        .unwrap()
        .runs()
        .iter()
        .flat_map(Run::files)
    {
        let mut whole = FileState::new(path.clone(), false, MAX_RECORD);
        whole.poll(&selection);
        let whole = run_of(whole);
        let mut file = FileState::new(path.clone(), false, MAX_RECORD);
        if !file.glance(&selection, (512, 1 << 20)) {
            continue;
        }
        let glance = run_of(file.clone());
        let (seen, there) = (points(&glance), points(&whole));
        let missing = seen.iter().find(|point| !there.contains(point));
        assert_eq!(missing, None, "{}", path.display());
        some += seen.len();
        all += there.len();
        file.poll(&selection);
        assert_eq!(views(&run_of(file)), views(&whole), "{}", path.display());
    }
    assert!(some > 30 && all > 2 * some, "{some} of {all} points");
}

#[test]
fn pieces_of_a_file_are_the_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    if !root.is_dir() {
        eprintln!("skipped: the published package comes without fixtures");
        return;
    }
    let logdir = Logdir::open(root).unwrap();
    let selection = Selection::all();
    let (mut files, mut parts) = (0, 0);
    for path in logdir.runs().iter().flat_map(Run::files) {
        let mut whole = FileState::new(path.clone(), true, MAX_RECORD);
        whole.poll(&selection);
        files += whole.parts.len();
        let expected = views(&run_of(whole));
        for count in [2, 3, 7] {
            let mut file = FileState::new(path.clone(), true, MAX_RECORD);
            file.poll_pieces(&selection, count);
            parts += file.parts.len();
            assert_eq!(
                views(&run_of(file)),
                expected,
                "{} in {count}",
                path.display()
            );
        }
    }
    assert!(parts > 5 * files, "{parts} parts of {files} files");
}

#[test]
fn how_many_files_a_point_has_is_known_before_it_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    if !root.is_dir() {
        eprintln!("skipped: the published package comes without fixtures");
        return;
    }
    let state = LogdirState::load(root, Selection::all()).unwrap();
    let mut lens = std::collections::BTreeSet::new();
    for run in state.runs() {
        for info in run.series().filter(|info| !info.is_numbers) {
            for point in run.blobs(info.tag, Policy::Raw).unwrap() {
                let known = point.sequence_len();
                let read = point.read().unwrap().sequence().unwrap().len();
                assert_eq!(known.unwrap_or(0), read, "{} of {}", info.tag, run.name());
                lens.insert(known);
            }
        }
    }
    // Tensors of numbers, empty lists, sounds and graphs, pictures, and batches of them.
    assert!(
        [None, Some(0), Some(1), Some(3)]
            .iter()
            .all(|len| lens.contains(len)),
        "{lens:?}"
    );
}

/// As TensorFlow 1 writes them: what a value is stands only in the tag's first event.
#[test]
fn what_only_the_first_value_says_is_known_to_all_pieces() {
    use crate::proto::{self, Message as _, summary::value::Value};

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.out.tfevents.1");
    let mut file = Vec::new();
    for step in 0..100 {
        let metadata = crate::plugin::metadata("custom", Vec::new());
        let summary = proto::Summary {
            value: vec![proto::summary::Value {
                tag: "t".to_owned(),
                metadata: (step == 0).then_some(metadata),
                value: Some(Value::Tensor(crate::tensor::float_tensor(&[], [0.5]))),
                ..Default::default()
            }],
        };
        let event = proto::Event {
            step,
            what: Some(proto::event::What::Summary(summary)),
            ..Default::default()
        };
        crate::record::frame(&mut file, &event.encode_to_vec());
    }
    std::fs::write(&path, file).unwrap();
    let mut whole = FileState::new(path.clone(), true, MAX_RECORD);
    whole.poll(&Selection::all());
    let mut pieces = FileState::new(path, true, MAX_RECORD);
    pieces.poll_pieces(&Selection::all(), 3);
    assert_eq!(views(&run_of(pieces)), views(&run_of(whole)));
}

/// The restarts that TensorBoard notices are among those that anybody notices, at the same steps.
#[test]
fn what_a_later_file_says_first_holds_for_earlier_ones() {
    use crate::proto::{Event, Summary};
    use crate::proto::{SummaryMetadata, event::What, summary::Value, summary::value};
    use crate::writer::EventWriter;

    let dir = tempfile::tempdir().unwrap();
    for (file, name) in ["", "Name", "Another"].iter().enumerate() {
        let path = dir.path().join(format!("events.out.tfevents.{file}.h"));
        let mut writer = EventWriter::new(std::fs::File::create(path).unwrap(), 1.0).unwrap();
        let about = SummaryMetadata {
            display_name: (*name).to_owned(),
            ..SummaryMetadata::default()
        };
        let value = Value {
            tag: "loss".to_owned(),
            metadata: (!name.is_empty()).then_some(about),
            value: Some(value::Value::SimpleValue(0.5)),
            ..Value::default()
        };
        let event = Event {
            what: Some(What::Summary(Summary { value: vec![value] })),
            ..Event::default()
        };
        writer.write_event(&event).unwrap();
        writer.flush().unwrap();
    }
    let logdir = Logdir::open(dir.path()).unwrap();
    let run = RunState::load(&logdir.runs()[0], &Selection::all());
    let series: Vec<_> = run.series().collect();
    assert_eq!((series.len(), series[0].len), (1, 3));
    assert_eq!(series[0].metadata.display_name, "Name");
}

#[test]
fn a_start_that_discards_points_is_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let log = |writer: SummaryWriter, steps: std::ops::Range<i64>| {
        for step in steps {
            writer.add_scalar("loss", 0.5, step).unwrap();
        }
        writer.close().unwrap();
    };
    log(SummaryWriter::new(dir.path()).unwrap(), 0..9);
    log(SummaryWriter::resume(dir.path(), 6).unwrap(), 6..8);
    let mut restarts = Vec::new();
    let mut note = |item: TailItem<'_>| {
        if let TailItem::Restart { step, .. } = item {
            restarts.push(step);
        }
    };
    assert!(Tail::new(dir.path()).poll(&mut note).is_empty());
    assert_eq!(restarts, [6]);
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let kept = state.run(".").unwrap().scalars("loss", Policy::Slow);
    assert_eq!(kept.unwrap().steps, [0, 1, 2, 3, 4, 5, 6, 7]);
}

/// A file of large texts and scalars, and where the records of the texts start, as they were damaged.
fn with_large(dir: &Path, damage: impl FnOnce(&mut Vec<u8>, &[usize])) -> PathBuf {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in 0..6 {
        writer
            .add_text("story", "word ".repeat(10_000 * (step as usize + 1)), step)
            .unwrap();
        writer.add_scalar("loss", step as f32, step).unwrap();
    }
    writer.close().unwrap();
    let path = writer.path().to_path_buf();
    let mut bytes = std::fs::read(&path).unwrap();
    let mut reader = crate::EventReader::new(bytes.as_slice());
    let mut large = Vec::new();
    while let crate::EventItem::Event(record) = reader.next_item().unwrap() {
        if record.size() > 10_000 {
            large.push(record.offset as usize);
        }
    }
    damage(&mut bytes, &large);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What a file holds, by steps: of its scalars, and of its texts those that are read without an error.
fn held(path: &Path, defers: bool, pieces: usize) -> (Vec<i64>, Vec<(i64, bool)>, u64) {
    let file = FileState::new(path.to_path_buf(), true, MAX_RECORD);
    let mut file = file.defer(defers);
    match pieces {
        1 => file.poll(&Selection::all()),
        _ => file.poll_pieces(&Selection::all(), pieces),
    };
    let run = run_of(file);
    let loss = run.scalars("loss", Policy::Raw).unwrap();
    let texts = run.blobs("story", Policy::Raw).unwrap();
    let texts = texts.iter().map(|text| {
        let expected = "word ".repeat(10_000 * (text.step as usize + 1));
        let intact = text.read().is_ok_and(|blob| match blob.value().unwrap() {
            crate::Value::Text(text) => text.to_text().eq([expected.as_str()]),
            other => panic!("{other:?}"),
        });
        (text.step, intact)
    });
    let damaged = run.files().map(|file| file.follower().health().damaged);
    (loss.steps, texts.collect(), damaged.sum())
}

#[test]
fn large_values_are_verified_when_they_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = with_large(dir.path(), |bytes, large| bytes[large[2] + 30_000] ^= 1);
    let steps = |intact: fn(i64) -> bool| (0..6).map(|i| (i, intact(i))).collect::<Vec<_>>();
    for pieces in [1, 2, 5] {
        let (loss, texts, damaged) = held(&path, true, pieces);
        assert_eq!((loss.len(), damaged), (6, 0), "{pieces}");
        assert_eq!(texts, steps(|step| step != 2), "{pieces}");
        let (loss, texts, damaged) = held(&path, false, pieces);
        assert_eq!((loss.len(), texts.len(), damaged), (6, 5, 1), "{pieces}");
    }
    let mut file = FileState::new(path, true, MAX_RECORD).defer(true);
    file.poll_pieces(&Selection::all(), 5);
    let texts = run_of(file).blobs("story", Policy::Raw).unwrap();
    let error = texts[2].read().unwrap_err();
    assert!(error.to_string().contains("at byte"), "{error}");
}

/// A length whose bytes did not all come runs over what was written behind them. That is found as ever.
#[test]
fn what_stands_behind_a_torn_record_is_not_taken_for_a_large_value() {
    let dir = tempfile::tempdir().unwrap();
    let path = with_large(dir.path(), |bytes, large| {
        bytes.drain(large[3] + 20_000..large[3] + 21_000);
    });
    for pieces in [1, 3] {
        let deferred = held(&path, true, pieces);
        assert_eq!(deferred, held(&path, false, pieces));
        assert_eq!((deferred.0.len(), deferred.1.len()), (6, 5));
    }
}
