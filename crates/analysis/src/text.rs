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
        let fits = rest[..end].rfind(' ').filter(|&i| i > 0);
        // A word that is too long has a line to itself.
        match fits.or_else(|| rest.find(' ').filter(|&i| i > 0)) {
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

/// The order in which people list names: `layer2` before `layer10`, `lr=0.15` before `lr=0.2`, `v1.9` before `v1.10`.
///
/// Digits are compared as integers. After a point they are decimals if the number starts with `0.`, or if one of the two has
/// a leading zero (`1.05` before `1.1`); otherwise they are parts of a version. The first difference decides, even if it is
/// only a leading zero, so names that begin alike stay together.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let mut at = 0;
    loop {
        let (x, y) = (&a[at..], &b[at..]);
        let (digits_x, digits_y) = (digits(x), digits(y));
        if !digits_x.is_empty() && !digits_y.is_empty() {
            if digits_x == digits_y {
                at += digits_x.len();
                continue;
            }
            return numeric_order(Place::after(&a[..at]), digits_x, digits_y);
        }
        match (x.chars().next(), y.chars().next()) {
            (Some(c), Some(d)) if c == d => at += c.len_utf8(),
            (c, d) => return c.cmp(&d),
        }
    }
}

/// What digits in a name may stand for.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// After `0.`.
    Decimals,
    /// After a point that follows any other digits.
    DecimalsOrVersion,
    Integer,
}

impl Place {
    fn after(name: &str) -> Self {
        let Some(whole) = name.strip_suffix('.') else {
            return Self::Integer;
        };
        let before = whole.trim_end_matches(|c: char| c.is_ascii_digit());
        match &whole[before.len()..] {
            "" => Self::Integer,
            "0" if !before.ends_with('.') => Self::Decimals,
            _ => Self::DecimalsOrVersion,
        }
    }
}

/// Digits that differ.
fn numeric_order(place: Place, x: &str, y: &str) -> Ordering {
    let has_zeros = |digits: &str| digits.len() > 1 && digits.starts_with('0');
    let are_decimals = match place {
        Place::Decimals => true,
        Place::DecimalsOrVersion => has_zeros(x) || has_zeros(y),
        Place::Integer => false,
    };
    if are_decimals {
        return x.cmp(y);
    }
    let [n, m] = [x, y].map(|digits| digits.trim_start_matches('0'));
    let order = n.len().cmp(&m.len()).then_with(|| n.cmp(m));
    order.then_with(|| x.cmp(y))
}

fn digits(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        let sorted = [
            "",
            "3",
            "99999999999999999999",
            "a",
            "l02",
            "l2",
            "l2/a9",
            "l2/a10",
            "l2/b",
            "l10",
        ];
        assert_order(&sorted);
    }

    #[test]
    fn decimals_count_as_such() {
        assert_order(&[
            "lr=0,seed=1",
            "lr=0.001,seed=0",
            "lr=0.001,seed=2",
            "lr=0.001,seed=10",
            "lr=0.01,seed=1",
            "lr=0.1,seed=0",
            "lr=0.15",
            "lr=0.2",
            "lr=1.05",
            "lr=1.1",
            "lr=10",
            "v1.9",
            "v1.10",
            "v1.10.9",
            "v1.10.10",
        ]);
    }

    /// Of every two names the earlier one is less.
    fn assert_order(names: &[&str]) {
        for (i, a) in names.iter().enumerate() {
            for (j, b) in names.iter().enumerate() {
                assert_eq!(natural_order(a, b), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_order_of_names_is_one(names in prop::collection::vec("[01.2a]{0,6}", 3)) {
            let [a, b, c] = &names[..] else { panic!("{names:?}") };
            prop_assert_eq!(natural_order(a, b), natural_order(b, a).reverse());
            prop_assert_eq!(natural_order(a, b).is_eq(), a == b);
            if natural_order(a, b).is_le() && natural_order(b, c).is_le() {
                prop_assert!(natural_order(a, c).is_le(), "{} {} {}", a, b, c);
            }
        }
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 6), ["one", "two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(
            wrap("unbreakable one two", 4),
            ["unbreakable", "one", "two"]
        );
        assert_eq!(wrap("", 4), [""]);
    }
}
