//! A process that a signal ends has written all that it logged, and has ended its session.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGKILL, SIGSEGV, SIGSTOP};
use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::{HParamsEvent, Status};
use tfevents::signals::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use tfevents::{HParams, Logdir, RunItem, SummaryWriter, Value};

use super::patient;

/// Tells the test that it is the process to be ended, and where to log.
const DIR: &str = "TFEVENTS_TEST_SIGNALS";
const STEPS: i64 = 1000;

/// Logs two runs, of which nothing is in the files yet, says so, and waits for the end.
#[expect(clippy::print_stdout, reason = "the test waits for this line")]
fn train(dir: &Path, prepare: impl FnOnce()) {
    prepare();
    let writers = ["a", "b"].map(|run| patient(&dir.join(run)));
    let mut sessions = Vec::new();
    for writer in &writers {
        writer.close_on_signals([SIGTERM, SIGINT]).unwrap();
        sessions.push(
            writer
                .start_session(HParams::new().with("lr", 0.1))
                .unwrap(),
        );
        for step in 0..STEPS {
            writer.add_scalar("loss", step, step).unwrap();
        }
    }
    writers[0]
        .add_scalars_to_sub_runs("sub", [("run", 1)], 0)
        .unwrap();
    println!("\nready");
    // A handler of the program's own ends the process, but not before all is written.
    while writers
        .iter()
        .any(|writer| writer.scalar("loss").unwrap().log(0, 0).is_ok())
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    for writer in &writers {
        writer.close().unwrap();
    }
}

/// Starts this test again as the process to be ended, and waits until it has logged.
fn start(command: &mut Command, test: &str, dir: &Path) -> Child {
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
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.map_while(Result::ok).any(|line| line == "ready"));
    child
}

fn itself() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill")
        .args(["-s", signal, &to.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn ended(mut child: Child) -> ExitStatus {
    child.wait().unwrap()
}

/// Everything that was logged is there, and the session has ended as a failure.
fn check(dir: &Path) {
    let logdir = Logdir::open(dir).unwrap();
    let mut names: Vec<_> = logdir
        .runs()
        .iter()
        .map(|run| run.name().to_string())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "a/sub_run", "b"]);
    for run in logdir.runs() {
        let mut decoder = PointDecoder::default();
        let (mut scalars, mut ends) = (0, Vec::new());
        let mut reader = run.read();
        while let Some(item) = reader.next_item().unwrap() {
            let RunItem::Event { event, .. } = item else {
                continue;
            };
            for point in decoder.points(&event.event) {
                match point.unwrap().value {
                    // The waiting loop logs some at step 0.
                    Value::Scalar(_) if event.event.step > 0 => scalars += 1,
                    Value::HParams(event) => {
                        if let HParamsEvent::SessionEnd { status, .. } = *event {
                            ends.push(status);
                        }
                    }
                    _ => {}
                }
            }
        }
        if !run.name().to_string().contains("sub") {
            assert_eq!((scalars, &*ends), (STEPS - 1, &[Status::Failure][..]));
        }
    }
}

#[test]
fn a_signal_ends_the_process_after_all_is_written() {
    if let Some(dir) = std::env::var_os(DIR) {
        train(Path::new(&dir), || {});
        std::thread::sleep(Duration::from_secs(3600));
    }
    for (name, number) in [("TERM", SIGTERM), ("INT", SIGINT)] {
        let dir = tempfile::tempdir().unwrap();
        let test = "a_signal_ends_the_process_after_all_is_written";
        let child = start(&mut itself(), test, dir.path());
        // As SLURM's `scancel` does it.
        send("CONT", &child);
        send(name, &child);
        assert_eq!(ended(child).signal(), Some(number));
        check(dir.path());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_handler_of_the_programs_own_decides_about_the_process() {
    if let Some(dir) = std::env::var_os(DIR) {
        let asked = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&asked);
        train(Path::new(&dir), || {
            signal_hook::flag::register(SIGTERM, flag).unwrap();
        });
        assert!(asked.load(Ordering::Relaxed));
        #[expect(clippy::exit, reason = "that is what a handler's program does")]
        std::process::exit(7);
    }
    let dir = tempfile::tempdir().unwrap();
    let test = "a_handler_of_the_programs_own_decides_about_the_process";
    let child = start(&mut itself(), test, dir.path());
    send("TERM", &child);
    assert_eq!(ended(child).code(), Some(7));
    check(dir.path());
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_ignored_stays_ignored() {
    if let Some(dir) = std::env::var_os(DIR) {
        train(Path::new(&dir), || {});
        std::thread::sleep(Duration::from_secs(3600));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    let program = std::env::current_exe().unwrap();
    shell
        .args(["-c", "trap '' INT; exec \"$0\" \"$@\""])
        .arg(program);
    let child = start(&mut shell, "what_is_ignored_stays_ignored", dir.path());
    send("INT", &child);
    send("TERM", &child);
    assert_eq!(ended(child).signal(), Some(SIGTERM));
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
