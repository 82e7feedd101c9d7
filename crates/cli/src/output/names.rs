//! Names of runs and tags as paths.
//!
//! They are whatever files and users claim, so here is the one place where paths are made of them: nothing gets
//! out of the directory that it is meant for, and every component is one that the system takes.

use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

/// The longest component that file systems take, in bytes.
const MAX_BYTES: usize = 255;
/// Components that are encoded anyway are cut long before that, so that there is room for what is added.
const MAX_COMPONENT: usize = 150;
/// A mark and a digest of so many bytes stand for what was cut.
const DIGEST: usize = 8;

/// Whose rules a name has to obey.
#[derive(Clone, Copy, Debug, PartialEq)]
enum System {
    Unix,
    Windows,
}

const HERE: System = if cfg!(windows) {
    System::Windows
} else {
    System::Unix
};

/// Where a run of that name goes inside of a directory: a component for each part of the name, which stays as it
/// is wherever the system takes it.
pub(crate) fn run_path(run: &str) -> PathBuf {
    run_components(run, HERE).iter().collect()
}

fn run_components(run: &str, system: System) -> Vec<String> {
    // Names with a part of a path that was given on Windows have its separators.
    let parts = run.split(|c| c == '/' || (c == '\\' && system == System::Windows));
    parts
        .filter(|part| !part.is_empty() && *part != ".")
        .map(|part| match part {
            ".." => "__".to_owned(),
            part => kept(part, system),
        })
        .collect()
}

/// A part of a run's name as it is, but for what the system does not take.
fn kept(part: &str, system: System) -> String {
    let reserved = system == System::Windows && is_reserved(part);
    let last = part.chars().count().saturating_sub(1);
    encode_up_to(MAX_BYTES, part, '%', |i, c| match system {
        System::Unix => c != '\0',
        System::Windows => {
            !(c < ' '
                || r#"<>:"/\|?*"#.contains(c)
                || (i == last && ". ".contains(c))
                || (i == 0 && reserved))
        }
    })
}

/// Whether Windows takes the name for a device, whatever follows its first dot.
fn is_reserved(name: &str) -> bool {
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

/// The name of the `n`th run of several that would have the same: NAME-2, or just 2 for a logdir itself, which
/// has none.
pub(crate) fn numbered(run: &str, n: usize) -> String {
    match run {
        _ if n == 1 => run.to_owned(),
        "." => n.to_string(),
        _ => format!("{run}-{n}"),
    }
}

/// A name as one component of a path that every system takes: letters, digits, `-`, `_` and inner dots stay, all
/// else is percent-encoded. No two names become the same.
pub(crate) fn component(name: &str) -> String {
    let last = name.chars().count().saturating_sub(1);
    let reserved = is_reserved(name);
    let encoded = encode(name, '%', |i, c| {
        (c.is_alphanumeric() || "-_".contains(c) || (c == '.' && i > 0 && i < last))
            && !(i == 0 && reserved)
    });
    // No other name is encoded as this.
    if encoded.is_empty() {
        "%".to_owned()
    } else {
        encoded
    }
}

/// Percent-encodes all characters but the plain ones; `cut_mark` stands before a digest.
pub(crate) fn encode(name: &str, cut_mark: char, plain: impl Fn(usize, char) -> bool) -> String {
    encode_up_to(MAX_COMPONENT, name, cut_mark, plain)
}

fn encode_up_to(
    max: usize,
    name: &str,
    cut_mark: char,
    plain: impl Fn(usize, char) -> bool,
) -> String {
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
        if encoded.len() <= max - 1 - 2 * DIGEST {
            cut = encoded.len();
        }
    }
    if encoded.len() > max {
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
        let cut = encode(&"損".repeat(500), '_', |_, c| c.is_ascii());
        let (start, digest) = cut.split_once('_').unwrap();
        assert_eq!(start, "%E6%90%8D".repeat(14));
        assert_eq!(digest.len(), 2 * DIGEST);
    }

    #[test]
    fn runs_keep_their_names_inside_a_directory() {
        let unix = |run| run_components(run, System::Unix).join("/");
        let cases = [
            (".", ""),
            ("a/b", "a/b"),
            ("../a", "__/a"),
            ("/tmp/.//a/", "tmp/a"),
            ("lr=0.1, größe: 100%\\x", "lr=0.1, größe: 100%\\x"),
            ("...", "..."),
            ("a\0b", "a%00b"),
        ];
        for (run, path) in cases {
            assert_eq!(unix(run), path);
        }
        let (fits, long) = ("r".repeat(255), "r".repeat(256));
        assert_eq!(unix(&fits), fits);
        assert_eq!(unix(&long).len(), 255);
        assert_ne!(unix(&long), unix(&format!("{long}r")));
    }

    #[test]
    fn windows_gets_names_that_it_takes() {
        let windows = |run| run_components(run, System::Windows).join("/");
        let cases = [
            ("a/b", "a/b"),
            ("C:\\runs/a", "C%3A/runs/a"),
            ("lr<0.1|\"x\"?*", "lr%3C0.1%7C%22x%22%3F%2A"),
            ("a./b /.c", "a%2E/b%20/.c"),
            ("...", "..%2E"),
            ("con", "%63on"),
            ("Aux.train", "%41ux.train"),
            ("NUL .x", "%4EUL .x"),
            ("com1/LPT²", "%63om1/%4CPT²"),
            ("com10/console", "com10/console"),
            ("tab\there", "tab%09here"),
        ];
        for (run, path) in cases {
            assert_eq!(windows(run), path);
        }
    }
}
