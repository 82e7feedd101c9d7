//! Text from other people's files, made safe to print.

use std::borrow::Cow;
use std::path::Path;

/// The text with control characters, and such that reorder what is around them, shown as escapes: no tag
/// can move the cursor, set the window's title or start a new line.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text in lines of at most `width` characters, broken between words where that is possible.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.chars().count() > width {
        let end = rest
            .char_indices()
            .nth(width + 1)
            .map_or(rest.len(), |(i, _)| i);
        match rest[..end].rfind(' ').filter(|&i| i > 0) {
            Some(i) => {
                lines.push(&rest[..i]);
                rest = rest[i..].trim_start();
            }
            None => break,
        }
    }
    lines.push(rest);
    lines
}

/// A path as text: valid UTF-8 as it is, other bytes as `\xNN`.
pub(crate) fn path(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(printable("train/größe 損失 🎉"), "train/größe 損失 🎉");
        assert_eq!(
            printable("a\x1b[2Jb\nc\u{9b}1m\u{202e}d"),
            "a\\u{1b}[2Jb\\nc\\u{9b}1m\\u{202e}d"
        );
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 6), ["one", "two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
