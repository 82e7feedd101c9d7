//! A process that a signal ends has written all that it logged, and has ended its session.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGKILL, SIGSEGV, SIGSTOP, SIGWINCH};
use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::{HParamsEvent, Status};
use tfevents::signals::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use tfevents::{ErrorKind, HParams, Logdir, Run, RunItem, SummaryWriter, Value};

use super::patient;

/// Tells the test that it is the process to be ended, and where to log.
const DIR: &str = "TFEVENTS_TEST_SIGNALS";
const STEPS: i64 = 1000;

/// Logs two runs, of which nothing is in the files yet, says so, and waits for the end.
fn train(dir: &Path) -> ! {
    let writers = ["a", "b"].map(|run| patient(&dir.join(run)));
    let mut sessions = Vec::new();
    for writer in &writers {
        writer.close_on_signals([SIGTERM, SIGINT]).unwrap();
        sessions.push(
            writer
                .start_session(HParams::new().with("lr", 0.1))
                .unwrap(),
        );
        for step in 1..=STEPS {
            writer.add_scalar("loss", step, step).unwrap();
        }
    }
    writers[0]
        .add_scalars_to_sub_runs("sub", [("run", 1)], 0)
        .unwrap();
    say("ready");
    loop {
        std::thread::park();
    }
}

/// On a line of its own, because the test harness writes, too.
#[expect(clippy::print_stdout, reason = "the test reads this line")]
fn say(what: &str) {
    println!("\n{what}");
}

/// A process that a signal is to end.
struct Training {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

/// Starts this test again as the process to be ended, and waits until it is ready.
fn start(command: &mut Command, test: &str, dir: &Path) -> Training {
    let mut child = command
        .args([
            "--exact",
            &format!("writer::signals::{test}"),
            "--nocapture",
        ])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap() == "ready"));
    Training { child, said }
}

fn itself() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

impl Training {
    fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        // It may have ended by itself.
        let _ = sent.unwrap();
    }

    fn end(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Its status, and what it has said since it was ready.
    fn end_and_said(mut self) -> (ExitStatus, Vec<String>) {
        let said = self.said.by_ref().map(Result::unwrap).collect();
        (self.end(), said)
    }
}

/// What is in a run: the steps of its scalars, and how its session ended.
fn logged(run: &Run) -> (Vec<i64>, Vec<Status>) {
    let mut decoder = PointDecoder::default();
    let (mut steps, mut ends) = (Vec::new(), Vec::new());
    let mut reader = run.read();
    while let Some(item) = reader.next_item().unwrap() {
        let event = match item {
            RunItem::Event { event, .. } => event,
            RunItem::Damage { defect, .. } => panic!("{defect}"),
            _ => continue,
        };
        for point in decoder.points(&event.event) {
            match point.unwrap().value {
                Value::Scalar(_) => steps.push(event.event.step),
                Value::HParams(event) => {
                    if let HParamsEvent::SessionEnd { status, .. } = *event {
                        ends.push(status);
                    }
                }
                _ => {}
            }
        }
    }
    (steps, ends)
}

/// By the name of the run.
fn all_logged(dir: &Path) -> BTreeMap<String, (Vec<i64>, Vec<Status>)> {
    let logdir = Logdir::open(dir).unwrap();
    let runs = logdir.runs().iter();
    runs.map(|run| (run.name().to_string(), logged(run)))
        .collect()
}

/// Everything that `train` logged is there, and its sessions have ended as failures.
fn check(dir: &Path) {
    let session = (Vec::from_iter(1..=STEPS), vec![Status::Failure]);
    let expected = BTreeMap::from([
        ("a".to_owned(), session.clone()),
        ("a/sub_run".to_owned(), (vec![0], vec![])),
        ("b".to_owned(), session),
    ]);
    assert_eq!(all_logged(dir), expected);
}

#[test]
fn a_signal_ends_the_process_after_all_is_written() {
    if let Some(dir) = std::env::var_os(DIR) {
        train(Path::new(&dir));
    }
    for (name, number) in [("TERM", SIGTERM), ("INT", SIGINT)] {
        let dir = tempfile::tempdir().unwrap();
        let test = "a_signal_ends_the_process_after_all_is_written";
        let training = start(&mut itself(), test, dir.path());
        // As SLURM's `scancel` does it.
        training.send("CONT");
        training.send(name);
        assert_eq!(training.end().signal(), Some(number));
        check(dir.path());
    }
}

/// The loop ends at the first error, as most do, which must not end the process before all is written.
#[test]
fn a_loop_that_ends_with_an_error_does_not_get_one() {
    const WRITERS: usize = 4;
    if let Some(dir) = std::env::var_os(DIR) {
        let dir = Path::new(&dir);
        let writers: Vec<_> = (0..WRITERS)
            .map(|run| SummaryWriter::new(dir.join(run.to_string())).unwrap())
            .collect();
        let accepted = File::create(dir.join("accepted")).unwrap();
        let mut sessions = Vec::new();
        for writer in &writers {
            writer.close_on_signals([SIGTERM]).unwrap();
            sessions.push(
                writer
                    .start_session(HParams::new().with("lr", 0.1))
                    .unwrap(),
            );
        }
        say("ready");
        for step in 0..i64::MAX {
            for (n, writer) in (0..).zip(&writers) {
                // As in a `main` that returns the error.
                #[expect(clippy::exit, reason = "nothing must be in the way of the end")]
                if writer.add_scalar("loss", step, step).is_err() {
                    std::process::exit(1);
                }
                accepted.write_all_at(&step.to_le_bytes(), 8 * n).unwrap();
            }
        }
    }
    for moment in 0..30 {
        let dir = tempfile::tempdir().unwrap();
        let test = "a_loop_that_ends_with_an_error_does_not_get_one";
        let training = start(&mut itself(), test, dir.path());
        std::thread::sleep(Duration::from_millis(moment * 7 % 30));
        training.send("TERM");
        assert_eq!(training.end().signal(), Some(SIGTERM));
        let accepted = std::fs::read(dir.path().join("accepted")).unwrap();
        let logged = all_logged(dir.path());
        assert_eq!(logged.len(), WRITERS);
        for (run, (steps, ends)) in logged {
            assert_eq!(ends, [Status::Failure]);
            assert!(steps.iter().copied().eq((0..).take(steps.len())), "{run}");
            let run: usize = run.parse().unwrap();
            if let Some(last) = accepted.get(8 * run..8 * run + 8) {
                let last = i64::from_le_bytes(last.try_into().unwrap());
                // One more may have been accepted, and not been noted yet.
                assert!([last, last + 1].contains(steps.last().unwrap()));
            }
        }
    }
}

#[test]
fn the_drop_of_the_last_handle_goes_before_the_signal() {
    const MANY: i64 = 100_000;
    if let Some(dir) = std::env::var_os(DIR) {
        let writer = SummaryWriter::builder(&dir)
            .buffer_size(64 << 20)
            .open()
            .unwrap();
        writer.close_on_signals([SIGTERM]).unwrap();
        let log = writer.scalar("loss").unwrap();
        for step in 0..MANY {
            log.log(step, step).unwrap();
        }
        say("ready");
        drop(log);
        drop(writer);
        loop {
            std::thread::park();
        }
    }
    for moment in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let test = "the_drop_of_the_last_handle_goes_before_the_signal";
        let training = start(&mut itself(), test, dir.path());
        std::thread::sleep(Duration::from_millis(2 * moment));
        training.send("TERM");
        assert_eq!(training.end().signal(), Some(SIGTERM));
        let steps = all_logged(dir.path()).into_values().next().unwrap().0;
        assert!(steps.into_iter().eq(0..MANY), "at moment {moment}");
    }
}

#[test]
fn a_session_that_was_finished_is_no_failure() {
    if let Some(dir) = std::env::var_os(DIR) {
        let writer = SummaryWriter::new(&dir).unwrap();
        writer.close_on_signals([SIGTERM]).unwrap();
        let session = writer
            .start_session(HParams::new().with("lr", 0.1))
            .unwrap();
        say("ready");
        for step in 0..20_000 {
            writer.add_scalar("loss", step, step).unwrap();
        }
        session.finish().unwrap();
        say("finished");
        return writer.close().unwrap();
    }
    for moment in 0..30 {
        let dir = tempfile::tempdir().unwrap();
        let test = "a_session_that_was_finished_is_no_failure";
        let training = start(&mut itself(), test, dir.path());
        std::thread::sleep(Duration::from_millis(moment * 7 % 30));
        training.send("TERM");
        let (status, said) = training.end_and_said();
        let (steps, ends) = all_logged(dir.path()).into_values().next().unwrap();
        assert!(status.success() || status.signal() == Some(SIGTERM));
        let is_finished = said.iter().any(|line| line == "finished");
        assert!(is_finished || !status.success(), "{said:?}");
        if is_finished {
            assert_eq!((steps.len(), &*ends), (20_000, &[Status::Success][..]));
        }
        assert_eq!(ends.len(), 1, "{ends:?}");
    }
}

/// Such as a signal that stops the process for a while.
#[test]
fn a_signal_that_does_not_end_the_process_lets_it_go_on() {
    if let Some(dir) = std::env::var_os(DIR) {
        let writer = SummaryWriter::new(&dir).unwrap();
        writer.close_on_signals([SIGWINCH]).unwrap();
        say("ready");
        while let Ok(()) = writer.add_scalar("loss", 0, 0) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let error = writer.add_scalar("loss", 0, 0).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Closed), "{error}");
        return writer.close().unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "a_signal_that_does_not_end_the_process_lets_it_go_on";
    let training = start(&mut itself(), test, dir.path());
    training.send("WINCH");
    assert!(training.end().success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_handles_the_signal_ends_in_its_own_way() {
    if let Some(dir) = std::env::var_os(DIR) {
        let asked = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGTERM, Arc::clone(&asked)).unwrap();
        let writer = patient(Path::new(&dir));
        writer.close_on_signals([SIGTERM]).unwrap();
        let session = writer
            .start_session(HParams::new().with("lr", 0.1))
            .unwrap();
        let mut step = 0;
        say("ready");
        while !asked.load(Ordering::Relaxed) {
            writer.add_scalar("loss", step, step).unwrap();
            step += 1;
        }
        // What was logged before is written without further calls, because a handler may never make one.
        while logged(&Logdir::open(&dir).unwrap().runs()[0]).0.is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        writer.add_scalar("loss", step, step).unwrap();
        session.finish().unwrap();
        say(&step.to_string());
        writer.close().unwrap();
        #[expect(clippy::exit, reason = "that is what a handler's program does")]
        std::process::exit(7);
    }
    for moment in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let test = "a_program_that_handles_the_signal_ends_in_its_own_way";
        let training = start(&mut itself(), test, dir.path());
        std::thread::sleep(Duration::from_millis(moment * 3));
        training.send("TERM");
        let (status, said) = training.end_and_said();
        assert_eq!(status.code(), Some(7));
        let last: i64 = said.iter().find_map(|line| line.parse().ok()).unwrap();
        let (steps, ends) = all_logged(dir.path()).into_values().next().unwrap();
        assert!(steps.into_iter().eq(0..=last));
        assert_eq!(ends, [Status::Success]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_ignored_stays_ignored() {
    if let Some(dir) = std::env::var_os(DIR) {
        train(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    let program = std::env::current_exe().unwrap();
    shell
        .args(["-c", "trap '' INT; exec \"$0\" \"$@\""])
        .arg(program);
    let training = start(&mut shell, "what_is_ignored_stays_ignored", dir.path());
    training.send("INT");
    training.send("TERM");
    assert_eq!(training.end().signal(), Some(SIGTERM));
    check(dir.path());
}

#[test]
fn only_signals_that_can_be_caught_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for bad in [SIGKILL, SIGSEGV, SIGSTOP, 0, -1, 65, i32::MAX] {
        let error = writer.close_on_signals([bad]).unwrap_err().to_string();
        assert!(
            error.contains(&format!("signal {bad} cannot be caught")),
            "{error}"
        );
    }
    writer.close_on_signals([SIGHUP, SIGUSR1]).unwrap();
    writer.close_on_signals([]).unwrap();
    writer.close().unwrap();
}
