//! What is remembered of a span.

use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use tracing_subscriber::registry::{LookupSpan, Scope};

/// Kept among the extensions of each span: what each layer knows of it, by the layer's number. A subscriber may have several,
/// such as one for each target.
#[derive(Debug, Default)]
pub(crate) struct ByLayer(Vec<(usize, Known)>);

impl ByLayer {
    pub(crate) fn insert(&mut self, layer: usize, known: Known) {
        self.0.push((layer, known));
    }

    pub(crate) fn get(&self, layer: usize) -> Option<&Known> {
        let mut all = self.0.iter();
        all.find_map(|(of, known)| (*of == layer).then_some(known))
    }

    pub(crate) fn get_mut(&mut self, layer: usize) -> Option<&mut Known> {
        let mut all = self.0.iter_mut();
        all.find_map(|(of, known)| (*of == layer).then_some(known))
    }
}

/// What one layer knows of a span.
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

/// The step of the innermost of these spans that has one for the layer.
pub(crate) fn step<'a, S: LookupSpan<'a>>(layer: usize, mut scope: Scope<'a, S>) -> Option<i64> {
    scope.find_map(|span| span.extensions().get::<ByLayer>()?.get(layer)?.step)
}
