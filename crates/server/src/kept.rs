//! Remembers which points of a series a chart consists of, because a page asks for the same charts again and again.

use std::sync::{Arc, Mutex, PoisonError};

/// The positions that were last computed for a series, and for how many points.
#[derive(Debug, Default)]
pub(crate) struct LastKept(Mutex<Option<(usize, Arc<[u32]>)>>);

impl LastKept {
    /// The positions for `n` points, computed unless they were asked for last. The lock is not held meanwhile.
    pub(crate) fn get(&self, n: usize, compute: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((_, kept)) = known.filter(|(of, _)| *of == n) {
            return kept;
        }
        let kept: Arc<[u32]> = compute().into();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((n, Arc::clone(&kept)));
        kept
    }
}
