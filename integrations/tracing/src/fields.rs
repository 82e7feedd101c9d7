//! Fields of events and spans.

use std::error::Error;
use std::fmt::{self, Write as _};

use tracing_core::field::{Field, Visit};

/// The field that says at which step something was logged.
pub(crate) const STEP: &str = "step";

/// The field that `tracing` keeps an event's message in.
const MESSAGE: &str = "message";

/// What an event has to log.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) step: StepOf,
    pub(crate) numbers: Vec<(&'static str, f64)>,
    pub(crate) texts: Vec<(&'static str, String)>,
}

impl Fields {
    fn number(&mut self, field: &Field, number: f64) {
        if field.name() != STEP {
            self.numbers.push((field.name(), number));
        }
    }

    fn text(&mut self, field: &Field, text: impl FnOnce() -> String) {
        // A step has to be a number.
        if field.name() == STEP {
            return;
        }
        let text = text();
        // Names in braces want a message behind them, which says nothing as a rule.
        if field.name() != MESSAGE || !text.is_empty() {
            self.texts.push((field.name(), text));
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "TensorBoard stores scalars as 32-bit floats in any case"
)]
impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.step.record_f64(field, value);
        self.number(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.step.record_i64(field, value);
        self.number(field, value as f64);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.step.record_u64(field, value);
        self.number(field, value as f64);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.step.record_i128(field, value);
        self.number(field, value as f64);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.step.record_u128(field, value);
        self.number(field, value as f64);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, f64::from(u8::from(value)));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, || value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.text(field, || written(format_args!("{value}")));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, || written(format_args!("{value:?}")));
    }
}

/// As `format!` does it, which panics where a value's own `Debug` or `Display` returns an error. This writes so.
fn written(value: fmt::Arguments<'_>) -> String {
    let mut text = String::new();
    if text.write_fmt(value).is_err() {
        text.push_str("<cannot be formatted>");
    }
    text
}

/// The step that a float is, if it is one: loops over floats have them.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and within the range in which floats are exact"
    )]
    let step = value as i64;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(step)
}

/// The step among the fields of a span, which has no other use for them, or of an event.
#[derive(Debug, Default)]
pub(crate) struct StepOf(pub(crate) Option<i64>);

impl Visit for StepOf {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, whole(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, Some(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, i64::try_from(value).ok());
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.set(field, i64::try_from(value).ok());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.set(field, i64::try_from(value).ok());
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl StepOf {
    fn set(&mut self, field: &Field, step: Option<i64>) {
        if field.name() == STEP {
            self.0 = step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn only_whole_floats_are_steps() {
        assert_eq!(whole(3.0), Some(3));
        assert_eq!(whole(-2.0), Some(-2));
        for none in [0.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(whole(none), None, "{none}");
        }
    }
}
