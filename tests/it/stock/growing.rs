//! A run whose writer is still open while TensorBoard looks.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tfevents::{SummaryWriter, WallTime};

use super::{NOW, accumulated, list, shown};

pub(super) const RUN: &str = "growing/läuft noch";

/// Kept to the end of the tests; one for each logdir that is filled.
static OPEN: Mutex<Vec<SummaryWriter>> = Mutex::new(Vec::new());

pub(super) fn log(dir: &Path) {
    let writer = SummaryWriter::builder(dir)
        .flush_interval(Duration::MAX)
        .clock(|| WallTime::from_secs(NOW))
        .open()
        .unwrap();
    for step in 0..100 {
        writer.add_scalar("loss", 1, step).unwrap();
    }
    writer.add_histogram("weights", [1.0, 2.0], 0).unwrap();
    writer.add_text("note", "still running", 0).unwrap();
    writer.flush().unwrap();
    OPEN.lock().unwrap().push(writer);
}

#[test]
fn what_was_flushed_is_shown_while_the_writer_is_open() {
    for shown in shown() {
        let loss = list(&shown.series("scalars", RUN, "loss")["points"]);
        assert!(loss.iter().map(|p| p[1].as_i64().unwrap()).eq(0..100));
        let weights = list(shown.series("histograms", RUN, "weights"));
        assert_eq!(list(&weights[0][2]).len(), 30);
        let note = json!([{"step": 0, "wall_time": NOW, "string": "<p>still running</p>"}]);
        assert_eq!(shown.series("text", RUN, "note"), &note);
    }
}

#[test]
fn the_python_readers_find_what_was_flushed() {
    let Some(run) = accumulated(RUN) else { return };
    assert_eq!(list(&run["scalars"]["loss"]).len(), 100);
    let open = OPEN.lock().unwrap();
    assert!(!open.is_empty());
    for writer in &*open {
        // Whether its directory is still there or not, it was open all the while.
        writer.add_scalar("loss", 1, 100).unwrap();
    }
}
