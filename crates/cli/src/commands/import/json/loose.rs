//! What is nearly JSON.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

/// JSON out of what Python prints: text in single quotes, its names of constants, and numbers that JSON does not
/// know or 64 bits do not hold, which become text.
pub(super) fn to_json(text: &str) -> Cow<'_, str> {
    static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let token = r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\b(?:NaN|nan|Infinity|inf)\b|\b(?:True|False|None)\b|-?\b\d+(?:\.\d*)?(?:[eE][+-]?\d+)?"#;
        Regex::new(token).ok()
    });
    let Some(token) = &*TOKEN else {
        return Cow::Borrowed(text);
    };
    token.replace_all(text, |found: &Captures<'_>| put(&found[0]))
}

fn put(token: &str) -> String {
    let quoted = |text: String| Value::String(text).to_string();
    match token {
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        "None" => "null".to_owned(),
        _ if token.starts_with('"') => token.to_owned(),
        _ => match token
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
        {
            Some(text) => quoted(text.replace("\\'", "'").replace("\\\\", "\\")),
            None if serde_json::from_str::<Value>(token).is_ok() => token.to_owned(),
            None => quoted(token.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_prints_becomes_json() {
        let python = r#"{'loss': nan, 'a"b': -inf, 'x': "it's", 'ok': True, 'no': None, 'lr': 5e-05, 'n': -1e400}"#;
        let json = r#"{"loss": "nan", "a\"b": "-inf", "x": "it's", "ok": true, "no": null, "lr": 5e-05, "n": "-1e400"}"#;
        assert_eq!(to_json(python), json);
        assert_eq!(
            to_json(r#"{"x": "a NaN", "y": [NaN]}"#),
            r#"{"x": "a NaN", "y": ["NaN"]}"#
        );
    }
}
