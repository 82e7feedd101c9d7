//! Closing writers at a signal, so that what waits in memory and the end of a session reach the file.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc};
use std::thread;
use std::time::Instant;

use signal_hook::consts::FORBIDDEN;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::error::{Error, Result};
use crate::plugin::hparams::Status;
use crate::writer::ending::Ending;
use crate::writer::framed::framed;
use crate::writer::summary::{DROP_TIMEOUT, Inner, SummaryWriter};

/// One thread waits for all signals of all writers: whoever is done first must not end the process before the others.
static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

struct Watch {
    handle: Handle,
    writers: Vec<(Weak<Inner>, Vec<i32>)>,
    /// A bit for each signal that is waited for. Handlers are never taken back.
    watched: u64,
    /// A bit for each signal that somebody else had a handler for before.
    handled: u64,
}

/// The greatest number that any system has, and as many bits as the masks have. Systems with fewer signals refuse the rest
/// themselves.
const SIGNALS: i32 = 64;

impl SummaryWriter {
    /// Closes the writer when one of these signals arrives, and ends its session, if one is open, as a failure. Then the
    /// signal takes its usual effect, which normally ends the process.
    ///
    /// Without it, a process that is ended by a signal loses what waits in memory, and the HParams dashboard shows its
    /// session as running for ever. Schedulers end jobs this way: SLURM's `scancel` sends `SIGTERM`, and `SIGKILL` 30
    /// seconds later.
    ///
    /// All writers that ask for it are closed at once before the process ends, which takes 10 seconds at most if the disk
    /// does not respond. Everything that was logged is written. Calls that log, flush or close meanwhile, and the drop of a
    /// last handle, do not return, so that the program does not end before its files are complete, and its exit status is
    /// the signal's. They return, as from a closed writer, only if the signal does not end the process, as `SIGTSTP` does not.
    ///
    /// A signal that the process ignores, such as `SIGHUP` under `nohup`, stays ignored.
    ///
    /// # Programs that handle the signal themselves
    ///
    /// Call this after the program has registered its handler, whether with signal-hook, `tokio::signal` (whose streams
    /// register when they are made), ctrlc or the C library. Then the program decides what becomes of the process. At the
    /// signal, what was logged so far is written; the writer stays open and its session goes on, so that the program can
    /// log its last values and end the session as it wants to. It has to close the writer before it calls
    /// `std::process::exit`.
    ///
    /// The library cannot see a handler that signal-hook or tokio registers after this call: the signal ends the process,
    /// whatever that handler began. One that is registered later by ctrlc or the C library replaces the library's.
    /// On systems other than Linux, handlers from before cannot be seen either, and the signal always ends the process.
    ///
    /// # Forked processes
    ///
    /// Call it after a `fork`, not before: a child without `exec` has no thread that waits for these signals, and so
    /// ignores them.
    ///
    /// # Errors
    ///
    /// Signals that do not exist, that cannot be caught or must not be, such as `SIGKILL` and `SIGSEGV`, and a
    /// thread that cannot be started.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::signals::{SIGINT, SIGTERM};
    /// use tfevents::{HParams, SummaryWriter};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let logdir = dir.path().join("exp7");
    /// let writer = SummaryWriter::new(logdir)?;
    /// writer.close_on_signals([SIGTERM, SIGINT])?;
    /// let session = writer.start_session(HParams::new().with("lr", 1e-3))?;
    /// writer.add_scalar("loss", 0.5, 1)?;
    /// session.finish()?;
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close_on_signals(&self, signals: impl IntoIterator<Item = i32>) -> Result<()> {
        let signals: Vec<_> = signals.into_iter().collect();
        if let Some(bad) = signals.iter().find(|&&signal| !can_be_caught(signal)) {
            return Err(refused(*bad));
        }
        let mut watch = lock();
        let watch = match &mut *watch {
            Some(watch) => watch,
            none => none.insert(Watch::start()?),
        };
        let dispositions = Dispositions::now();
        let mut caught = Vec::new();
        for signal in signals {
            if dispositions.ignored & bit(signal) != 0 {
                continue;
            }
            if watch.watched & bit(signal) == 0 {
                let added = watch.handle.add_signal(signal);
                added.map_err(|_| refused(signal))?;
                watch.watched |= bit(signal);
                watch.handled |= dispositions.caught & bit(signal);
            }
            caught.push(signal);
        }
        watch
            .writers
            .retain(|(writer, _)| writer.strong_count() > 0);
        watch.writers.push((Arc::downgrade(&self.inner), caught));
        Ok(())
    }
}

impl Watch {
    fn start() -> Result<Self> {
        let mut signals = Signals::new([0; 0])?;
        let handle = signals.handle();
        thread::Builder::new()
            .name("tfevents-signals".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    arrived(signal);
                }
            })?;
        Ok(Self {
            handle,
            writers: Vec::new(),
            watched: 0,
            handled: 0,
        })
    }
}

/// Closes the writers that asked for it and has the signal end the process; or has what was logged written, if the program
/// handles the signal itself.
fn arrived(signal: i32) {
    if is_handled(signal) {
        in_time(&asked(signal), flush);
        return;
    }
    let ending = Ending::begin();
    let writers = asked(signal);
    in_time(&writers, close);
    let _ = emulate_default_handler(signal);
    // Only a signal that stops the process for a while, or does nothing, gets here.
    drop(ending);
    // Not before: whoever drops the last one closes its sub-runs, and that waits for the end.
    drop(writers);
}

/// Whether somebody else handles a signal.
fn is_handled(signal: i32) -> bool {
    let watch = lock();
    watch.iter().any(|watch| watch.handled & bit(signal) != 0)
}

/// The writers that asked for a signal, but those whose last handle is gone, because they have written everything.
fn asked(signal: i32) -> Arc<[Arc<Inner>]> {
    let watch = lock();
    let writers = watch.iter().flat_map(|watch| &watch.writers);
    let asked = writers.filter(|(_, signals)| signals.contains(&signal));
    asked.filter_map(|(writer, _)| writer.upgrade()).collect()
}

/// Does something to writers, in another thread, because whoever opens a sub-run may hold their list while the disk does
/// not respond.
fn in_time(writers: &Arc<[Arc<Inner>]>, action: fn(&[Arc<Inner>])) {
    let (ending, ended) = mpsc::channel::<()>();
    let all = Arc::clone(writers);
    let thread = thread::Builder::new().spawn(move || {
        action(&all);
        drop(ending);
    });
    match thread {
        // Nothing is sent: it ends when the other end is dropped.
        Ok(_) => drop(ended.recv_timeout(DROP_TIMEOUT)),
        Err(_) => action(writers),
    }
}

/// Has what was logged so far written.
fn flush(writers: &[Arc<Inner>]) {
    for writer in writers {
        // What fails is told by the next call of the program.
        let _ = writer.background.queue().flush_soon();
        for sub_run in writer.sub_runs.writers().unwrap_or_default() {
            let _ = sub_run.inner.background.queue().flush_soon();
        }
    }
}

/// Closes writers, all at once, and ends their sessions as failures.
fn close(writers: &[Arc<Inner>]) {
    let deadline = Instant::now() + DROP_TIMEOUT;
    let mut stopped = Vec::new();
    for writer in writers {
        let session_end = writer.session_end(Status::Failure);
        let session_end = session_end.and_then(|event| framed(&event)).ok();
        stopped.extend(writer.stop(session_end.as_deref()));
    }
    for writer in stopped {
        let left = deadline.saturating_duration_since(Instant::now());
        // Nobody is there to be told.
        let _ = writer.background.queue().close(Some(left));
    }
}

fn lock() -> MutexGuard<'static, Option<Watch>> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(signal: i32) -> Error {
    Error::argument(format!(
        "signal {signal} cannot be caught: pass signals such as SIGTERM or SIGINT"
    ))
}

fn can_be_caught(signal: i32) -> bool {
    (1..=SIGNALS).contains(&signal) && !FORBIDDEN.contains(&signal)
}

fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// What the process does at signals, a bit for each.
struct Dispositions {
    ignored: u64,
    caught: u64,
}

impl Dispositions {
    /// As the system tells, which is on Linux; elsewhere every signal counts as being at its default.
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = |name| {
            let mask = status.lines().find_map(|line| line.strip_prefix(name));
            mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
                .unwrap_or(0)
        };
        Self {
            ignored: mask("SigIgn:"),
            caught: mask("SigCgt:"),
        }
    }
}
