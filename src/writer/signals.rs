//! Closing writers at a signal, so that what waits in memory and the end of a session reach the file.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc};
use std::thread;

use signal_hook::consts::FORBIDDEN;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::error::{Error, Result};
use crate::plugin::hparams::Status;
use crate::writer::background::DROP_TIMEOUT;
use crate::writer::summary::{Inner, SummaryWriter};

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
    /// seconds later. Closing gives up after 10 seconds if the disk does not respond.
    ///
    /// Every writer that asks for it is closed before the process ends. What is logged meanwhile is an error. If the
    /// program had a handler of its own for the signal before this call, that is called first and decides what becomes
    /// of the process; before it exits, [`close`](Self::close) waits until all is written. The library can detect such a
    /// handler only on Linux; on other systems the process ends regardless. A signal that the process ignores, such as `SIGHUP` under `nohup`, stays ignored.
    ///
    /// Call it after a `fork`, not before: a child without `exec` would share the signals with its parent.
    ///
    /// # Errors
    ///
    /// Numbers that are no signals, signals that cannot be caught or must not be, such as `SIGKILL` and `SIGSEGV`, and a
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
                    close_writers(signal);
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

/// Closes the writers that asked for it, and lets the signal do what it would have done.
fn close_writers(signal: i32) {
    let (writers, is_handled) = {
        let watch = lock();
        let Some(watch) = &*watch else { return };
        let asked = watch
            .writers
            .iter()
            .filter(|(_, signals)| signals.contains(&signal));
        let writers: Vec<_> = asked.filter_map(|(writer, _)| writer.upgrade()).collect();
        (writers, watch.handled & bit(signal) != 0)
    };
    let (ending, ended) = mpsc::channel::<()>();
    for inner in writers {
        let ending = ending.clone();
        let writer = SummaryWriter { inner };
        // Each in a thread of its own, because putting the session's end into a full buffer may wait for the disk.
        let close = move || {
            let _ = writer.end_session(Status::Failure);
            writer.close_within(DROP_TIMEOUT);
            drop(ending);
        };
        let _ = thread::Builder::new().spawn(close);
    }
    drop(ending);
    // Nothing is sent: it ends when all have dropped their ends.
    let _ = ended.recv_timeout(DROP_TIMEOUT);
    if !is_handled {
        let _ = emulate_default_handler(signal);
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
