//! A run that goes on from a checkpoint, in a second file.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::proto::event::What;
use tfevents::proto::{Event, Message as _, Summary, summary};
use tfevents::record::RecordWriter;
use tfevents::{SummaryWriter, WallTime};

use super::tensorboard::Mode;
use super::{NOW, accumulated, list, shown, writer};

const RUN: &str = "resumed";
const AFTER_ANOTHER: &str = "resumed after another writer";
const WITHOUT_A_STEP: &str = "resumed without a step";

pub(super) fn log(dir: &Path) {
    let first = writer(dir);
    for step in 0..10 {
        first.add_scalar("loss", step, step).unwrap();
        first.add_scalar("dropped", step, step).unwrap();
    }
    first.close().unwrap();
    let second = SummaryWriter::builder(dir)
        .start_step(5)
        .clock(|| WallTime::from_secs(NOW))
        .open()
        .unwrap();
    for step in 5..8 {
        second.add_scalar("loss", 100 + step, step).unwrap();
    }
    second.close().unwrap();
}

/// The first file says nothing about where its session starts, and then the Python loader ignores the first
/// start that it sees.
pub(super) fn log_after_another(dir: &Path) {
    std::fs::create_dir(dir).unwrap();
    let file = std::fs::File::create(dir.join("events.out.tfevents.1000000000.host")).unwrap();
    let mut records = RecordWriter::new(file);
    let version = Event {
        wall_time: NOW,
        what: Some(What::FileVersion("brain.Event:2".to_owned())),
        ..Default::default()
    };
    records.write_record(&version.encode_to_vec()).unwrap();
    for step in 0..10u8 {
        let value = |tag: &str| summary::Value {
            tag: tag.to_owned(),
            value: Some(summary::value::Value::SimpleValue(step.into())),
            ..Default::default()
        };
        let event = Event {
            wall_time: NOW,
            step: step.into(),
            what: Some(What::Summary(Summary {
                value: vec![value("loss"), value("dropped")],
            })),
            ..Default::default()
        };
        records.write_record(&event.encode_to_vec()).unwrap();
    }
    let second = SummaryWriter::builder(dir)
        .start_step(5)
        .clock(|| WallTime::from_secs(NOW))
        .open()
        .unwrap();
    for step in 5..8 {
        second.add_scalar("loss", 100 + step, step).unwrap();
    }
    second.close().unwrap();
}

/// A second file without a start step leaves the first one alone.
pub(super) fn log_on(dir: &Path) {
    for steps in [0..5, 5..8] {
        let writer = writer(dir);
        for step in steps {
            writer.add_scalar("loss", step, step).unwrap();
        }
        writer.close().unwrap();
    }
}

fn points(steps: impl Iterator<Item = i64>) -> Value {
    steps.map(|step| json!([NOW, step, step as f64])).collect()
}

#[test]
fn the_second_file_takes_over_at_its_start() {
    for (shown, run) in shown().flat_map(|shown| [(shown, RUN), (shown, AFTER_ANOTHER)]) {
        let loss = &shown.series("scalars", run, "loss")["points"];
        let after = (5..8).map(|step| json!([NOW, step, 100.0 + f64::from(step)]));
        let mut wanted = points(0..5);
        wanted.as_array_mut().unwrap().extend(after);
        assert_eq!(loss, &wanted, "{run}, {:?}", shown.mode);

        // Only the start in the second file can tell that a series ends there, and the data server does not
        // look at it.
        let dropped = &shown.series("scalars", run, "dropped")["points"];
        let end = match shown.mode {
            Mode::Fast => 10,
            Mode::Slow => 5,
        };
        assert_eq!(dropped, &points(0..end), "{run}, {:?}", shown.mode);
    }
}

#[test]
fn a_second_file_without_a_start_hides_nothing() {
    for shown in shown() {
        let loss = &shown.series("scalars", WITHOUT_A_STEP, "loss")["points"];
        assert_eq!(loss, &points(0..8), "{:?}", shown.mode);
    }
}

#[test]
fn the_python_readers_let_the_second_file_take_over_too() {
    let Some(run) = accumulated(RUN) else { return };
    let values = list(&run["scalars"]["loss"]).iter();
    let values: Vec<_> = values.map(|p| p["value"].as_str().unwrap()).collect();
    assert_eq!(
        values,
        ["0.0", "1.0", "2.0", "3.0", "4.0", "105.0", "106.0", "107.0"]
    );
    assert_eq!(list(&run["scalars"]["dropped"]).len(), 5);
}
