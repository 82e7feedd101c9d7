//! From events and spans to a sink.

use std::sync::Arc;
use std::time::Instant;

#[cfg(feature = "profile")]
use tfevents::Profile;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::fields::{Fields, StepOf};
use crate::shared::Shared;
use crate::spans::{self, ByLayer, Known};

pub(crate) struct SinkLayer {
    pub(crate) shared: Arc<Shared>,
    #[cfg(feature = "profile")]
    pub(crate) profile: Option<Profile>,
}

impl SinkLayer {
    /// The layer's number, by which a span's extensions tell it from others.
    fn number(&self) -> usize {
        Arc::as_ptr(&self.shared).addr()
    }

    /// Does something with what the layer knows of a span.
    fn known<'a, S: LookupSpan<'a>, T>(
        &self,
        span: &SpanRef<'a, S>,
        action: impl FnOnce(&mut Known) -> T,
    ) -> Option<T> {
        let mut extensions = span.extensions_mut();
        let known = extensions.get_mut::<ByLayer>()?.get_mut(self.number())?;
        Some(action(known))
    }

    /// Records in the profile, if there is one, that this thread was in a span since it entered it.
    #[cfg(feature = "profile")]
    fn record<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>, entered: Instant) {
        if let Some(profile) = &self.profile {
            let step = spans::step(self.number(), span.scope());
            crate::profile::record(profile, span.name(), entered, step);
        }
    }

    #[cfg(not(feature = "profile"))]
    #[expect(
        clippy::unused_self,
        reason = "the same call with and without the feature"
    )]
    fn record<'a, S: LookupSpan<'a>>(&self, _: &SpanRef<'a, S>, _: Instant) {}
}

impl<S> Layer<S> for SinkLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut step = StepOf::default();
        attributes.record(&mut step);
        let timed = attributes.metadata().target() == self.shared.target;
        let known = Known::new(step.0, timed);
        let mut extensions = span.extensions_mut();
        if let Some(layers) = extensions.get_mut::<ByLayer>() {
            layers.insert(self.number(), known);
        } else {
            let mut layers = ByLayer::default();
            layers.insert(self.number(), known);
            extensions.insert(layers);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut step = StepOf::default();
        values.record(&mut step);
        if let Some(step) = step.0 {
            self.known(&span, |known| known.step = Some(step));
        }
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        self.known(&span, Known::enter);
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(entered) = self.known(&span, Known::exit).flatten() {
            self.record(&span, entered);
        }
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(&id) else { return };
        let busy = self.known(&span, |known| known.timed.then_some(known.busy));
        let Some(busy) = busy.flatten() else { return };
        let step = spans::step(self.number(), span.scope());
        let tag = format!("{}/seconds", span.name());
        self.shared.log(span.metadata(), step, |sink, at| {
            sink.log_scalar(&tag, busy.as_secs_f64(), at)
        });
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let inherited = || {
            let scope = ctx.event_scope(event)?;
            spans::step(self.number(), scope)
        };
        let step = fields.step.0.or_else(inherited);
        self.shared.log(event.metadata(), step, |sink, at| {
            let numbers = fields.numbers.iter();
            let numbers = numbers.map(|(tag, number)| sink.log_scalar(tag, *number, at));
            let texts = fields.texts.iter();
            let texts = texts.map(|(tag, text)| sink.log_text(tag, text, at));
            // One that is refused does not keep the others from being logged.
            let results: Vec<_> = numbers.chain(texts).collect();
            results.into_iter().collect()
        });
    }
}
