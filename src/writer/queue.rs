//! The state between the training loop and the thread that writes, and how each waits for the other.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::plugin::Kind;
use crate::plugin::custom_scalars::LAYOUT_TAG;
use crate::plugin::hparams::SESSION_END_TAG;
use crate::plugin::scalar::Template;
use crate::types::WallTime;
use crate::writer::backlog::{Backlog, Scalar};
use crate::writer::buffering::{Buffering, Importance, OnFull};
use crate::writer::ending;
use crate::writer::guard::{Guard, TagId};
use crate::writer::output::Output;
use crate::writer::process::{Lock, Process};

/// The thread is woken to write when this much has gathered, as a rule long before the backlog is full.
const WRITE_AT: usize = 128 << 10;

/// How many more bytes may wait than the backlog has room for, of what cannot be left out.
pub(crate) const RESERVE: usize = 8 << 20;

/// What callers and the thread share: one event file being written.
#[derive(Debug)]
pub(crate) struct Queue {
    path: PathBuf,
    buffering: Buffering,
    process: Process,
    /// The thread does not wait any longer when the backlog is so long.
    write_at: usize,
    state: Lock<State>,
    /// Events left out because the backlog was full.
    dropped: AtomicU64,
    /// Wakes the thread: there is something to write, or an end.
    work: Condvar,
    /// Wakes callers: there is room, or something was written.
    done: Condvar,
}

/// What is behind the lock that every logging call takes.
#[derive(Debug)]
struct State {
    backlog: Backlog,
    /// The layout of charts has changed since it was taken to be written.
    layout: Option<PendingLayout>,
    /// The length at which the backlog takes no more: its capacity, or 0 once the writer has failed or was
    /// closed, so that one comparison tells whether all is well.
    limit: usize,
    guard: Guard,
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

/// A layout that is an accepted event, but put together only when it is written.
#[derive(Clone, Copy, Debug)]
struct PendingLayout {
    wall_time: WallTime,
    /// When the flush interval will have passed, unless it never does.
    due: Option<Instant>,
}

impl State {
    /// The error of every call after a failure.
    fn stopped(&self) -> Option<Error> {
        let cause = self.failed.clone()?;
        let lost = self.accepted - self.written;
        Some(Error::new(ErrorKind::Stopped { cause, lost }))
    }

    /// How long the backlog may get by one more event: past its limit only by one that had to be taken.
    fn growth_limit(&self) -> usize {
        if self.backlog.len() < self.limit {
            self.limit
        } else {
            self.limit.saturating_add(RESERVE)
        }
    }

    fn has_work(&self, write_at: usize) -> bool {
        self.backlog.len() >= write_at || self.is_waited_for()
    }

    /// Whether all that was accepted is to be written, and not only because there is much of it.
    fn is_waited_for(&self) -> bool {
        self.closed || self.flush_to > self.written || self.sync_to > self.synced
    }
}

/// What the thread is to do with a backlog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// Sync afterwards.
    pub(crate) sync: bool,
    /// There will be no other one.
    pub(crate) last: bool,
    /// Write the layout of charts behind it, with this wall time.
    pub(crate) layout: Option<WallTime>,
}

/// The callers' side.
impl Queue {
    pub(crate) fn new(path: PathBuf, buffering: Buffering, process: Process) -> Self {
        // A backlog of nothing would never have room.
        let capacity = buffering.capacity.max(1);
        Self {
            path,
            buffering: Buffering {
                capacity,
                ..buffering
            },
            process,
            write_at: capacity.min(WRITE_AT),
            state: Lock::new(
                process,
                State {
                    backlog: Backlog::default(),
                    layout: None,
                    limit: capacity,
                    guard: Guard::default(),
                    accepted: 0,
                    written: 0,
                    synced: 0,
                    flush_to: 0,
                    sync_to: 0,
                    failed: None,
                    closed: false,
                    ended: false,
                },
            ),
            dropped: AtomicU64::new(0),
            work: Condvar::new(),
            done: Condvar::new(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes a number, if `tag` finds nothing wrong.
    #[inline]
    pub(crate) fn add_scalar(
        &self,
        tag: impl FnOnce(&mut Guard) -> Result<TagId>,
        scalar: Scalar,
    ) -> Result<()> {
        self.append(Importance::OneOfMany, |state| {
            let tag = tag(&mut state.guard)?;
            state.backlog.push_scalar(tag, scalar, state.limit);
            Ok(())
        })
    }

    /// Takes a finished record, if `admit` finds nothing wrong.
    pub(crate) fn add_record(
        &self,
        record: &[u8],
        importance: Importance,
        admit: impl FnOnce(&mut Guard) -> Result<()>,
    ) -> Result<()> {
        self.append(importance, |state| {
            admit(&mut state.guard)?;
            let limit = state.growth_limit();
            state.backlog.push_record(record, limit);
            Ok(())
        })
    }

    /// Has the layout of charts, as it is then, written at the next flush.
    pub(crate) fn put_layout(&self, wall_time: WallTime) -> Result<()> {
        self.check_process()?;
        let mut state = self.lock_open()?;
        state.guard.admit(LAYOUT_TAG, Kind::CustomScalars)?;
        if let Some(layout) = &mut state.layout {
            layout.wall_time = wall_time;
            return Ok(());
        }
        let due = Instant::now().checked_add(self.buffering.flush_interval);
        state.layout = Some(PendingLayout { wall_time, due });
        state.accepted += 1;
        self.work.notify_one();
        Ok(())
    }

    /// Runs `push`, which appends one event to the backlog or leaves it as it was. When the backlog is full,
    /// waits for room or leaves the event out.
    #[inline]
    fn append(
        &self,
        importance: Importance,
        push: impl FnOnce(&mut State) -> Result<()>,
    ) -> Result<()> {
        let mut state = self.lock()?;
        if state.backlog.len() >= state.limit {
            match self.make_room(state, importance) {
                Ok(Some(with_room)) => state = with_room,
                Ok(None) => return Ok(()),
                Err(refused) => {
                    ending::wait();
                    return Err(refused);
                }
            }
        }
        let before = state.backlog.len();
        // The first event starts the flush interval, and a certain one makes enough of them. Only then is the
        // thread needed, and a forked child is told that it has none.
        let write_at = self.write_at;
        if before == 0 {
            self.check_process()?;
        }
        push(&mut state)?;
        state.accepted += 1;
        if before == 0 || (before < write_at && state.backlog.len() >= write_at) {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Whether an event would be taken, now or when there is room.
    pub(crate) fn check_open(&self) -> Result<()> {
        self.check_process()?;
        self.lock_open().map(drop)
    }

    /// What the guard says: of a tag before its first value, say.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&mut Guard) -> Result<T>) -> Result<T> {
        ask(&mut self.lock()?.guard)
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Returns when everything accepted before is in the file.
    pub(crate) fn flush(&self) -> Result<()> {
        self.check_process()?;
        let mut state = self.lock()?;
        let target = state.accepted;
        state.flush_to = state.flush_to.max(target);
        self.wait_until(state, |state| state.written >= target)
    }

    /// Has everything accepted before written, and does not wait for it.
    #[cfg(all(unix, feature = "signals"))]
    pub(crate) fn flush_soon(&self) -> Result<()> {
        self.check_process()?;
        let mut state = self.lock()?;
        state.flush_to = state.accepted;
        self.work.notify_one();
        Ok(())
    }

    /// Returns when everything accepted before is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        self.check_process()?;
        let mut state = self.lock()?;
        let target = state.accepted;
        state.sync_to = state.sync_to.max(target);
        self.wait_until(state, |state| state.synced >= target)
    }

    /// Takes nothing any more but the end of a session, if one is open, and has what is left written. Waits for nothing.
    pub(crate) fn stop(&self, session_end: Option<&[u8]>) -> Result<()> {
        self.check_process()?;
        let mut state = self.lock()?;
        if let Some(record) = session_end
            && state.stopped().is_none()
            && !state.closed
            && state.guard.has_open_session()
        {
            state.guard.admit(SESSION_END_TAG, Kind::HParams)?;
            state.backlog.push_record(record, usize::MAX);
            state.accepted += 1;
        }
        state.closed = true;
        state.limit = 0;
        self.work.notify_one();
        self.done.notify_all();
        Ok(())
    }

    /// Takes nothing any more, and waits for the thread to write what is left and to end, but not for longer than
    /// `patience`. Whether it has ended.
    pub(crate) fn close(&self, patience: Option<Duration>) -> Result<bool> {
        let deadline = patience.map(|p| Instant::now() + p);
        self.stop(None)?;
        let mut state = self.lock()?;
        while !state.ended {
            state = match deadline.map(|d| d.saturating_duration_since(Instant::now())) {
                None => wait(&self.done, state),
                Some(Duration::ZERO) => return Ok(false),
                Some(left) => wait_timeout(&self.done, state, left),
            };
        }
        Ok(true)
    }

    /// How many bytes wait.
    #[cfg(all(test, unix))]
    pub(crate) fn waiting(&self) -> usize {
        self.state.wait().backlog.len()
    }

    /// Whether anything was lost.
    pub(crate) fn outcome(&self) -> Result<()> {
        self.lock()?.stopped().map_or(Ok(()), Err)
    }

    #[inline]
    fn lock(&self) -> Result<MutexGuard<'_, State>> {
        self.state.lock().map_err(|e| e.with_path(&self.path))
    }

    /// The state of a writer that takes events, now or when there is room.
    fn lock_open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock()?;
        let Err(refused) = self.refuse_ended(&state) else {
            return Ok(state);
        };
        drop(state);
        ending::wait();
        Err(refused)
    }

    fn check_process(&self) -> Result<()> {
        self.process.check().map_err(|e| e.with_path(&self.path))
    }

    fn refuse_ended(&self, state: &State) -> Result<()> {
        if let Some(error) = state.stopped() {
            return Err(error);
        }
        if state.closed {
            return Err(self.closed());
        }
        Ok(())
    }

    /// Waits for room, or counts an event that is left out and returns `None`. What must not be left out is
    /// given some room of its own, so that it need not wait either.
    #[cold]
    fn make_room<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        importance: Importance,
    ) -> Result<Option<MutexGuard<'a, State>>> {
        self.check_process()?;
        loop {
            self.refuse_ended(&state)?;
            if state.backlog.len() < state.limit {
                return Ok(Some(state));
            }
            match (self.buffering.on_full, importance) {
                (OnFull::Drop, Importance::OneOfMany) => {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                    return Ok(None);
                }
                (OnFull::Drop, Importance::Unique)
                    if state.backlog.len() < state.growth_limit() =>
                {
                    return Ok(Some(state));
                }
                _ => state = wait(&self.done, state),
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
impl Queue {
    pub(crate) fn capacity(&self) -> usize {
        self.buffering.capacity
    }

    /// Waits for something to do, and swaps the backlog for an empty one.
    pub(crate) fn take(&self, backlog: &mut Backlog, templates: &mut Vec<Template>) -> Task {
        let mut state = self.wait_for_work();
        std::mem::swap(&mut state.backlog, backlog);
        templates.append(&mut state.guard.take_templates());
        let waited_for = state.is_waited_for();
        let is_due = |layout: &mut PendingLayout| {
            waited_for || layout.due.is_some_and(|due| due <= Instant::now())
        };
        let task = Task {
            sync: state.sync_to > state.synced,
            last: state.closed,
            layout: state.layout.take_if(is_due).map(|layout| layout.wall_time),
        };
        drop(state);
        self.done.notify_all();
        task
    }

    /// Waits for something that cannot wait, or for the flush interval of the oldest event to pass.
    fn wait_for_work(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.wait();
        // When the oldest event is due, once there is one. None is an interval that never passes.
        let mut oldest = None;
        while !state.has_work(self.write_at) {
            if !state.backlog.is_empty() {
                let due = || Instant::now().checked_add(self.buffering.flush_interval);
                oldest.get_or_insert_with(due);
            }
            let layout = state.layout.and_then(|layout| layout.due);
            let due = oldest.flatten().into_iter().chain(layout).min();
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
        let mut state = self.state.wait();
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
}

/// Tells callers that there is no thread any more, whatever ended it.
pub(crate) struct Ending(pub(crate) Arc<Queue>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.0.state.wait();
        state.ended = true;
        if thread::panicking() {
            let died = std::io::Error::other("the thread that writes panicked");
            let died = Error::from(died).with_path(&self.0.path);
            state.failed.get_or_insert(died);
            state.limit = 0;
            state.backlog = Backlog::default();
        }
        drop(state);
        self.0.done.notify_all();
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
