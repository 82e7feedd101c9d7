//! TensorBoard, as a program that ends with this one.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::input::served::News;

/// What happens while TensorBoard runs.
pub(super) enum Event {
    /// It answers at this address.
    Ready(String),
    /// It printed this.
    Said(String),
    Ended(ExitStatus),
    /// About the data that it gets.
    News(News),
}

/// How often to see whether it still runs.
const PAUSE: Duration = Duration::from_millis(50);

/// How long it may take to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// Ends TensorBoard when it is dropped, and when this program is interrupted.
pub(super) struct TensorBoard(Arc<Mutex<Child>>);

impl TensorBoard {
    /// # Errors
    ///
    /// A program that is not there.
    pub(super) fn start(
        program: &OsStr,
        flags: &[OsString],
        sender: Sender<Event>,
    ) -> Result<Self> {
        // An interruption waits until it is known what has to end with this program.
        let _step = crate::output::step();
        let mut command = Command::new(program);
        command
            .args(flags)
            .envs(without_proxy())
            .stdin(Stdio::null())
            // Standard output is for the link.
            .stdout(io::stderr())
            .stderr(Stdio::piped());
        // ^C is for this program, which then ends it. Python would print a traceback.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| failure(program, error))?;
        let stderr = child
            .stderr
            .take()
            .context("TensorBoard has no standard error")?;
        let child = Arc::new(Mutex::new(child));
        let lines = sender.clone();
        let reading = thread::spawn(move || pass_on(stderr, &lines));
        #[cfg(unix)]
        crate::output::on_interrupt({
            let child = Arc::clone(&child);
            move || end(&child)
        });
        thread::spawn({
            let child = Arc::clone(&child);
            move || {
                let status = loop {
                    match lock(&child).try_wait() {
                        Ok(None) => {}
                        Ok(Some(status)) => break status,
                        Err(_) => return,
                    }
                    thread::sleep(PAUSE);
                };
                // What it said last comes first.
                drop(reading.join());
                drop(sender.send(Event::Ended(status)));
            }
        });
        Ok(Self(child))
    }
}

impl Drop for TensorBoard {
    fn drop(&mut self) {
        end(&self.0);
    }
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks it to end, so that it can remove its temporary files, and kills it if it does not.
fn end(child: &Mutex<Child>) {
    let mut child = lock(child);
    let asked = Instant::now();
    ask_to_end(&child);
    while matches!(child.try_wait(), Ok(None)) && asked.elapsed() < PATIENCE {
        thread::sleep(PAUSE / 10);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
fn ask_to_end(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _ = kill_process(pid, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn ask_to_end(_: &Child) {}

/// What it says, line by line, but for what it says each time.
fn pass_on(stderr: ChildStderr, sender: &Sender<Event>) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    while let Ok(1..) = lines.read_until(b'\n', &mut line) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        let event = match address(&text) {
            Some(url) => Event::Ready(url.to_owned()),
            None if is_routine(&text) => continue,
            None => Event::Said(text),
        };
        if sender.send(event).is_err() {
            return;
        }
    }
}

/// Whether it says this each time, and there is nothing to do about it here.
fn is_routine(line: &str) -> bool {
    let routine = [
        // Of what it needs TensorFlow for, it gets all from here.
        "TensorFlow installation not found - running with reduced feature set.",
        // As it should be. That the page can be opened elsewhere is in `board --help`.
        "Serving TensorBoard on localhost; to expose to the network",
        // When it is asked to end; if this program did not ask, it says that it ended.
        "TensorBoard caught SIGTERM; exiting...",
    ];
    routine.iter().any(|start| line.starts_with(start))
}

/// The address in the line with which TensorBoard says that it runs.
fn address(line: &str) -> Option<&str> {
    let line = line.strip_suffix("(Press CTRL+C to quit)")?;
    line.split_whitespace()
        .find(|word| word.starts_with("http"))
}

/// Data does not go through a proxy. The first of these that is set counts.
fn without_proxy() -> [(&'static str, String); 1] {
    let set = ["no_grpc_proxy", "no_proxy"].into_iter();
    let set = set
        .filter_map(|name| env::var(name).ok())
        .find(|hosts| !hosts.is_empty());
    let hosts = set.map(|hosts| hosts + ",").unwrap_or_default();
    [("no_grpc_proxy", hosts + "localhost,127.0.0.1")]
}

fn failure(program: &OsStr, error: io::Error) -> anyhow::Error {
    let program = program.to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!(
            "`{program}` was not found; install TensorBoard with `pip install tensorboard`, or pass --tensorboard PROGRAM"
        ),
        _ => anyhow::Error::new(error).context(format!("cannot start `{program}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_in_one_line() {
        let line = "TensorBoard 2.21.0 at http://localhost:6006/x/ (Press CTRL+C to quit)";
        assert_eq!(address(line), Some("http://localhost:6006/x/"));
        assert_eq!(address("see http://localhost:6006/"), None);
    }

    #[test]
    fn what_goes_wrong_is_passed_on() {
        for line in [
            "TensorBoard could not bind to port 6006, it was already in use",
            "WARNING: Serving TensorBoard on localhost; to expose to the network, use a proxy",
            "TensorBoard attempted to bind to port 6006, but it was already in use",
        ] {
            assert!(!is_routine(line), "{line}");
        }
    }
}
