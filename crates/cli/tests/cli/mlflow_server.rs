//! `tfevents mlflow diff` and `push --watch`, beside a server that holds what MLflow would hold.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::ops::Range;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tfevents::{HParams, SummaryWriter};

use crate::support::{FILE, Output, command, run, scalar, version, write_events};

#[path = "../../../mlflow/tests/scripted/server/mod.rs"]
#[expect(dead_code, reason = "requests that fail are tested there")]
mod server;

use server::Server;

/// Two runs of so many points each.
fn logdir(points: i64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        let mut events = vec![version("t")];
        events.extend((0..points).map(|step| scalar(step, "loss", 0.5)));
        write_events(dir.path().join("runs").join(name).join(FILE), &events);
    }
    dir
}

/// Adds points to the file of a run, and returns its path.
fn grow(dir: &Path, name: &str, steps: Range<i64>) -> PathBuf {
    let (file, more) = (dir.join("runs").join(name).join(FILE), dir.join("more"));
    let events: Vec<_> = steps.map(|step| scalar(step, "loss", 0.25)).collect();
    write_events(&more, &events);
    let mut appended = File::options().append(true).open(&file).unwrap();
    appended.write_all(&std::fs::read(more).unwrap()).unwrap();
    file
}

/// A sub-verb, about `runs`.
fn mlflow(server: &Server, dir: &Path, args: &[&str]) -> Command {
    let mut program = command(dir, &["mlflow"]);
    program.args(args).arg("runs");
    for name in ["EXPERIMENT_NAME", "RUN_ID"] {
        program.env_remove(format!("MLFLOW_{name}"));
    }
    program.env("MLFLOW_TRACKING_URI", server.uri());
    program
}

fn done(server: &Server, dir: &Path, args: &[&str]) -> Output {
    run(mlflow(server, dir, args), b"")
}

#[test]
fn what_differs_is_listed() {
    let (dir, server) = (logdir(15), Server::start());
    let missing = "1 difference\n  the run is not at the server\n";
    let listed = done(&server, dir.path(), &["diff"]).ended(3, "");
    assert_eq!(listed, format!("a: {missing}b: {missing}"));
    done(&server, dir.path(), &["push"]).done();
    let same = "the same, 15 points, 0 parameters, 0 artifacts\n";
    let listed = done(&server, dir.path(), &["diff"]).done();
    assert_eq!(listed, format!("a: {same}b: {same}"));

    let mut b = server.run("b").unwrap();
    let points = b.points.remove("loss").unwrap();
    b.params.insert("lr".to_owned(), "0.1".to_owned());
    let id = b.id.clone();
    server.replace(b);
    let lines = |steps: Range<i64>| -> String {
        let lines = steps.map(|step| format!("  loss at step {step}: 0.5, only here\n"));
        lines.collect()
    };
    let listed = done(&server, dir.path(), &["diff"]).ended(3, "");
    let some = lines(0..10);
    let more = "6 more differences (list them with -v)";
    assert_eq!(
        listed,
        format!("a: {same}b: 16 differences\n{some}  {more}\n")
    );
    let listed = done(&server, dir.path(), &["diff", "-v"]);
    assert_eq!(listed.status, 3);
    let all = lines(0..15) + "  parameter lr: 0.1, only there\n";
    assert_eq!(listed.stdout, format!("a: {same}b: 16 differences\n{all}"));

    let listed = done(&server, dir.path(), &["diff", "--json"]).ended(3, "");
    let document: Json = serde_json::from_str(&listed).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["runs"][0]["differences"], json!([]));
    let run = &document["runs"][1];
    let counts = ["run", "run_id", "points", "params", "artifacts"].map(|key| &run[key]);
    let wanted = [json!("b"), json!(id), json!(15), json!(0), json!(0)];
    assert_eq!(counts, wanted.each_ref());
    let differences = run["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 16);
    let (step, timestamp, _) = points.first().unwrap();
    let here = json!({"step": step, "timestamp": timestamp, "value": 0.5});
    let wanted = json!({"of": "point", "tag": "loss", "here": here, "there": null});
    assert_eq!(differences[0], wanted);
    let wanted = json!({"of": "param", "key": "lr", "here": null, "there": "0.1"});
    assert_eq!(differences[15], wanted);
}

/// A program that watches, line by line.
struct Watching {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watching {
    fn start(server: &Server, dir: &Path, args: &[&str]) -> Self {
        let mut program = mlflow(server, dir, &[&["push", "--watch"], args].concat());
        let program = program.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = program.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Waits for a line.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// The same, read as JSON.
    fn json(&mut self) -> Json {
        serde_json::from_str(&self.line()).unwrap()
    }

    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().unwrap();
    }

    /// What else it printed, once it has ended.
    fn wait(mut self) -> Output {
        let mut stdout = String::new();
        self.lines.read_to_string(&mut stdout).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let code = output.status.code();
        Output {
            // As a shell says it.
            status: code.unwrap_or_else(|| 128 + output.status.signal().unwrap()),
            stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[test]
fn an_interrupted_watch_sends_the_rest() {
    let (dir, server) = (logdir(15), Server::start());
    let mut watch = Watching::start(&server, dir.path(), &["--run", "a"]);
    assert_eq!(watch.line(), "a: created run999\n");
    grow(dir.path(), "a", 15..2000);
    watch.interrupt();
    // Where it can be seen that nobody keeps the file open that grows, it may grow again.
    let (end, status) = match cfg!(target_os = "linux") {
        true => ("", "RUNNING"),
        false => ("a: FINISHED\n", "FINISHED"),
    };
    let rest = watch.wait().ended(130, "");
    assert_eq!(rest, format!("{end}2,000 points sent\n"));
    let run = server.run("a").unwrap();
    assert_eq!(run.steps("loss"), (0..2000).collect::<Vec<_>>());
    assert_eq!(run.status, status);
    assert_eq!(server.points(), (2000, 0));
    assert!(server.run("b").is_none());
    done(&server, dir.path(), &["diff", "--run", "a"]).done();
}

/// Somebody else may still write, and whoever comes next goes on.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_watch_leaves_runs_running_that_are_written() {
    let (dir, server) = (logdir(15), Server::start());
    let file = grow(dir.path(), "a", 15..20);
    let writer = File::options().append(true).open(file).unwrap();
    let mut watch = Watching::start(&server, dir.path(), &["--run", "a"]);
    watch.line();
    watch.interrupt();
    assert_eq!(watch.wait().ended(130, ""), "20 points sent\n");
    assert_eq!(server.run("a").unwrap().status, "RUNNING");
    drop(writer);
    let mut watch = Watching::start(&server, dir.path(), &["--run", "a"]);
    assert_eq!(watch.line(), "a: following run999\n");
    watch.interrupt();
    assert_eq!(watch.wait().ended(130, ""), "a: FINISHED\n0 points sent\n");
    assert_eq!(server.run("a").unwrap().status, "FINISHED");
    assert_eq!(server.points(), (20, 0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_watch_says_what_happens_and_ends_with_the_sessions() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let run = dir.path().join("runs/a");
    // After how long without news a run is stale, or all is over.
    let args = ["--json", "--stale", "2s"];
    let mut watch = Watching::start(&server, dir.path(), &args);
    let writer = SummaryWriter::new(run).unwrap();
    let session = writer
        .start_session(HParams::new().with("lr", 0.5))
        .unwrap();
    writer.add_scalar("loss", 0.5, 0).unwrap();
    writer.flush().unwrap();
    let followed = json!({
        "version": 1, "event": "followed", "run": "a", "run_id": "run999", "created": true,
    });
    assert_eq!(watch.json(), followed);
    server.held(|held| held.is_away = true);
    writer.add_scalar("loss", 0.25, 1).unwrap();
    writer.flush().unwrap();
    let away = watch.json();
    assert_eq!(away["event"], "away");
    let why = away["error"].as_str().unwrap().to_owned();
    server.held(|held| held.is_away = false);
    assert_eq!(watch.json(), json!({"version": 1, "event": "back"}));
    session.finish().unwrap();
    writer.close().unwrap();
    let ended = json!({
        "version": 1, "event": "ended", "run": "a", "run_id": "run999", "experiment_id": "1",
        "created": false, "status": "FINISHED", "points": 0, "params": 0, "artifacts": 2,
        "losses": {}, "differences": [],
    });
    assert_eq!(watch.json(), ended);
    let said = format!("note: {why}; waiting\nnote: the server answers again\n");
    let rest = watch.wait().ended(0, &said);
    let end = json!({"version": 1, "event": "end", "points": 2, "runs": 1});
    assert_eq!(serde_json::from_str::<Json>(&rest).unwrap(), end);
    let run = server.run("a").unwrap();
    assert_eq!((&*run.status, &*run.params["lr"]), ("FINISHED", "0.5"));
    assert_eq!(server.points(), (2, 0));
}
