//! The server itself.

use std::io::Read as _;

use crate::http::Http;

/// Its version, such as `3.17.2`, if it says so.
pub(crate) fn version(http: &Http) -> Option<String> {
    let mut text = String::new();
    let answer = http.download("/version", &[]).ok()?;
    answer.take(100).read_to_string(&mut text).ok()?;
    let version = text.trim();
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && version
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".+".contains(c));
    is_version.then(|| version.to_owned())
}
