//! A run that goes on from a checkpoint, in a second file.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::{SummaryWriter, WallTime};

use super::tensorboard::Mode;
use super::{NOW, accumulated, list, shown, writer};

const RUN: &str = "resumed";

pub(super) fn log(dir: &Path) {
    let first = writer(dir);
    for step in 0..10 {
        first.add_scalar("loss", step, step).unwrap();
        first.add_scalar("dropped", step, step).unwrap();
    }
    first.close().unwrap();
    let second = SummaryWriter::builder(dir)
        .start_step(5)
        .clock(|| WallTime::from_secs(NOW).unwrap())
        .open()
        .unwrap();
    for step in 5..8 {
        second.add_scalar("loss", 100 + step, step).unwrap();
    }
    second.close().unwrap();
}

fn points(steps: impl Iterator<Item = i64>) -> Value {
    steps.map(|step| json!([NOW, step, step as f64])).collect()
}

#[test]
fn the_second_file_takes_over_at_its_start() {
    for shown in shown() {
        let loss = &shown.series("scalars", RUN, "loss")["points"];
        let after = (5..8).map(|step| json!([NOW, step, 100.0 + f64::from(step)]));
        let mut wanted = points(0..5);
        wanted.as_array_mut().unwrap().extend(after);
        assert_eq!(loss, &wanted, "{:?}", shown.mode);

        // Only the start in the second file can tell that a series ends there, and the data server does not
        // look at it.
        let dropped = &shown.series("scalars", RUN, "dropped")["points"];
        let end = match shown.mode {
            Mode::Fast => 10,
            Mode::Slow => 5,
        };
        assert_eq!(dropped, &points(0..end), "{:?}", shown.mode);
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
