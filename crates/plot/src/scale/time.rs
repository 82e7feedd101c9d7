//! Ticks at round times.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Between two ticks, in seconds.
const STEPS: [i64; 25] = [
    1,
    2,
    5,
    10,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    365 * DAY,
];

/// About so many round times of UTC, which are Unix seconds, and what to call them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "`as` clamps, and what is no time is left out"
)]
pub(super) fn ticks(range: RangeInclusive<f64>, wanted: usize) -> Vec<(f64, String)> {
    let (min, max) = (*range.start(), *range.end());
    let rough = (max - min) / wanted.max(1) as f64;
    // Centuries are rare in training.
    let beyond = STEPS[STEPS.len() - 1].saturating_mul((rough / (365 * DAY) as f64).ceil() as i64);
    let mut steps = STEPS.into_iter();
    let step = steps
        .find(|step| *step as f64 >= rough)
        .unwrap_or(beyond)
        .max(1);
    let first = (min / step as f64).ceil();
    let count = ((max / step as f64).floor() - first).min(1e3);
    let ticks = (0..=count as i64).map_while(|i| {
        let seconds = (first as i64).checked_add(i)?.checked_mul(step)?;
        let time = TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?);
        let format = match step {
            ..MINUTE => "%H:%M:%S",
            ..DAY if seconds % DAY != 0 => "%H:%M",
            _ => "%Y-%m-%d",
        };
        Some((seconds as f64, time.strftime(format).to_string()))
    });
    let in_range = |(place, _): &(f64, String)| range.contains(place);
    ticks.filter(in_range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_round() {
        let labels = |from: f64, to: f64| {
            let labels = ticks(from..=to, 5).into_iter().map(|(_, label)| label);
            labels.collect::<Vec<_>>()
        };
        // As `date -u -d @1700000000` has it: 2023-11-14 22:13:20.
        let start = 1_700_000_000.0;
        assert_eq!(
            labels(start, start + 20.0),
            ["22:13:20", "22:13:25", "22:13:30", "22:13:35", "22:13:40"]
        );
        assert_eq!(
            labels(start, start + 7200.0),
            ["22:30", "23:00", "23:30", "2023-11-15"]
        );
        assert_eq!(
            labels(start, start + 5.0 * 86400.0)[..2],
            ["2023-11-15", "2023-11-16"]
        );
        assert!(labels(start, start * 2.0).len() > 2);
        assert!(labels(-1e300, 1e300).is_empty());
    }
}
