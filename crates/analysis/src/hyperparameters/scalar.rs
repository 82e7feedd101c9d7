//! What a word in a configuration means, by the rules of PyYAML and of hydra, which write nearly all of them.

use tfevents::plugin::hparams::HParamValue;

/// The value of a word that stands without quotes.
pub(super) fn plain(word: &str) -> HParamValue {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => HParamValue::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => true.into(),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => false.into(),
        _ => number(word).unwrap_or_else(|| word.into()),
    }
}

fn number(word: &str) -> Option<HParamValue> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let special = match digits {
        ".inf" | ".Inf" | ".INF" | "Infinity" => Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" | "NaN" => Some(f64::NAN),
        _ => None,
    };
    if let Some(special) = special {
        return Some((f64::from(sign) * special).into());
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let digits = digits.replace('_', "");
    let radix = match digits.get(..2) {
        Some("0x") => Some((16, &digits[2..])),
        Some("0o") => Some((8, &digits[2..])),
        Some("0b") => Some((2, &digits[2..])),
        // `010` is 8, and `08` no number.
        Some(_) if digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) => {
            Some((8, &digits[1..]))
        }
        _ => None,
    };
    if let Some((radix, digits)) = radix {
        let value = i128::from_str_radix(digits, radix).ok()?;
        return Some((i128::from(sign) * value).into());
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let Ok(value) = digits.parse::<i128>() else {
            // Longer than any number that is computed with.
            return None;
        };
        return Some((i128::from(sign) * value).into());
    }
    let is_float = |b: u8| b.is_ascii_digit() || b".eE+-".contains(&b);
    if !digits.bytes().all(is_float) {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    Some((f64::from(sign) * value).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_they_mean_to_python() {
        let number = |v: f64| HParamValue::Number(v);
        for (word, value) in [
            ("", HParamValue::Null),
            ("~", HParamValue::Null),
            ("null", HParamValue::Null),
            ("yes", true.into()),
            ("Off", false.into()),
            ("12", number(12.0)),
            ("-3", number(-3.0)),
            ("+3", number(3.0)),
            ("1_000", number(1000.0)),
            ("0x1F", number(31.0)),
            ("010", number(8.0)),
            ("0", number(0.0)),
            ("08", "08".into()),
            ("1.5", number(1.5)),
            (".5", number(0.5)),
            ("1e-3", number(0.001)),
            ("-1.0e+2", number(-100.0)),
            (".inf", number(f64::INFINITY)),
            ("-.inf", number(f64::NEG_INFINITY)),
            ("9007199254740992", number(9_007_199_254_740_992.0)),
            ("9007199254740993", "9007199254740993".into()),
            ("-18446744073709551615", "-18446744073709551615".into()),
            ("1:30", "1:30".into()),
            ("2024-01-31", "2024-01-31".into()),
            ("1.2.3", "1.2.3".into()),
            ("inf", "inf".into()),
            ("-", "-".into()),
            (".", ".".into()),
            ("0x", "0x".into()),
            ("e3", "e3".into()),
            ("adam", "adam".into()),
        ] {
            assert_eq!(plain(word), value, "{word}");
        }
        assert!(matches!(plain(".nan"), HParamValue::Number(v) if v.is_nan()));
        assert_eq!(plain(&"9".repeat(99)), HParamValue::Text("9".repeat(99)));
    }
}
