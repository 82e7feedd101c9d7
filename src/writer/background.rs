//! The state between the training loop and the thread that writes, and how each waits for the other.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::plugin::scalar::Template;
use crate::writer::backlog::{Backlog, Scalar};
use crate::writer::builder::OnFull;
use crate::writer::guard::{Guard, TagId};
use crate::writer::output::Output;
use crate::writer::worker::Worker;

/// The thread is woken to write when this much has gathered, as a rule long before the backlog is full.
const WRITE_AT: usize = 128 << 10;

/// How long dropping the last handle may take, should the disk not answer.
const DROP_TIMEOUT: Duration = Duration::from_secs(10);

/// How events are to be buffered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) capacity: usize,
    pub(crate) flush_interval: Duration,
    pub(crate) on_full: OnFull,
}

/// One event file being written.
#[derive(Debug)]
pub(crate) struct Background {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What callers and the thread share.
#[derive(Debug)]
pub(crate) struct Shared {
    path: PathBuf,
    options: Options,
    /// The thread does not wait any longer when the backlog is so long.
    write_at: usize,
    state: Mutex<State>,
    /// Wakes the thread: there is something to write, or an end.
    work: Condvar,
    /// Wakes callers: there is room, or something was written.
    done: Condvar,
}

/// What is behind the lock that every logging call takes.
#[derive(Debug)]
struct State {
    backlog: Backlog,
    /// The length at which the backlog takes no more: its capacity, or 0 once the writer has failed or was
    /// closed, so that one comparison tells whether all is well.
    limit: usize,
    guard: Guard,
    /// Events ever accepted, written to the file, and synced to the disk.
    accepted: u64,
    written: u64,
    synced: u64,
    /// Events left out because the backlog was full.
    dropped: u64,
    /// Callers wait until so many are written or synced.
    flush_to: u64,
    sync_to: u64,
    failed: Option<Error>,
    closed: bool,
    /// The thread has ended.
    ended: bool,
}

impl State {
    /// The error of every call after a failure.
    fn stopped(&self) -> Option<Error> {
        let cause = self.failed.clone()?;
        let lost = self.accepted - self.written;
        Some(Error::new(ErrorKind::Stopped { cause, lost }))
    }

    fn has_work(&self, write_at: usize) -> bool {
        self.closed
            || self.backlog.len() >= write_at
            || self.flush_to > self.written
            || self.sync_to > self.synced
    }
}

/// What the thread is to do with a backlog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// Sync afterwards.
    pub(crate) sync: bool,
    /// There will be no other one.
    pub(crate) last: bool,
}

impl Background {
    pub(crate) fn start(output: Output, options: Options) -> Result<Self> {
        // A backlog of nothing would never have room.
        let capacity = options.capacity.max(1);
        let shared = Arc::new(Shared {
            path: output.path().to_path_buf(),
            options: Options {
                capacity,
                ..options
            },
            write_at: capacity.min(WRITE_AT),
            state: Mutex::new(State {
                backlog: Backlog::default(),
                limit: capacity,
                guard: Guard::default(),
                accepted: 0,
                written: 0,
                synced: 0,
                dropped: 0,
                flush_to: 0,
                sync_to: 0,
                failed: None,
                closed: false,
                ended: false,
            }),
            work: Condvar::new(),
            done: Condvar::new(),
        });
        let worker = Worker::new(Arc::clone(&shared), output);
        let thread = thread::Builder::new()
            .name("tfevents-writer".to_owned())
            .spawn(move || worker.run())?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Takes a number, if `tag` finds nothing wrong.
    #[inline]
    pub(crate) fn add_scalar(
        &self,
        tag: impl FnOnce(&mut Guard) -> Result<TagId>,
        scalar: Scalar,
    ) -> Result<()> {
        self.append(|state| {
            let tag = tag(&mut state.guard)?;
            state.backlog.push_scalar(tag, scalar, state.limit);
            Ok(())
        })
    }

    /// Takes a finished record, if `admit` finds nothing wrong.
    pub(crate) fn add_record(
        &self,
        record: &[u8],
        admit: impl FnOnce(&mut Guard) -> Result<()>,
    ) -> Result<()> {
        self.append(|state| {
            admit(&mut state.guard)?;
            state.backlog.push_record(record, state.limit);
            Ok(())
        })
    }

    /// Runs `push`, which appends one event to the backlog or leaves it as it was. When the backlog is full,
    /// waits for room or leaves the event out.
    #[inline]
    fn append(&self, push: impl FnOnce(&mut State) -> Result<()>) -> Result<()> {
        let mut state = self.shared.lock();
        if state.backlog.len() >= state.limit {
            match self.shared.make_room(state)? {
                Some(with_room) => state = with_room,
                None => return Ok(()),
            }
        }
        let before = state.backlog.len();
        push(&mut state)?;
        state.accepted += 1;
        // The first event starts the flush interval, and a certain one makes enough of them.
        let write_at = self.shared.write_at;
        if before == 0 || (before < write_at && state.backlog.len() >= write_at) {
            self.shared.work.notify_one();
        }
        Ok(())
    }

    /// Whether an event would be taken, now or when there is room.
    pub(crate) fn check_open(&self) -> Result<()> {
        self.shared.check_open(&self.shared.lock())
    }

    /// Registers a tag before its first value.
    pub(crate) fn admit(&self, admit: impl FnOnce(&mut Guard) -> Result<TagId>) -> Result<TagId> {
        admit(&mut self.shared.lock().guard)
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.shared.lock().dropped
    }

    /// Returns when everything accepted before is in the file.
    pub(crate) fn flush(&self) -> Result<()> {
        let mut state = self.shared.lock();
        let target = state.accepted;
        state.flush_to = state.flush_to.max(target);
        self.shared
            .wait_until(state, |state| state.written >= target)
    }

    /// Returns when everything accepted before is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        let mut state = self.shared.lock();
        let target = state.accepted;
        state.sync_to = state.sync_to.max(target);
        self.shared
            .wait_until(state, |state| state.synced >= target)
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
        state.limit = 0;
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

/// The callers' side.
impl Shared {
    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not stop the logging of other threads: the state is never half changed,
        // because events are appended whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_open(&self, state: &State) -> Result<()> {
        if let Some(error) = state.stopped() {
            return Err(error);
        }
        if state.closed {
            return Err(self.closed());
        }
        Ok(())
    }

    /// Waits for room, or counts an event that is left out and returns `None`.
    #[cold]
    fn make_room<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
    ) -> Result<Option<MutexGuard<'a, State>>> {
        loop {
            self.check_open(&state)?;
            if state.backlog.len() < state.limit {
                return Ok(Some(state));
            }
            match self.options.on_full {
                OnFull::Block => state = wait(&self.done, state),
                OnFull::Drop => {
                    state.dropped += 1;
                    return Ok(None);
                }
            }
        }
    }

    /// Has the thread work until `reached`.
    fn wait_until(
        &self,
        mut state: MutexGuard<'_, State>,
        reached: impl Fn(&State) -> bool,
    ) -> Result<()> {
        self.work.notify_one();
        while !reached(&state) {
            if let Some(error) = state.stopped() {
                return Err(error);
            }
            if state.ended {
                return Err(self.closed());
            }
            state = wait(&self.done, state);
        }
        Ok(())
    }

    fn closed(&self) -> Error {
        Error::new(ErrorKind::Closed).with_path(&self.path)
    }
}

/// The thread's side.
impl Shared {
    pub(crate) fn capacity(&self) -> usize {
        self.options.capacity
    }

    /// Waits for something to do, and swaps the backlog for an empty one.
    pub(crate) fn take(&self, backlog: &mut Backlog, templates: &mut Vec<Template>) -> Task {
        let mut state = self.wait_for_work();
        std::mem::swap(&mut state.backlog, backlog);
        templates.append(&mut state.guard.take_templates());
        let task = Task {
            sync: state.sync_to > state.synced,
            last: state.closed,
        };
        drop(state);
        self.done.notify_all();
        task
    }

    /// Waits for something that cannot wait, or for the flush interval of the oldest event to pass.
    fn wait_for_work(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while state.backlog.is_empty() && !state.has_work(self.write_at) {
            state = wait(&self.work, state);
        }
        // None is an interval that never passes.
        let due = Instant::now().checked_add(self.options.flush_interval);
        while !state.has_work(self.write_at) {
            state = match due.map(|due| due.saturating_duration_since(Instant::now())) {
                None => wait(&self.work, state),
                Some(Duration::ZERO) => break,
                Some(left) => wait_timeout(&self.work, state, left),
            };
        }
        state
    }

    /// Tells callers what became of a backlog, and returns whether the disk has failed.
    pub(crate) fn report(&self, output: &Output, result: Result<()>) -> bool {
        let mut state = self.lock();
        state.written = output.records();
        state.synced = output.synced();
        if let Err(error) = result {
            state.failed = Some(error);
            state.limit = 0;
            state.backlog = Backlog::default();
        }
        let failed = state.failed.is_some();
        drop(state);
        self.done.notify_all();
        failed
    }

    /// The thread's last call.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.done.notify_all();
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

#[cfg(test)]
mod tests;
