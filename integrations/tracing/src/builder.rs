//! From options to a layer.

use std::sync::Arc;

#[cfg(feature = "profile")]
use tfevents::Profile;
use tfevents::Sink;
use tracing_core::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

use crate::fields::STEP;
use crate::guard::Guard;
use crate::layer::SinkLayer;
use crate::shared::Shared;

/// The target whose events are logged, by default.
const TARGET: &str = "tensorboard";

/// Options of a layer.
///
/// # Examples
///
/// ```
/// use tfevents::sink::Memory;
/// use tracing_subscriber::prelude::*;
///
/// let memory = Memory::new();
/// let (layer, guard) = tfevents_tracing::Builder::new(memory.clone()).target("metrics").build();
/// tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
///     tracing::debug!(target: "metrics", step = 7, "train/loss" = 0.5);
/// });
/// assert!(guard.close()?.is_empty());
/// assert_eq!(memory.scalars("train/loss"), [(7, 0.5)]);
/// # Ok::<(), tfevents::Error>(())
/// ```
#[must_use = "nothing is logged without the layer"]
pub struct Builder {
    sink: Box<dyn Sink>,
    target: String,
    #[cfg(feature = "profile")]
    profile: Option<Profile>,
}

/// Creates a layer that logs events with the target `tensorboard` to `sink`, and the guard that ends the run.
///
/// Usually the sink is a [`SummaryWriter`](tfevents::SummaryWriter). So that a slow disk never blocks the program, open
/// it with [`OnFull::Drop`](tfevents::OnFull::Drop).
#[must_use = "nothing is logged without the layer"]
pub fn layer<S>(sink: impl Sink + 'static) -> (impl Layer<S> + Send + Sync + 'static, Guard)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Builder::new(sink).build()
}

impl Builder {
    /// Logs to `sink`.
    pub fn new(sink: impl Sink + 'static) -> Self {
        Self {
            sink: Box::new(sink),
            target: TARGET.to_owned(),
            #[cfg(feature = "profile")]
            profile: None,
        }
    }

    /// Logs events and the durations of spans with this target, and no others.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Records every span, whatever its target, in `profile`: what each thread was in, and when. Keep a handle of the
    /// profile, to [write](Profile::write) it.
    #[cfg(feature = "profile")]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// The layer, and the guard that ends the run.
    ///
    /// The layer has a filter of its own: it enables events of the target and the spans around them, and leaves it to
    /// the other layers of the subscriber which others they want.
    pub fn build<S>(self) -> (impl Layer<S> + Send + Sync + 'static, Guard)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        #[cfg(feature = "profile")]
        let profiled = self.profile.is_some();
        #[cfg(not(feature = "profile"))]
        let profiled = false;
        let target = self.target.clone();
        let wanted = FilterFn::new(move |metadata: &Metadata<'_>| {
            metadata.target() == target
                || metadata.is_span() && (profiled || metadata.fields().field(STEP).is_some())
        });
        let shared = Arc::new(Shared::new(self.sink, self.target, profiled));
        let layer = SinkLayer {
            shared: Arc::clone(&shared),
            #[cfg(feature = "profile")]
            profile: self.profile,
        };
        (layer.with_filter(wanted), Guard::new(shared))
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
