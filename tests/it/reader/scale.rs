//! Many files, few descriptors; and what is not asked for is not touched.

use std::process::Command;

use tfevents::proto::{self, event::What, summary};
use tfevents::state::RunState;
use tfevents::{Image, Kind, Layout, Logdir, LogdirState, Policy, Selection, SummaryWriter, check};

use super::{event, framed, scalars, state_steps, write};
use crate::support::memory;

/// The data server holds a descriptor for each file, and flaps and ends when they run out.
#[test]
fn twenty_thousand_files_load_with_few_descriptors() {
    const CHILD: &str = "TFEVENTS_TEST_MANY_FILES";
    let test = "reader::scale::twenty_thousand_files_load_with_few_descriptors";
    if let Some(dir) = std::env::var_os(CHILD) {
        let mut state = LogdirState::new(&dir, Selection::all());
        assert_eq!(state.poll().changed.len(), 20_000);
        assert_eq!(state.runs().len(), 20_000);
        assert_eq!(state_steps(&state, "run777"), [1, 2, 777]);
        let polled = state.poll();
        assert!(
            polled.changed.is_empty() && polled.problems.is_empty(),
            "{polled:?}"
        );
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for i in 0..20_000 {
        write(
            dir.path().join(format!("run{i}/e.tfevents.1")),
            scalars([1, 2, i]),
        );
    }
    let status = Command::new("sh")
        .args(["-c", "ulimit -n 256; exec \"$0\" --exact \"$1\""])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(CHILD, dir.path())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn blobs_stay_in_their_file_until_they_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("run")).unwrap();
    for step in 0..5u8 {
        let image = Image::new(&[step; 12], Layout::Hw, &[3, 4]).unwrap();
        writer
            .add_image("picture", &image, i64::from(step))
            .unwrap();
        writer.add_scalar("x", step, i64::from(step)).unwrap();
    }
    writer.close().unwrap();
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let blobs = state
        .run("run")
        .unwrap()
        .blobs("picture", Policy::Raw)
        .unwrap();
    let third = blobs[3].read().unwrap();
    let tfevents::Value::Images(images) = third.value().unwrap() else {
        panic!("{third:?}");
    };
    let wanted = Image::new(&[3u8; 12], Layout::Hw, &[3, 4]).unwrap();
    assert_eq!(images.samples, [wanted.as_bytes()]);
    // A file that is gone is an error, not a panic; one that was replaced by a shorter one, too.
    std::fs::write(blobs[3].file(), b"short").unwrap();
    assert!(
        blobs[3]
            .read()
            .unwrap_err()
            .to_string()
            .contains("replaced")
    );
    std::fs::remove_file(blobs[3].file()).unwrap();
    assert!(blobs[3].read().is_err());
}

#[test]
fn a_selection_is_all_that_is_loaded() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b"] {
        let writer = SummaryWriter::new(dir.path().join(run)).unwrap();
        for step in 0..10 {
            writer.add_scalar("x", step, step).unwrap();
            writer.add_scalar("y", step, step).unwrap();
            writer.add_text("note", "hello", step).unwrap();
        }
        writer.close().unwrap();
    }
    let load = |selection| {
        let state = LogdirState::load(dir.path(), selection).unwrap();
        let mut all = Vec::new();
        for run in state.runs() {
            for series in run.series() {
                all.push(format!("{}/{}:{}", run.name(), series.tag, series.len));
            }
        }
        all
    };
    assert_eq!(
        load(
            Selection::all()
                .runs(|run| run == "b")
                .tags(|tag| tag != "x")
        ),
        ["b/note:10", "b/y:10"]
    );
    assert_eq!(
        load(Selection::all().kinds([Kind::Text])),
        ["a/note:10", "b/note:10"]
    );
    assert_eq!(
        load(Selection::all().steps(7..).tags(|tag| tag == "x")),
        ["a/x:3", "b/x:3"]
    );
    let none = load(Selection::all().times(..0.0));
    assert!(none.is_empty(), "{none:?}");
}

/// Where every point has a tag of its own, a tag may take little more than its name and its point, however little it
/// takes in the file.
#[test]
fn memory_of_many_tags_is_bounded() {
    const TAGS: usize = 60_000;
    let value = |i| summary::Value {
        tag: format!("tag/{i:06}"),
        value: Some(summary::value::Value::SimpleValue(0.5)),
        ..Default::default()
    };
    let apart: Vec<_> = (0..TAGS)
        .flat_map(|i| framed(&event(1, value(i))))
        .collect();
    let together = framed(&proto::Event {
        step: 1,
        what: Some(What::Summary(proto::Summary {
            value: (0..TAGS).map(value).collect(),
        })),
        ..Default::default()
    });
    // The reader's buffers grow with the longest record.
    let longest = together.len();
    for (file, buffers) in [(apart, 2 << 20), (together, (2 << 20) + 2 * longest)] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path().join("run/events.out.tfevents.1"), &file);
        let logdir = Logdir::open(dir.path()).unwrap();
        let run = &logdir.runs()[0];
        let (state, loaded) = memory::peak(|| RunState::load(run, &Selection::all()));
        assert_eq!(state.series().count(), TAGS);
        let shown = state.scalars("tag/000007", Policy::Fast).unwrap();
        assert_eq!(shown.steps, [1]);
        drop(state);
        let (report, checked) = memory::peak(|| check::run(run));
        assert_eq!(report.tags().count(), TAGS);
        // Lists that grow are counted with their copies.
        for (peak, limit) in [(loaded, 170), (checked, 240)] {
            let of_tag = peak.saturating_sub(buffers) / TAGS;
            assert!(of_tag <= limit, "{of_tag} bytes a tag, {limit} allowed");
        }
    }
}
