//! What a terminal gets to see: text, and none of the sequences by which text commands it.

use std::io::{self, IsTerminal, Write};

use tfevents_analysis::text::is_unsafe;

/// The longest sequence for a style that is looked for.
const LONGEST_STYLE: usize = 32;

/// A writer that may be a terminal. Whatever is not one gets every byte as it is; in a terminal, what is unsafe to
/// show appears as the escapes of JSON, so that JSON stays what it is.
#[derive(Debug)]
pub(crate) struct Guard<W> {
    inner: W,
    filter: Option<Filter>,
}

impl<W: Write + IsTerminal> Guard<W> {
    /// For what comes out of files.
    pub(crate) fn new(inner: W) -> Self {
        Self::with(inner, false)
    }

    /// For text with styles around what was [made printable](tfevents_analysis::text::printable).
    pub(crate) fn styled(inner: W) -> Self {
        Self::with(inner, true)
    }

    fn with(inner: W, styled: bool) -> Self {
        let filter = inner.is_terminal().then(|| Filter::new(styled));
        Self { inner, filter }
    }
}

impl<W: Write> Write for Guard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(filter) = &mut self.filter else {
            return self.inner.write(bytes);
        };
        self.inner.write_all(filter.pass(bytes, false).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(filter) = &mut self.filter {
            self.inner.write_all(filter.pass(&[], true).as_bytes())?;
        }
        self.inner.flush()
    }
}

/// Makes bytes that come in pieces harmless.
#[derive(Debug)]
struct Filter {
    /// Whether sequences for colours and other styles may pass.
    styled: bool,
    /// The beginning of what only the next piece can tell: of a character, of a line's end or of a style.
    pending: Vec<u8>,
    /// The last character that was passed or escaped.
    before: Option<char>,
}

impl Filter {
    fn new(styled: bool) -> Self {
        Self {
            styled,
            pending: Vec::new(),
            before: None,
        }
    }

    /// The harmless form of the next bytes; what they leave open is kept back, but for the `last` ones.
    fn pass(&mut self, bytes: &[u8], last: bool) -> String {
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(bytes);
        let mut safe = String::with_capacity(all.len());
        let mut rest = &*all;
        while !rest.is_empty() {
            let (text, invalid) = match std::str::from_utf8(rest) {
                Ok(text) => (text, None),
                Err(e) => (
                    std::str::from_utf8(&rest[..e.valid_up_to()]).unwrap_or_default(),
                    Some(e.error_len()),
                ),
            };
            rest = &rest[text.len()..];
            let open = self.text(text, last || invalid.is_some(), &mut safe);
            match invalid {
                None => {
                    self.pending.extend_from_slice(open.as_bytes());
                    break;
                }
                Some(None) if !last => {
                    self.pending.extend_from_slice(rest);
                    break;
                }
                Some(len) => {
                    let (wrong, after) = rest.split_at(len.unwrap_or(rest.len()));
                    for byte in wrong {
                        safe.push_str(&format!("\\x{byte:02x}"));
                    }
                    self.before = None;
                    rest = after;
                }
            }
        }
        safe
    }

    /// Appends the harmless form of text, and returns what it leaves open.
    fn text<'t>(&mut self, text: &'t str, last: bool, safe: &mut String) -> &'t str {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            let mut end = after;
            match c {
                '\n' | '\t' => safe.push(c),
                '\r' if after.is_empty() && !last => return rest,
                '\r' if after.starts_with('\n') => safe.push(c),
                '\x1b' if self.styled => match style(rest) {
                    Style::Whole(len) => {
                        safe.push_str(&rest[..len]);
                        end = &rest[len..];
                    }
                    Style::Open if !last => return rest,
                    _ => escape(c, safe),
                },
                c if is_unsafe(c, self.before) => escape(c, safe),
                c => safe.push(c),
            }
            self.before = Some(c);
            rest = end;
        }
        rest
    }
}

/// What may be a sequence that selects a style: `ESC [`, numbers, `m`.
enum Style {
    Whole(usize),
    Open,
    None,
}

fn style(text: &str) -> Style {
    let Some(parameters) = text.strip_prefix("\x1b[") else {
        return if text == "\x1b" {
            Style::Open
        } else {
            Style::None
        };
    };
    let mut bytes = parameters.bytes().take(LONGEST_STYLE);
    match bytes.position(|b| !b.is_ascii_digit() && b != b';') {
        Some(end) if parameters[end..].starts_with('m') => Style::Whole(end + 3),
        None if parameters.len() < LONGEST_STYLE => Style::Open,
        _ => Style::None,
    }
}

/// Appends a character as JSON escapes it.
fn escape(c: char, safe: &mut String) {
    match c {
        '\r' => safe.push_str("\\r"),
        c => {
            for unit in c.encode_utf16(&mut [0; 2]).iter() {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In every way of cutting the bytes in two, and byte by byte.
    #[track_caller]
    fn check(styled: bool, bytes: &[u8], expected: &str) {
        let pieces = |pieces: &[&[u8]]| {
            let mut filter = Filter::new(styled);
            let passed: String = pieces
                .iter()
                .map(|piece| filter.pass(piece, false))
                .collect();
            passed + &filter.pass(&[], true)
        };
        for cut in 0..=bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(pieces(&[a, b]), expected, "cut at {cut}");
        }
        assert_eq!(pieces(&bytes.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn text_passes_and_commands_do_not() {
        let text = "größe\t損失 🎉 ❤\u{fe0f}\r\nnext";
        check(false, text.as_bytes(), text);
        check(
            false,
            b"\x1b]0;title\x07\x1b[2J",
            "\\u001b]0;title\\u0007\\u001b[2J",
        );
        check(false, b"over\rwritten\r", "over\\rwritten\\r");
        let unseen = "\u{9b}31m\u{61c}a\u{202e}b\u{e0041}c\u{200b}";
        let escaped = "\\u009b31m\\u061ca\\u202eb\\udb40\\udc41c\\u200b";
        check(false, unseen.as_bytes(), escaped);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        check(false, b"\x9b1m\xff\xc3", "\\x9b1m\\xff\\xc3");
        check(
            false,
            b"\xe2\x82x\xf0\x9f\x8e",
            "\\xe2\\x82x\\xf0\\x9f\\x8e",
        );
    }

    #[test]
    fn styles_pass_where_they_are_ours() {
        let styled = "\x1b[1mname\x1b[0m \x1b[38;5;12mblue\x1b[m";
        check(true, styled.as_bytes(), styled);
        check(false, b"\x1b[1mname\x1b[0m", "\\u001b[1mname\\u001b[0m");
        check(
            true,
            b"\x1b[2J\x1b]0;x\x1b\\\x1b[1",
            "\\u001b[2J\\u001b]0;x\\u001b\\\\u001b[1",
        );
        check(true, b"\x1b\x1b[1m\x1b", "\\u001b\x1b[1m\\u001b");
        let long = format!("\x1b[{}m", "1".repeat(40));
        check(true, long.as_bytes(), &long.replace('\x1b', "\\u001b"));
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::Value::from("a\u{7f}b\u{9b}\u{202e}\u{e0041}\u{feff}\"\\");
        let text = serde_json::to_string(&value).unwrap();
        let passed = Filter::new(false).pass(text.as_bytes(), true);
        assert!(passed.is_ascii(), "{passed}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&passed).unwrap(),
            value
        );
    }
}
