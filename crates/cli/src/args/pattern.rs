//! Patterns that names are matched against.

use globset::GlobBuilder;
use regex::{Regex, bytes};

/// Longer ones are a mistake, and would take long to match.
const MAX_LEN: usize = 4096;

/// A pattern for whole names, in which `*` and `?` match slashes, too.
#[derive(Debug)]
pub(crate) struct Glob {
    text: String,
    regex: bytes::Regex,
}

impl Glob {
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        check_len(text)?;
        let glob = GlobBuilder::new(text).literal_separator(false).build();
        let glob = glob.map_err(|e| e.kind().to_string())?;
        // Compiled here, because `compile_matcher` panics at patterns that are too large.
        let regex = bytes::RegexBuilder::new(glob.regex())
            .dot_matches_new_line(true)
            .build();
        Ok(Self {
            text: text.to_owned(),
            regex: regex.map_err(too_large)?,
        })
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        // A tag such as `loss[0]` can be given as it is.
        self.text == name || self.regex.is_match(name.as_bytes())
    }
}

/// A regular expression, to be found anywhere in a name.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn regex(text: &str) -> Result<Regex, String> {
    check_len(text)?;
    Regex::new(text).map_err(too_large)
}

fn check_len(text: &str) -> Result<(), String> {
    match text.len() {
        0..=MAX_LEN => Ok(()),
        len => Err(format!(
            "it has {len} bytes; a pattern has at most {MAX_LEN}"
        )),
    }
}

fn too_large(error: regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too complex".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_cover_the_whole_name_and_pass_slashes() {
        let matches = |pattern: &str, name: &str| Glob::new(pattern).unwrap().is_match(name);
        assert!(matches("*loss", "train/a/loss") && matches("*", ""));
        assert!(matches("{train,val}/*", "val/a/b"));
        assert!(!matches("loss", "train/loss") && !matches("loss", "loss\n"));
        assert!(matches("a?b*", "a\nb\n"));
        assert!(matches("loss[0]", "loss[0]") && matches("loss[0]", "loss0"));
    }

    #[test]
    fn any_pattern_compiles_or_is_refused() {
        let long = "x".repeat(MAX_LEN);
        assert!(Glob::new(&long).unwrap().is_match(&long));
        for unit in [
            "*",
            "?",
            "[",
            "]",
            "{",
            "}",
            "{a,",
            "(",
            "a|",
            "\\",
            "**/",
            "[a-z]*",
            "ä",
            "(?:",
            "(a{9}){9}",
            ".{1000}",
        ] {
            for times in [1, 10, 99, 100_000] {
                let text = unit.repeat(times);
                let found = [Glob::new(&text).map(drop), regex(&text).map(drop)];
                if times == 100_000 {
                    assert!(found.iter().all(Result::is_err), "{unit}");
                }
            }
        }
        let error = Glob::new(&"*".repeat(100_000)).unwrap_err();
        assert_eq!(error, "it has 100000 bytes; a pattern has at most 4096");
        assert_eq!(regex("(a{1000}){1000}").unwrap_err(), "it is too complex");
    }
}
