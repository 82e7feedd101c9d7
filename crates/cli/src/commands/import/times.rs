//! Wall times as other programs write them.

use crate::render::clock;
use tfevents_analysis::text::quoted;

/// A wall time, and the unit in which it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Time {
    pub(super) secs: f64,
    pub(super) unit: Unit,
}

/// What wall times that are numbers are numbers of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl Unit {
    /// Each with how many of it are a second.
    const ALL: [(Self, f64); 4] = [
        (Self::Seconds, 1.0),
        (Self::Milliseconds, 1e3),
        (Self::Microseconds, 1e6),
        (Self::Nanoseconds, 1e9),
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

impl Time {
    pub(super) fn from_secs(secs: f64) -> Self {
        Self {
            secs,
            unit: Unit::Seconds,
        }
    }

    /// The size tells the unit: it is the first in which the time is before the year 5138.
    fn from_number(number: f64) -> Option<Self> {
        let mut times = Unit::ALL.iter().map(|&(unit, per_second)| Self {
            secs: number / per_second,
            unit,
        });
        times.find(|time| time.secs.abs() < 1e11)
    }
}

/// A wall time, which has to be finite: TensorBoard gives a file up at one that is not.
pub(super) fn time(text: &str) -> Result<Time, String> {
    let text = text.trim();
    match text.parse() {
        Ok(number) => {
            let time = Time::from_number(number);
            time.ok_or_else(|| format!("the wall time {} is not a time", quoted(text)))
        }
        Err(_) => match clock::parse_time(text) {
            Ok(secs) => Ok(Time::from_secs(secs)),
            Err(e) => Err(format!("the wall time {}: {e}", quoted(text))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_have_the_unit_of_their_size() {
        let written = [
            ("1700000000.5", Unit::Seconds),
            ("1700000000500", Unit::Milliseconds),
            ("1.7000000005e15", Unit::Microseconds),
            ("1700000000500000000", Unit::Nanoseconds),
            ("2023-11-14T22:13:20.5Z", Unit::Seconds),
        ];
        for (text, unit) in written {
            let secs = 1_700_000_000.5;
            assert_eq!(time(text), Ok(Time { secs, unit }), "{text}");
        }
        assert_eq!(time("-5"), Ok(Time::from_secs(-5.0)));
        assert_eq!(time("9999-12-01T00:00:00Z").unwrap().unit, Unit::Seconds);
        for text in ["nan", "inf", "1e400", "1e30", "yesterday", ""] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
