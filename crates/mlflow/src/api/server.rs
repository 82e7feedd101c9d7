//! The server itself.

use std::io::Read as _;

use crate::error::ErrorKind;
use crate::http::{Http, Offers};

/// What it offers. One that does not say so, as older ones, is taken to offer nothing.
pub(crate) fn offers(http: &Http) -> Offers {
    let ask = || match http.impatient().get("/api/3.0/mlflow/server-info", &[]) {
        // Whoever asks next may learn it.
        Err(e) if e.kind() == ErrorKind::Unreachable => Err(e),
        offers => Ok(offers.unwrap_or_default()),
    };
    http.offers(ask).unwrap_or_default()
}

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
