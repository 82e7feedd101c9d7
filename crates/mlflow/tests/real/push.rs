//! What is pushed arrives once, whenever pushing is killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

use tfevents::{At, SummaryWriter};
use tfevents_mlflow::{Mlflow, Options, Pushed, Source};

use crate::server::{Point, Server};

/// A run of so many scalars of two tags.
fn log(dir: &Path, steps: i64) {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in 0..steps {
        let at = At::from(step).at(1_700_000_000.0 + step as f64 / 8.0);
        writer
            .add_scalar("loss", 1.0 / (step + 1) as f64, at)
            .unwrap();
        writer.add_scalar("acc", step as f64, at).unwrap();
    }
    writer.close().unwrap();
}

fn push(server: &Server, logdir: &Path, options: &Options) -> Vec<Pushed> {
    crate::push(server.uri(), &Source::all(logdir).unwrap(), options)
}

fn options(experiment: &str) -> Options {
    Options {
        experiment: experiment.to_owned(),
        verify: true,
        ..Options::default()
    }
}

/// The points of the only run of an experiment.
fn points(server: &Server, experiment: &str) -> BTreeMap<String, Vec<Point>> {
    let runs = server.runs(experiment);
    let [run] = &runs[..] else {
        panic!("{} runs", runs.len());
    };
    assert_eq!(run.info.status, "FINISHED");
    run.metrics.clone()
}

/// Where the program that is killed finds what to do.
const LOGDIR: &str = "TFEVENTS_TEST_PUSH_LOGDIR";
const SERVER: &str = "TFEVENTS_TEST_PUSH_SERVER";

/// What is killed in the next test.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn pushes_until_it_is_killed() {
    let (Ok(logdir), Ok(uri)) = (env::var(LOGDIR), env::var(SERVER)) else {
        return;
    };
    let sources = Source::all(logdir).unwrap();
    let mlflow = Mlflow::new(&uri).unwrap();
    let outcomes = mlflow.push(&sources, &options("killed"), &|_| {}).unwrap();
    for outcome in outcomes {
        outcome.unwrap();
    }
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn killed_twenty_times_it_is_as_if_pushed_once() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let logdir = dir.path().join("run");
    log(&logdir, 10_000);
    for time in 0..20 {
        let mut program = Command::new(env::current_exe().unwrap());
        program
            .args(["--ignored", "--exact", "push::pushes_until_it_is_killed"])
            .env(LOGDIR, &logdir)
            .env(SERVER, server.uri());
        let mut child = program.spawn().unwrap();
        // Before the first request, within it, between two.
        thread::sleep(Duration::from_millis(50 + 83 * time));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = push(server, &logdir, &options("killed"));
    assert_eq!(last[0].differences, []);
    push(server, &logdir, &options("whole"));
    assert_eq!(points(server, "killed"), points(server, "whole"));
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn event_files_are_stored_byte_for_byte_and_once() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 10);
    let options = Options {
        event_files: true,
        ..options("event files")
    };
    assert!(push(server, dir.path(), &options)[0].artifacts > 0);
    assert_eq!(push(server, dir.path(), &options)[0].artifacts, 0);
    let run = &server.runs("event files")[0];
    let path = run
        .artifacts
        .keys()
        .find(|path| path.contains("events.out"))
        .unwrap();
    let name = path.rsplit('/').next().unwrap();
    let stored = server.artifact(run, path);
    assert_eq!(stored, fs::read(dir.path().join(name)).unwrap());
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn pushed_by_six_at_the_same_moment_it_is_one_run() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 1000);
    for round in 0..5 {
        let experiment = format!("at once {round}");
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| push(server, dir.path(), &options(&experiment)));
            }
        });
        let points = points(server, &experiment);
        assert_eq!([points["loss"].len(), points["acc"].len()], [1000, 1000]);
    }
}
