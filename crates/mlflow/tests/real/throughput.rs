//! How much of what a server takes at all a push makes it take.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tfevents::{At, SummaryWriter};
use tfevents_mlflow::{Mlflow, Options, Source};

use crate::api::{experiment_id, post};
use crate::server::Server;

const STEPS: i64 = 5_000;
const TAGS: [&str; 4] = ["train/loss", "train/acc", "val/loss", "val/acc"];
const POINTS: u32 = STEPS as u32 * TAGS.len() as u32;
/// How much of a request points may take.
const FULL: usize = 1000;

/// Both ways in turn, so that whatever else the machine does slows both.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn throughput_is_that_of_full_requests() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let (mut bare, mut pushed) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let logdir = dir.path().join(round.to_string());
        log(&logdir.join("run"));
        // The first makes the experiment, and warms the server up.
        let times = [push(server, &logdir), send(server)];
        if round > 0 {
            pushed.push(times[0]);
            bare.push(times[1]);
        }
    }
    let [bare, pushed] = [bare, pushed].map(median);
    let rate = |time: Duration| f64::from(POINTS) / time.as_secs_f64();
    let ratio = bare.as_secs_f64() / pushed.as_secs_f64();
    eprintln!(
        "{POINTS} points: {:.0} points/s pushed, {:.0} points/s in a bare loop, {ratio:.2}",
        rate(pushed),
        rate(bare)
    );
    assert!(ratio >= 0.9, "{pushed:?} instead of {bare:?}");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn log(dir: &Path) {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in 0..STEPS {
        let at = At::from(step).at(1_700_000_000.0 + step as f64 / 8.0);
        for tag in TAGS {
            writer.add_scalar(tag, 1.0 / (step + 1) as f64, at).unwrap();
        }
    }
    writer.close().unwrap();
}

/// How long a push takes, from an address to the last comparison.
fn push(server: &Server, logdir: &Path) -> Duration {
    let began = Instant::now();
    let mlflow = Mlflow::new(server.uri()).unwrap();
    let options = Options {
        experiment: "throughput".to_owned(),
        ..Options::default()
    };
    let sources = Source::all(logdir).unwrap();
    let outcomes = mlflow.push(&sources, &options, &|_| {}).unwrap();
    let time = began.elapsed();
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().unwrap().points, u64::from(POINTS));
    }
    time
}

/// How long sending the same takes, and nothing else: full requests that are ready.
fn send(server: &Server) -> Duration {
    let id = experiment_id(server, "throughput");
    let run = post(
        server,
        "runs/create",
        &json!({"experiment_id": id, "start_time": 1}),
    );
    let points = (0..STEPS).flat_map(|step| {
        TAGS.map(|tag| {
            let timestamp = 1_700_000_000_000 + step * 125;
            json!({"key": tag, "value": 1.0 / (step + 1) as f64, "timestamp": timestamp, "step": step})
        })
    });
    let points: Vec<Json> = points.collect();
    let batches = points.chunks(FULL);
    let batch = |points| json!({"run_id": run["run"]["info"]["run_id"], "metrics": points});
    let batches: Vec<_> = batches.map(batch).collect();
    let began = Instant::now();
    for batch in &batches {
        post(server, "runs/log-batch", batch);
    }
    began.elapsed()
}
