//! How the program starts, says where it is, fails, and ends.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::SERVER;

fn program(logdir: &Path) -> Command {
    let mut program = Command::new(SERVER);
    program.arg("--logdir").arg(logdir).arg("--port=0");
    program
}

/// Starts it, and waits until it says its port.
pub(crate) fn start(program: &mut Command, port_file: &Path) -> (Child, u16) {
    program
        .arg("--port-file")
        .arg(port_file)
        .arg("--die-after-stdin");
    let mut child = program.stdin(Stdio::piped()).spawn().unwrap();
    loop {
        if let Ok(text) = fs::read_to_string(port_file) {
            // It appears complete.
            return (child, text.strip_suffix('\n').unwrap().parse().unwrap());
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        sleep(Duration::from_millis(2));
    }
}

/// The status and stderr of one that does not start.
fn failure(program: &mut Command) -> (Option<i32>, String) {
    let output = program.stdin(Stdio::null()).output().unwrap();
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

#[test]
fn it_listens_before_it_says_where_and_ends_with_its_input() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, port) = start(&mut program(dir.path()), &dir.path().join("port"));
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn why_it_cannot_start_is_in_the_error_file_or_on_stderr() {
    let dir = tempfile::tempdir().unwrap();
    let error_file = dir.path().join("error");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let in_use = format!("--port={port}");
    for (flags, status, says) in [
        (&["--logdir="][..], 8, "--logdir"),
        (&["--logdir=s3://bucket/logs"], 8, "s3://"),
        (&["--host=127.0.0.1", &in_use], 9, &*port.to_string()),
    ] {
        let (code, stderr) = failure(program(dir.path()).args(flags));
        assert_eq!(code, Some(status), "{flags:?}: {stderr}");
        assert!(stderr.contains(says), "{flags:?}: {stderr}");

        let mut program = program(dir.path());
        let (code, stderr) = failure(program.args(flags).arg("--error-file").arg(&error_file));
        assert_eq!((code, &*stderr), (Some(status), ""), "{flags:?}");
        let written = fs::read_to_string(&error_file).unwrap();
        assert!(
            written.contains(says) && written.trim().lines().count() == 1,
            "{written}"
        );
    }
}

#[test]
fn wrong_flags_and_a_port_file_that_cannot_be_written_are_failures() {
    let dir = tempfile::tempdir().unwrap();
    let (code, stderr) = failure(program(dir.path()).arg("--reload=often"));
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("often") && stderr.contains("--help"),
        "{stderr}"
    );
    let nowhere = dir.path().join("none/port");
    let (code, stderr) = failure(program(dir.path()).arg("--port-file").arg(&nowhere));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("none"), "{stderr}");
}

#[test]
fn by_itself_it_says_how_to_use_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = program(dir.path());
    let mut child = program
        .args(["--a-flag-of-tomorrow", "--host=127.0.0.1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let warning = lines.next().unwrap().unwrap();
    assert!(warning.contains("--a-flag-of-tomorrow"), "{warning}");
    let line = lines.next().unwrap().unwrap();
    let address = line.rsplit(' ').next().unwrap();
    assert!(line.contains("--grpc_data_provider"), "{line}");
    TcpStream::connect(address).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_is_damaged_and_hidden_is_said_once() {
    let dir = tempfile::tempdir().unwrap();
    let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
    for step in [1, 2, 3, 2, 3] {
        writer.add_scalar("loss", 0.5, step).unwrap();
    }
    writer.close().unwrap();
    let mut bytes = fs::read(writer.path()).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(writer.path(), bytes).unwrap();
    let mut program = program(dir.path());
    let mut child = program
        .args(["--reload=once", "--verbose"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let warning = lines.nth(2).unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        warning.ends_with("warning: damaged records: 1 in 1 file; points not shown: 2"),
        "{warning}"
    );
}

#[cfg(unix)]
#[test]
fn names_do_nothing_to_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let odd = dir.path().join("a\n\u{1b}[31m\u{202e}b");
    std::os::unix::fs::symlink("nowhere", odd).unwrap();
    let mut program = program(dir.path());
    let mut child = program.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let warning = lines.nth(1).unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        warning.contains(r"a\n\u{1b}[31m\u{202e}b: a symbolic link to nothing"),
        "{warning}"
    );
}
