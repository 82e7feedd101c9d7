//! Protobuf text format, as far as configurations need it: without a schema, so that what this crate does not
//! know stays as it was. Comments are lost.

use std::fmt::Write as _;

use crate::error::{Error, Result};

/// Deeper than any configuration; the limit keeps hostile input from exhausting the stack.
const MAX_DEPTH: usize = 32;
/// Longer than the name of any field; a list repeats the name for each of its values.
const MAX_NAME: usize = 128;

/// The fields of a message, in order; a repeated field stands there several times.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Message {
    pub(super) fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A quoted string, its escapes resolved; any bytes.
    Text(Vec<u8>),
    /// A number or a name, as written.
    Bare(String),
    Message(Message),
}

impl Message {
    /// # Errors
    ///
    /// Text that is not a message; the error names the line.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut parser = Parser {
            text: text.as_bytes(),
            at: 0,
        };
        let message = parser.message(None, 0);
        message.map_err(|what| {
            let line = parser
                .text
                .iter()
                .take(parser.at)
                .filter(|&&b| b == b'\n')
                .count()
                + 1;
            Error::decode(format!("line {line} of this protobuf text {what}"))
        })
    }

    pub(super) fn push(&mut self, name: &str, value: Value) {
        self.fields.push(Field {
            name: name.to_owned(),
            value,
        });
    }

    pub(super) fn push_text(&mut self, name: &str, text: &str) {
        self.push(name, Value::Text(text.as_bytes().to_vec()));
    }

    /// The values of a field, however often it stands there.
    pub(super) fn values<'a>(
        &'a self,
        name: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a Value> {
        self.fields
            .iter()
            .filter(move |field| field.name == name)
            .map(|field| &field.value)
    }

    /// A field of text; the last one counts, as in protobuf.
    pub(super) fn text(&self, name: &str) -> String {
        let text = self.values(name).rev().find_map(|value| match value {
            Value::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        });
        text.unwrap_or_default()
    }

    /// A repeated field of unsigned integers.
    pub(super) fn numbers(&self, name: &str) -> Vec<u32> {
        self.values(name)
            .filter_map(|value| match value {
                Value::Bare(digits) => unsigned(digits),
                _ => None,
            })
            .collect()
    }

    /// A repeated field of messages.
    pub(super) fn messages<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.values(name).filter_map(|value| match value {
            Value::Message(message) => Some(message),
            _ => None,
        })
    }

    /// The message as text, one field per line.
    pub(super) fn print(&self) -> String {
        let mut text = String::new();
        self.print_into(&mut text, 0);
        text
    }

    fn print_into(&self, text: &mut String, depth: usize) {
        for Field { name, value } in &self.fields {
            text.push_str(&"  ".repeat(depth));
            text.push_str(name);
            match value {
                Value::Bare(word) => text.extend([": ", word, "\n"]),
                Value::Text(bytes) => {
                    text.push_str(": \"");
                    escape(text, bytes);
                    text.push_str("\"\n");
                }
                Value::Message(message) => {
                    text.push_str(" {\n");
                    message.print_into(text, depth + 1);
                    text.push_str(&"  ".repeat(depth));
                    text.push_str("}\n");
                }
            }
        }
    }
}

/// Decimal, hexadecimal or octal, as in C.
pub(super) fn unsigned(digits: &str) -> Option<u32> {
    if let Some(hex) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        u32::from_str_radix(hex, 16).ok()
    } else if digits.len() > 1 && digits.starts_with('0') {
        u32::from_str_radix(digits, 8).ok()
    } else {
        digits.parse().ok()
    }
}

fn escape(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\0'..='\x1f' | '\x7f' => octal(text, c as u8),
                _ => text.push(c),
            }
        }
        for &byte in chunk.invalid() {
            octal(text, byte);
        }
    }
}

fn octal(text: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\{byte:03o}");
}

/// What is wrong, to follow "line 3 of this text".
type Parsed<T> = std::result::Result<T, String>;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    /// The next byte that means something.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at)? {
                b'#' => {
                    while self.text.get(self.at).is_some_and(|&b| b != b'\n') {
                        self.at += 1;
                    }
                }
                b if b.is_ascii_whitespace() || *b == b'\x0b' => self.at += 1,
                &b => return Some(b),
            }
        }
    }

    fn accept(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn unexpected<T>(&mut self, wanted: &str) -> Parsed<T> {
        Err(match self.peek() {
            Some(byte) => format!("has {:?} instead of {wanted}", char::from(byte)),
            None => format!("ends where {wanted} should be"),
        })
    }

    /// Fields up to the bracket `end`, or to the end of the text.
    fn message(&mut self, end: Option<u8>, depth: usize) -> Parsed<Message> {
        if depth > MAX_DEPTH {
            return Err(format!("is nested more than {MAX_DEPTH} deep"));
        }
        let mut message = Message::default();
        loop {
            match (self.peek(), end) {
                (None, None) => return Ok(message),
                (Some(byte), Some(end)) if byte == end => {
                    self.at += 1;
                    return Ok(message);
                }
                (None, Some(end)) => {
                    return Err(format!("ends where {:?} should be", char::from(end)));
                }
                (Some(_), _) => self.field(&mut message, depth)?,
            }
        }
    }

    fn field(&mut self, message: &mut Message, depth: usize) -> Parsed<()> {
        let name = match self.peek() {
            Some(b'[') => self.extension()?,
            _ => self.word("a field's name")?,
        };
        if name.len() > MAX_NAME {
            return Err(format!("has a field name of {} bytes", name.len()));
        }
        let colon = self.accept(b':');
        match self.peek() {
            Some(b'[') if colon => {
                self.at += 1;
                if !self.accept(b']') {
                    loop {
                        let value = self.value(true, depth)?;
                        message.push(&name, value);
                        if self.accept(b']') {
                            break;
                        }
                        if !self.accept(b',') {
                            return self.unexpected("',' or ']'");
                        }
                    }
                }
            }
            _ => {
                let value = self.value(colon, depth)?;
                message.push(&name, value);
            }
        }
        // Fields may be separated, but need not be.
        let _ = self.accept(b',') || self.accept(b';');
        Ok(())
    }

    fn value(&mut self, colon: bool, depth: usize) -> Parsed<Value> {
        Ok(match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Value::Message(self.message(Some(b'}'), depth + 1)?)
            }
            Some(b'<') => {
                self.at += 1;
                Value::Message(self.message(Some(b'>'), depth + 1)?)
            }
            _ if !colon => return self.unexpected("':' or '{'"),
            Some(b'"' | b'\'') => {
                let mut text = Vec::new();
                // Neighbouring strings are one.
                while let Some(quote @ (b'"' | b'\'')) = self.peek() {
                    self.at += 1;
                    self.string(quote, &mut text)?;
                }
                Value::Text(text)
            }
            _ => Value::Bare(self.word("a value")?),
        })
    }

    fn word(&mut self, what: &str) -> Parsed<String> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || b"_.+-".contains(b);
        let len = rest.iter().take_while(|b| is_word(b)).count();
        if len == 0 {
            return self.unexpected(what);
        }
        let word = String::from_utf8_lossy(&rest[..len]).into_owned();
        self.at += len;
        Ok(word)
    }

    /// The name of an extension, with its brackets.
    fn extension(&mut self) -> Parsed<String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.iter().position(|&b| b == b']') {
            Some(end) => {
                self.at += end + 1;
                Ok(String::from_utf8_lossy(&rest[..=end]).into_owned())
            }
            None => Err("has a '[' that is never closed".to_owned()),
        }
    }

    /// The rest of a string up to its closing quote.
    fn string(&mut self, quote: u8, text: &mut Vec<u8>) -> Parsed<()> {
        loop {
            let Some(&byte) = self.text.get(self.at) else {
                return Err("ends inside a string".to_owned());
            };
            self.at += 1;
            match byte {
                b'\n' => return Err("begins inside a string".to_owned()),
                b'\\' => self.unescape(text)?,
                _ if byte == quote => return Ok(()),
                _ => text.push(byte),
            }
        }
    }

    fn unescape(&mut self, text: &mut Vec<u8>) -> Parsed<()> {
        let Some(&byte) = self.text.get(self.at) else {
            return Err("ends inside a string".to_owned());
        };
        self.at += 1;
        let escaped = match byte {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'\'' | b'"' | b'?' => byte,
            b'0'..=b'7' => {
                self.at -= 1;
                self.digits(3, 8)?
            }
            b'x' | b'X' => self.digits(2, 16)?,
            b'u' => return self.code_point(4, text),
            b'U' => return self.code_point(8, text),
            _ => {
                return Err(format!("has the unknown escape \\{}", char::from(byte)));
            }
        };
        text.push(escaped);
        Ok(())
    }

    /// One to `most` digits of a byte.
    fn digits(&mut self, most: usize, radix: u32) -> Parsed<u8> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let digit = |&b: &u8| char::from(b).to_digit(radix);
        let digits: Vec<u32> = rest.iter().take(most).map_while(digit).collect();
        self.at += digits.len();
        let value = digits.iter().fold(0, |value, digit| value * radix + digit);
        match u8::try_from(value) {
            Ok(byte) if !digits.is_empty() => Ok(byte),
            _ => Err("has an escape that is not a byte".to_owned()),
        }
    }

    fn code_point(&mut self, len: usize, text: &mut Vec<u8>) -> Parsed<()> {
        let digits = self.text.get(self.at..self.at + len);
        // `from_str_radix` would take a sign, too.
        let c = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32)
            .ok_or("has an escape that is not a character")?;
        self.at += len;
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bare(word: &str) -> Value {
        Value::Bare(word.into())
    }

    #[test]
    fn every_way_of_writing_a_field() {
        let text = r#"
            # a comment
            a: "x" 'y'  # two strings are one
            b { c: -1.5e+3; d: true, }
            e: < f: IDENT >
            g: [ 3 , 0x10, 010 ] g: 4
            g: []
            h: [{ i: 1 }, < i: 2 >]
            [some.ext/Name] { j: 1 }
            k: "\n\t\\\"\'\x41\101\0é\u00e9\U0001F600"
        "#;
        let message = Message::parse(text).unwrap();
        assert_eq!(message.text("a"), "xy");
        let b = message.messages("b").next().unwrap();
        assert_eq!(
            b.fields.iter().map(|f| &f.value).collect::<Vec<_>>(),
            [&bare("-1.5e+3"), &bare("true")]
        );
        assert_eq!(
            message.messages("e").next().unwrap().fields[0].value,
            bare("IDENT")
        );
        assert_eq!(message.numbers("g"), [3, 16, 8, 4]);
        let h: Vec<_> = message.messages("h").map(|m| m.numbers("i")).collect();
        assert_eq!(h, [[1], [2]]);
        assert_eq!(message.messages("[some.ext/Name]").count(), 1);
        assert_eq!(message.text("k"), "\n\t\\\"'AA\0éé😀");
        assert_eq!(Message::parse(&message.print()).unwrap(), message);
        assert_eq!(Message::parse("").unwrap(), Message::default());
    }

    #[test]
    fn damage_is_located() {
        for (text, what) in [
            (
                "a: 1\nb 2",
                "line 2 of this protobuf text has '2' instead of ':' or '{'",
            ),
            (
                "a {\n\n",
                "line 3 of this protobuf text ends where '}' should be",
            ),
            ("a: \"x\n\"", "inside a string"),
            ("a: \"x", "ends inside a string"),
            ("a: '\\", "ends inside a string"),
            ("a: '\\q'", "\\q"),
            ("a: '\\x'", "not a byte"),
            ("a: '\\777'", "not a byte"),
            ("a: '\\ud800'", "not a character"),
            ("a: '\\u12", "not a character"),
            ("a: '\\u+041'", "not a character"),
            ("a: '\\U+0000041'", "not a character"),
            ("a: }", "'}' instead of a value"),
            ("}", "'}' instead of a field's name"),
            ("a: [1 2]", "',' or ']'"),
            ("a: [1", "ends where ',' or ']'"),
            ("a [1]", "':' or '{'"),
            ("[a: 1", "never closed"),
            ("a {>", "'>'"),
        ] {
            let message = Message::parse(text).unwrap_err().to_string();
            assert!(message.contains(what), "{text:?}: {message}");
        }
    }

    #[test]
    fn depth_has_a_limit() {
        let nested = |n| "a {".repeat(n) + &"}".repeat(n);
        assert!(Message::parse(&nested(MAX_DEPTH)).is_ok());
        assert!(
            Message::parse(&nested(1_000_000))
                .unwrap_err()
                .to_string()
                .contains("deep")
        );
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails(text in "[ab:{}<>\\[\\],;#\"'\\\\x0u \n]{0,40}") {
            if let Ok(message) = Message::parse(&text) {
                prop_assert_eq!(Message::parse(&message.print()).unwrap(), message);
            }
        }

        #[test]
        fn any_bytes_survive(bytes: Vec<u8>) {
            let mut message = Message::default();
            message.push("a", Value::Text(bytes));
            prop_assert_eq!(Message::parse(&message.print()).unwrap(), message);
        }
    }
}
