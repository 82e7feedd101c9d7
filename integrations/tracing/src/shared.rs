//! What the layer and its guard share.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tfevents::{At, Error, Result, Sink, Status};
use tracing_core::Metadata;

use crate::not_logged::NotLogged;

pub(crate) struct Shared {
    pub(crate) target: String,
    /// Whether spans are recorded, so that it is not amiss if no event arrives.
    profiled: bool,
    sink: Box<dyn Sink>,
    ended: AtomicBool,
    /// Whether nothing had arrived when the run ended, although something should have.
    nothing_arrived: AtomicBool,
    /// Events and durations that arrived.
    seen: AtomicU64,
    after_end: AtomicU64,
    from_sink: AtomicU64,
    problems: Mutex<Problems>,
}

/// What went wrong, counted, with the first of each.
#[derive(Default)]
struct Problems {
    without_step: u64,
    first_without_step: Option<String>,
    failed: u64,
    first_error: Option<Error>,
}

thread_local! {
    /// Whether this thread is in the sink, which may use `tracing` itself.
    static IN_SINK: Cell<bool> = const { Cell::new(false) };
}

impl Shared {
    pub(crate) fn new(sink: Box<dyn Sink>, target: String, profiled: bool) -> Self {
        Self {
            target,
            profiled,
            sink,
            ended: AtomicBool::new(false),
            nothing_arrived: AtomicBool::new(false),
            seen: AtomicU64::new(0),
            after_end: AtomicU64::new(0),
            from_sink: AtomicU64::new(0),
            problems: Mutex::default(),
        }
    }

    /// Logs what belongs to an event or a span, if there is a step for it.
    pub(crate) fn log(
        &self,
        metadata: &Metadata<'_>,
        step: Option<i64>,
        log: impl FnOnce(&dyn Sink, At) -> Result<()>,
    ) {
        if IN_SINK.get() {
            self.from_sink.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.seen.fetch_add(1, Ordering::Relaxed);
        if self.ended.load(Ordering::Relaxed) {
            self.after_end.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let Some(step) = step else {
            let mut problems = self.problems();
            problems.without_step += 1;
            problems
                .first_without_step
                .get_or_insert_with(|| place(metadata));
            return;
        };
        if let Err(error) = self.with_sink(|sink| log(sink, At::new(step))) {
            let mut problems = self.problems();
            problems.failed += 1;
            problems.first_error.get_or_insert(error);
        }
    }

    /// Writes down what was not logged, and ends the run, if it has not ended.
    pub(crate) fn end(&self, status: Status) -> Result<NotLogged> {
        if self.ended.swap(true, Ordering::Relaxed) {
            return Ok(self.not_logged());
        }
        let nothing_arrived = self.seen.load(Ordering::Relaxed) == 0 && !self.profiled;
        self.nothing_arrived
            .store(nothing_arrived, Ordering::Relaxed);
        let not_logged = self.not_logged();
        self.with_sink(|sink| {
            let noted = if not_logged.is_empty() {
                Ok(())
            } else {
                sink.log_text(NotLogged::TAG, &not_logged.to_string(), At::new(0))
            };
            let ended = sink.end(status);
            noted.and(ended)
        })?;
        Ok(not_logged)
    }

    pub(crate) fn not_logged(&self) -> NotLogged {
        let problems = self.problems();
        NotLogged {
            target: self.target.clone(),
            without_step: problems.without_step,
            first_without_step: problems.first_without_step.clone(),
            failed: problems.failed,
            first_error: problems.first_error.clone(),
            after_end: self.after_end.load(Ordering::Relaxed),
            from_sink: self.from_sink.load(Ordering::Relaxed),
            nothing_arrived: self.nothing_arrived.load(Ordering::Relaxed),
        }
    }

    fn with_sink<T>(&self, action: impl FnOnce(&dyn Sink) -> T) -> T {
        /// Also when the sink panics.
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                IN_SINK.set(false);
            }
        }
        IN_SINK.set(true);
        let _leave = Leave;
        action(&*self.sink)
    }

    /// A panic elsewhere leaves the counts whole.
    fn problems(&self) -> MutexGuard<'_, Problems> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(metadata: &Metadata<'_>) -> String {
    match (metadata.file(), metadata.line()) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => metadata.name().to_owned(),
    }
}
