//! What did not reach the sink, and why.

use std::fmt;

use tfevents::Error;

/// What was not logged, for [`Guard::close`](crate::Guard::close) to return. Its text says what to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotLogged {
    /// The target whose events are logged.
    pub target: String,
    /// Events, and spans whose durations would be logged, without a step: neither they nor a span around them has a
    /// whole number in a field called `step`.
    pub without_step: u64,
    /// Where the first of these is: file and line.
    pub first_without_step: Option<String>,
    /// Events of which the sink refused something.
    pub failed: u64,
    /// Why it refused the first.
    pub first_error: Option<Error>,
    /// Events that came when the run had ended.
    pub after_end: u64,
    /// Events that the sink itself caused, which would go round in circles.
    pub from_sink: u64,
    /// Whether no event of the target arrived at all.
    pub filtered: bool,
}

impl NotLogged {
    /// The text series of the run in which this is noted.
    pub const TAG: &str = "tfevents-tracing/not logged";

    /// Whether everything was logged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let counts = [
            self.without_step,
            self.failed,
            self.after_end,
            self.from_sink,
        ];
        counts == [0; 4] && !self.filtered
    }
}

/// A sentence for each reason; nothing if everything was logged.
impl fmt::Display for NotLogged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        let mut separate = "";
        let mut sentence = |text: fmt::Arguments<'_>| {
            f.write_str(std::mem::replace(&mut separate, "\n"))?;
            f.write_fmt(text)
        };
        if self.filtered {
            sentence(format_args!(
                "No event with the target `{target}` arrived. If there were any, a filter left them out: \
                 add `{target}=trace` to `RUST_LOG` or to the subscriber's filter."
            ))?;
        }
        if self.without_step > 0 {
            let place = self.first_without_step.as_deref().unwrap_or("unknown");
            sentence(format_args!(
                "{} without a step, the first at {place}: add a field `step`, a whole number, to the event or to \
                 a span around it.",
                events(self.without_step)
            ))?;
        }
        if let Some(error) = &self.first_error {
            sentence(format_args!(
                "{} refused, the first because {error}",
                events(self.failed)
            ))?;
        }
        if self.after_end > 0 {
            sentence(format_args!(
                "{} after the run had ended: close the guard later.",
                events(self.after_end)
            ))?;
        }
        if self.from_sink > 0 {
            sentence(format_args!(
                "{} by what logs them: let it use another target than `{target}`.",
                events(self.from_sink)
            ))?;
        }
        Ok(())
    }
}

fn events(count: u64) -> String {
    match count {
        1 => "1 event was not logged:".to_owned(),
        _ => format!("{count} events were not logged:"),
    }
}
