//! `--watch`: runs are sent while they are written, until the program is stopped, or they have ended.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use tfevents_mlflow::{Mirror, Mirrored, Options, Pushed};

use super::Args;
use super::report::{Report, summary, warn};
use crate::input::paths;
use crate::output::{self, Out};
use crate::ui::reporter::Reporter;
use tfevents_analysis::pattern::Patterns;
use tfevents_analysis::{number, text};
use tfevents_table::json;

mod message;

use message::Message;

/// How often it is looked whether anybody still reads what is printed.
const READER: Duration = Duration::from_secs(1);
/// How long after the last session nothing may begin until all is over.
const PAUSE: Duration = Duration::from_secs(60);
/// How long sending the rest may take.
const REST: Duration = Duration::from_secs(60);

/// The same as a line of JSON.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum Line<'a> {
    Followed {
        run: &'a str,
        run_id: &'a str,
        created: bool,
    },
    Ended {
        #[serde(flatten)]
        report: Report<'a>,
    },
    Failed {
        run: &'a str,
        error: &'a str,
    },
    Away {
        error: &'a str,
    },
    Back,
    End {
        points: u64,
        runs: usize,
    },
}

/// Mirrors until it is interrupted, or all runs have ended, or nobody reads what it prints.
pub(super) fn run(
    args: &Args,
    runs: Patterns,
    options: Options,
    reporter: &Reporter,
) -> Result<()> {
    let server = args.what.server.open()?;
    for path in &args.what.paths.paths {
        if let Some(missing) = paths::missing(path) {
            reporter.note(format_args!("{:#}; waiting for it", missing.explained));
        }
    }
    let (sender, inbox) = channel();
    let tell = sender.clone();
    let mut mirror = Mirror::of_roots(&server, args.what.paths.roots()?)
        .options(options)
        .runs(move |run| runs.matches(run))
        .hparams(args.what.hparams.lookup())
        .max_record(args.what.paths.limits.max_record)
        .on_event(move |event| {
            // Nobody listens any more once the rest is printed.
            let _ = Message::of(event).map(|message| tell.send(message));
        });
    if let Some(stale) = args.stale {
        mirror = mirror.stale(stale);
    }
    let mirror = mirror.start()?;
    let done = stop_on_interrupt(sender);
    let mut watch = Watch {
        out: output::styled_stdout(),
        is_json: args.json,
        followed: HashSet::new(),
        open: HashSet::new(),
        ended: None,
        pause: args.stale.map_or(PAUSE, |stale| stale.min(PAUSE)),
        reporter,
    };
    let is_interrupted = watch.print_until_stopped(&inbox)?;
    let mirrored = mirror.stop_within(REST);
    while let Ok(message) = inbox.try_recv() {
        watch.print(&message)?;
    }
    let result = watch.end(mirrored);
    if is_interrupted {
        if let Err(e) = &result {
            reporter.error(format_args!("{e:#}"));
        }
        drop(done);
        loop {
            // The interruption ends the program.
            std::thread::park();
        }
    }
    result
}

/// Has an interruption stop this, and wait until what is returned is dropped.
#[cfg(unix)]
fn stop_on_interrupt(stop: Sender<Message>) -> Sender<()> {
    let (done, ended) = channel();
    output::on_interrupt(move || {
        if stop.send(Message::Stop).is_ok() {
            let _ = ended.recv();
        }
    });
    done
}

/// What was sent stands at the server: there, an interruption ends the program.
#[cfg(not(unix))]
fn stop_on_interrupt(stop: Sender<Message>) -> Sender<Message> {
    stop
}

struct Watch<'a> {
    out: Out,
    is_json: bool,
    /// The runs of which it was said that they are followed.
    followed: HashSet<String>,
    /// Those whose sessions have not ended; and when the last one of these did.
    open: HashSet<String>,
    ended: Option<Instant>,
    /// How long after that all is over.
    pause: Duration,
    reporter: &'a Reporter,
}

impl Watch<'_> {
    /// Whether an interruption stopped it.
    fn print_until_stopped(&mut self, inbox: &Receiver<Message>) -> Result<bool> {
        loop {
            match inbox.recv_timeout(READER) {
                Ok(Message::Stop) => return Ok(true),
                Ok(message) => self.print(&message)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            }
            let is_over = self
                .ended
                .is_some_and(|ended| ended.elapsed() >= self.pause);
            if is_over || output::reader_has_left() {
                return Ok(false);
            }
        }
    }

    fn print(&mut self, message: &Message) -> Result<()> {
        match message {
            Message::Followed(run, run_id, created) => {
                let (name, created) = (text::printable(run), *created);
                let what = if created { "created" } else { "following" };
                match self.is_json {
                    true => self.line(&Line::Followed {
                        run,
                        run_id,
                        created,
                    })?,
                    false => writeln!(self.out, "{name}: {what} {run_id}")?,
                }
                self.followed.insert(run.clone());
                self.open.insert(run.clone());
                self.ended = None;
            }
            Message::Ended(run, pushed) => self.ended(run, pushed)?,
            Message::Failed(run, error) => {
                if self.is_json {
                    self.line(&Line::Failed { run, error })?;
                }
                let name = text::printable(run);
                self.reporter
                    .warn(format_args!("{name}: {error}; this is tried again"));
            }
            Message::Away(error) => {
                if self.is_json {
                    self.line(&Line::Away { error })?;
                }
                self.reporter.note(format_args!("{error}; waiting"));
            }
            Message::Back => {
                if self.is_json {
                    self.line(&Line::Back)?;
                }
                self.reporter.note("the server answers again");
            }
            Message::Unlisted(error) => self.reporter.warn(error),
            Message::Stop => {}
        }
        self.out.flush()?;
        Ok(())
    }

    fn ended(&mut self, run: &str, pushed: &Pushed) -> Result<()> {
        let was_followed = self.followed.remove(run);
        // One that only was silent may go on.
        if pushed.status != "KILLED" && self.open.remove(run) && self.open.is_empty() {
            self.ended = Some(Instant::now());
        }
        let is_new = pushed.is_new || pushed.points + pushed.params + pushed.artifacts > 0;
        let name = text::printable(run);
        if was_followed || is_new {
            if self.is_json {
                let report = Report::new(run, pushed);
                self.line(&Line::Ended { report })?;
            } else if is_new {
                writeln!(self.out, "{name}: {}; {}", summary(pushed), pushed.status)?;
            } else {
                writeln!(self.out, "{name}: {}", pushed.status)?;
            }
            warn(&name, pushed, self.reporter);
        }
        Ok(())
    }

    fn end(&mut self, mirrored: tfevents_mlflow::Result<Mirrored>) -> Result<()> {
        let Mirrored { points, runs, .. } = mirrored?;
        match self.is_json {
            true => self.line(&Line::End { points, runs })?,
            false => {
                let points = number::counted(points, "point");
                writeln!(self.out, "{points} sent")?;
            }
        }
        self.out.flush()?;
        Ok(())
    }

    fn line(&mut self, line: &Line<'_>) -> Result<()> {
        Ok(json::write_line(&mut self.out, line)?)
    }
}
