//! Makes text from files safe to print.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::path::Path;

mod shorten;
mod unseen;

pub use shorten::{shortened, without_middle};
pub use tfevents::reader::path_text as path;
pub use unseen::is_unsafe;

/// The text with everything that is [unsafe to show](is_unsafe) as escapes: no tag can move the cursor, set the window's
/// title, start a new line or look like another.
pub fn printable(text: &str) -> Cow<'_, str> {
    let mut before = None;
    if !text.chars().any(|c| is_unsafe(c, before.replace(c))) {
        return Cow::Borrowed(text);
    }
    before = None;
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c, before.replace(c)) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// The text as messages quote it: safe to print, on one line, and no more of it than they have room for.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", printable(&text[..end])),
        None => format!("`{}`", printable(text)),
    }
}

/// The name of a tag or plugin, safe to print; an empty one is there, too.
pub fn name(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        Cow::Borrowed("``")
    } else {
        printable(name)
    }
}

/// The last part of a path, safe to print.
pub fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&self::path(name.as_ref())).into_owned()
}

/// The text in lines of at most `width` characters, broken between words where that is possible.
pub fn wrap(text: &str, width: usize) -> Vec<&str> {
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

/// The order in which people list names: numbers inside them count as numbers, `layer2` before `layer10`.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a, b);
    loop {
        let (digits_x, digits_y) = (digits(x), digits(y));
        if !digits_x.is_empty() && !digits_y.is_empty() {
            x = &x[digits_x.len()..];
            y = &y[digits_y.len()..];
            let [n, m] = [digits_x, digits_y].map(|digits| digits.trim_start_matches('0'));
            let order = n.len().cmp(&m.len()).then_with(|| n.cmp(m));
            if order.is_ne() {
                return order;
            }
            continue;
        }
        let (mut chars_x, mut chars_y) = (x.chars(), y.chars());
        match (chars_x.next(), chars_y.next()) {
            // Names that differ in leading zeros only.
            (None, None) => return a.cmp(b),
            (c, d) if c != d => return c.cmp(&d),
            _ => {
                x = chars_x.as_str();
                y = chars_y.as_str();
            }
        }
    }
}

fn digits(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_stays_on_its_line() {
        assert_eq!(quoted("a\nerror: b"), "`a\\nerror: b`");
    }

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(printable("train/größe 損失 🎉"), "train/größe 損失 🎉");
        assert_eq!(
            printable("a\x1b[2Jb\nc\u{9b}1m\u{202e}d"),
            "a\\u{1b}[2Jb\\nc\\u{9b}1m\\u{202e}d"
        );
        assert_eq!(
            printable("\u{61c}a\u{e0041}\u{200b}❤\u{fe0f}\u{feff}"),
            "\\u{61c}a\\u{e0041}\\u{200b}❤\u{fe0f}\\u{feff}"
        );
    }

    #[test]
    fn messages_stay_short() {
        assert_eq!(quoted("loss*"), "`loss*`");
        assert_eq!(quoted(&"ä".repeat(100_000)).chars().count(), 203);
    }

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = [
            "l10",
            "l2",
            "l02",
            "",
            "l2/b",
            "a",
            "l2/a10",
            "l2/a9",
            "99999999999999999999",
            "3",
        ];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            names,
            [
                "",
                "3",
                "99999999999999999999",
                "a",
                "l02",
                "l2",
                "l2/a9",
                "l2/a10",
                "l2/b",
                "l10"
            ]
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
