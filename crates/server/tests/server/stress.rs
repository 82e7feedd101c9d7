//! Many runs, many connections, and a TensorBoard that is killed. `TFEVENTS_STRESS_RUNS` says how many runs.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
#[cfg(target_os = "linux")]
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use tfevents::SummaryWriter;

use crate::SERVER;
use crate::lifetime::start;

/// The program, allowed to hold so many files and sockets open.
fn with_descriptors(limit: usize, logdir: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")])
        .arg(SERVER)
        .arg("--logdir")
        .arg(logdir)
        .args(["--port=0", "--host=127.0.0.1"]);
    shell
}

#[test]
fn any_number_of_runs_takes_few_descriptors() {
    let wanted = std::env::var("TFEVENTS_STRESS_RUNS").map(|runs| runs.parse().unwrap());
    let wanted: usize = wanted.unwrap_or(1000);
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("0")).unwrap();
    for step in 0..5 {
        writer.add_scalar("loss", 0.5, step).unwrap();
    }
    writer.close().unwrap();
    let file = writer.path();
    for run in 1..wanted {
        let run = dir.path().join(run.to_string());
        fs::create_dir(&run).unwrap();
        fs::copy(file, run.join(file.file_name().unwrap())).unwrap();
    }
    let mut program = with_descriptors(64, dir.path());
    let mut child = program
        .args(["--reload=once", "--verbose"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said: Vec<String> = [lines.next(), lines.next()]
        .map(|line| line.unwrap().unwrap())
        .into();
    end(child);
    // Where it listens, and no warning before that.
    let expected = format!("{wanted} runs, {wanted} changed");
    assert!(said[1].ends_with(&expected), "{said:?}");
}

#[test]
fn connections_that_say_nothing_keep_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let port_file = dir.path().join("port");
    let (child, port) = start(&mut with_descriptors(64, dir.path()), &port_file);
    let silent = || TcpStream::connect(("127.0.0.1", port)).unwrap();
    let some: Vec<_> = (0..30).map(|_| silent()).collect();
    assert!(is_greeted(silent()));
    // More than it can hold: it waits until there is room.
    let many: Vec<_> = (0..100).map(|_| silent()).collect();
    drop(many);
    assert!(is_greeted(silent()));
    drop(some);
    end(child);
}

/// Whether a client of HTTP/2 gets the settings that it has to wait for.
fn is_greeted(mut connection: TcpStream) -> bool {
    const SETTINGS: u8 = 4;
    let patience = Some(Duration::from_secs(20));
    connection.set_read_timeout(patience).unwrap();
    let empty = [0, 0, 0, SETTINGS, 0, 0, 0, 0, 0];
    connection
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    connection.write_all(&empty).unwrap();
    let mut frame = [0; 9];
    connection.read_exact(&mut frame).is_ok() && frame[3] == SETTINGS
}

/// Nobody tells it that its TensorBoard is gone: its standard input ends.
#[cfg(target_os = "linux")]
#[test]
fn it_serves_a_tensorboard_and_ends_with_one_that_is_killed() {
    let Some(mut tensorboard) = crate::stock::tensorboard() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add_scalar("loss", 0.5, 1).unwrap();
    writer.close().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut killed = tensorboard
        .args([&format!("--port={port}"), "--load_fast=true", "--logdir"])
        .arg(dir.path())
        .env("TENSORBOARD_DATA_SERVER_BINARY", SERVER)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Duration::from_secs(120);
    let shown = within(patience, || {
        let tags = get(port, "/data/plugin/scalars/tags")?;
        tags.contains("loss").then_some(())
    });
    let pid = killed.id();
    let children = format!("/proc/{pid}/task/{pid}/children");
    let children = fs::read_to_string(&children).unwrap_or_default();
    let server = children.split_whitespace().find(|child| {
        let program = fs::read_link(format!("/proc/{child}/exe"));
        program.is_ok_and(|program| program == fs::canonicalize(SERVER).unwrap())
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(shown.is_some(), "TensorBoard shows nothing");
    let server = server.expect("TensorBoard started it");
    let ended = within(Duration::from_secs(1), || {
        let stat = fs::read_to_string(format!("/proc/{server}/stat"));
        // One that ended but was not asked how has the state Z.
        stat.map_or(true, |stat| stat.contains(") Z "))
            .then_some(())
    });
    assert!(ended.is_some(), "it still runs");
}

/// What a server of HTTP answers.
#[cfg(target_os = "linux")]
fn get(port: u16, path: &str) -> Option<String> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(connection, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// The first answer, if one comes in time.
#[cfg(target_os = "linux")]
fn within<T>(time: Duration, ask: impl Fn() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let answer = ask();
        if answer.is_some() || start.elapsed() > time {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
