//! Counts what reading costs, for tests: on a busy machine no clock tells.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// So many bytes were read, moved, looked at or put into a checksum.
#[inline(always)]
pub(crate) fn add(bytes: usize) {
    #[cfg(test)]
    DONE.set(DONE.get() + bytes as u64);
    #[cfg(not(test))]
    let _ = bytes;
}

/// What `f` returned, and what this thread did for it.
#[cfg(test)]
pub(crate) fn of<T>(f: impl FnOnce() -> T) -> (T, u64) {
    let before = DONE.get();
    let result = f();
    (result, DONE.get() - before)
}
