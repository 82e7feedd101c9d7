//! From events and spans to a sink.

use std::sync::Arc;
use std::time::Instant;

#[cfg(feature = "profile")]
use tfevents::plugin::profile::Profile;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::fields::{Fields, StepOf};
use crate::shared::Shared;
use crate::spans::{self, Known};

pub(crate) struct SinkLayer {
    pub(crate) shared: Arc<Shared>,
    #[cfg(feature = "profile")]
    pub(crate) profile: Option<Profile>,
}

impl SinkLayer {
    /// Records in the profile, if there is one, that this thread was in a span since it entered it.
    #[cfg(feature = "profile")]
    fn record<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>, entered: Instant) {
        if let Some(profile) = &self.profile {
            crate::profile::record(profile, span.name(), entered, spans::step(span.scope()));
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
        span.extensions_mut().insert(Known::new(step.0, timed));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut step = StepOf::default();
        values.record(&mut step);
        if let (Some(step), Some(known)) = (step.0, span.extensions_mut().get_mut::<Known>()) {
            known.step = Some(step);
        }
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(known) = span.extensions_mut().get_mut::<Known>() {
            known.enter();
        }
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let entered = span
            .extensions_mut()
            .get_mut::<Known>()
            .and_then(Known::exit);
        if let Some(entered) = entered {
            self.record(&span, entered);
        }
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(&id) else { return };
        let timed = span
            .extensions()
            .get::<Known>()
            .and_then(|known| known.timed.then_some(known.busy));
        let Some(busy) = timed else { return };
        let step = spans::step(span.scope());
        let tag = format!("{}/seconds", span.name());
        self.shared.log(span.metadata(), step, |sink, at| {
            sink.scalar(&tag, busy.as_secs_f64(), at)
        });
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let inherited = || ctx.event_scope(event).and_then(spans::step);
        let step = fields.step.or_else(inherited);
        self.shared.log(event.metadata(), step, |sink, at| {
            let numbers = fields.numbers.iter();
            let numbers = numbers.map(|(tag, number)| sink.scalar(tag, *number, at));
            let texts = fields.texts.iter();
            let texts = texts.map(|(tag, text)| sink.text(tag, text, at));
            // One that is refused does not keep the others from being logged.
            let results: Vec<_> = numbers.chain(texts).collect();
            results.into_iter().collect()
        });
    }
}
