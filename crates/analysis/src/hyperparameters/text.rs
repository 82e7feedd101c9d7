//! Configurations in text summaries, as the Trainer of Hugging Face logs its arguments.

use super::document::{self, Node};
use super::stated::Stated;
use super::{json, yaml};

/// The tag of the arguments of Hugging Face's Trainer.
pub(super) const ARGUMENTS: &str = "args/text_summary";
/// What PyTorch and tensorboardX append to the tags of texts.
const SUFFIX: &str = "/text_summary";

/// Whether somebody who asks for the text `asked` means this tag.
pub(super) fn is_meant(tag: &str, asked: &str) -> bool {
    tag == asked || tag.strip_suffix(SUFFIX) == Some(asked)
}

/// The parameters of JSON or YAML in Markdown.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn parse(markdown: &str) -> Result<Stated, String> {
    document::stated(document(&without_fences(markdown))?)
}

/// The document, which is JSON if it begins as an object does.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn document(text: &str) -> Result<Node, String> {
    if !text.trim_start().starts_with('{') {
        return yaml::parse(text);
    }
    // Python writes NaN where JSON has none. YAML takes that, and most of JSON.
    json::parse(text).or_else(|problem| yaml::parse(text).map_err(|_| problem))
}

/// The text without the lines that mark it as a block of code. Blocks that are marked by indentation need no change.
fn without_fences(markdown: &str) -> String {
    let lines = markdown.lines();
    let is_fence = |line: &str| {
        matches!(line.trim(), "<pre>" | "</pre>") || line.trim_start().starts_with("```")
    };
    lines
        .filter(|line| !is_fence(line))
        .fold(String::new(), |text, line| text + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_are_found_in_markdown() {
        for text in [
            "{\n    \"lr\": 5e-05,\n    \"adam\": {\"beta\": 0.9}\n}",
            "    {\n      \"lr\": 5e-05,\n      \"adam\": {\"beta\": 0.9}\n    }",
            "```json\n{\"lr\": 5e-05, \"adam\": {\"beta\": 0.9}}\n```\n",
            "<pre>\nlr: 5e-05\nadam:\n  beta: 0.9\n</pre>",
            "    lr: 5e-05\n    adam:\n      beta: 0.9\n",
        ] {
            let stated = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(stated.values.len(), 2, "{text}");
            assert_eq!(stated.values["lr"], 5e-05.into());
            assert_eq!(stated.values["adam/beta"], 0.9.into());
        }
        let nan = parse("{\"a\": NaN, \"b\": -Infinity}").unwrap();
        assert_eq!(nan.values["b"], f64::NEG_INFINITY.into());
        parse("A *note*.").unwrap_err();
        assert!(parse("{\"a\": [}").unwrap_err().contains("line 1"));
    }

    #[test]
    fn tags_are_found_without_their_suffix() {
        assert!(is_meant("config/text_summary", "config") && is_meant("config", "config"));
        assert!(!is_meant("config2/text_summary", "config"));
    }
}
