//! Scalars as points of metrics.

use tfevents::{Number, WallTime};

use super::loss::{LossKind, Losses};
use crate::api::metrics::{self, Point};
use crate::limits;

/// What becomes of NaN and infinities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NonFinite {
    /// They are sent. MLflow stores infinities as the largest numbers.
    #[default]
    Keep,
    /// They are left out.
    Skip,
    /// They end the push of their run.
    Fail,
}

/// The largest whole number up to which an f64 holds each.
const EXACT: u64 = 1 << 53;

/// The value of a metric, and whether something is lost by that.
pub(crate) fn value(number: Number) -> (f64, Option<LossKind>) {
    let value = number.as_f64();
    let loss = match number {
        _ if value.is_infinite() => Some(LossKind::Infinity),
        _ if value == 0.0 && value.is_sign_negative() => Some(LossKind::Sign),
        Number::I64(whole)
            if whole.unsigned_abs() > EXACT && value as i128 != i128::from(whole) =>
        {
            Some(LossKind::Rounded)
        }
        Number::U64(whole) if whole > EXACT && value as i128 != i128::from(whole) => {
            Some(LossKind::Rounded)
        }
        _ => None,
    };
    (value, loss)
}

/// A time in milliseconds, rounded to the nearest; `None` for one that MLflow cannot store.
pub(crate) fn millis(time: WallTime) -> Option<i64> {
    let millis = (time.as_secs() * 1000.0).round();
    (0.0..9e18).contains(&millis).then_some(millis as i64)
}

/// A time as it is sent; one that MLflow cannot store is 1970, and told.
pub(crate) fn timestamp(time: WallTime, losses: &mut Losses, what: impl FnOnce() -> String) -> i64 {
    millis(time).unwrap_or_else(|| {
        losses.add(LossKind::Time, what);
        0
    })
}

/// A point under the key of its tag.
pub(crate) fn point(key: &str, value: f64, timestamp: i64, step: i64) -> Point {
    debug_assert!(key.chars().count() <= limits::KEY);
    Point {
        key: key.to_owned(),
        value: metrics::Number(value),
        timestamp,
        step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_the_nearest_millisecond() {
        for (secs, wanted) in [
            (1_700_000_000.000_4, Some(1_700_000_000_000)),
            (1_700_000_000.000_6, Some(1_700_000_000_001)),
            (0.0, Some(0)),
            (-0.0001, Some(0)),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (1e300, None),
        ] {
            assert_eq!(millis(WallTime::from_secs(secs)), wanted, "{secs}");
        }
    }
}
