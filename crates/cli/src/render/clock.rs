//! Points in time as people read and write them: local ones unless UTC was asked for, to the second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};

/// Whether times are in UTC: `--utc`.
static UTC: AtomicBool = AtomicBool::new(false);

/// Has all times shown and understood in UTC, or in local time.
pub(crate) fn show_utc(utc: bool) {
    UTC.store(utc, Ordering::Relaxed);
}

fn zone() -> TimeZone {
    match UTC.load(Ordering::Relaxed) {
        true => TimeZone::UTC,
        false => TimeZone::system(),
    }
}

/// Seconds since the Unix epoch as a date and time to the second, or as they are if they are not dates.
pub(crate) fn time(secs: f64) -> String {
    civil(secs, "%Y-%m-%d %H:%M:%S")
}

/// The same to the microsecond, which is about as precise as a file is.
pub(crate) fn precise_time(secs: f64) -> String {
    civil(secs, "%Y-%m-%d %H:%M:%S%.6f")
}

fn civil(secs: f64, format: &str) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "`as` clamps")]
    let timestamp = Timestamp::from_microsecond((secs * 1e6).round() as i64);
    match timestamp {
        Ok(t) if secs.is_finite() => {
            let local = t.to_zoned_datetime(zone());
            local.strftime(format).to_string()
        }
        _ => format!("{secs} s"),
    }
}

/// Seconds since the Unix epoch out of such a number, or a date, in the zone of the program where it names none.
#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds are precise enough"
)]
pub(crate) fn parse_time(text: &str) -> Result<f64, String> {
    if let Ok(secs) = text.parse::<f64>()
        && secs.is_finite()
    {
        return Ok(secs);
    }
    let time = Pieces::parse(text).ok().and_then(|pieces| {
        let is_of_day = |offset: Offset| offset.seconds().abs() < 24 * 60 * 60;
        match pieces.to_numeric_offset() {
            // What says where it is, and is no time there, is none here either.
            Some(offset) => text.parse().ok().filter(|_| is_of_day(offset)),
            None if pieces.time_zone_annotation().is_some() => None,
            None => {
                let time = pieces.date().to_datetime(pieces.time().unwrap_or_default());
                zone().to_timestamp(time).ok()
            }
        }
    });
    let time: Timestamp = time.ok_or(
        "expected seconds since 1970 or a date such as 2026-01-31, 2026-01-31T12:00 or 2026-01-31T12:00+02:00",
    )?;
    Ok(time.as_microsecond() as f64 / 1e6)
}

/// A time of the system as seconds since the Unix epoch.
pub(crate) fn seconds(time: SystemTime) -> f64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

/// From one time to another, the day named once.
pub(crate) fn time_range(from: f64, to: f64) -> String {
    let (a, b) = (time(from), time(to));
    match (a.split_once(' '), b.split_once(' ')) {
        _ if a == b => a,
        (Some((day, _)), Some((same, clock))) if day == same => format!("{a} to {clock}"),
        _ => format!("{a} to {b}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_times_are_shown_as_they_are() {
        for secs in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
            assert_eq!(time(secs), format!("{secs} s"));
        }
    }

    #[test]
    fn times_are_seconds_or_dates() {
        assert_eq!(parse_time("1700000000.5"), Ok(1_700_000_000.5));
        assert_eq!(parse_time("2023-11-14T22:13:20Z"), Ok(1_700_000_000.0));
        assert_eq!(parse_time("2023-11-15T00:13:20+02:00"), Ok(1_700_000_000.0));
        for none in [
            "yesterday",
            "2023-11-14T22:13:20+25:00",
            "2023-11-14T22:13:20[Nowhere/There]",
        ] {
            assert!(parse_time(none).is_err(), "{none}");
        }
    }
}
