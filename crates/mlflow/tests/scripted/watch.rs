//! Logdirs that are written while they are mirrored.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tfevents::plugin::hparams::Status;
use tfevents::{HParams, Sink as _, SummaryWriter};
use tfevents_mlflow::{Event, Mirror};

use crate::client;
use crate::server::{Fault, Run, Server};

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until what the server holds of a run is as wanted.
fn until_run(server: &Server, name: &str, what: &str, holds: impl Fn(&Run) -> bool) {
    until(what, || server.run(name).is_some_and(|run| holds(&run)));
}

fn mirror(server: &Server, logdir: &Path) -> Mirror {
    let builder = Mirror::builder(&client(server), logdir).stale(Duration::from_secs(3600));
    builder.start().unwrap()
}

fn log(writer: &SummaryWriter, steps: std::ops::Range<i64>) {
    for step in steps {
        writer.add_scalar("loss", step as f64, step).unwrap();
    }
    writer.flush().unwrap();
}

/// Closes a file that has been at rest for longer than any run may be silent here.
fn close_long_ago(writer: &SummaryWriter) {
    writer.close().unwrap();
    let mut options = std::fs::File::options();
    let file = options.append(true).open(writer.path()).unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(7200);
    file.set_modified(long_ago).unwrap();
}

fn steps(range: std::ops::Range<i64>) -> Vec<i64> {
    range.collect()
}

#[test]
fn runs_are_mirrored_as_they_are_written() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    // The logdir does not exist yet.
    let logdir = dir.path().join("runs");
    let mirror = mirror(&server, &logdir);
    let writer = SummaryWriter::new(logdir.join("a")).unwrap();
    log(&writer, 0..10);
    until_run(&server, "a", "the first points", |run| {
        run.steps("loss") == steps(0..10)
    });
    assert_eq!(server.run("a").unwrap().status, "RUNNING");
    // More than one request takes, another run, and parameters that come late.
    log(&writer, 10..2500);
    let other = SummaryWriter::new(logdir.join("b")).unwrap();
    log(&other, 0..1);
    other.log_hparams(&HParams::new().with("lr", 0.5)).unwrap();
    other.flush().unwrap();
    until_run(&server, "a", "more points", |run| {
        run.steps("loss") == steps(0..2500)
    });
    until_run(&server, "b", "parameters", |run| {
        run.params.contains_key("lr")
    });
    // A session that ends is the end of the run, until it goes on.
    writer.log_hparams(&HParams::new()).unwrap();
    writer.end(Status::Failure).unwrap();
    writer.flush().unwrap();
    until_run(&server, "a", "the end", |run| run.status == "FAILED");
    log(&other, 1..2);
    other.close().unwrap();
    writer.close().unwrap();
    let again = SummaryWriter::new(logdir.join("a")).unwrap();
    log(&again, 2500..2510);
    until_run(&server, "a", "a restart", |run| {
        run.steps("loss") == steps(0..2510)
    });
    assert_eq!(server.run("a").unwrap().status, "RUNNING");
    // The last points are logged just before the end; the file of this run is still open.
    log(&again, 2510..2520);
    let mirrored = mirror.stop().unwrap();
    assert_eq!((mirrored.points, mirrored.runs), (2522, 2));
    let [a, b] = ["a", "b"].map(|name| server.run(name).unwrap());
    assert_eq!((a.steps("loss"), a.doubled), (steps(0..2520), 0));
    assert_eq!((b.steps("loss"), b.doubled), (steps(0..2), 0));
    if cfg!(target_os = "linux") {
        assert_eq!(a.status, "RUNNING");
    }
    assert_eq!((&*b.status, b.end), ("FINISHED", b.last()));
    // Whoever comes next goes on, and sends nothing twice.
    again.close().unwrap();
    let mirror = self::mirror(&server, &logdir);
    assert_eq!(mirror.stop().unwrap().points, 0);
    let a = server.run("a").unwrap();
    assert_eq!((&*a.status, a.doubled), ("FAILED", 0));
}

/// Some writers open and close their file each time that they write, so that nobody is ever seen to have it open.
#[test]
#[cfg(target_os = "linux")]
fn a_run_whose_file_is_opened_for_each_write_stays_running() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let [elsewhere, logs] = ["elsewhere", "logs/a"].map(|name| dir.path().join(name));
    std::fs::create_dir_all(&logs).unwrap();
    let writer = SummaryWriter::new(&elsewhere).unwrap();
    let path = logs.join(writer.path().file_name().unwrap());
    let mirror = mirror(&server, &dir.path().join("logs"));
    for end in [5, 10] {
        log(&writer, end - 5..end);
        let bytes = std::fs::read(writer.path()).unwrap();
        std::fs::write(dir.path().join("copy"), bytes).unwrap();
        std::fs::rename(dir.path().join("copy"), &path).unwrap();
        until_run(&server, "a", "the points", |run| {
            run.steps("loss") == steps(0..end)
        });
    }
    mirror.stop().unwrap();
    assert_eq!(server.run("a").unwrap().status, "RUNNING");
}

#[test]
fn a_server_that_is_away_is_waited_for() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let events = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&events);
    let mirror = Mirror::builder(&client(&server), dir.path())
        .on_event(move |event| {
            let name = match event {
                Event::Away { .. } => "away",
                Event::Back => "back",
                _ => return,
            };
            told.lock().unwrap().push(name.to_owned());
        })
        .start()
        .unwrap();
    let writer = SummaryWriter::new(dir.path().join("a")).unwrap();
    log(&writer, 0..10);
    until_run(&server, "a", "the first points", |run| {
        run.steps("loss") == steps(0..10)
    });
    // What arrived, but was not confirmed, is not sent again.
    server.add_fault("runs/log-batch", 0, Fault::LostAnswer);
    log(&writer, 10..20);
    until_run(&server, "a", "what was not confirmed", |run| {
        run.steps("loss") == steps(0..20)
    });
    server.held(|held| held.is_away = true);
    log(&writer, 20..30);
    until("the problem", || mirror.problem().is_some());
    server.held(|held| held.is_away = false);
    until_run(&server, "a", "the rest", |run| {
        run.steps("loss") == steps(0..30)
    });
    until("no problem", || mirror.problem().is_none());
    assert_eq!(*events.lock().unwrap(), ["away", "back"]);
    // At the end, it is not waited for at length.
    server.held(|held| held.is_away = true);
    log(&writer, 30..40);
    writer.close().unwrap();
    let began = Instant::now();
    let error = mirror.stop_within(Duration::from_secs(1)).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(20), "{error}");
    server.held(|held| held.is_away = false);
    let mirror = self::mirror(&server, dir.path());
    mirror.stop().unwrap();
    let run = server.run("a").unwrap();
    assert_eq!((run.steps("loss"), run.doubled), (steps(0..40), 0));
    assert_eq!(run.status, "FINISHED");
}

#[test]
fn a_silent_run_is_ended_and_goes_on() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let write = |steps: std::ops::Range<i64>| {
        let writer = SummaryWriter::new(dir.path().join("a")).unwrap();
        log(&writer, steps);
        writer
    };
    let writer = write(0..10);
    let builder = Mirror::builder(&client(&server), dir.path());
    let mirror = builder.stale(Duration::from_secs(3)).start().unwrap();
    until_run(&server, "a", "the first points", |run| {
        run.steps("loss") == steps(0..10)
    });
    if cfg!(target_os = "linux") {
        // Somebody may write more.
        std::thread::sleep(Duration::from_secs(6));
        assert_eq!(server.run("a").unwrap().status, "RUNNING");
    }
    writer.close().unwrap();
    until_run(&server, "a", "the end", |run| run.status == "KILLED");
    let run = server.run("a").unwrap();
    assert_eq!(run.end, run.last());
    let writer = write(10..20);
    until_run(&server, "a", "more points", |run| {
        run.steps("loss") == steps(0..20)
    });
    assert_eq!(server.run("a").unwrap().status, "RUNNING");
    writer.close().unwrap();
    mirror.stop().unwrap();
    let run = server.run("a").unwrap();
    assert_eq!((&*run.status, run.end), ("FINISHED", run.last()));
    assert_eq!(run.statuses, ["KILLED", "RUNNING", "FINISHED"]);
    assert_eq!(run.doubled, 0);
}

/// Whoever follows a run may be killed before it is stale: the next one says what that one would have said. Of a run that
/// nobody followed, it says what a push says.
#[test]
fn a_run_that_became_stale_meanwhile_is_killed() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let write = |name: &str| {
        let writer = SummaryWriter::new(dir.path().join(name)).unwrap();
        log(&writer, 0..10);
        writer
    };
    let writer = write("a");
    mirror(&server, dir.path()).stop().unwrap();
    for writer in [writer, write("b")] {
        close_long_ago(&writer);
    }
    // As one that is killed leaves it.
    let mut left = server.run("a").unwrap();
    "RUNNING".clone_into(&mut left.status);
    server.replace(left);
    let mirror = mirror(&server, dir.path());
    until("both runs", || {
        server.held(|held| {
            held.runs.len() == 2 && held.runs.iter().all(|run| run.status != "RUNNING")
        })
    });
    mirror.stop().unwrap();
    let ends = ["a", "b"].map(|name| server.run(name).unwrap());
    assert_eq!(
        ends.each_ref().map(|run| &*run.status),
        ["KILLED", "FINISHED"]
    );
    assert_eq!(
        ends.each_ref().map(|run| run.end),
        ends.each_ref().map(Run::last)
    );
    assert!(ends.iter().all(|run| run.doubled == 0));
}

#[test]
fn files_that_are_replaced_are_read_again() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    let [new, run] = ["new", "logs/a"].map(|name| dir.path().join(name));
    let writer = SummaryWriter::new(&run).unwrap();
    log(&writer, 0..10);
    writer.close().unwrap();
    let mirror = mirror(&server, &dir.path().join("logs"));
    until_run(&server, "a", "the first points", |run| {
        run.steps("loss") == steps(0..10)
    });
    // The same beginning, so that it is the same run, and other points.
    let bytes = std::fs::read(writer.path()).unwrap();
    let first = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize + 16;
    let other = SummaryWriter::new(&new).unwrap();
    log(&other, 20..50);
    other.close().unwrap();
    let others = std::fs::read(other.path()).unwrap();
    let replaced = dir.path().join("replaced");
    std::fs::write(&replaced, [&bytes[..first], &others[first..]].concat()).unwrap();
    std::fs::rename(&replaced, writer.path()).unwrap();
    until_run(&server, "a", "what replaced it", |run| {
        run.steps("loss") == [steps(0..10), steps(20..50)].concat()
    });
    mirror.stop().unwrap();
    assert_eq!(server.run("a").unwrap().doubled, 0);
}

/// A look at what has ended costs no request.
#[test]
fn runs_that_have_ended_are_left_alone() {
    let (dir, server) = (tempfile::tempdir().unwrap(), Server::start());
    for name in ["a", "b", "c"] {
        let writer = SummaryWriter::new(dir.path().join(name)).unwrap();
        log(&writer, 0..3);
        close_long_ago(&writer);
    }
    let mirror = mirror(&server, dir.path());
    until("all runs", || {
        server.held(|held| {
            held.runs.len() == 3 && held.runs.iter().all(|run| run.status == "FINISHED")
        })
    });
    // Of the last one, the last points may still be read back.
    std::thread::sleep(Duration::from_secs(1));
    let asked = server.held(|held| held.answered.len());
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(server.held(|held| held.answered.len()), asked);
    mirror.stop().unwrap();
    assert_eq!(server.held(|held| held.answered.len()), asked);
}
