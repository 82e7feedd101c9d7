//! Colours, as programs print them for terminals.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// A line without the sequences that set colours, move the cursor, or name the window.
pub(super) fn strip(line: &str) -> Cow<'_, str> {
    static SEQUENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])").ok()
    });
    match &*SEQUENCE {
        Some(sequence) if line.contains('\x1b') => sequence.replace_all(line, ""),
        _ => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_remains() {
        let colored =
            "\x1b[1;31mloss\x1b[0m: \x1b[38;5;208m0.5\x1b[K\x1b]0;title\x07 \x1b]8;;x\x1b\\ok";
        assert_eq!(strip(colored), "loss: 0.5 ok");
        assert_eq!(strip("[31m is text"), "[31m is text");
    }
}
