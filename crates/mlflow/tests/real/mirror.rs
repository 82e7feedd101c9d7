//! Logdirs that are mirrored while another process writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant, SystemTime};
use std::{env, thread};

use tfevents::SummaryWriter;
use tfevents_mlflow::{DiffOptions, Mirror, Mlflow, Options, Source};

use crate::api;
use crate::server::Server;

/// Where the programs that are started find what to do.
const LOGDIR: &str = "TFEVENTS_TEST_MIRROR_LOGDIR";
const SERVER: &str = "TFEVENTS_TEST_MIRROR_SERVER";
const EXPERIMENT: &str = "TFEVENTS_TEST_MIRROR_EXPERIMENT";
const SECONDS: &str = "TFEVENTS_TEST_MIRROR_SECONDS";
/// The time within which every point is at the server.
const SOON: Duration = Duration::from_secs(10);
/// How many points are logged in a second.
const RATE: i64 = 20;

/// A part of this test program, as a process of its own that is killed when this is dropped.
struct Process(Child);

impl Process {
    fn start(test: &str, logdir: &Path, variables: &[(&str, &str)]) -> Self {
        let mut program = Command::new(env::current_exe().unwrap());
        program
            .args(["--ignored", "--exact", test])
            .env(LOGDIR, logdir)
            .envs(variables.iter().copied());
        Self(program.spawn().unwrap())
    }

    fn logs(logdir: &Path, seconds: u64) -> Self {
        let seconds = seconds.to_string();
        Self::start("mirror::logs_for_a_while", logdir, &[(SECONDS, &seconds)])
    }

    fn mirrors(logdir: &Path, server: &Server, experiment: &str) -> Self {
        let variables = [(SERVER, server.uri()), (EXPERIMENT, experiment)];
        Self::start("mirror::mirrors_until_it_is_killed", logdir, &variables)
    }

    fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    fn wait(mut self) {
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

/// What logs in the next tests: two runs, and the file of one of these anew in the middle.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn logs_for_a_while() {
    let (Ok(logdir), Ok(seconds)) = (env::var(LOGDIR), env::var(SECONDS)) else {
        return;
    };
    let steps = seconds.parse::<i64>().unwrap() * RATE;
    let open = |name: &str| SummaryWriter::new(Path::new(&logdir).join(name)).unwrap();
    let (mut first, second, began) = (open("first"), open("second"), Instant::now());
    for step in 0..steps {
        if step == steps / 2 {
            first.close().unwrap();
            first = open("first");
        }
        first
            .add_scalar("loss", 1.0 / (step + 1) as f64, step)
            .unwrap();
        second.add_scalar("acc", step as f64, step).unwrap();
        first.flush().unwrap();
        second.flush().unwrap();
        let next = Duration::from_secs(1) * (step + 1) as u32 / RATE as u32;
        thread::sleep(next.saturating_sub(began.elapsed()));
    }
    first.close().unwrap();
    second.close().unwrap();
}

/// What is killed in one of the next tests.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn mirrors_until_it_is_killed() {
    let (Ok(logdir), Ok(uri), Ok(experiment)) =
        (env::var(LOGDIR), env::var(SERVER), env::var(EXPERIMENT))
    else {
        return;
    };
    let _mirror = mirror(&uri, Path::new(&logdir), &experiment);
    loop {
        thread::park();
    }
}

fn mirror(uri: &str, logdir: &Path, experiment: &str) -> Mirror {
    let mirror = Mirror::builder(&Mlflow::new(uri).unwrap(), logdir);
    mirror.experiment(experiment).start().unwrap()
}

fn options(experiment: &str) -> Options {
    Options {
        experiment: experiment.to_owned(),
        ..Options::default()
    }
}

/// The runs of an experiment hold exactly what the files do, each point once, and are ended.
fn assert_equal(server: &Server, logdir: &Path, experiment: &str, points: usize) {
    let sources = Source::all(logdir).unwrap();
    let mlflow = Mlflow::new(server.uri()).unwrap();
    let options = DiffOptions {
        pushed: options(experiment),
        ..DiffOptions::default()
    };
    for compared in mlflow.diff(&sources, options).unwrap().runs {
        assert_eq!(compared.unwrap().unwrap().differences, []);
    }
    let mut runs = server.runs(experiment);
    runs.sort_by(|a, b| a.info.name.cmp(&b.info.name));
    let names: Vec<_> = runs.iter().map(|run| &*run.info.name).collect();
    assert_eq!(names, ["first", "second"]);
    for (run, tag) in runs.iter().zip(["loss", "acc"]) {
        assert_eq!(run.metrics[tag].len(), points);
        let last = run.metrics[tag].iter().map(|point| point.time).max();
        assert_eq!((&*run.info.status, run.info.end), ("FINISHED", last));
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap().as_millis() as i64
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(120), "{what}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// The times of the last points of the runs of an experiment, by name.
fn newest(server: &Server, experiment: &str) -> BTreeMap<String, i64> {
    let runs = api::runs(server, experiment).into_iter();
    let newest = runs.filter_map(|run| {
        let name = run["info"]["run_name"].as_str()?.to_owned();
        Some((name, run["data"]["metrics"][0]["timestamp"].as_i64()?))
    });
    newest.collect()
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn every_point_is_there_within_ten_seconds() {
    let Some(server) = Server::shared() else {
        return;
    };
    let (dir, seconds) = (tempfile::tempdir().unwrap(), 60);
    let logdir = dir.path().join("runs");
    let mirror = mirror(server.uri(), &logdir, "minute");
    let mut program = Process::logs(&logdir, seconds);
    let (began, mut delays) = (now(), Vec::new());
    while program.is_running() {
        // What was logged before this is looked at may be there; what was logged long before that must.
        let (looked, newest) = (now(), newest(server, "minute"));
        for name in ["first", "second"] {
            let newest = newest.get(name).copied().unwrap_or(began);
            delays.push(looked - newest);
        }
        thread::sleep(Duration::from_millis(100));
    }
    program.wait();
    let slowest = delays.iter().max().unwrap();
    eprintln!("{} looks, at most {slowest} ms behind", delays.len());
    assert!(*slowest < SOON.as_millis() as i64, "{slowest} ms behind");
    let mirrored = mirror.stop().unwrap();
    let points = seconds as usize * RATE as usize;
    assert_eq!((mirrored.points, mirrored.runs), (2 * points as u64, 2));
    assert_equal(server, &logdir, "minute", points);
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn killed_twenty_times_it_is_as_if_it_had_gone_on() {
    let Some(server) = Server::shared() else {
        return;
    };
    let (dir, seconds) = (tempfile::tempdir().unwrap(), 45);
    let mut program = Process::logs(dir.path(), seconds);
    for time in 0..20 {
        let mirror = Process::mirrors(dir.path(), server, "killed mirror");
        // Before the first request, while runs are looked up, within a request, between two.
        thread::sleep(Duration::from_millis(50 + 190 * time));
        drop(mirror);
    }
    assert!(program.is_running(), "it logged for too short a time");
    let mirror = mirror(server.uri(), dir.path(), "killed mirror");
    program.wait();
    mirror.stop().unwrap();
    assert_equal(
        server,
        dir.path(),
        "killed mirror",
        seconds as usize * RATE as usize,
    );
    // Nothing is left for a push.
    let sources = Source::all(dir.path()).unwrap();
    let pushed = crate::push(server.uri(), &sources, &options("killed mirror"));
    assert!(pushed.iter().all(|run| run.points == 0 && !run.is_new));
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_server_that_starts_again_is_brought_up_to_date() {
    let Some(mut server) = Server::start(&[]) else {
        return;
    };
    let (dir, seconds) = (tempfile::tempdir().unwrap(), 30);
    let mut program = Process::logs(dir.path(), seconds);
    let mirror = mirror(server.uri(), dir.path(), "away");
    thread::sleep(Duration::from_secs(8));
    assert!(mirror.problem().is_none());
    server.stop();
    until("the problem", || mirror.problem().is_some());
    assert!(program.is_running(), "it logged for too short a time");
    server.start_again();
    until("no problem", || mirror.problem().is_none());
    program.wait();
    mirror.stop().unwrap();
    assert_equal(
        &server,
        dir.path(),
        "away",
        seconds as usize * RATE as usize,
    );
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_stale_run_is_killed_at_its_last_event_and_runs_again_if_it_goes_on() {
    let Some(server) = Server::shared() else {
        return;
    };
    let (dir, seconds) = (tempfile::tempdir().unwrap(), 5);
    let is = |status: &str| {
        let runs = api::runs(server, "stale");
        runs.len() == 2 && runs.iter().all(|run| run["info"]["status"] == status)
    };
    let assert_ended = |points| {
        for run in server.runs("stale") {
            let [points_of_run] = run.metrics.values().collect::<Vec<_>>()[..] else {
                panic!("{:?}", run.metrics.keys());
            };
            assert_eq!(points_of_run.len(), points);
            let last = points_of_run.iter().map(|point| point.time).max();
            assert_eq!(run.info.end, last);
            // In the time of the test, rather than in 1970.
            assert!(now() - run.info.start < 600_000, "{:?}", run.info);
        }
    };
    let mlflow = Mlflow::new(server.uri()).unwrap();
    let mirror = Mirror::builder(&mlflow, dir.path()).experiment("stale");
    let mirror = mirror.stale(Duration::from_secs(5)).start().unwrap();
    for times in 1..=2 {
        let program = Process::logs(dir.path(), seconds);
        until("both runs", || is("RUNNING"));
        program.wait();
        until("the end", || is("KILLED"));
        assert_ended(times * seconds as usize * RATE as usize);
    }
    mirror.stop().unwrap();
    assert!(is("KILLED"));
}
