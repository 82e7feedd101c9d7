//! What a server says that it can do.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::error::Result;

/// What a server offers beyond what every server does. One that says nothing is taken to offer nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Offers {
    /// Large files in parts, each put to where they are stored.
    #[serde(rename = "multipart_uploads_enabled")]
    pub(crate) multipart: bool,
    /// Whether files only go to addresses that it signs.
    #[serde(rename = "artifacts_presigned_only")]
    pub(crate) only_signed: bool,
}

/// What a server offers, once it was asked.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Option<Offers>>);

impl Known {
    pub(super) fn or_ask(&self, ask: impl FnOnce() -> Result<Offers>) -> Result<Offers> {
        // Whoever wants to know it meanwhile waits for the answer.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(offers) = *known {
            return Ok(offers);
        }
        Ok(*known.insert(ask()?))
    }
}
