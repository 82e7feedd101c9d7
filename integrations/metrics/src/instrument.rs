//! What a metric records into, until the next tick.

use std::sync::{Arc, Mutex, PoisonError};

use metrics::HistogramFn;
use metrics::atomics::AtomicU64;

/// How many samples a histogram holds between two ticks. Later ones are counted, and their number is logged as the scalar
/// `<tag>/left_out`.
pub const MAX_SAMPLES: usize = 1 << 20;

/// A registered metric.
#[derive(Clone, Debug)]
pub(crate) enum Instrument {
    /// Everything that was counted.
    Counter(Arc<AtomicU64>),
    /// The bits of the last value, 0 before the first.
    Gauge(Arc<AtomicU64>),
    Histogram(Arc<Samples>),
}

impl Instrument {
    pub(crate) fn is_histogram(&self) -> bool {
        matches!(self, Self::Histogram(_))
    }

    pub(crate) fn counter() -> Self {
        Self::Counter(Arc::new(AtomicU64::new(0)))
    }

    pub(crate) fn gauge() -> Self {
        Self::Gauge(Arc::new(AtomicU64::new(0)))
    }

    pub(crate) fn histogram() -> Self {
        Self::Histogram(Arc::default())
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// The samples since the last tick.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) values: Vec<f64>,
    /// Those for which there was no more room.
    pub(crate) left_out: u64,
}

impl Samples {
    /// Removes and returns what was recorded.
    pub(crate) fn take(&self) -> Taken {
        std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HistogramFn for Samples {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MAX_SAMPLES.saturating_sub(taken.values.len());
        let fitting = count.min(room);
        let len = taken.values.len();
        taken.values.resize(len + fitting, value);
        taken.left_out += (count - fitting) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_does_not_fit_is_counted() {
        let samples = Samples::default();
        samples.record(0.5);
        samples.record_many(1.5, usize::MAX);
        let taken = samples.take();
        assert_eq!(taken.values.len(), MAX_SAMPLES);
        assert_eq!(taken.values[..2], [0.5, 1.5]);
        assert_eq!(taken.left_out, (usize::MAX - MAX_SAMPLES + 1) as u64);
        assert_eq!(samples.take().values, []);
    }
}
