//! What a forked child must not wait for.
//!
//! Of a process that forks, only the thread that calls `fork` goes on in the child. The thread that writes is not
//! there, and a lock that any other thread held at that moment is never released.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::error::{Error, ErrorKind, Result};

/// The process that opened a writer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn current() -> Self {
        Self(std::process::id())
    }

    /// # Errors
    ///
    /// The process was forked, and the child is running.
    pub(crate) fn check(self) -> Result<()> {
        if self.0 == std::process::id() {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Forked))
        }
    }

    /// One that is not running, as the parent is not in a forked child.
    #[cfg(test)]
    pub(crate) fn other() -> Self {
        Self(std::process::id() ^ 1)
    }
}

/// A lock for which a forked child does not wait. Asking which process this is costs more than the lock, so it is
/// asked only where the lock is taken.
#[derive(Debug)]
pub(crate) struct Lock<T> {
    process: Process,
    mutex: Mutex<T>,
}

impl<T> Lock<T> {
    pub(crate) fn new(process: Process, value: T) -> Self {
        Self {
            process,
            mutex: Mutex::new(value),
        }
    }

    /// # Errors
    ///
    /// The lock is taken, and this is a forked child.
    #[inline]
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, T>> {
        match self.mutex.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(e)) => Ok(e.into_inner()),
            Err(TryLockError::WouldBlock) => {
                self.process.check()?;
                Ok(self.wait())
            }
        }
    }

    /// The same for threads that exist in one process only.
    pub(crate) fn wait(&self) -> MutexGuard<'_, T> {
        // A panic elsewhere must not stop the logging of other threads: what is locked is never half changed.
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_does_not_wait_for_a_lock_that_nobody_will_release() {
        let lock = Lock::new(Process::other(), 1);
        let held = lock.lock().unwrap();
        let error = lock.lock().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Forked), "{error:?}");
        drop(held);
        assert_eq!(*lock.lock().unwrap(), 1);
    }
}
