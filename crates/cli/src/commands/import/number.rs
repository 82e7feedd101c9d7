//! Numbers as other programs write them.

use std::borrow::Cow;

use serde_json::Value;
use tfevents::Number;

/// A number that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) number: Number,
    /// Whether it is, but for rounding, the one that was written; else that is beyond what 64 bits hold, and this one
    /// is infinite or 0.
    pub(super) holds: bool,
}

impl From<Number> for Read {
    fn from(number: Number) -> Self {
        Self {
            number,
            holds: true,
        }
    }
}

/// Out of text: a 32-bit float if that is the number that was meant, else as large as needed.
pub(super) fn from_text(text: &str) -> Option<Read> {
    let text = text.trim();
    let wide: f64 = text.parse().ok()?;
    let narrow: f32 = text.parse().ok()?;
    let holds = match wide {
        // Names of the infinity have no digits.
        f64::INFINITY | f64::NEG_INFINITY => !text.contains(|c: char| c.is_ascii_digit()),
        0.0 => {
            let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
            !mantissa.contains(|c: char| matches!(c, '1'..='9'))
        }
        _ => true,
    };
    if narrow.to_string() == text {
        return Some(Number::F32(narrow).into());
    }
    // Floats stand for integers that they do not equal, so these are looked at first.
    let integer = text.parse().map(Number::I64);
    let integer = integer.or_else(|_| text.parse().map(Number::U64));
    let number = integer.unwrap_or(if is_same(wide, narrow) {
        Number::F32(narrow)
    } else {
        Number::F64(wide)
    });
    Some(Read { number, holds })
}

/// A number with a point where it has a decimal comma, as in tables whose cells are separated by semicolons.
pub(super) fn with_point(text: &str) -> Cow<'_, str> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_decimal = |(whole, rest): (&str, &str)| {
        let whole = whole.trim_start().trim_start_matches(['+', '-']);
        let fraction = rest.split(['e', 'E']).next().unwrap_or_default();
        (whole.is_empty() || is_digits(whole)) && is_digits(fraction.trim_end())
    };
    match text.split_once(',') {
        Some(parts) if is_decimal(parts) => Cow::Owned(text.replace(',', ".")),
        _ => Cow::Borrowed(text),
    }
}

/// Out of JSON; integers stay such.
pub(super) fn from_json(value: &Value) -> Option<Read> {
    match value {
        Value::Bool(v) => Some(Number::Bool(*v).into()),
        Value::Number(number) => {
            let integer = number.as_i64().map(Number::I64);
            let integer = integer.or_else(|| number.as_u64().map(Number::U64));
            let integer = integer.map(Read::from);
            integer.or_else(|| from_text(&number.to_string()))
        }
        // Some programs write all numbers as text, and Python's NaN and Infinity can be nothing else.
        Value::String(text) => from_text(text),
        _ => None,
    }
}

/// Whether a 32-bit float has the same shortest digits as a 64-bit one.
fn is_same(wide: f64, narrow: f32) -> bool {
    // A NaN is as good as any other.
    wide.is_nan() || f64::from(narrow) == wide || narrow.to_string().parse() == Ok(wide)
}

/// The 32-bit float closest to a number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "this is what it is for"
)]
pub(super) fn narrow(number: Number) -> f32 {
    match number {
        Number::F32(v) => v,
        Number::I64(v) => v as f32,
        Number::U64(v) => v as f32,
        other => other.as_f64() as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_large_as_needed() {
        let from_text = |text| from_text(text).map(|read| read.number);
        assert_eq!(from_text("0.1"), Some(Number::F32(0.1)));
        assert_eq!(from_text("-0"), Some(Number::F32(-0.0)));
        assert_eq!(from_text("5"), Some(Number::F32(5.0)));
        assert_eq!(
            from_text("0.30000000000000004"),
            Some(Number::F64(0.1 + 0.2))
        );
        assert_eq!(from_text("16777217"), Some(Number::I64(16_777_217)));
        assert_eq!(
            from_text("18446744073709551615"),
            Some(Number::U64(u64::MAX))
        );
        assert_eq!(from_text("1e300"), Some(Number::F64(1e300)));
        assert_eq!(from_text("-inf"), Some(Number::F32(f32::NEG_INFINITY)));
        assert!(matches!(from_text("NaN"), Some(Number::F32(v)) if v.is_nan()));
        assert_eq!(from_text("x"), None);
        assert_eq!(from_text(""), None);
    }

    #[test]
    fn what_64_bits_do_not_hold_is_noticed() {
        let holds = |text| from_text(text).unwrap().holds;
        for text in [
            "1e400",
            "-1e400",
            "1e-400",
            "-0.1E-400",
            "1e99999999999999999999",
        ] {
            assert!(!holds(text), "{text}");
        }
        for text in [
            "0",
            "-0.00",
            "0e5",
            "0e-400",
            "inf",
            "-Infinity",
            "NaN",
            "1e308",
            "5e-324",
        ] {
            assert!(holds(text), "{text}");
        }
    }

    #[test]
    fn commas_may_be_decimal() {
        for (comma, point) in [("0,5", "0.5"), (" -1,25e-3 ", " -1.25e-3 "), (",5", ".5")] {
            assert_eq!(with_point(comma), point);
        }
        for other in [
            "1,234,567",
            "1.234,5",
            "a,b",
            "0.5",
            "1,",
            "2026-01-31, 12:00",
        ] {
            assert_eq!(with_point(other), other);
        }
    }

    #[test]
    fn json_tells_integers_and_truth_values_apart() {
        let number = |text| {
            let read = from_json(&serde_json::from_str(text).unwrap());
            read.map(|read| read.number)
        };
        assert_eq!(number("5"), Some(Number::I64(5)));
        assert_eq!(number("5.0"), Some(Number::F32(5.0)));
        assert_eq!(number("true"), Some(Number::Bool(true)));
        assert_eq!(
            number("\"-Infinity\""),
            Some(Number::F32(f32::NEG_INFINITY))
        );
        assert_eq!(number("\"0.5\""), Some(Number::F32(0.5)));
        assert_eq!(number("\"train\""), None);
        assert_eq!(number("\"\""), None);
        assert_eq!(number("null"), None);
    }
}
