//! Numbers as people write them: counts, weights, durations and sizes.

use std::str::FromStr;
use std::time::Duration;

use tfevents_analysis::number;

/// A number that the command line gives, in the type that is wanted there.
pub(crate) fn parse<N: FromStr>(text: &str) -> Result<N, String> {
    text.trim().parse().map_err(|_| not_a_number(text))
}

/// A weight for [smoothing](tfevents::series::smooth): a number of 0 or more and less than 1.
pub(crate) fn parse_weight(text: &str) -> Result<f64, String> {
    match parse(text)? {
        weight if (0.0..1.0).contains(&weight) => Ok(weight),
        _ => Err("expected a weight from 0 to below 1".to_owned()),
    }
}

/// How far apart numbers may be: a finite number of 0 or more.
pub(crate) fn parse_tolerance(text: &str) -> Result<f64, String> {
    match parse(text)? {
        tolerance if (0.0..f64::INFINITY).contains(&tolerance) => Ok(tolerance),
        _ => Err("expected a number of 0 or more".to_owned()),
    }
}

/// What numbers are multiplied by: any finite number.
pub(crate) fn parse_factor(text: &str) -> Result<f64, String> {
    match parse::<f64>(text)? {
        factor if factor.is_finite() => Ok(factor),
        _ => Err(format!("`{text}` is not a finite number")),
    }
}

/// Why text is not a number of the type that is wanted.
pub(crate) fn not_a_number(text: &str) -> String {
    let problem = match text.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v.fract() == 0.0 && text.contains(['e', 'E', '.']) => {
            "must be written without a decimal point or an exponent"
        }
        Ok(v) if v.fract() != 0.0 => "is not a whole number",
        Ok(v) if v <= 0.0 => "is too small",
        Ok(_) => "is too large",
        Err(_) => "is not a number",
    };
    format!("`{text}` {problem}")
}

/// `90min`: a number and its unit.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let seconds = number::seconds(text);
    let duration = seconds.and_then(|secs| Duration::try_from_secs_f64(secs).ok());
    duration.ok_or_else(|| {
        "expected a number and a unit (ms, s, min, h, d or w), such as 30d".to_owned()
    })
}

/// A number of bytes: `256M`, `1.5GiB`, `4096`. K, M, G and T are powers of 1024 as in other programs, KB and so on
/// of 1000.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 256M or 1G, or a number of bytes".to_owned();
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
        0.0..1.0 => Err("expected at least 1 byte, as in 256M".to_owned()),
        // Larger ones would not be exact, nor meant.
        1.0..=1e15 => Ok(bytes as u64),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(whole("1e3").contains("without a decimal point or an exponent"));
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
    fn tolerances_and_factors_are_finite() {
        assert_eq!(parse_tolerance("1e-5"), Ok(1e-5));
        assert_eq!(parse_factor("-0.5"), Ok(-0.5));
        for text in ["-1", "nan", "inf", "x"] {
            assert!(parse_tolerance(text).is_err(), "{text}");
        }
        for text in ["nan", "-inf", "x"] {
            assert!(parse_factor(text).is_err(), "{text}");
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
            ("4096", 4096),
            ("256M", 256 << 20),
            ("1.5GiB", 3 << 29),
            ("2gb", 2_000_000_000),
            ("10B", 10),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in [
            "", "M", "-1", "0", "0M", "0.5", "1X", "nan", "inf", "1e30", "1 G",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
