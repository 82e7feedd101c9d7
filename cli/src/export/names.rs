//! Names of runs and tags as components of paths.
//!
//! They are what files claim, so that they are taken apart from anything a path means: every component is
//! encoded, none is empty or `..`.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Longer components are cut, and told apart by a digest: file systems take up to 255 bytes.
const MAX_COMPONENT: usize = 150;
/// A mark and a digest of so many bytes stand for what was cut.
const DIGEST: usize = 8;

/// A name as one component of a path: letters, digits, `-`, `_` and inner dots stay, all else is
/// percent-encoded.
pub(super) fn component(name: &str) -> String {
    let last = name.chars().count().saturating_sub(1);
    let encoded = encode(name, '%', |i, c| {
        c.is_alphanumeric() || "-_".contains(c) || (c == '.' && i > 0 && i < last)
    });
    // No other name is encoded as this.
    if encoded.is_empty() {
        "%".to_owned()
    } else {
        encoded
    }
}

/// Percent-encodes all characters but the plain ones; `cut_mark` stands before a digest.
pub(super) fn encode(name: &str, cut_mark: char, plain: impl Fn(usize, char) -> bool) -> String {
    let mut encoded = String::new();
    // Where to cut, should that be necessary: never inside a character.
    let mut cut = 0;
    for (i, c) in name.chars().enumerate() {
        if plain(i, c) {
            encoded.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string does not fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        if encoded.len() <= MAX_COMPONENT - 1 - 2 * DIGEST {
            cut = encoded.len();
        }
    }
    if encoded.len() > MAX_COMPONENT {
        encoded.truncate(cut);
        encoded.push(cut_mark);
        for byte in Sha256::digest(name).iter().take(DIGEST) {
            let _ = write!(encoded, "{byte:02x}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
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
        let cut = encode(&"損".repeat(500), '_', |_, c| c.is_ascii());
        let (start, digest) = cut.split_once('_').unwrap();
        assert_eq!(start, "%E6%90%8D".repeat(14));
        assert_eq!(digest.len(), 2 * DIGEST);
    }
}
