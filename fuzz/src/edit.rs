//! Copies of events: what edits, merging and splitting must not change.

use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use tfevents::edit::{Editor, Interleaved, MergeItem, Rules};
use tfevents::event::What;
use tfevents::reader::{EventRecord, Restarts};
use tfevents::{EventItem, EventReader, Selection, record};

use super::framed;

/// Edits that have nothing to change leave every byte as it is, whatever events come after each other.
pub fn edit_identity(data: &[u8]) {
    // Framed, so that the fuzzer gets behind the checksums; parted by a byte that it can place.
    edits_change_nothing(data.split(|&b| b == 0xfe));
}

/// The same for payloads of records; those that are not events do not count.
pub fn edits_change_nothing<'p>(payloads: impl Iterator<Item = &'p [u8]>) {
    let mut file = Vec::new();
    for payload in payloads {
        record::frame(&mut file, payload);
    }
    let same = |tag: &str, _| tag.to_owned();
    let everything = Selection::all().tags(|_| true).steps(..).times::<f64>(..);
    let all = Rules::default()
        .select(everything)
        .drop_kinds([])
        .every(NonZeroU64::MIN)
        .cap(u64::MAX)
        .rename(same)
        .scale(1.0, |_| true)
        .scale(2.0, |_| false);
    for rules in [
        Rules::default(),
        Rules::default().rename(same),
        Rules::default().scale(2.0, |_| false),
        all,
    ] {
        let mut editor = Editor::new(rules);
        each_event(&file, |event| editor.survey(event).expect("steps stay"));
        editor.begin();
        each_event(&file, |event| {
            let before = editor.tally();
            let mut edited = Vec::new();
            editor.event(event, &mut edited).expect("nothing grows");
            let tally = editor.tally();
            assert_eq!(tally.read, tally.kept + tally.broken);
            // A value that cannot be decoded is left out, and counted.
            if tally.broken == before.broken {
                assert_eq!(edited, framed(event.payload));
            }
        });
    }
}

/// Merging files in order of time keeps every event and the order within each file; merging in the given order what
/// a file was split into makes that file again.
pub fn merge(data: &[u8]) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut files = Vec::new();
    let mut contents = Vec::new();
    for (number, part) in data.split(|&b| b == 0xff).take(5).enumerate() {
        let mut content = Vec::new();
        for payload in part.split(|&b| b == 0xfe) {
            record::frame(&mut content, payload);
        }
        files.push(write(dir.path(), number, &content));
        contents.push(content);
    }
    by_time(&files, &contents);
    for (number, content) in contents.iter().enumerate() {
        split(&dir.path().join(format!("split-{number}")), content);
    }
}

fn by_time(files: &[PathBuf], contents: &[Vec<u8>]) {
    let mut merged = Interleaved::new(files).expect("there are few files");
    let mut passed = vec![Vec::new(); files.len()];
    let mut ended = 0;
    while let Some(item) = merged.next_item().expect("there are few files") {
        match item {
            MergeItem::Event { file, record } => {
                passed[file].push((record.offset, record.payload.to_vec()));
            }
            MergeItem::FileEnd { health, .. } => {
                health.expect("the file is there");
                ended += 1;
            }
            _ => {}
        }
    }
    assert_eq!(ended, files.len());
    for (content, passed) in contents.iter().zip(passed) {
        let mut passed = passed.into_iter().peekable();
        each_event(content, |event| {
            let payload = event.payload.to_vec();
            if passed.next_if_eq(&(event.offset, payload)).is_none() {
                // Left out are versions with which files begin, and starts of runs.
                match &event.event.what {
                    What::FileVersion(_) => assert_eq!(event.record, 0),
                    What::SessionLog(log) => assert!(log.is_start()),
                    other => panic!("left out {other:?}"),
                }
            }
        });
        assert_eq!(passed.next(), None);
    }
}

/// Splits a file as the program does, and merges the pieces.
fn split(dir: &Path, content: &[u8]) {
    let mut restarts = Restarts::new(false);
    each_event(content, |event| restarts.survey(event));
    let mut starts = Vec::new();
    each_event(content, |event| {
        starts.extend(restarts.event(event).map(|restart| restart.offset));
    });
    assert!(starts.is_sorted_by(|a, b| a < b), "{starts:?}");
    let mut pieces = vec![Vec::new()];
    let (mut whole, mut version) = (Vec::new(), Vec::new());
    let mut starts = starts.into_iter().peekable();
    each_event(content, |event| {
        if starts.next_if_eq(&event.offset).is_some() {
            pieces.push(version.clone());
        }
        if version.is_empty() && matches!(event.event.what, What::FileVersion(_)) {
            version = framed(event.payload);
        }
        let frame = framed(event.payload);
        whole.extend_from_slice(&frame);
        pieces.last_mut().expect("there is one").extend(frame);
    });
    assert_eq!(starts.next(), None, "a start that is at no event");
    let files = pieces.iter().enumerate();
    let files: Vec<_> = files.map(|(n, piece)| write(dir, n, piece)).collect();
    let mut merged = Interleaved::one_by_one(&files);
    let mut again = Vec::new();
    while let Some(item) = merged.next_item().expect("there are few files") {
        if let MergeItem::Event { record, .. } = item {
            record::frame(&mut again, record.payload);
        }
    }
    assert_eq!(again, whole);
}

/// Each file is in a run of its own.
fn write(dir: &Path, number: usize, content: &[u8]) -> PathBuf {
    let run = dir.join(number.to_string());
    fs::create_dir_all(&run).expect("a directory");
    let file = run.join("events.out.tfevents.1");
    fs::write(&file, content).expect("a file");
    file
}

fn each_event(file: &[u8], mut each: impl FnMut(&EventRecord<'_>)) {
    let mut reader = EventReader::new(file);
    reader.finish();
    loop {
        match reader.next_item().expect("memory cannot fail") {
            EventItem::Event(event) => each(&event),
            EventItem::Damage(_) => {}
            EventItem::End(_) => break,
        }
    }
}
