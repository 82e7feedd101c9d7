//! The buffer between the training loop and the disk, and the thread that empties it.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::writer::guard::Guard;

/// The thread is woken to write when this much has gathered, as a rule long before the buffer is full.
const WRITE_AT: usize = 256 << 10;

/// How long dropping the last handle may take, should the disk not answer.
const DROP_TIMEOUT: Duration = Duration::from_secs(10);

/// One event file being written.
#[derive(Debug)]
pub(crate) struct Background {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// Callers wait when the buffer holds so much.
    capacity: usize,
    /// The thread does not wait any longer when it does.
    write_at: usize,
    flush_interval: Duration,
    state: Mutex<State>,
    /// Wakes the thread: there is something to write, or an end.
    work: Condvar,
    /// Wakes callers: there is room, or something was written.
    done: Condvar,
}

/// What is behind the lock that every logging call takes.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Finished records, not yet taken by the thread.
    pub(crate) buf: Vec<u8>,
    pub(crate) guard: Guard,
    /// Events ever accepted, written to the file, and synced to the disk.
    accepted: u64,
    written: u64,
    synced: u64,
    /// Callers wait until so many are written or synced.
    flush_to: u64,
    sync_to: u64,
    failed: Option<Error>,
    closed: bool,
    /// The thread has ended.
    ended: bool,
}

impl State {
    fn stopped(&self) -> Option<Error> {
        let cause = self.failed.clone()?;
        let lost = self.accepted - self.written;
        Some(Error::new(ErrorKind::Stopped { cause, lost }))
    }

    fn has_work(&self, write_at: usize) -> bool {
        self.closed
            || self.buf.len() >= write_at
            || self.flush_to > self.written
            || self.sync_to > self.synced
    }
}

impl Background {
    pub(crate) fn start(
        file: File,
        path: PathBuf,
        capacity: usize,
        flush_interval: Duration,
    ) -> Result<Self> {
        // A buffer of nothing would never have room.
        let capacity = capacity.max(1);
        let shared = Arc::new(Shared {
            path,
            capacity,
            write_at: capacity.min(WRITE_AT),
            flush_interval,
            state: Mutex::default(),
            work: Condvar::new(),
            done: Condvar::new(),
        });
        let thread = thread::Builder::new()
            .name("tfevents-writer".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.run(file)
            })?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Runs `encode`, which appends one whole record to the buffer or leaves it as it was. Waits while
    /// the buffer is full.
    #[inline]
    pub(crate) fn append(&self, encode: impl FnOnce(&mut State) -> Result<()>) -> Result<()> {
        let mut state = self.shared.lock();
        while state.buf.len() >= self.shared.capacity && state.failed.is_none() && !state.closed {
            state = wait(&self.shared.done, state);
        }
        self.shared.check_open(&state)?;
        let before = state.buf.len();
        encode(&mut state)?;
        state.accepted += 1;
        // The first record starts the flush interval, and a certain one makes enough of them.
        let write_at = self.shared.write_at;
        if before == 0 || (before < write_at && state.buf.len() >= write_at) {
            self.shared.work.notify_one();
        }
        Ok(())
    }

    /// Whether a record would be taken.
    pub(crate) fn check_open(&self) -> Result<()> {
        self.shared.check_open(&self.shared.lock())
    }

    /// Returns when everything accepted before is in the file.
    pub(crate) fn flush(&self) -> Result<()> {
        let mut state = self.shared.lock();
        let target = state.accepted;
        state.flush_to = state.flush_to.max(target);
        self.shared.work.notify_one();
        while state.written < target {
            if let Some(error) = state.stopped() {
                return Err(error);
            }
            state = wait(&self.shared.done, state);
        }
        Ok(())
    }

    /// Returns when everything accepted before is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        let mut state = self.shared.lock();
        let target = state.accepted;
        state.sync_to = state.sync_to.max(target);
        self.shared.work.notify_one();
        while state.synced < target {
            if let Some(error) = state.stopped() {
                return Err(error);
            }
            if state.ended {
                return Err(Error::new(ErrorKind::Closed).with_path(&self.shared.path));
            }
            state = wait(&self.shared.done, state);
        }
        Ok(())
    }

    /// Writes what is left, ends the thread, and says whether anything was lost.
    pub(crate) fn close(&self) -> Result<()> {
        self.end(None);
        self.shared.lock().stopped().map_or(Ok(()), Err)
    }

    fn end(&self, patience: Option<Duration>) {
        let deadline = patience.map(|p| Instant::now() + p);
        let mut state = self.shared.lock();
        state.closed = true;
        self.shared.work.notify_one();
        self.shared.done.notify_all();
        while !state.ended {
            state = match deadline.map(|d| d.saturating_duration_since(Instant::now())) {
                None => wait(&self.shared.done, state),
                Some(Duration::ZERO) => return,
                Some(left) => wait_timeout(&self.shared.done, state, left),
            };
        }
        drop(state);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // It has nothing left that could panic, and its result is in the state.
            let _ended = thread.join();
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.end(Some(DROP_TIMEOUT));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not stop the logging of other threads: the state is never half changed,
        // because records are appended whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_open(&self, state: &State) -> Result<()> {
        if let Some(error) = state.stopped() {
            return Err(error);
        }
        if state.closed {
            return Err(Error::new(ErrorKind::Closed).with_path(&self.path));
        }
        Ok(())
    }

    fn run(&self, mut file: File) {
        let mut taken = Vec::new();
        loop {
            let mut state = self.wait_for_work();
            std::mem::swap(&mut state.buf, &mut taken);
            let upto = state.accepted;
            let sync = state.sync_to > state.synced;
            let last = state.closed;
            drop(state);
            self.done.notify_all();

            let result = self.write(&mut file, &taken, sync);
            taken.clear();
            // One huge event must not be held for ever.
            taken.shrink_to(self.capacity.saturating_mul(2));

            let mut state = self.lock();
            match result {
                Ok(()) => {
                    state.written = upto;
                    if sync {
                        state.synced = upto;
                    }
                }
                Err(error) => {
                    state.failed = Some(error.with_path(&self.path));
                    state.buf = Vec::new();
                }
            }
            let ended = state.failed.is_some() || last;
            state.ended = ended;
            drop(state);
            self.done.notify_all();
            if ended {
                return;
            }
        }
    }

    /// Waits for something that cannot wait, or for the flush interval of the oldest record to pass.
    fn wait_for_work(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while state.buf.is_empty() && !state.has_work(self.write_at) {
            state = wait(&self.work, state);
        }
        // None is an interval that never passes.
        let due = Instant::now().checked_add(self.flush_interval);
        while !state.has_work(self.write_at) {
            state = match due.map(|due| due.saturating_duration_since(Instant::now())) {
                None => wait(&self.work, state),
                Some(Duration::ZERO) => break,
                Some(left) => wait_timeout(&self.work, state, left),
            };
        }
        state
    }

    fn write(&self, file: &mut File, records: &[u8], sync: bool) -> Result<()> {
        if !records.is_empty() {
            file.write_all(records)?;
            self.check_in_place()?;
        }
        if sync {
            file.sync_all()?;
        }
        Ok(())
    }

    /// A file that was deleted takes writes without complaint, and nobody will ever read them.
    fn check_in_place(&self) -> Result<()> {
        self.path.metadata()?;
        Ok(())
    }
}

fn wait<'a>(condvar: &Condvar, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
    condvar.wait(state).unwrap_or_else(PoisonError::into_inner)
}

fn wait_timeout<'a>(
    condvar: &Condvar,
    state: MutexGuard<'a, State>,
    left: Duration,
) -> MutexGuard<'a, State> {
    condvar
        .wait_timeout(state, left)
        .unwrap_or_else(PoisonError::into_inner)
        .0
}
