//! `tfevents board` and `tfevents serve` with the TensorBoard of the tests.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::python::venv;
use crate::support::{FILE, command, run, scalar, tfevents, version, write_events};

/// The TensorBoard of the tests. None if these tests are to be skipped.
fn tensorboard() -> Option<PathBuf> {
    if venv::is_unwanted() {
        return None;
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let requirements = manifest.join("../../tests/stock/requirements.txt");
    match venv::python("stock-venv", &requirements) {
        Ok(python) => Some(python.with_file_name("tensorboard")),
        Err(why) => venv::give_up(&why),
    }
}

/// Two runs; one was restarted, and one is damaged.
fn logdir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("t")];
    events.extend((0..3000).map(|step| scalar(step, "loss", 0.5)));
    events.extend((2990..3000).map(|step| scalar(step, "loss", 0.25)));
    write_events(dir.path().join("runs/a").join(FILE), &events);
    let file = dir.path().join("runs/b").join(FILE);
    write_events(&file, &events);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    dir
}

/// A program that was started, and is ended with this.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut stderr = String::new();
            self.child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut stderr)
                .unwrap();
            panic!("it ended: {stderr}");
        }
        line.trim_end().to_owned()
    }

    /// Ends it, and returns what it said on standard error.
    fn stderr(&mut self) -> String {
        self.child.kill().unwrap();
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        stderr
    }

    /// What is told once everything was read.
    fn summary(&mut self) -> String {
        self.line_with(" points")
    }

    fn line_with(&mut self, text: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that was waited for has no process any more.
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        // Asks first: TensorBoard is to end, too.
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The answer of a page.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{path}: {answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn host(link: &str) -> String {
    let rest = link.split_once("://").unwrap().1;
    rest.split_once('/').unwrap().0.to_owned()
}

#[test]
fn tensorboard_shows_what_the_line_says_and_ends_with_the_program() {
    let Some(tensorboard) = tensorboard() else {
        return;
    };
    let dir = logdir();
    let mut board = command(
        dir.path(),
        &["board", "runs", "--pin", "loss", "--smoothing", "0.5"],
    );
    board.args([
        "--tag-filter",
        "lo|x",
        "--run-filter",
        "a&b",
        "--port",
        "0",
        "--tensorboard",
    ]);
    board
        .arg(tensorboard)
        .args(["--", "--samples_per_plugin", "scalars=0"]);
    // What the grpc library would otherwise ask.
    board
        .env("http_proxy", "http://127.0.0.1:9")
        .env("no_proxy", "example.com");
    board
        .env("SSH_CONNECTION", "10.0.0.2 50000 10.0.0.1 22")
        .env("USER", "me");
    let mut running = Running::start(board);
    let line = running.line();
    let (link, _) = line.split_once("  runs: ").unwrap();
    let settings = "?pinnedCards=%5B%7B%22plugin%22%3A%22scalars%22%2C%22tag%22%3A%22loss%22%7D%5D\
        &smoothing=0.5&tagFilter=lo%7Cx&runFilter=a%26b#timeseries";
    assert!(link.ends_with(settings), "{link}");
    let summary = match line.contains(" points") {
        true => line.clone(),
        false => running.summary(),
    };
    assert!(
        summary.contains("2 runs, 2 series, 6,019 points"),
        "{summary}"
    );
    assert!(summary.contains("1 damaged record in 1 file"), "{summary}");
    assert!(
        summary.contains("20 points hidden by restarts"),
        "{summary}"
    );

    let host = host(link);
    let scalars = get(&host, "/data/plugin/scalars/scalars?run=a&tag=loss");
    let scalars: Value = serde_json::from_str(&scalars).unwrap();
    assert_eq!(scalars.as_array().unwrap().len(), 3000);
    assert_eq!(scalars[2999][2], 0.25);
    let environment = get(&host, "/data/environment");
    assert!(
        environment.contains("damaged records: 1 in 1 file"),
        "{environment}"
    );

    #[cfg(unix)]
    {
        running.signal(rustix::process::Signal::INT);
        let status = running.child.wait().unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(2)
        );
        assert!(TcpStream::connect(&host).is_err(), "TensorBoard goes on");
        let mut stderr = String::new();
        let mut pipe = running.child.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        let port = host.rsplit(':').next().unwrap();
        let forwarding = format!("ssh -N -L {port}:localhost:{port} me@10.0.0.1");
        assert!(stderr.contains(&forwarding), "{stderr}");
        // Nothing else is said where nothing is wrong.
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_tensorboard_that_is_not_there_or_does_not_start_is_said() {
    let dir = logdir();
    let missing = tfevents(dir.path(), &["board", "runs", "--tensorboard", "./none"]);
    assert_eq!(missing.status, 1);
    assert!(
        missing.stderr.contains("`pip install tensorboard`"),
        "{}",
        missing.stderr
    );

    let Some(tensorboard) = tensorboard() else {
        return;
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut board = command(
        dir.path(),
        &["board", "runs", "--port", &port, "--tensorboard"],
    );
    board.arg(tensorboard);
    let failed = run(board, b"");
    assert_eq!(failed.status, 1);
    // Its own words, and then ours.
    assert!(
        failed.stderr.contains("already in use"),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.contains("ended before it was ready"),
        "{}",
        failed.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_program_that_says_nothing_and_ends_is_no_tensorboard() {
    let dir = logdir();
    let silent = tfevents(dir.path(), &["board", "runs", "--tensorboard", "true"]);
    assert_eq!(silent.status, 1);
    assert_eq!(
        silent.stderr,
        "error: `true` ended before it was ready (exit status: 0)\n"
    );
}

#[test]
fn many_paths_are_named_in_short_and_a_missing_one_once() {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..40).map(|run| format!("runs/{run}")).collect();
    for path in &paths[1..] {
        write_events(dir.path().join(path).join(FILE), &[version("t")]);
    }
    let mut serve = command(dir.path(), &["serve", "--port", "0"]);
    serve.args(&paths);
    let mut running = Running::start(serve);
    running.line();
    let line = running.line();
    assert!(
        line.starts_with("runs/0, runs/1, runs/2, runs/3, runs/4 and 35 more paths"),
        "{line}"
    );
    assert_eq!(
        running.stderr(),
        "note: `runs/0` does not exist; did you mean `runs/10`?; waiting for it\n"
    );
}

#[test]
fn flags_that_would_do_nothing_are_refused() {
    for (flag, says) in [
        ("--reload_interval=1", "--interval"),
        ("--load_fast=false", "yourself"),
    ] {
        let refused = tfevents(".", &["board", "runs", "--", flag]);
        assert_eq!(refused.status, 2);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
    let stdin = tfevents(".", &["serve", "-"]);
    assert_eq!(stdin.status, 2, "{}", stdin.stderr);
}

#[test]
fn serve_says_how_to_use_it_and_waits_for_what_is_not_there_yet() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = command(dir.path(), &["serve", "runs", "--port", "0"]);
    serve.args(["--interval", "100ms"]);
    let mut running = Running::start(serve);
    let line = running.line();
    let address = line.rsplit(' ').next().unwrap();
    assert!(line.contains("--grpc_data_provider"), "{line}");
    TcpStream::connect(address).unwrap();
    assert_eq!(running.summary(), "runs: 0 runs, 0 series, 0 points");
    let taken = address.rsplit(':').next().unwrap();
    let second = tfevents(dir.path(), &["serve", "runs", "--port", taken]);
    assert_eq!(second.status, 1);
    assert!(
        second.stderr.contains("cannot listen on localhost:"),
        "{}",
        second.stderr
    );
}

#[test]
fn restarts_and_damage_are_told_when_they_happen() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("runs/a").join(FILE);
    let mut events = vec![version("t")];
    events.extend((0..9).map(|step| scalar(step, "loss", 0.5)));
    write_events(&file, &events);
    let mut serve = command(dir.path(), &["serve", "runs", "--port", "0"]);
    serve.args(["--interval", "100ms"]);
    let mut running = Running::start(serve);
    assert_eq!(running.summary(), "runs: 1 run, 1 series, 9 points");
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        line
    };

    let again = dir.path().join("again");
    write_events(&again, &[scalar(7, "loss", 0.5), scalar(8, "loss", 0.5)]);
    let mut more = fs::read(&again).unwrap();
    let append = |more: &[u8]| {
        let mut file = fs::OpenOptions::new().append(true).open(&file).unwrap();
        file.write_all(more).unwrap();
    };
    append(&more);
    let hidden = "2 points hidden by restarts, `--policy raw` shows all";
    assert_eq!(line(), format!("warning: runs: {hidden}\n"));
    // In the first of the two records.
    let middle = more.len() / 4;
    more[middle] ^= 1;
    append(&more);
    let told = line();
    assert!(
        told.starts_with("warning: runs: 1 damaged record in 1 file, see `tfevents check`; "),
        "{told}"
    );
}

#[test]
fn serve_says_why_there_is_nothing_and_serves_what_comes() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("runs")).unwrap();
    fs::write(dir.path().join("notes.md"), "# Not an event file\n").unwrap();
    fs::write(dir.path().join("host.xplane.pb"), "x").unwrap();
    let mut serve = command(dir.path(), &["serve", "runs", "notes.md", "host.xplane.pb"]);
    serve.args(["--port", "0", "--interval", "100ms"]);
    let mut running = Running::start(serve);
    assert!(running.summary().ends_with(" 0 runs, 0 series, 0 points"));
    let file = dir.path().join("runs/a").join(FILE);
    write_events(&file, &[version("t"), scalar(0, "loss", 0.5)]);
    let came = running.line_with(" 1 point");
    assert!(came.ends_with(" 1 run, 1 series, 1 point"), "{came}");
    let stderr = running.stderr();
    for says in [
        "warning: runs: no event files found\n",
        "warning: notes.md: this is a text file, not an event file\n",
        "warning: host.xplane.pb: 1 profile",
        "note: waiting for event files\nDirectories are searched",
    ] {
        assert_eq!(stderr.matches(says).count(), 1, "{says}: {stderr}");
    }
}

/// TensorBoard names another host than this one with `--bind_all` and with `--host`, wherever these come from.
#[cfg(unix)]
#[test]
fn a_page_that_everyone_can_open_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = logdir();
    let program = dir.path().join("tensorboard");
    let script =
        "#!/bin/sh\necho 'TensorBoard 2.21.0 at http://node7:6006/ (Press CTRL+C to quit)' >&2\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut board = command(dir.path(), &["board", "runs", "--tensorboard"]);
    board.arg(&program).args(["--", "--bind_all"]);
    board.env("SSH_CONNECTION", "10.0.0.2 50000 10.0.0.1 22");
    let told = run(board, b"");
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert_eq!(
        told.stderr,
        "warning: anyone who can reach node7 can read the logdir; there is no password\n"
    );
}
