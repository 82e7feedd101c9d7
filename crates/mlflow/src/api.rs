//! MLflow's REST, as far as it is needed: a file for each group of endpoints.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;

pub(crate) mod artifacts;
pub(crate) mod experiments;
pub(crate) mod metrics;
pub(crate) mod models;
mod multipart;
pub(crate) mod registry;
pub(crate) mod runs;
pub(crate) mod server;

/// Where nearly all endpoints are.
const API: &str = "/api/2.0/mlflow";

/// An answer whose content does not matter.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// A parameter or a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) value: String,
}

impl Entry {
    pub(crate) fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

/// Which page of an answer is asked for.
#[derive(Debug, Default)]
struct Pages {
    /// What it is called; nothing calls the first.
    token: Option<String>,
    seen: BTreeSet<String>,
}

impl Pages {
    /// The page as a part of an address.
    fn query(&self) -> Option<(&str, &str)> {
        Some(("page_token", self.token.as_deref()?))
    }

    /// Goes on to the page that the last one names; false if that names none.
    ///
    /// # Errors
    ///
    /// One that was asked for already: that would never end.
    fn turn(&mut self, http: &Http, next: Option<String>) -> Result<bool> {
        self.token = next.filter(|token| !token.is_empty());
        match &self.token {
            Some(token) if !self.seen.insert(token.clone()) => {
                let message = format!(
                    "{}: the pages of an answer lead around in a circle",
                    http.base()
                );
                Err(Error::new(ErrorKind::Protocol, message))
            }
            token => Ok(token.is_some()),
        }
    }
}

/// Whole numbers, which protobuf's JSON may write as text.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Whole {
        Number(i64),
        Text(String),
    }
    match Whole::deserialize(deserializer)? {
        Whole::Number(number) => Ok(number),
        Whole::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// The same for what may be missing or null.
fn maybe_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    struct Wrapped(#[serde(deserialize_with = "whole")] i64);
    let wrapped = Option::<Wrapped>::deserialize(deserializer)?;
    Ok(wrapped.map(|Wrapped(number)| number))
}
