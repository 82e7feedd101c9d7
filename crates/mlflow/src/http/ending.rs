//! Waits that can be cut short.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Until when somebody is ready to wait. At first, that is for ever.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    at: Mutex<Option<Instant>>,
    changed: Condvar,
}

impl Ending {
    /// Has everything end within a time. Whoever waits for longer gives up now.
    pub(crate) fn within(&self, time: Duration) {
        // A time beyond what the clock can say is no end.
        *self.lock() = Instant::now().checked_add(time);
        self.changed.notify_all();
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.lock().is_some_and(|at| at <= Instant::now())
    }

    /// Waits for a time. False if there is not so much left.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut at = self.lock();
        loop {
            if at.is_some_and(|at| at < until) {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let waited = self.changed.wait_timeout(at, left);
            at = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn whoever_waits_too_long_is_woken() {
        let ending = Arc::new(Ending::default());
        assert!(ending.sleep(Duration::from_millis(1)));
        let waiting = Arc::clone(&ending);
        let began = Instant::now();
        let sleeper = thread::spawn(move || waiting.sleep(Duration::from_secs(60)));
        ending.within(Duration::from_millis(10));
        assert!(!sleeper.join().unwrap());
        assert!(began.elapsed() < Duration::from_secs(30));
        assert!(!ending.sleep(Duration::from_secs(1)));
        thread::sleep(Duration::from_millis(10));
        assert!(ending.is_over());
    }
}
