//! What did not reach the sink, and why.

use std::fmt;

use tfevents::Error;

/// What was not logged, as [`Guard::close`](crate::Guard::close) returns it. Its text says what to do.
#[derive(Clone, Debug)]
#[must_use = "says what was not logged"]
#[non_exhaustive]
pub struct NotLogged {
    /// The target whose events are logged.
    pub target: String,
    /// Events, and spans whose durations would be logged, without a step: neither they nor a span around them has a
    /// whole number in a field called `step`.
    pub without_step: u64,
    /// Where the first of these is: file and line.
    pub first_without_step: Option<String>,
    /// Events and spans of which the sink could not log something.
    pub failed: u64,
    /// The error of the first.
    pub first_error: Option<Error>,
    /// Events and spans that came after the run had ended.
    pub after_end: u64,
    /// Events and spans that the sink itself caused, which would go round in circles.
    pub from_sink: u64,
    /// Whether nothing with the target had arrived when the run ended.
    pub nothing_arrived: bool,
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
        counts == [0; 4] && !self.nothing_arrived
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
        if self.nothing_arrived {
            sentence(format_args!(
                "No event with the target `{target}` arrived. If there were any, a filter dropped them: \
                 add `{target}=trace` to `RUST_LOG` or to the subscriber's filter, and the targets of the spans that \
                 have the `step`."
            ))?;
        }
        if self.without_step > 0 {
            let place = self.first_without_step.as_deref().unwrap_or("unknown");
            sentence(format_args!(
                "{} had no step, the first at {place}. Add a whole-number field `step` to the event or to a span \
                 around it. If there is one, write `step = n` rather than `step = %n`, which is text, and have filters \
                 such as `RUST_LOG` let that span pass, too.",
                events(self.without_step)
            ))?;
        }
        if let Some(error) = &self.first_error {
            sentence(format_args!(
                "{} failed, the first because: {error}",
                events(self.failed)
            ))?;
        }
        if self.after_end > 0 {
            sentence(format_args!(
                "{} came after the run had ended. Close the guard later.",
                events(self.after_end)
            ))?;
        }
        if self.from_sink > 0 {
            sentence(format_args!(
                "{} came from the sink itself. Give them a target other than `{target}`.",
                events(self.from_sink)
            ))?;
        }
        Ok(())
    }
}

fn events(count: u64) -> String {
    match count {
        1 => "1 event or span".to_owned(),
        _ => format!("{count} events or spans"),
    }
}
