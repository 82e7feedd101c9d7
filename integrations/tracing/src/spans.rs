//! What is remembered of a span.

use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use tracing_subscriber::registry::{LookupSpan, Scope};

/// Kept among the extensions of each span that the layer is told of.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) step: Option<i64>,
    /// Whether its duration is logged.
    pub(crate) timed: bool,
    /// For how long threads were in it.
    pub(crate) busy: Duration,
    /// The threads that are in it now; one may have entered it more than once.
    inside: Vec<(ThreadId, Instant)>,
}

impl Known {
    pub(crate) fn new(step: Option<i64>, timed: bool) -> Self {
        Self {
            step,
            timed,
            busy: Duration::ZERO,
            inside: Vec::new(),
        }
    }

    /// This thread enters.
    pub(crate) fn enter(&mut self) {
        self.inside.push((thread::current().id(), Instant::now()));
    }

    /// This thread leaves. When it entered, unless it is still inside.
    pub(crate) fn exit(&mut self) -> Option<Instant> {
        let thread = thread::current().id();
        let last = self.inside.iter().rposition(|(t, _)| *t == thread)?;
        let (_, entered) = self.inside.remove(last);
        if self.inside.iter().any(|(t, _)| *t == thread) {
            return None;
        }
        self.busy += entered.elapsed();
        Some(entered)
    }
}

/// The step of the innermost of these spans that has one.
pub(crate) fn step<'a, S: LookupSpan<'a>>(mut scope: Scope<'a, S>) -> Option<i64> {
    scope.find_map(|span| {
        span.extensions()
            .get::<Known>()
            .and_then(|known| known.step)
    })
}
