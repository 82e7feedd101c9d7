//! The end of the process by a signal, for which whoever uses a writer waits.
//!
//! A caller that went on could end the process first: before everything is written, and with a status of its own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// The process that a signal is about to end. It is not this one in a child that was forked meanwhile. 0 is no process.
static ENDING: AtomicU32 = AtomicU32::new(0);
static WAITING: Mutex<()> = Mutex::new(());
static OVER: Condvar = Condvar::new();

/// Waits while a signal is about to end the process. Returns only if there is none, or if the signal did not end it after
/// all. Nobody may hold a lock of a writer here, because the writers are being closed.
pub(crate) fn wait() {
    if ENDING.load(Ordering::SeqCst) == 0 {
        return;
    }
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    while ENDING.load(Ordering::SeqCst) == std::process::id() {
        waiting = OVER.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The end of the process is near for as long as this is there.
#[cfg(all(unix, feature = "signals"))]
pub(super) struct Ending(());

#[cfg(all(unix, feature = "signals"))]
impl Ending {
    pub(super) fn begin() -> Self {
        ENDING.store(std::process::id(), Ordering::SeqCst);
        Self(())
    }
}

#[cfg(all(unix, feature = "signals"))]
impl Drop for Ending {
    fn drop(&mut self) {
        let _waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        ENDING.store(0, Ordering::SeqCst);
        OVER.notify_all();
    }
}
