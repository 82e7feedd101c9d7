//! A run that goes on in a second file: what the rules of TensorBoard's loaders make of the two.
//!
//! `stock::resumed` asks TensorBoard itself.

use std::path::Path;

use tfevents::proto::event::What;
use tfevents::proto::session_log::SessionStatus;
use tfevents::proto::summary::{Value, value};
use tfevents::proto::{Event, Message as _, Summary};
use tfevents::record::RecordWriter;
use tfevents::{LogdirState, Policy, Selection, SummaryWriter};

use super::events;

/// Logs `value` at some steps of a tag.
fn log(writer: &SummaryWriter, steps: std::ops::Range<i64>, value: i64) {
    for step in steps {
        writer.add_scalar("loss", value, step).unwrap();
    }
    writer.close().unwrap();
}

/// A file as PyTorch writes it: no word about where the session starts.
fn log_like_others(dir: &Path, steps: std::ops::Range<i64>, value: f32) {
    let file = dir.join("events.out.tfevents.1000000000.host");
    let mut records = RecordWriter::new(std::fs::File::create_new(file).unwrap());
    let version = Event {
        what: Some(What::FileVersion("brain.Event:2".to_owned())),
        ..Default::default()
    };
    records.write_record(&version.encode_to_vec()).unwrap();
    for step in steps {
        let value = Value {
            tag: "loss".to_owned(),
            value: Some(value::Value::SimpleValue(value)),
            ..Default::default()
        };
        let event = Event {
            step,
            what: Some(What::Summary(Summary { value: vec![value] })),
            ..Default::default()
        };
        records.write_record(&event.encode_to_vec()).unwrap();
    }
}

/// The steps and values that a policy leaves of the tag.
fn view(dir: &Path, policy: Policy) -> Vec<(i64, f64)> {
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let loss = state.run(".").unwrap().scalars("loss", policy).unwrap();
    loss.steps.into_iter().zip(loss.values.to_f64()).collect()
}

fn points(first: std::ops::Range<i64>, second: std::ops::Range<i64>) -> Vec<(i64, f64)> {
    let first = first.map(|step| (step, 1.0));
    first.chain(second.map(|step| (step, 2.0))).collect()
}

/// The steps of a file's starts.
fn starts(writer: &SummaryWriter) -> Vec<i64> {
    let starts = events(writer.path()).into_iter().filter(|event| {
        matches!(&event.what, Some(What::SessionLog(log)) if log.status() == SessionStatus::Start)
    });
    starts.map(|event| event.step).collect()
}

#[test]
fn the_second_file_takes_over_at_its_step() {
    let dir = tempfile::tempdir().unwrap();
    log(&SummaryWriter::new(dir.path()).unwrap(), 0..10, 1);
    log(&SummaryWriter::resume(dir.path(), 6).unwrap(), 6..8, 2);
    for policy in [Policy::Fast, Policy::Slow] {
        assert_eq!(view(dir.path(), policy), points(0..6, 6..8), "{policy:?}");
    }
    assert_eq!(view(dir.path(), Policy::Raw), points(0..10, 6..8));

    // And a third one, for the runs that fail twice.
    log(&SummaryWriter::resume(dir.path(), 7).unwrap(), 7..9, 2);
    for policy in [Policy::Fast, Policy::Slow] {
        assert_eq!(view(dir.path(), policy), points(0..6, 6..9), "{policy:?}");
    }
}

#[test]
fn a_file_of_another_writer_can_be_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    log_like_others(dir.path(), 0..10, 1.0);
    let second = SummaryWriter::resume(dir.path(), 6).unwrap();
    log(&second, 6..8, 2);
    // The Python loader never acts on the first one of a run.
    assert_eq!(starts(&second), [6, 6]);
    for policy in [Policy::Fast, Policy::Slow] {
        assert_eq!(view(dir.path(), policy), points(0..6, 6..8), "{policy:?}");
    }
}

#[test]
fn a_second_file_without_a_step_hides_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let first = SummaryWriter::new(dir.path()).unwrap();
    log(&first, 0..10, 1);
    assert_eq!(starts(&first), [0]);
    let second = SummaryWriter::new(dir.path()).unwrap();
    log(&second, 10..12, 2);
    assert!(starts(&second).is_empty());
    for policy in [Policy::Fast, Policy::Slow] {
        assert_eq!(
            view(dir.path(), policy),
            points(0..10, 10..12),
            "{policy:?}"
        );
    }
}

#[test]
fn there_need_not_be_a_first_file() {
    let dir = tempfile::tempdir().unwrap();
    let only = SummaryWriter::resume(dir.path().join("run"), 6).unwrap();
    assert_eq!(starts(&only), [6]);
    log(&only, 6..8, 2);
    assert_eq!(
        view(only.path().parent().unwrap(), Policy::Slow),
        points(0..0, 6..8)
    );
}
