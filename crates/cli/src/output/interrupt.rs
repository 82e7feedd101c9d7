//! What is half made goes when the program is interrupted, as by ^C.
//!
//! A thread waits for the signal. Elsewhere than on Unix, and after a kill that nobody can wait for, the next call with the
//! same output clears up.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What would have to go, in the order in which it was made. Who clears up keeps it to the end of the process.
static HALF_MADE: Mutex<BTreeMap<u64, (PathBuf, Goes)>> = Mutex::new(BTreeMap::new());

/// Whoever has it makes something, or moves it to its place; an interruption waits for that, and then keeps it.
static STEP: Mutex<()> = Mutex::new(());

#[derive(Clone, Copy)]
pub(super) enum Goes {
    /// With all that is in it.
    Whole,
    /// If it is a directory with nothing in it.
    IfEmpty,
}

/// Something that goes at an interruption, until this is dropped.
pub(super) struct HalfMade {
    number: u64,
    path: PathBuf,
}

impl HalfMade {
    /// Makes something that has a path.
    pub(super) fn make<T>(
        goes: Goes,
        make: impl FnOnce() -> io::Result<T>,
        path: impl FnOnce(&T) -> &Path,
    ) -> io::Result<(T, Self)> {
        will_write();
        let _step = step();
        let made = make()?;
        let path = path(&made).to_path_buf();
        let mut all = lock(&HALF_MADE);
        let number = all.last_key_value().map_or(0, |(last, _)| last + 1);
        all.insert(number, (path.clone(), goes));
        Ok((made, Self { number, path }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for HalfMade {
    fn drop(&mut self) {
        lock(&HALF_MADE).remove(&self.number);
    }
}

/// What ends another program that this one started.
#[cfg(unix)]
static COMPANION: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Has another program end when this one is interrupted. Elsewhere than on Unix, ^C reaches both.
#[cfg(all(unix, any(feature = "server", feature = "mlflow")))]
pub(crate) fn on_interrupt(end: impl FnOnce() + Send + 'static) {
    *lock(&COMPANION) = Some(Box::new(end));
}

/// Gets ready for interruptions. To be called before anything is made.
pub(crate) fn watch() {
    #[cfg(unix)]
    signals::wait();
}

/// Whether the verb is one that writes.
static WRITES: AtomicBool = AtomicBool::new(false);

/// Remembers that something is going to be written, so that an interruption reports what became of it.
pub(crate) fn will_write() {
    WRITES.store(true, Ordering::Relaxed);
}

/// Whether something has its place already.
static WRITTEN: AtomicBool = AtomicBool::new(false);

/// Remembers that something has its place, so that no message says that nothing was written.
pub(super) fn written() {
    WRITTEN.store(true, Ordering::Relaxed);
}

/// What whoever interrupts is told; nothing where nothing was to be written.
#[cfg(unix)]
fn told() -> Option<&'static str> {
    match (
        WRITTEN.load(Ordering::Relaxed),
        WRITES.load(Ordering::Relaxed),
    ) {
        (true, _) => Some("interrupted; only the files completed by then were written"),
        (false, true) => Some("interrupted, nothing written"),
        (false, false) => None,
    }
}

/// Keeps interruptions waiting as long as the result is there. After one, it does not return.
pub(crate) fn step() -> MutexGuard<'static, ()> {
    lock(&STEP)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often a directory is emptied again into which something was put meanwhile.
const TRIES: u32 = 1000;

/// Removes what is half made; what was made last is innermost.
#[cfg_attr(
    all(not(unix), not(test)),
    expect(dead_code, reason = "no thread waits for signals there")
)]
fn clear(half_made: &BTreeMap<u64, (PathBuf, Goes)>) {
    for (path, goes) in half_made.values().rev() {
        // What stays, the next call takes away.
        let _ = match goes {
            Goes::Whole if path.is_dir() => remove_dir(path),
            Goes::Whole => fs::remove_file(path),
            Goes::IfEmpty => fs::remove_dir(path),
        };
    }
}

/// Takes a directory away although others still work in it.
fn remove_dir(path: &Path) -> io::Result<()> {
    let mut removed = fs::remove_dir_all(path);
    for _ in 1..TRIES {
        if removed.is_ok() || !path.is_dir() {
            break;
        }
        removed = fs::remove_dir_all(path);
    }
    removed
}

#[cfg(unix)]
mod signals {
    use std::io::{self, IsTerminal as _, Write as _};
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Once};
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::{flag, low_level};

    /// The exit status after ^C, as a shell sees it, and after SIGTERM.
    const INTERRUPTED: i32 = 130;

    /// Enough to remove directories in directories.
    const STACK: usize = 256 << 10;

    /// Starts the thread that waits for signals, once.
    pub(super) fn wait() {
        static STARTED: Once = Once::new();
        // Without it, the next call clears up.
        STARTED.call_once(|| drop(start()));
    }

    fn start() -> io::Result<()> {
        let ignored = ignored();
        let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter();
        let wanted: Vec<_> = wanted
            .filter(|signal| ignored >> (signal - 1) & 1 == 0)
            .collect();
        let mut signals = Signals::new(&wanted)?;
        // It needs little memory, and verbs that only read have it, too.
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn(move || {
            for signal in signals.forever() {
                let _step = super::step();
                if let Some(end) = super::lock(&super::COMPANION).take() {
                    end();
                }
                let half_made = super::lock(&super::HALF_MADE);
                super::clear(&half_made);
                if let Some(told) = super::told() {
                    let mut err = io::stderr();
                    // Behind the progress, and what terminals show of ^C.
                    let start = if err.is_terminal() { "\n" } else { "" };
                    let _ = writeln!(err, "{start}{told}");
                }
                if signal == SIGTERM {
                    low_level::exit(INTERRUPTED);
                }
                // A shell is to know that it was ^C, so that it ends loops, too.
                let _ = low_level::emulate_default_handler(signal);
            }
        })?;
        let again = Arc::new(AtomicBool::new(false));
        for signal in wanted {
            // Whoever cannot wait for all of that asks a second time.
            flag::register_conditional_default(signal, Arc::clone(&again))?;
            flag::register(signal, Arc::clone(&again))?;
        }
        Ok(())
    }

    /// A bit for each signal that is not meant for this process, as after `nohup`, where the system tells.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        // Elsewhere that of `nohup` is the one that matters.
        mask.unwrap_or(1 << (SIGHUP - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_made_goes_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir_all(path("new/whole/x")).unwrap();
        fs::create_dir_all(path("used")).unwrap();
        for file in ["new/whole/x/file", "used/file", "file"] {
            fs::write(path(file), "").unwrap();
        }
        let half_made = [
            (path("new"), Goes::IfEmpty),
            (path("new/whole"), Goes::Whole),
            (path("used"), Goes::IfEmpty),
            (path("file"), Goes::Whole),
            (path("gone"), Goes::Whole),
        ];
        clear(&(0..).zip(half_made).collect());
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1);
        assert!(path("used/file").exists());
    }
}
