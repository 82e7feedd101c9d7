//! What a page knows about its data before it unpacks any: `docs/report.md` describes the form.

use serde::Serialize;

use crate::curve::{CurveFacts, Value};
use crate::metrics::Best;

/// Runs, tags, and what is shown first.
#[derive(Serialize)]
pub(crate) struct Index {
    /// Of this form.
    pub(crate) version: u32,
    /// What wrote the page.
    pub(crate) tool: String,
    pub(crate) title: String,
    /// When the newest event was logged, in seconds since the Unix epoch.
    pub(crate) newest: Option<f64>,
    pub(crate) runs: Vec<RunEntry>,
    pub(crate) tags: Vec<TagEntry>,
    /// Series of other kinds.
    pub(crate) media: Vec<MediaEntry>,
    /// The metrics of the table.
    pub(crate) metrics: Vec<Metric>,
    /// Tags whose charts the summary shows.
    pub(crate) pins: Vec<usize>,
}

#[derive(Serialize)]
pub(crate) struct RunEntry {
    pub(crate) name: String,
    /// When the first scalar was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<f64>,
    /// How long scalars were logged, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    /// Hyperparameters by name: numbers, truth values, or text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hparams: Vec<(String, Param)>,
}

/// The value of a hyperparameter.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Param {
    Null,
    Bool(bool),
    Number(Value),
    Text(String),
}

#[derive(Serialize)]
pub(crate) struct TagEntry {
    pub(crate) tag: String,
    /// Markdown, as HTML.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
}

/// What the page holds of a tag of another kind.
#[derive(Serialize)]
pub(crate) struct MediaEntry {
    pub(crate) kind: &'static str,
    pub(crate) tag: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
}

/// A column of the table of runs.
#[derive(Serialize)]
pub(crate) struct Metric {
    pub(crate) tag: usize,
    pub(crate) best: Option<Best>,
}

/// What is known about the curves of each tag.
pub(crate) type Curves = Vec<Vec<CurveFacts>>;
