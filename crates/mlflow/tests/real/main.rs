//! A real server of MLflow is given runs, and its own client says what it holds then.
//!
//! Starting one takes up to a minute, so these tests run only when they are asked for: `.ci/run` runs those whose names
//! begin with `smoke`, `.ci/full mlflow` all.

#![allow(
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "these end a test, or say that it was left out"
)]

mod api;
mod everything;
mod kept;
mod mapping;
mod mirror;
mod pulled;
mod push;
mod registered;
mod server;
mod throughput;

#[path = "../../../../tests/support/example.rs"]
mod example;
#[path = "../../../../tests/support/stock.rs"]
mod stock;

use server::Server;
use stock::venv;
use tfevents_mlflow::{Mlflow, Options, Pushed, Source};

/// Pushes runs, all of which have something.
fn push(uri: &str, runs: &[Source], options: &Options) -> Vec<Pushed> {
    let mlflow = Mlflow::new(uri).unwrap();
    let pushed = mlflow.push(runs, options, &|_| {}).unwrap();
    pushed.into_iter().filter_map(Result::unwrap).collect()
}

/// What is put into a server is what its client reads.
#[test]
#[ignore = "starts mlflow server, see .ci/run"]
fn smoke_server_answers_its_client() {
    let Some(server) = Server::shared() else {
        return;
    };
    assert!(server.runs("nothing").is_empty());
    // Written by MLflow itself, so that the harness is known to read what is there.
    server.python(
        "import mlflow, pathlib\n\
         mlflow.set_experiment('harness')\n\
         with mlflow.start_run(run_name='one'):\n\
         \x20   mlflow.log_param('lr', 0.1)\n\
         \x20   mlflow.log_metric('loss', 0.1, step=-3, timestamp=1700000000001)\n\
         \x20   mlflow.log_metric('loss', float('nan'), step=4, timestamp=1700000000002)\n\
         \x20   mlflow.log_text('abc', 'a/b.txt')\n",
    );
    let runs = server.runs("harness");
    let [run] = &runs[..] else {
        panic!("{} runs", runs.len());
    };
    assert_eq!(run.info.name, "one");
    assert_eq!(run.info.status, "FINISHED");
    assert_eq!(run.params["lr"], "0.1");
    let loss = &run.metrics["loss"];
    assert_eq!(
        (loss[0].step, loss[0].time, loss[0].value),
        (-3, 1_700_000_000_001, 0.1)
    );
    assert_eq!((loss[1].step, loss[1].time), (4, 1_700_000_000_002));
    assert!(loss[1].value.is_nan());
    assert_eq!(run.artifacts["a/b.txt"].size, 3);
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(run.artifacts["a/b.txt"].sha256, abc);
}

/// A server that is stopped and started again holds what it held.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_server_comes_back_with_its_runs() {
    let Some(mut server) = Server::start(&[]) else {
        return;
    };
    server.python("import mlflow\nmlflow.set_experiment('kept')\nmlflow.start_run()");
    server.stop();
    server.start_again();
    assert_eq!(server.runs("kept").len(), 1);
}
