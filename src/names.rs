//! Turns names of runs and tags into names of files that every system takes.
//!
//! They are whatever files and users claim. Here is the one place that says what becomes of them where they turn into
//! parts of paths: no part leads out of its directory, and every one is a name that all systems take.

use std::fmt::Write as _;

/// How long a [`component`] gets, in bytes. File systems take 255; there is room left for what is added.
pub const MAX_COMPONENT: usize = 150;

/// What precedes the digest of a name that was cut. It is not the mark of an escape, so that neither is taken for
/// the other.
const CUT: char = '~';
/// How many digits the digest has.
const DIGITS: usize = 16;
/// How many bytes a character takes at most, encoded.
const MAX_ENCODED: usize = 12;

/// A name as one component of a path that every system takes: letters, digits, `-`, `_` and inner dots stay, all
/// else is percent-encoded. A name that gets longer than [`MAX_COMPONENT`] is cut, and ends in `~` and a digest of the
/// whole name. Different names become different components.
///
/// # Examples
///
/// ```
/// use tfevents::names::component;
///
/// assert_eq!(component("train/loss v1.2"), "train%2Floss%20v1.2");
/// assert_eq!(component(".."), "%2E%2E");
/// assert_eq!(component("größe"), "größe");
/// assert_eq!(component("x".repeat(1000).as_str()).len(), tfevents::names::MAX_COMPONENT);
/// ```
#[must_use]
pub fn component(name: &str) -> String {
    let last = name.chars().count().saturating_sub(1);
    let reserved = is_reserved(name);
    let encoded = encoded(name, MAX_COMPONENT, |i, c| {
        // `..` leads out, a leading dot hides, and Windows forgets one at the end.
        let inner_dot = c == '.' && i > 0 && i < last;
        (c.is_alphanumeric() || "-_".contains(c) || inner_dot) && !(i == 0 && reserved)
    });
    match encoded.is_empty() {
        // No other name is encoded as this.
        true => "%".to_owned(),
        false => encoded,
    }
}

/// Percent-encodes all characters of a name except those that are `plain`, which is asked with the place of each.
///
/// What gets longer than `max` bytes is cut, and ends in `~` and 16 digits that depend on the whole name; so does a
/// name that looks as if it had been cut. Different names become different ones unless `%` is plain.
pub fn encoded(name: &str, max: usize, plain: impl Fn(usize, char) -> bool) -> String {
    let mut encoded = String::new();
    // Where to cut, should that be necessary: never inside a character.
    let mut cut = 0;
    let room = max.saturating_sub(CUT.len_utf8() + DIGITS);
    for (i, c) in name.chars().enumerate() {
        if plain(i, c) {
            encoded.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string does not fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        if encoded.len() <= room {
            cut = encoded.len();
        }
    }
    if encoded.len() > max || looks_cut(&encoded, max) {
        encoded.truncate(cut);
        let _ = write!(encoded, "{CUT}{:0DIGITS$x}", digest(name));
    }
    encoded
}

/// Whether a name of at most `max` bytes could be what is left of a longer one.
fn looks_cut(encoded: &str, max: usize) -> bool {
    let digest = encoded.rsplit_once(CUT).map(|(_, digest)| digest);
    encoded.len() + MAX_ENCODED > max
        && digest.is_some_and(|digits| {
            digits.len() == DIGITS
                && digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
}

/// The 64-bit FNV-1a hash: small, and the same everywhere and for ever.
fn digest(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether Windows takes the name for a device, whatever follows its first dot.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_uppercase();
    let port = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"));
    let is_port = |number: &str| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('1'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    };
    matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || port.is_some_and(is_port)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn components_stay_one_component() {
        let cases = [
            ("train", "train"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            ("", "%"),
            ("a/../b", "a%2F..%2Fb"),
            ("lr=0.1", "lr%3D0.1"),
            (".hidden.", "%2Ehidden%2E"),
            ("größe 100%", "größe%20100%25"),
            ("C:\\x\0", "C%3A%5Cx%00"),
            ("aux", "%61ux"),
            ("nul.txt", "%6Eul.txt"),
            ("auxiliary", "auxiliary"),
        ];
        for (name, encoded) in cases {
            assert_eq!(component(name), encoded);
        }
    }

    #[test]
    fn long_names_are_cut_between_characters_and_stay_apart() {
        let (a, b) = ("x".repeat(1000), "x".repeat(1001));
        assert!(component(&a).len() <= MAX_COMPONENT);
        assert_ne!(component(&a), component(&b));
        assert!(component(&"ß".repeat(500)).len() <= MAX_COMPONENT);
        let cut = encoded(&"損".repeat(500), MAX_COMPONENT, |_, c| c.is_ascii());
        let (start, digest) = cut.split_once('~').unwrap();
        assert_eq!(start, "%E6%90%8D".repeat(14));
        assert_eq!(digest.len(), DIGITS);
    }

    /// A few characters, so that names are often alike: escapes, marks and what digests consist of.
    fn name() -> impl Strategy<Value = String> {
        "[a0~%/\u{e9}]{0,24}"
    }

    proptest! {
        #[test]
        fn different_names_become_different_ones(a in name(), b in name(), plain in "[a0~\u{e9}]{0,4}") {
            prop_assume!(a != b);
            prop_assert_ne!(component(&a), component(&b));
            for max in [18, 24, 40] {
                let encode = |name: &str| encoded(name, max, |_, c| plain.contains(c));
                let (x, y) = (encode(&a), encode(&b));
                prop_assert!(x.len() <= max && y.len() <= max);
                prop_assert_ne!(&x, &y);
                // A name that is given as another one came out is another one still.
                prop_assert!(a == x || encode(&x) != x);
                prop_assert!(b == x || encode(&b) != x);
            }
        }
    }

    #[test]
    fn a_name_that_looks_cut_is_not_taken_for_the_cut_one() {
        let keep = |name: &str| encoded(name, 255, |_, c| c != '\0');
        let long = keep(&"x".repeat(1000));
        assert_eq!(long.rfind('~'), Some(255 - DIGITS - 1));
        assert_ne!(keep(&long), long);
        // As long as it looks cut in its form only.
        for name in ["notes.txt~", "a~0123456789abcdef"] {
            assert_eq!(keep(name), name);
        }
        assert_eq!(component("~"), "%7E");
    }

    #[test]
    fn digests_are_those_of_the_algorithm() {
        assert_eq!(digest(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(digest("foobar"), 0x8594_4171_f739_67e8);
    }
}
