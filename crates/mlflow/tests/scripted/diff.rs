//! What files and server hold differently.

use std::path::Path;

use tfevents::{HParams, Sink as _, SummaryWriter};
use tfevents_mlflow::{Compared, DiffOptions, Options, Source};

use crate::client;
use crate::server::Server;

/// What differs, in words, run by run.
fn diff(server: &Server, logdir: &Path) -> Vec<Vec<String>> {
    diff_with(server, logdir, DiffOptions::default())
}

fn diff_with(server: &Server, logdir: &Path, options: DiffOptions) -> Vec<Vec<String>> {
    let sources = Source::all(logdir).unwrap();
    let compared = client(server).diff(&sources, options);
    let compared = compared.unwrap().runs.into_iter().map(Result::unwrap);
    compared
        .flatten()
        .map(|Compared { differences, .. }| differences.iter().map(ToString::to_string).collect())
        .collect()
}

#[test]
fn every_difference_is_found() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    for name in ["a", "b"] {
        let writer = SummaryWriter::new(dir.path().join(name)).unwrap();
        writer.log_hparams(&HParams::new().with("lr", 0.5)).unwrap();
        for step in 0..4 {
            writer.add_scalar("loss", f64::from(step), step).unwrap();
        }
        writer.add_text("note", "abc", 1).unwrap();
        writer.close().unwrap();
    }
    let nothing = [["the run is not at the server"]; 2];
    assert_eq!(diff(&server, dir.path()), nothing);
    let sources = Source::all(dir.path()).unwrap();
    let pushed = client(&server).push(&sources, &Options::default(), &|_| {});
    pushed
        .unwrap()
        .into_iter()
        .for_each(|run| drop(run.unwrap()));
    assert_eq!(diff(&server, dir.path()), [[""; 0]; 2]);

    let mut run = server.run("a").unwrap();
    let points: Vec<_> = run.points["loss"].iter().cloned().collect();
    let [zero, one, two, three] = &points[..] else {
        panic!("{points:?}")
    };
    let changed = [
        (0, zero.1, "0.5".to_owned()),
        (1, one.1 + 1, one.2.clone()),
        (5, two.1, two.2.clone()),
        three.clone(),
    ];
    let (here, there) = (one.1, one.1 + 1);
    run.points.insert("loss".to_owned(), changed.into());
    run.points.insert("more".to_owned(), [three.clone()].into());
    run.params.insert("lr".to_owned(), "0.25".to_owned());
    run.params.insert("other".to_owned(), "1".to_owned());
    let mut paths = run.artifacts.keys();
    let text = paths.find(|path| path.starts_with("text/note/"));
    let text = text.unwrap().clone();
    run.artifacts.remove(&text);
    run.artifacts.insert("model.onnx".to_owned(), vec![0; 7]);
    server.replace(run);
    assert_eq!(
        diff(&server, dir.path()),
        [
            vec![
                "parameter lr: 0.5 here, 0.25 there".to_owned(),
                "loss at step 0: 0 here, 0.5 there".to_owned(),
                format!("loss at step 1: logged at {here} ms here, at {there} ms there"),
                "loss at step 2: 2, only here".to_owned(),
                "loss at step 5: 2, only there".to_owned(),
                "parameter other: 1, only there".to_owned(),
                "more at step 3: 3, only there".to_owned(),
                "artifact model.onnx: 7 bytes, only there".to_owned(),
                format!("artifact {text}: 3 bytes, only here"),
            ],
            vec![],
        ]
    );
}

/// Bytes are compared where that is asked for.
#[test]
fn files_of_one_length_differ_in_their_bytes() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let writer = SummaryWriter::new(dir.path().join("a")).unwrap();
    writer.add_text("note", "abc", 1).unwrap();
    writer.close().unwrap();
    let sources = Source::all(dir.path()).unwrap();
    let pushed = client(&server).push(&sources, &Options::default(), &|_| {});
    assert!(pushed.unwrap()[0].is_ok());
    let content = || DiffOptions {
        content: true,
        ..DiffOptions::default()
    };
    assert_eq!(diff_with(&server, dir.path(), content()), [[""; 0]]);
    server.held(|held| {
        let files = &mut held.runs[0].artifacts;
        files.insert("text/note/1.md".to_owned(), b"abd".to_vec());
    });
    assert_eq!(diff(&server, dir.path()), [[""; 0]]);
    let differ = ["artifact text/note/1.md: the bytes differ"];
    assert_eq!(diff_with(&server, dir.path(), content()), [differ]);
}

/// A run that is no longer where it was pushed from is only at the server; others were not pushed from there.
#[test]
fn runs_that_are_gone_are_only_there() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    for name in ["logs/a", "logs/b", "others/c"] {
        let writer = SummaryWriter::new(dir.path().join(name)).unwrap();
        writer.add_scalar("loss", 1.0, 1).unwrap();
        writer.close().unwrap();
    }
    let sources = Source::all(dir.path()).unwrap();
    let pushed = client(&server).push(&sources, &Options::default(), &|_| {});
    assert!(pushed.unwrap().iter().all(Result::is_ok));
    let logs = dir.path().join("logs");
    let only_there = || {
        let options = DiffOptions {
            logdirs: vec![logs.clone()],
            ..DiffOptions::default()
        };
        let diff = client(&server).diff(&[], options).unwrap();
        let names = diff.only_there.into_iter().map(|run| run.name);
        names.collect::<Vec<_>>()
    };
    // Nothing is said about a run that is there and was not asked about.
    assert_eq!(only_there(), [""; 0]);
    for name in ["logs/b", "others/c"] {
        std::fs::remove_dir_all(dir.path().join(name)).unwrap();
    }
    assert_eq!(only_there(), ["logs/b"]);
}
