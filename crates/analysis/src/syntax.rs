//! What is wrong with JSON and YAML, in words for people who did not write a parser.

use saphyr_parser::ScanError;
use serde_json::error::Category;

/// What is wrong with a JSON document, and where.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::syntax;
///
/// let error = serde_json::from_str::<serde_json::Value>("{\"lr\": }").unwrap_err();
/// let problem = "not valid JSON at line 1, column 8; check the quotes, commas and brackets there";
/// assert_eq!(syntax::json(&error), problem);
/// ```
#[must_use]
pub fn json(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    json_at(error, &place)
}

/// The same for JSON on one line of a text. The caller gives the number of that line.
#[must_use]
pub fn json_line(error: &serde_json::Error) -> String {
    json_at(error, &format!("column {}", error.column()))
}

fn json_at(error: &serde_json::Error, place: &str) -> String {
    // Only the text tells these from others.
    let message = error.to_string();
    let is = |what| message.starts_with(what);
    match error.classify() {
        _ if is("recursion limit") => format!("nested too deeply at {place}"),
        _ if is("number out of range") => format!("a number is out of range at {place}"),
        // Nothing precedes the end there, not even on its line.
        Category::Eof if error.column() == 0 && error.line() <= 1 => "it is empty".to_owned(),
        Category::Eof => format!("the JSON ends too early, at {place}; the rest may be missing"),
        // What our own types say of it, without the place, which the name that they speak of tells better.
        Category::Data => match message.split_once(" at line ") {
            Some((what, _)) => what.to_owned(),
            None => message,
        },
        Category::Syntax | Category::Io => {
            format!("not valid JSON at {place}; check the quotes, commas and brackets there")
        }
    }
}

/// What is wrong with a YAML document, and where.
pub(crate) fn yaml(error: &ScanError) -> String {
    let (line, column) = (error.marker().line(), error.marker().col() + 1);
    format!(
        "not valid YAML at line {line}, column {column}; check the indentation, quotes and brackets there"
    )
}
