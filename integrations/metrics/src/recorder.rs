//! What the macros of `metrics` record with.

use std::sync::Arc;

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SetRecorderError, SharedString,
    Unit, set_global_recorder,
};
use tfevents::SummaryWriter;

use crate::handle::Handle;
use crate::instrument::Instrument;
use crate::registry::Registry;

/// Records metrics for a [`Handle`] to log: see the [crate](crate).
///
/// It holds no writer, so that the run is written to its end when the handle is dropped, although a global recorder never
/// is.
#[derive(Debug)]
pub struct TfeventsRecorder {
    registry: Arc<Registry>,
}

impl TfeventsRecorder {
    /// Creates a recorder, and the handle that logs to `writer`: for a recorder that others are layered over, or that is
    /// installed for a scope only.
    ///
    /// # Examples
    ///
    /// ```
    /// use metrics_exporter_tfevents::TfeventsRecorder;
    /// use tfevents::SummaryWriter;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// let (recorder, handle) = TfeventsRecorder::new(SummaryWriter::new(dir.path())?);
    /// metrics::with_local_recorder(&recorder, || metrics::counter!("batches").increment(1));
    /// handle.tick(1)?;
    /// handle.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "nothing is logged without the handle"]
    pub fn new(writer: SummaryWriter) -> (Self, Handle) {
        let registry = Arc::new(Registry::default());
        let handle = Handle::new(Arc::clone(&registry), writer);
        (Self { registry }, handle)
    }

    /// Installs a recorder for the whole program, and returns the handle that logs to `writer`.
    ///
    /// # Errors
    ///
    /// A recorder that is installed already.
    pub fn install(writer: SummaryWriter) -> Result<Handle, SetRecorderError<Self>> {
        let (recorder, handle) = Self::new(writer);
        set_global_recorder(recorder)?;
        Ok(handle)
    }
}

impl Recorder for TfeventsRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.registry.describe(&key, unit, &description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.registry.describe(&key, unit, &description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.registry.describe(&key, unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let counter = self
            .registry
            .get(key, Instrument::counter, |instrument| match instrument {
                Instrument::Counter(counter) => Some(Arc::clone(counter)),
                _ => None,
            });
        counter.map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let gauge = self
            .registry
            .get(key, Instrument::gauge, |instrument| match instrument {
                Instrument::Gauge(gauge) => Some(Arc::clone(gauge)),
                _ => None,
            });
        gauge.map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let samples =
            self.registry
                .get(key, Instrument::histogram, |instrument| match instrument {
                    Instrument::Histogram(samples) => Some(Arc::clone(samples)),
                    _ => None,
                });
        samples.map_or_else(Histogram::noop, Histogram::from_arc)
    }
}
