//! Just enough of a JSON parser to tell whether TensorBoard could read a text. Event files contain JSON in two places,
//! which does not justify a dependency for every program that logs.

/// Nesting beyond this is refused, as a matter of the stack.
const MAX_DEPTH: u32 = 128;

/// A JSON value; what numbers and strings say is of no interest but for strings without escapes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'a> {
    /// `null`, a number, `true` or `false`.
    Plain,
    Null,
    /// Between the quotation marks, as it stands.
    String(&'a str),
    Array(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
}

impl<'a> Json<'a> {
    /// Reads a whole text; `None` if it is not JSON.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parser = Parser { rest: text };
        let value = parser.value(0)?;
        parser.space();
        parser.rest.is_empty().then_some(value)
    }

    /// A member of an object; of several with the name, the last.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let named = members.iter().rev().find(|(member, _)| *member == name);
        named.map(|(_, value)| value)
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: u32) -> Option<Json<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        match self.rest.as_bytes().first()? {
            b'{' => self
                .list("{", "}", |parser| {
                    parser.space();
                    let name = parser.string()?;
                    parser.take(":").then_some(())?;
                    Some((name, parser.value(depth + 1)?))
                })
                .map(Json::Object),
            b'[' => self
                .list("[", "]", |parser| parser.value(depth + 1))
                .map(Json::Array),
            b'"' => self.string().map(Json::String),
            _ if self.take("null") => Some(Json::Null),
            _ if self.take("true") || self.take("false") => Some(Json::Plain),
            // Python takes these, too.
            _ if self.take("NaN") || self.take("Infinity") || self.take("-Infinity") => {
                Some(Json::Plain)
            }
            _ => self.number(),
        }
    }

    fn list<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.take(open).then_some(())?;
        let mut items = Vec::new();
        if self.take(close) {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(close) {
                return Some(items);
            }
            self.take(",").then_some(())?;
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        let inside = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        for (i, c) in inside.char_indices() {
            match c {
                _ if escaped => {
                    escaped = false;
                    if !"\"\\/bfnrtu".contains(c) {
                        return None;
                    }
                    let digits = inside.get(i + 1..i + 5);
                    if c == 'u' && !digits.is_some_and(|d| d.bytes().all(|d| d.is_ascii_hexdigit()))
                    {
                        return None;
                    }
                }
                '\\' => escaped = true,
                '"' => {
                    self.rest = &inside[i + 1..];
                    return Some(&inside[..i]);
                }
                '\0'..='\x1f' => return None,
                _ => {}
            }
        }
        None
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let digits = number.strip_prefix('-').unwrap_or(number).as_bytes();
        let is_json = match digits {
            [b'0', b'0'..=b'9', ..] => false,
            [b'0'..=b'9', ..] => {
                !number.ends_with('.') && !number.contains(".e") && !number.contains(".E")
            }
            _ => false,
        };
        (is_json && number.parse::<f64>().is_ok()).then_some(())?;
        self.rest = rest;
        Some(Json::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_json_is_known() {
        let texts = [
            "{}",
            " [ ] ",
            "null",
            "true",
            "-0.5e+3",
            "0",
            "\"a\\\"b\\u00e9\\\\\"",
            "[1,[2,{\"a\":[]}]]",
            "{\"a\": {\"b\": \"c\"}, \"a\": 1}",
            "1E5",
            "12",
        ];
        for text in texts {
            assert!(Json::parse(text).is_some(), "{text}");
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
        }
        let others = [
            "",
            "{",
            "{a: 1}",
            "[1,]",
            "{\"a\" 1}",
            "{oops",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1 2",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\n\"",
            "nul",
            "1e",
            "0x1",
            "inf",
            "1.e5",
        ];
        for text in others {
            assert!(Json::parse(text).is_none(), "{text}");
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_err(),
                "{text}"
            );
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_none());
    }

    #[test]
    fn members_are_found() {
        let json = Json::parse("{\"config\": {\"layers\": []}, \"n\": null}").unwrap();
        assert_eq!(
            json.get("config").unwrap().get("layers"),
            Some(&Json::Array(Vec::new()))
        );
        assert_eq!(json.get("n"), Some(&Json::Null));
        assert_eq!(json.get("x"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_another_parser(text in r#"[\[\]{}:,"\\ua0-9eE.+ \-]{0,12}"#) {
            let other = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            // Numbers beyond all doubles, and halves of surrogates, are between the parsers.
            prop_assume!(!text.contains('e') && !text.contains('E') && !text.contains("\\u"));
            prop_assert_eq!(Json::parse(&text).is_some(), other, "{}", text);
        }
    }
}
