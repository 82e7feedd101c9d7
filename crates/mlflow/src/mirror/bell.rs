//! What wakes the thread of a mirror.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Rings when something is done, and when all is to end.
#[derive(Debug, Default)]
pub(super) struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct State {
    has_rung: bool,
    is_stopped: bool,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.lock().has_rung = true;
        self.rung.notify_all();
    }

    /// Rings for the last time.
    pub(super) fn stop(&self) {
        self.lock().is_stopped = true;
        self.ring();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// Waits until it rings, for a time at most.
    pub(super) fn wait(&self, time: Duration) {
        let state = self.lock();
        let waited = self
            .rung
            .wait_timeout_while(state, time, |state| !state.has_rung);
        waited.unwrap_or_else(PoisonError::into_inner).0.has_rung = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
