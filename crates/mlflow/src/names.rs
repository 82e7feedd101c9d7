//! Tags as MLflow's keys, reversibly: what MLflow refuses is written `_x3D_`, by its code point.
//!
//! MLflow takes letters, digits, `_`, `-`, `.`, spaces and slashes, and refuses keys that as a path would be written
//! otherwise. A colon is refused by servers on Windows only, so it is never sent. Of letters, those are sent of which every
//! version of Python and of Rust agrees that they are.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::limits;

/// What the tags of a run begin with that hold tags of which the key cannot.
pub(crate) const LONG_TAG: &str = "tfevents.tag/";

/// The key of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// What MLflow takes.
    pub(crate) text: String,
    /// Where the key cannot say what the tag is, because that is too long: the part of the key that stands for the tag.
    pub(crate) digest: Option<String>,
}

/// How many characters of a long tag its key begins with.
const KEPT: usize = 200;
/// How many digits of its checksum follow.
const DIGITS: usize = 32;

impl Key {
    /// The key of a tag: always the same, and not that of another tag.
    pub(crate) fn of(tag: &str) -> Self {
        let text = encoded(tag);
        if text.chars().count() <= limits::KEY && !is_cut(&text) {
            return Self { text, digest: None };
        }
        Self::cut(tag, &text.chars().take(KEPT).collect::<String>())
    }

    /// One of at most so many bytes that always ends in a checksum, for a tag whose key others have, or that is too long.
    pub(crate) fn within(tag: &str, bytes: usize) -> Self {
        let mut start = encoded(tag);
        while start.len() + CUT.len() + DIGITS > bytes && start.pop().is_some() {}
        Self::cut(tag, &start)
    }

    fn cut(tag: &str, start: &str) -> Self {
        let mut digest = String::new();
        for byte in Sha256::digest(tag.as_bytes()).iter().take(DIGITS / 2) {
            let _ = write!(digest, "{byte:02x}");
        }
        Self {
            text: format!("{start}{CUT}{digest}"),
            digest: Some(digest),
        }
    }
}

/// Separates the start of a long tag from its checksum.
const CUT: &str = "_xCUT_";

/// Whether a key looks like that of a tag that is too long.
fn is_cut(key: &str) -> bool {
    digest(key).is_some()
}

/// The checksum of the tag in a key that cannot say it.
pub(crate) fn digest(key: &str) -> Option<&str> {
    let (_, digest) = key.rsplit_once(CUT)?;
    let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (digest.len() == DIGITS && digest.bytes().all(is_hex)).then_some(digest)
}

/// The tag of a key. A key that [`Key::of`] does not make stays as it is.
pub(crate) fn tag(key: &str) -> Cow<'_, str> {
    if key == EMPTY {
        return Cow::Borrowed("");
    }
    let mut tag = String::new();
    let mut rest = key;
    while let Some(c) = rest.chars().next() {
        match escape(rest) {
            Some((c, len)) => {
                tag.push(c);
                rest = &rest[len..];
            }
            None => {
                tag.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    match encoded(&tag) == key {
        true => Cow::Owned(tag),
        false => Cow::Borrowed(key),
    }
}

/// A tag in characters that MLflow takes, however long.
fn encoded(tag: &str) -> String {
    if tag.is_empty() {
        // An escape that stands for no character.
        return EMPTY.to_owned();
    }
    // Backwards, because an underscore is written as such unless what follows makes an escape of it.
    let mut parts = Vec::new();
    let mut after = String::new();
    for (at, c) in tag.char_indices().rev() {
        let part = match c {
            '/' if is_odd_slash(tag, at) => escaped(c),
            '.' if is_odd_dot(tag, at) => escaped(c),
            '_' if escape(&format!("_{after}")).is_some() || format!("_{after}") == EMPTY => {
                escaped(c)
            }
            c if is_taken(c) => c.to_string(),
            c => escaped(c),
        };
        // No escape is longer than this.
        after.insert_str(0, &part);
        let end = after
            .char_indices()
            .nth(LONGEST)
            .map_or(after.len(), |(end, _)| end);
        after.truncate(end);
        parts.push(part);
    }
    parts.into_iter().rev().collect()
}

/// The key of the tag without a name.
const EMPTY: &str = "_x_";
/// Characters of the longest escape, `_x10FFFF_`.
const LONGEST: usize = 9;

fn escaped(c: char) -> String {
    format!("_x{:02X}_", u32::from(c))
}

/// The character for which an escape at the start of `text` stands, and the length of that.
fn escape(text: &str) -> Option<(char, usize)> {
    if text == EMPTY {
        return None;
    }
    let code = text.strip_prefix("_x")?;
    let (code, _) = code.split_once('_')?;
    let is_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    if !(2..=6).contains(&code.len()) || !code.bytes().all(is_hex) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some((c, code.len() + 3))
}

/// Whether a slash is at an end or beside another one.
fn is_odd_slash(tag: &str, at: usize) -> bool {
    at == 0 || at + 1 == tag.len() || tag[..at].ends_with('/')
}

/// Whether a dot is the first of a part that is `.` or `..`, or of two at the start.
fn is_odd_dot(tag: &str, at: usize) -> bool {
    let is_start = at == 0 || tag[..at].ends_with('/');
    let rest = &tag[at..];
    let part = rest.split('/').next().unwrap_or_default();
    is_start && (part == "." || part == ".." || (at == 0 && rest.starts_with("..")))
}

/// Whether every server takes a character wherever it stands.
fn is_taken(c: char) -> bool {
    match c {
        '_' | '-' | '.' | ' ' | '/' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        // Latin, Greek, Cyrillic, kana, ideographs and Hangul, which have letters only; other scripts have marks,
        // which Python does not count among letters.
        '\u{c0}'..='\u{24f}'
        | '\u{386}'..='\u{3ff}'
        | '\u{400}'..='\u{52f}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fa5}'
        | '\u{ac00}'..='\u{d7a3}' => c.is_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn key(tag: &str) -> String {
        Key::of(tag).text
    }

    #[test]
    fn keys_are_readable_and_lead_back() {
        for (tag, wanted) in [
            ("train/loss", "train/loss"),
            ("épsilon 日本 Ж-1.5", "épsilon 日本 Ж-1.5"),
            ("lr=0.1", "lr_x3D_0.1"),
            ("a(b)[c]", "a_x28_b_x29__x5B_c_x5D_"),
            ("loss:0", "loss_x3A_0"),
            ("/a//b/", "_x2F_a/_x2F_b_x2F_"),
            ("a/./..", "a/_x2E_/_x2E_."),
            ("..a/...", "_x2E_.a/..."),
            ("_x3D_", "_x5F_x3D_"),
            ("_x3D=", "_x5F_x3D_x3D_"),
            ("conv_x2_y", "conv_x2_y"),
            ("", "_x_"),
            ("_x_", "_x5F_x_"),
            ("a\u{93f}", "a_x93F_"),
            ("/", "_x2F_"),
        ] {
            assert_eq!(key(tag), wanted, "{tag}");
            assert_eq!(super::tag(wanted), tag);
        }
        // A key that others wrote in this form.
        assert_eq!(super::tag("a_x41_b"), "a_x41_b");
    }

    /// What MLflow takes on Linux, as its `is_valid_name` and `path_not_unique` say.
    fn is_taken_by_mlflow(key: &str) -> bool {
        let is_plain = |c: char| c.is_alphanumeric() || "_-. /".contains(c);
        let mut parts = key.split('/');
        !key.is_empty()
            && key.chars().count() <= limits::KEY
            && key.chars().all(is_plain)
            && !key.starts_with("..")
            && parts.all(|part| !matches!(part, "" | "." | ".."))
    }

    proptest! {
        /// Made of what is hard: parts of escapes, dots, slashes, and any characters.
        #[test]
        fn any_tag_becomes_a_key_of_its_own_and_comes_back(
            parts in vec("(_|x|3D|_x3D_|_x_|_xCUT_|\\.|/|=|[0-9A-F]{1,6}|[a-z]{1,9}|\\PC|.)", 0..24),
            other in vec("(_|x|3D|_x3D_|/|=|a)", 0..6),
        ) {
            let (tag, other) = (parts.concat(), other.concat());
            let key = Key::of(&tag);
            prop_assert!(is_taken_by_mlflow(&key.text), "{tag:?}: {}", key.text);
            prop_assert_eq!(&Key::of(&tag), &key);
            if key.digest.is_none() && !tag.is_empty() {
                prop_assert_eq!(&*super::tag(&key.text), &*tag);
            }
            prop_assert_eq!(Key::of(&other).text == key.text, other == tag);
            // What looks like a key is a tag like others.
            prop_assert_eq!(Key::of(&key.text).text == key.text, tag == key.text);
            let within = Key::within(&tag, 140).text;
            prop_assert!(within.len() <= 140 && is_taken_by_mlflow(&within), "{within}");
        }
    }

    #[test]
    fn a_tag_that_is_too_long_has_a_key_of_its_own() {
        let [a, b] = ["a", "b"].map(|end| "=".repeat(99) + end);
        let [a, b] = [Key::of(&a), Key::of(&b)];
        assert_ne!(a, b);
        assert!(a.text.chars().count() <= limits::KEY);
        assert_eq!(digest(&a.text), a.digest.as_deref());
        // What looks like such a key is not one.
        assert_ne!(Key::of(&a.text), a);
        assert_eq!(digest(&key("x_xCUT_y")), None);
    }
}
