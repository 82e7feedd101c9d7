//! Numbers as people read and write them.

use std::str::FromStr;
use std::time::Duration;

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
    if v == 0.0 || !v.is_finite() {
        return v.to_string();
    }
    let scientific = format!("{v:.4e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..6) => {
            let decimals = usize::try_from(4 - exponent).unwrap_or(0);
            trim(&format!("{v:.decimals$}")).to_owned()
        }
        _ => format!("{}e{exponent}", trim(mantissa)),
    }
}

fn trim(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// A number that the command line gives, in the type that is wanted there.
pub fn parse<N: FromStr>(text: &str) -> Result<N, String> {
    text.trim().parse().map_err(|_| not_a_number(text))
}

/// A weight for [smoothing](tfevents::series::smooth): a number of 0 or more and less than 1.
pub fn parse_weight(text: &str) -> Result<f64, String> {
    match parse(text)? {
        weight if (0.0..1.0).contains(&weight) => Ok(weight),
        _ => Err("a weight lies from 0 to below 1".to_owned()),
    }
}

/// Why text is not a number of the type that is wanted.
pub fn not_a_number(text: &str) -> String {
    let problem = match text.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v.fract() == 0.0 && text.contains(['e', 'E', '.']) => {
            "is to be written without a point or an exponent"
        }
        Ok(v) if v.fract() != 0.0 => "is not a whole number",
        Ok(v) if v <= 0.0 => "is too small",
        Ok(_) => "is too large",
        Err(_) => "is not a number",
    };
    format!("`{text}` {problem}")
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

/// `90min`: a number and its unit.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 7] = [
        ("min", 60.0),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("d", 86400.0),
        ("w", 7.0 * 86400.0),
    ];
    let problem = || "give a number and s, min, h, d or w, as in 30d".to_owned();
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(unit));
    let (unit, secs) = unit.ok_or_else(problem)?;
    let number = text[..text.len() - unit.len()].trim();
    let number: f64 = number.parse().map_err(|_| problem())?;
    Duration::try_from_secs_f64(number * secs).map_err(|_| problem())
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

/// A number of bytes: `256M`, `1.5GiB`, `4096`. K, M, G and T are powers of 1024 as in other programs, KB and so on
/// of 1000.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "not a size: 256M, 1G or a number of bytes".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_uppercase();
    let (power, base) = match unit.as_str() {
        "" | "B" => (0, 1024_f64),
        "K" | "KIB" => (1, 1024.0),
        "M" | "MIB" => (2, 1024.0),
        "G" | "GIB" => (3, 1024.0),
        "T" | "TIB" => (4, 1024.0),
        "KB" => (1, 1000.0),
        "MB" => (2, 1000.0),
        "GB" => (3, 1000.0),
        "TB" => (4, 1000.0),
        _ => return Err(wrong()),
    };
    let number: f64 = digits.parse().map_err(|_| wrong())?;
    let bytes = number * base.powi(power);
    match bytes {
        // Larger ones would not be exact, nor meant.
        0.0..=1e15 => Ok(bytes as u64),
        _ => Err(wrong()),
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

    #[test]
    fn what_is_wrong_with_a_number_is_said_plainly() {
        let whole = |text: &str| parse::<u32>(text).unwrap_err();
        assert_eq!(parse::<i64>(" -5 "), Ok(-5));
        assert_eq!(parse::<f64>("1e-3"), Ok(0.001));
        for text in ["10-20", "", "ten", "0x10", "1,000"] {
            assert_eq!(whole(text), format!("`{text}` is not a number"));
        }
        assert_eq!(whole("1.5"), "`1.5` is not a whole number");
        assert_eq!(whole("-1"), "`-1` is too small");
        assert_eq!(whole("99999999999"), "`99999999999` is too large");
        assert!(whole("1e3").contains("without a point or an exponent"));
        for text in ["inf", "nan"] {
            assert!(whole(text).starts_with(&format!("`{text}` is ")));
        }
        assert_eq!(parse::<f64>("x").unwrap_err(), "`x` is not a number");
    }

    #[test]
    fn weights_are_those_of_the_slider() {
        assert_eq!(parse_weight("0.6"), Ok(0.6));
        assert_eq!(parse_weight("0"), Ok(0.0));
        for text in ["1", "-0.1", "nan", "half"] {
            assert!(parse_weight(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_have_a_unit() {
        let secs = |text: &str| parse_duration(text).map(|d| d.as_secs_f64());
        assert_eq!(secs("30d"), Ok(30.0 * 86400.0));
        assert_eq!(secs("1.5h"), Ok(5400.0));
        assert_eq!(secs("90min"), Ok(5400.0));
        assert_eq!(secs("2 w"), Ok(14.0 * 86400.0));
        assert_eq!(secs("0s"), Ok(0.0));
        for text in ["", "30", "d", "-1d", "nand", "1e30d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_have_a_number_and_a_unit() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("256M", 256 << 20),
            ("1.5GiB", 3 << 29),
            ("2gb", 2_000_000_000),
            ("10B", 10),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1", "1X", "nan", "inf", "1e30", "1 G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
