//! Formats numbers for people.

mod plus_minus;

pub use plus_minus::PlusMinus;

/// `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 run`, `2 runs`; an `s` makes the plural.
pub fn counted(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(n))
}

/// `1.2 MB`, in powers of 1000.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if n < 1000 {
        return format!("{n} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut size = n as f64 / 1000.0;
    let mut unit = 0;
    // Rounded to three digits, 999.6 would read 1000.
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    let digits = if size < 9.95 { 1 } else { 0 };
    format!("{size:.digits$} {}", UNITS[unit])
}

/// At most five significant digits, with an exponent where zeros would fill the column.
pub fn short(v: f64) -> String {
    let shown = significant(v, 5);
    match shown.split_once('e') {
        Some((mantissa, exponent)) => format!("{}e{exponent}", trim(mantissa)),
        None => trim(&shown).to_owned(),
    }
}

/// So many significant digits, or at most five.
pub fn rounded(v: f64, digits: Option<usize>) -> String {
    digits.map_or_else(|| short(v), |digits| significant(v, digits))
}

/// So many significant digits, also where the last ones are zeros: `0.910`. Digits before the point are all there.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::number::significant;
///
/// assert_eq!(significant(0.91, 3), "0.910");
/// assert_eq!(significant(12345.6, 3), "12346");
/// assert_eq!(significant(1.0e-7, 2), "1.0e-7");
/// ```
#[must_use]
pub fn significant(v: f64, digits: usize) -> String {
    if v == 0.0 || !v.is_finite() {
        return v.to_string();
    }
    let places = digits.max(1) - 1;
    let scientific = format!("{v:.places$e}");
    match exponent(v, digits) {
        exponent if is_plain(exponent) => {
            let decimals = i32::try_from(places).unwrap_or(i32::MAX) - exponent;
            let decimals = usize::try_from(decimals).unwrap_or(0);
            format!("{v:.decimals$}")
        }
        _ => scientific,
    }
}

/// Whether numbers of that size are written without an exponent.
fn is_plain(exponent: i32) -> bool {
    (-4..6).contains(&exponent)
}

/// The decimal exponent of a number that is rounded to so many digits; 0 where it has none.
fn exponent(v: f64, digits: usize) -> i32 {
    let places = digits.max(1) - 1;
    let scientific = format!("{v:.places$e}");
    let exponent = scientific.split_once('e').map(|(_, exponent)| exponent);
    exponent.and_then(|e| e.parse().ok()).unwrap_or(0)
}

fn trim(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// Seconds out of `90min`: a number and its unit, which is ms, s, m or min, h, d or w. `None` if it is not that.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::number::seconds;
///
/// assert_eq!(seconds("1.5h"), Some(5400.0));
/// assert_eq!(seconds("90"), None);
/// ```
#[must_use]
pub fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 7] = [
        ("min", 60.0),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("d", 86400.0),
        ("w", 7.0 * 86400.0),
    ];
    let (unit, secs) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    Some(number * secs)
}

/// `42 s`, `1 h 20 min`: the two largest units.
pub fn duration(secs: f64) -> String {
    const UNITS: [(u64, &str); 4] = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` clamps"
    )]
    let secs = secs as u64;
    let Some(largest) = UNITS.iter().position(|(size, _)| secs >= *size) else {
        return "0 s".to_owned();
    };
    let (size, unit) = UNITS[largest];
    let mut text = format!("{} {unit}", secs / size);
    if let Some((smaller, unit)) = UNITS.get(largest + 1) {
        let rest = secs % size / smaller;
        if rest > 0 {
            text.push_str(&format!(" {rest} {unit}"));
        }
    }
    text
}

/// `0..999`, or the one step.
pub fn steps(min: i64, max: i64) -> String {
    if min == max {
        step(min)
    } else {
        format!("{}..{}", step(min), step(max))
    }
}

/// Steps that no training reaches are not worth the room.
fn step(step: i64) -> String {
    if step.unsigned_abs() < 1_000_000_000_000 {
        step.to_string()
    } else {
        #[expect(clippy::cast_precision_loss, reason = "five digits are shown")]
        short(step as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "run"), "1 run");
        assert_eq!(counted(0, "run"), "0 runs");
    }

    #[test]
    fn sizes_never_show_four_digits() {
        let cases = [
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9949, "9.9 kB"),
            (9951, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (u64::MAX, "18 EB"),
        ];
        for (n, text) in cases {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn numbers_keep_five_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (f64::from(0.1f32), "0.1"),
            (2.345_678, "2.3457"),
            (-1234.56, "-1234.6"),
            (0.000_123_456, "0.00012346"),
            (0.000_012_345_6, "1.2346e-5"),
            (123_456.0, "123456"),
            (1_234_567.0, "1.2346e6"),
            (99_999.96, "100000"),
            (1e300, "1e300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (v, text) in cases {
            assert_eq!(short(v), text);
        }
    }

    #[test]
    fn durations_have_two_units() {
        assert_eq!(duration(0.4), "0 s");
        assert_eq!(duration(61.0), "1 min 1 s");
        assert_eq!(duration(3600.0), "1 h");
        assert_eq!(duration(93_784.0), "1 d 2 h");
    }
}
