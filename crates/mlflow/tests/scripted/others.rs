//! Runs that others make, or change, and what is added to a run when its points are all there.

use std::path::Path;

use tfevents::{At, HParams, Sink as _, SummaryWriter};
use tfevents_mlflow::{ErrorKind, NonFinite, Options, Pushed, Result, Source, plan};

use crate::client;
use crate::server::{Run, Server};

fn log(dir: &Path, value: f64) {
    let writer = SummaryWriter::new(dir).unwrap();
    let at = At::from(1).at(1_700_000_000.0);
    writer.add_scalar("loss", value, at).unwrap();
    writer.close().unwrap();
}

fn push(server: &Server, dir: &Path, options: &Options) -> Result<Pushed> {
    let sources = Source::all(dir).unwrap();
    let mut pushed = client(server).push(&sources, options, &|_| {})?;
    Ok(pushed.remove(0)?.unwrap())
}

/// A run that is pushed to keeps its status while it runs, and never ends before it began.
#[test]
fn a_run_of_somebody_else_is_ended_by_them() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 0.5);
    let server = Server::start();
    push(&server, dir.path(), &Options::default()).unwrap();
    let theirs = |id: &str, status: &str| {
        server.held(|held| {
            let mut run = Run::clone(&held.runs[0]);
            (run.id, run.status) = (id.to_owned(), status.to_owned());
            run.start = 1_800_000_000_000;
            (run.end, run.tags) = (None, [].into());
            run.points.clear();
            held.runs.push(run);
        });
    };
    let there = |id: &str| {
        server.held(|held| {
            let run = held.runs.iter().find(|run| run.id == id).unwrap();
            (run.status.clone(), run.end)
        })
    };
    let into = |id: &str| Options {
        run_id: Some(id.to_owned()),
        experiment: "new".to_owned(),
        ..Options::default()
    };
    theirs("a".repeat(32).as_str(), "RUNNING");
    theirs("b".repeat(32).as_str(), "FAILED");
    let [a, b] = ["a", "b"].map(|id| id.repeat(32));
    let pushed = push(&server, dir.path(), &into(&a)).unwrap();
    assert_eq!((pushed.points, &*pushed.status), (1, "RUNNING"));
    assert_eq!(there(&a), ("RUNNING".to_owned(), None));
    push(&server, dir.path(), &into(&b)).unwrap();
    assert_eq!(there(&b).1, Some(1_800_000_000_000));
    // Nobody asked for another experiment.
    let experiments = server.held(|held| held.experiments.clone());
    assert!(!experiments.contains(&"new".to_owned()), "{experiments:?}");
}

#[test]
fn what_was_made_of_a_run_stays_where_nothing_is_new() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 0.5);
    let server = Server::start();
    push(&server, dir.path(), &Options::default()).unwrap();
    server.held(|held| "FAILED".clone_into(&mut held.runs[0].status));
    let verify = Options {
        verify: true,
        ..Options::default()
    };
    let pushed = push(&server, dir.path(), &verify).unwrap();
    assert_eq!((&*pushed.status, &*pushed.differences), ("FAILED", &[][..]));
    assert_eq!(server.held(|held| held.runs[0].status.clone()), "FAILED");
}

#[test]
fn files_beside_event_files_come_later_or_change() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 0.5);
    let server = Server::start();
    let push = || push(&server, dir.path(), &Options::default()).unwrap();
    push();
    let session = dir.path().join("plugins/profile/s1");
    std::fs::create_dir_all(&session).unwrap();
    for bytes in ["xyz", "other"] {
        std::fs::write(session.join("h.xplane.pb"), bytes).unwrap();
        let pushed = push();
        assert_eq!((pushed.points, pushed.artifacts), (0, 1));
        let path = "plugins/profile/s1/h.xplane.pb";
        let stored = server.held(|held| held.runs[0].artifacts[path].clone());
        assert_eq!(stored, bytes.as_bytes());
        assert_eq!(push().artifacts, 0);
    }
}

#[test]
fn a_value_that_is_refused_leaves_no_run() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), f64::NAN);
    let server = Server::start();
    let options = Options {
        non_finite: NonFinite::Fail,
        ..Options::default()
    };
    let refused = push(&server, dir.path(), &options).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    assert!(server.held(|held| held.runs.is_empty()));
}

/// A name too long for a key is kept whole, whatever it is the name of.
#[test]
fn long_names_of_hyperparameters_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let name = "p".repeat(300);
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let hparams = HParams::new().with(name.as_str(), 0.5);
    writer.log_hparams(&hparams).unwrap();
    writer.close().unwrap();
    let server = Server::start();
    push(&server, dir.path(), &Options::default()).unwrap();
    let run = server.held(|held| held.runs[0].clone());
    assert!(run.tags.values().any(|tag| *tag == name), "{:?}", run.tags);
}

#[test]
fn a_plan_has_the_event_files_where_these_are_pushed() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 0.5);
    let options = Options {
        event_files: true,
        ..Options::default()
    };
    let source = Source::all(dir.path()).unwrap().remove(0);
    let planned = plan(&source, &options).unwrap().unwrap();
    let mut paths = planned.artifacts.iter();
    assert!(paths.any(|path| path.starts_with("tfevents/events.out.")));
}
