//! Curves, meshes, layouts of charts and hyperparameters: what reaches the file, and what others left there.

use std::path::Path;

use tfevents::plugin::PointDecoder;
use tfevents::plugin::custom_scalars::ChartLayout;
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::{EventItem, EventReader, Logdir, Point, RunItem, Value};

mod charts;
mod hparams;
mod others;
mod values;

/// Shows every point of a run, in the order of its files, with the number of its event and its step.
fn each_point(dir: &Path, mut show: impl FnMut(u64, i64, Point<'_>)) {
    let logdir = Logdir::open(dir).unwrap();
    let run = logdir.run(".").unwrap();
    let mut decoder = PointDecoder::default();
    let mut reader = run.read();
    let mut number = 0;
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            RunItem::Event { event, .. } => {
                for point in decoder.points(&event.event) {
                    show(number, event.event.step, point.unwrap());
                }
                number += 1;
            }
            RunItem::Damage { defect, .. } => panic!("{}: {defect}", dir.display()),
            RunItem::Unreadable(error) => panic!("{error}"),
            _ => {}
        }
    }
}

/// What `view` makes of the points of a run, but for those it has no view of.
fn points<T>(dir: &Path, mut view: impl FnMut(&Point<'_>) -> Option<T>) -> Vec<T> {
    let mut points = Vec::new();
    each_point(dir, |_, _, point| points.extend(view(&point)));
    points
}

/// A run's hyperparameter events.
fn hparams_of(dir: &Path) -> Vec<HParamsEvent> {
    points(dir, |point| match &point.value {
        Value::HParams(event) => Some((**event).clone()),
        _ => None,
    })
}

/// A run's layouts.
fn layouts_of(dir: &Path) -> Vec<ChartLayout> {
    points(dir, |point| match &point.value {
        Value::CustomScalars(layout) => Some(layout.clone()),
        _ => None,
    })
}

/// How many records a file has, all of them whole.
fn records(path: &Path) -> u64 {
    let mut reader = EventReader::open(path).unwrap();
    while let EventItem::Event(_) = reader.next_item().unwrap() {}
    assert!(reader.health().is_clean());
    reader.health().records
}
