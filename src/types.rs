//! The small types that steps, times and numbers travel in.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};

mod clock;
mod into_scalar;

pub use into_scalar::IntoScalar;

/// When a value was logged: its step and, if it is not "now", its wall time.
///
/// Every method of [`SummaryWriter`](crate::SummaryWriter) takes `impl Into<At>`, so a plain integer is
/// enough.
///
/// # Examples
///
/// ```
/// use tfevents::{At, WallTime};
///
/// let at: At = 7.into();
/// assert_eq!((at.step(), at.wall_time()), (7, None));
///
/// let replayed = At::from(7).at(1_700_000_000.5);
/// assert_eq!(replayed.wall_time(), Some(WallTime::from_secs(1_700_000_000.5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    step: i64,
    wall_time: Option<WallTime>,
}

impl At {
    /// At a step, now.
    #[must_use]
    pub const fn new(step: i64) -> Self {
        Self {
            step,
            wall_time: None,
        }
    }

    /// The same step at a given time: a [`WallTime`], a [`SystemTime`], or seconds since the Unix epoch. What logs
    /// refuses a time that is not finite.
    #[doc(alias = "walltime")]
    #[must_use]
    pub fn at(self, wall_time: impl Into<WallTime>) -> Self {
        Self {
            step: self.step,
            wall_time: Some(wall_time.into()),
        }
    }

    /// The step.
    #[doc(alias = "global_step")]
    #[must_use]
    pub const fn step(self) -> i64 {
        self.step
    }

    /// The wall time, or `None` for the moment of the call.
    #[must_use]
    pub const fn wall_time(self) -> Option<WallTime> {
        self.wall_time
    }
}

macro_rules! at_from_small {
    ($($t:ty),*) => {$(
        impl From<$t> for At {
            fn from(step: $t) -> Self {
                Self::new(i64::from(step))
            }
        }
    )*};
}
at_from_small!(i8, i16, i32, i64, u8, u16, u32);

/// Steps above `i64::MAX`, which the format cannot hold, become `i64::MAX`.
impl From<u64> for At {
    fn from(step: u64) -> Self {
        Self::new(i64::try_from(step).unwrap_or(i64::MAX))
    }
}

/// Steps beyond 64 bits, should there ever be any, become the nearest that the format can hold.
impl From<isize> for At {
    fn from(step: isize) -> Self {
        let nearest = if step < 0 { i64::MIN } else { i64::MAX };
        Self::new(i64::try_from(step).unwrap_or(nearest))
    }
}

/// Steps above `i64::MAX`, which the format cannot hold, become `i64::MAX`.
impl From<usize> for At {
    fn from(step: usize) -> Self {
        Self::new(i64::try_from(step).unwrap_or(i64::MAX))
    }
}

/// Seconds since the Unix epoch, bit for bit as in files.
///
/// Files of other writers may hold NaN and infinities, and reading yields them. Writers of this crate refuse such a
/// time, because TensorBoard's data server gives up a whole file at it. Times compare as floats do.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tfevents::WallTime;
///
/// let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
/// assert_eq!(WallTime::from(time).as_secs(), 1.5);
/// assert_eq!(SystemTime::try_from(WallTime::from_secs(1.5))?, time);
/// assert!(SystemTime::try_from(WallTime::from_secs(f64::NAN)).is_err());
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct WallTime(f64);

impl WallTime {
    /// The system clock's time.
    #[inline]
    #[must_use]
    pub fn now() -> Self {
        Self(clock::now())
    }

    /// The same, cheaper, as of the system's last tick: up to 10 ms ago.
    #[inline]
    pub(crate) fn coarse() -> Self {
        Self(clock::coarse())
    }

    /// A time of so many seconds since the Unix epoch.
    #[inline]
    #[must_use]
    pub const fn from_secs(secs: f64) -> Self {
        Self(secs)
    }

    /// Whether it is a time at all: neither NaN nor infinite.
    #[inline]
    #[must_use]
    pub const fn is_finite(self) -> bool {
        self.0.is_finite()
    }

    /// The same time, if it may be written.
    #[inline]
    pub(crate) fn writable(self) -> Result<Self> {
        if self.is_finite() {
            Ok(self)
        } else {
            Err(Error::argument(format!(
                "a wall time of {self} cannot be written: TensorBoard loses the rest of such a file"
            )))
        }
    }

    /// Seconds since the Unix epoch.
    #[inline]
    #[must_use]
    pub const fn as_secs(self) -> f64 {
        self.0
    }
}

impl From<f64> for WallTime {
    /// Seconds since the Unix epoch.
    #[inline]
    fn from(secs: f64) -> Self {
        Self(secs)
    }
}

/// To the nearest nanosecond. (A time of today has steps of some 240 ns as a `f64`.)
impl TryFrom<WallTime> for SystemTime {
    type Error = Error;

    /// # Errors
    ///
    /// A time that is not finite, and one that the system's clock cannot express.
    fn try_from(time: WallTime) -> Result<Self> {
        Duration::try_from_secs_f64(time.0.abs())
            .ok()
            .and_then(|distance| match time.0 < 0.0 {
                true => UNIX_EPOCH.checked_sub(distance),
                false => UNIX_EPOCH.checked_add(distance),
            })
            .ok_or_else(|| {
                Error::argument(format!(
                    "a wall time of {time} is out of range for the system's clock"
                ))
            })
    }
}

impl From<SystemTime> for WallTime {
    fn from(time: SystemTime) -> Self {
        Self(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        })
    }
}

impl From<Duration> for WallTime {
    /// Time since the Unix epoch.
    fn from(since_epoch: Duration) -> Self {
        Self(since_epoch.as_secs_f64())
    }
}

/// Seconds since the Unix epoch.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_float(f, self.0, &self.0)
    }
}

/// A number as it was stored, in its own type, so that nothing is squeezed through another one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Number {
    /// A 32-bit float; half-precision values widen to it without loss.
    F32(f32),
    /// A 64-bit float.
    F64(f64),
    /// A signed integer of any width.
    I64(i64),
    /// An unsigned integer of any width.
    U64(u64),
    /// A truth value.
    Bool(bool),
}

impl Number {
    /// The nearest `f64`: exact but for integers beyond 2^53.
    #[expect(clippy::cast_precision_loss, reason = "documented")]
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::F32(v) => f64::from(v),
            Self::F64(v) => v,
            Self::I64(v) => v as f64,
            Self::U64(v) => v as f64,
            Self::Bool(v) => f64::from(u8::from(v)),
        }
    }

    /// How it compares with another number: exactly, whatever their types. Nothing compares with NaN.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cmp::Ordering;
    /// use tfevents::Number;
    ///
    /// // As floats, these would be equal.
    /// let (a, b) = (Number::I64((1 << 53) + 1), Number::F64(9_007_199_254_740_992.0));
    /// assert_eq!(a.compare(b), Some(Ordering::Greater));
    /// assert_eq!(Number::F32(f32::NAN).compare(a), None);
    /// ```
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self.as_integer(), other.as_integer()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            (Some(a), None) => compare_integer(a, other.as_f64()),
            (None, Some(b)) => compare_integer(b, self.as_f64()).map(Ordering::reverse),
            (None, None) => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }

    fn as_integer(self) -> Option<i128> {
        match self {
            Self::I64(v) => Some(v.into()),
            Self::U64(v) => Some(v.into()),
            Self::Bool(v) => Some(v.into()),
            Self::F32(_) | Self::F64(_) => None,
        }
    }
}

/// How an integer of 64 bits compares with a float.
fn compare_integer(integer: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` clamps, far from any integer of 64 bits"
    )]
    let whole = float.trunc() as i128;
    let order = integer.cmp(&whole);
    Some(order.then(0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal)))
}

/// An integer where the text is one that 64 bits hold, else a 64-bit float; `inf` and `nan` are floats, too. Blanks
/// around it do not matter.
impl FromStr for Number {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let signed = text.parse().map(Self::I64).ok();
        signed
            .or_else(|| text.parse().map(Self::U64).ok())
            .or_else(|| text.parse().map(Self::F64).ok())
            .ok_or_else(|| Error::argument(format!("`{text}` is not a number")))
    }
}

/// The shortest text that reads back as the same number of the same type.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F32(v) => fmt_float(f, f64::from(*v), v),
            Self::F64(v) => fmt_float(f, *v, v),
            Self::I64(v) => v.fmt(f),
            Self::U64(v) => v.fmt(f),
            Self::Bool(v) => v.fmt(f),
        }
    }
}

/// Plain digits where they are short, an exponent where they would not be.
fn fmt_float(
    f: &mut fmt::Formatter<'_>,
    size: f64,
    v: &(impl fmt::Display + fmt::LowerExp),
) -> fmt::Result {
    if size == 0.0 || !size.is_finite() || (1e-5..1e16).contains(&size.abs()) {
        fmt::Display::fmt(v, f)
    } else {
        fmt::LowerExp::fmt(v, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_convert_without_wrapping() {
        assert_eq!(At::from(-3i32).step(), -3);
        assert_eq!(At::from(u64::MAX).step(), i64::MAX);
        assert_eq!(At::from(5usize).step(), 5);
        assert_eq!(At::from(-7isize).step(), -7);
    }

    #[test]
    fn wall_times_are_bits_and_the_system_s_times() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            let time = WallTime::from_secs(bad);
            assert_eq!(time.as_secs().to_bits(), bad.to_bits());
            assert_eq!(time.writable().is_ok(), bad.is_finite());
            assert!(SystemTime::try_from(time).is_err());
        }
        let error = SystemTime::try_from(WallTime::from_secs(1e300)).unwrap_err();
        assert!(error.to_string().contains("1e300"), "{error}");
        for millis in [0, 1500] {
            let distance = Duration::from_millis(millis);
            for time in [UNIX_EPOCH - distance, UNIX_EPOCH + distance] {
                assert_eq!(SystemTime::try_from(WallTime::from(time)).unwrap(), time);
            }
        }
        let before = UNIX_EPOCH - Duration::from_millis(1500);
        assert_eq!(WallTime::from(before).as_secs(), -1.5);
    }

    #[test]
    fn numbers_print_shortest_and_in_their_own_type() {
        assert_eq!(Number::F32(0.1).to_string(), "0.1");
        assert_eq!(
            Number::F64(f64::from(0.1f32)).to_string(),
            "0.10000000149011612"
        );
        assert_eq!(Number::F32(1e-30).to_string(), "1e-30");
        assert_eq!(Number::F32(f32::NAN).to_string(), "NaN");
        assert_eq!(Number::F64(-0.0).to_string(), "-0");
        assert_eq!(Number::I64(i64::MIN).to_string(), "-9223372036854775808");
        assert_eq!(Number::U64(u64::MAX).as_f64(), 18_446_744_073_709_551_615.0);
    }

    #[test]
    fn numbers_compare_exactly_across_types() {
        use Ordering::{Equal, Greater, Less};
        let numbers = [
            (Number::F64(f64::NEG_INFINITY), -2),
            (Number::I64(-1), -1),
            (Number::F32(-0.5), 0),
            (Number::F64(-0.0), 1),
            (Number::Bool(false), 1),
            (Number::F32(0.5), 2),
            (Number::U64(1), 3),
            (Number::Bool(true), 3),
            (Number::F64(9_007_199_254_740_992.0), 4),
            (Number::I64(9_007_199_254_740_993), 5),
            (Number::U64(u64::MAX), 6),
            (Number::F64(18_446_744_073_709_551_616.0), 7),
            (Number::F64(f64::INFINITY), 8),
        ];
        for (a, i) in numbers {
            for (b, j) in numbers {
                assert_eq!(a.compare(b), Some(i32::cmp(&i, &j)), "{a} {b}");
            }
            assert_eq!(a.compare(Number::F32(f32::NAN)), None);
            assert_eq!(Number::F64(f64::NAN).compare(a), None);
        }
        assert_eq!(Number::F64(0.1).compare(Number::F32(0.1)), Some(Less));
        assert_eq!(Number::F64(2.5).compare(Number::I64(2)), Some(Greater));
        assert_eq!(Number::I64(-3).compare(Number::F64(-2.5)), Some(Less));
        assert_eq!(Number::F64(-0.0).compare(Number::U64(0)), Some(Equal));
    }

    #[test]
    fn numbers_are_read_from_text() {
        let number = |text: &str| text.parse::<Number>().ok();
        assert_eq!(number(" 5 "), Some(Number::I64(5)));
        assert_eq!(number("18446744073709551615"), Some(Number::U64(u64::MAX)));
        assert_eq!(number("1e-3"), Some(Number::F64(0.001)));
        assert_eq!(number("-Infinity"), Some(Number::F64(f64::NEG_INFINITY)));
        assert!(number("NaN").is_some_and(|v| v.as_f64().is_nan()));
        for text in ["", "adam", "1.5x", "0x10", "1,000", "e5", "true"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
