//! ^C and other signals.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Writing, inputs, is_partial, moments, output, remove, skip, verbs};
use crate::support::{FILE, command, files, scalar, tfevents, version, write_events};

/// Sends it to a process that was started here.
fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    Command::new("kill").args([signal, &pid]).status().unwrap();
}

/// The status that a shell sees.
fn status_of(ended: &std::process::Output) -> i32 {
    let by_signal = ended.status.signal().map(|signal| 128 + signal);
    by_signal.or(ended.status.code()).unwrap()
}

#[test]
fn an_interrupted_call_leaves_nothing() {
    for (n, Writing { args, out, tree }) in verbs().enumerate() {
        let dir = inputs();
        let before = files(dir.path());
        let path = dir.path().join(out);
        let started = Instant::now();
        tfevents(dir.path(), &args);
        let duration = started.elapsed();
        let complete = output(dir.path(), out);
        let name = ["INT", "TERM", "HUP"][n % 3];
        for moment in 0..moments() {
            remove(&path);
            let own = tree && moment % 2 == 0;
            if own {
                fs::create_dir(&path).unwrap();
            }
            let mut child = command(dir.path(), &args);
            child.stdout(Stdio::null()).stderr(Stdio::piped());
            let child = child.spawn().unwrap();
            std::thread::sleep(duration * moment / moments());
            signal(&child, &format!("-{name}"));
            let ended = child.wait_with_output().unwrap();
            // Before it listens to signals, they end it as they end any program.
            let interrupted = [[130, 130], [130, 143], [129, 129]][n % 3];
            let status = status_of(&ended);
            assert!(
                interrupted.contains(&status) || [0, 3].contains(&status),
                "{status}"
            );
            let stderr = String::from_utf8(ended.stderr).unwrap();
            assert!(!stderr.contains("error: "), "{args:?}: {stderr}");
            let after = files(dir.path());
            match output(dir.path(), out) {
                there if there.is_empty() => assert!(after == before, "{args:?}"),
                there => assert!(there == complete, "{args:?}"),
            }
            assert!(!after.keys().any(|path| is_partial(path)), "{args:?}");
            assert!(!own || path.is_dir());
        }
    }
}

/// A call that writes to `new/dir/out`, and waits for the rest of what it reads.
fn waiting(dir: &Path, shell: &str) -> (Child, ChildStdin) {
    let mut sh = Command::new("sh");
    sh.arg("-c").arg(format!("{shell} exec \"$0\" \"$@\""));
    sh.arg(env!("CARGO_BIN_EXE_tfevents"));
    sh.args(["filter", "-", "-o", "new/dir/out"]);
    sh.current_dir(dir).stdin(Stdio::piped());
    sh.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = sh.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    write_events(dir.join("in"), &[version("t"), scalar(1, "loss", 0.5)]);
    stdin.write_all(&fs::read(dir.join("in")).unwrap()).unwrap();
    while !files(dir).keys().any(|path| is_partial(path)) {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    (child, stdin)
}

#[test]
fn an_interruption_takes_new_directories_away_and_is_seen_by_the_shell() {
    let dir = tempfile::tempdir().unwrap();
    for (name, number, status) in [("-INT", 2, 130), ("-TERM", 15, 130), ("-HUP", 1, 129)] {
        if is_ignored(number) {
            skip(
                "an_interruption_takes_new_directories_away",
                &format!("the tests were started so that signal {number} is ignored"),
            );
            continue;
        }
        let (child, stdin) = waiting(dir.path(), "");
        signal(&child, name);
        let ended = child.wait_with_output().unwrap();
        drop(stdin);
        assert_eq!(status_of(&ended), status);
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(stderr, "interrupted, nothing written\n");
        assert!(!dir.path().join("new").exists());
    }
}

/// Whether a process listens to signals already, as far as the system tells, or has ended.
fn listens(child: &mut Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_none_or(|mask| mask >> 14 & 1 == 1) || child.try_wait().unwrap().is_some()
}

/// Nothing was to be written, so nobody is told that nothing was.
#[test]
fn an_interrupted_reader_says_nothing() {
    let dir = inputs();
    let file = format!("runs/g3-seed1/{FILE}");
    let readers: [&[&str]; 12] = [
        &["inspect", "runs"],
        &["du", "runs"],
        &["cat", "-"],
        &["cat", &file],
        &["tail", "runs"],
        &["check", "runs"],
        &["export", "runs"],
        &["table", "runs"],
        &["diff", "runs/g0-seed0", "runs/g3-seed1"],
        &["plot", "runs"],
        &["reduce", "runs", "--format", "csv"],
        &["filter", "runs", "--dry-run"],
    ];
    for (n, args) in readers.iter().enumerate() {
        for moment in 0..moments() {
            let mut child = command(dir.path(), args);
            child.stdin(Stdio::piped()).stdout(Stdio::null());
            let mut child = child.stderr(Stdio::piped()).spawn().unwrap();
            let stdin = child.stdin.take();
            while !listens(&mut child) {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(2 * u64::from(moment)));
            let name = ["-INT", "-TERM"][(n + moment as usize) % 2];
            signal(&child, name);
            let ended = child.wait_with_output().unwrap();
            drop(stdin);
            let stderr = String::from_utf8(ended.stderr.clone()).unwrap();
            assert!(!stderr.contains("interrupted"), "{args:?}: {stderr}");
            let waits = args[0] == "tail" || args[1] == "-";
            match status_of(&ended) {
                130 => assert_eq!(stderr, "", "{args:?}"),
                other => assert!(!waits && [0, 1, 3].contains(&other), "{args:?}: {other}"),
            }
        }
    }
}

/// Whether programs that this one starts ignore a signal, as far as the system tells.
fn is_ignored(number: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}

#[cfg(target_os = "linux")]
#[test]
fn a_call_that_is_to_outlive_its_terminal_does() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, stdin) = waiting(dir.path(), "trap '' INT HUP;");
    signal(&child, "-HUP");
    signal(&child, "-INT");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(dir.path().join("new/dir/out").is_file());
}
