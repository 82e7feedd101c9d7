//! Runs: made, found, changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{API, Entry, Nothing, Pages, maybe_whole, metrics};
use crate::error::Result;
use crate::http::{Http, Repeat};

/// A run as the server knows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Run {
    pub(crate) info: Info,
    #[serde(default)]
    pub(crate) data: Data,
    #[serde(default)]
    outputs: Outputs,
}

/// What a run has made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Outputs {
    model_outputs: Vec<Output>,
}

#[derive(Clone, Debug, Deserialize)]
struct Output {
    model_id: String,
}

/// What a run is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Info {
    pub(crate) run_id: String,
    pub(crate) run_name: String,
    pub(crate) experiment_id: String,
    pub(crate) status: String,
    #[serde(deserialize_with = "maybe_whole")]
    pub(crate) start_time: Option<i64>,
    #[serde(deserialize_with = "maybe_whole")]
    pub(crate) end_time: Option<i64>,
    pub(crate) artifact_uri: String,
    pub(crate) lifecycle_stage: String,
}

/// What a run holds: of each metric the last point.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Data {
    pub(crate) metrics: Vec<metrics::Point>,
    pub(crate) params: Vec<Entry>,
    pub(crate) tags: Vec<Entry>,
}

impl Run {
    /// The value of a tag.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.data.tags.iter().find(|tag| tag.key == key)?;
        Some(&tag.value)
    }

    /// Whether it is in the trash, where nothing can be added to it.
    pub(crate) fn is_deleted(&self) -> bool {
        self.info.lifecycle_stage == "deleted"
    }

    /// Whether a logged model is among what the run has made.
    pub(crate) fn has_output(&self, model_id: &str) -> bool {
        let mut outputs = self.outputs.model_outputs.iter();
        outputs.any(|output| output.model_id == model_id)
    }

    /// The parameters by name.
    pub(crate) fn params(&self) -> BTreeMap<&str, &str> {
        let params = self.data.params.iter();
        params.map(|p| (&*p.key, &*p.value)).collect()
    }
}

/// A run that is to be made.
#[derive(Debug, Serialize)]
pub(crate) struct New<'a> {
    pub(crate) experiment_id: &'a str,
    pub(crate) run_name: &'a str,
    /// Without it, a run begins in 1970.
    pub(crate) start_time: i64,
    pub(crate) tags: &'a [Entry],
}

/// A change of what a run is.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Update<'a> {
    pub(crate) run_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_name: Option<&'a str>,
}

/// What runs to look for.
#[derive(Debug, Serialize)]
pub(crate) struct Search<'a> {
    pub(crate) experiment_ids: &'a [&'a str],
    pub(crate) filter: &'a str,
    pub(crate) max_results: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) page_token: Option<String>,
}

#[derive(Deserialize)]
struct One {
    run: Run,
}

/// An answer without any has no list at all.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    runs: Vec<Run>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Id<'a> {
    run_id: &'a str,
}

#[derive(Serialize)]
struct Tag<'a> {
    run_id: &'a str,
    key: &'a str,
    value: &'a str,
}

/// Makes a run.
///
/// # Errors
///
/// Among others, where it is not known whether there is a run now.
pub(crate) fn create(http: &Http, new: &New<'_>) -> Result<Run> {
    let path = format!("{API}/runs/create");
    Ok(http.post::<One>(&path, new, Repeat::IfLost)?.run)
}

/// The run with an id.
pub(crate) fn get(http: &Http, run_id: &str) -> Result<Run> {
    let path = format!("{API}/runs/get");
    Ok(http.get::<One>(&path, &[("run_id", run_id)])?.run)
}

/// All runs that are not deleted of which a filter approves.
pub(crate) fn search(http: &Http, experiment_ids: &[&str], filter: &str) -> Result<Vec<Run>> {
    let found = search_pages(http, experiment_ids, filter, usize::MAX)?;
    Ok(found.unwrap_or_default())
}

/// The same; `None` if there are more than so many pages of them.
pub(crate) fn search_pages(
    http: &Http,
    experiment_ids: &[&str],
    filter: &str,
    pages: usize,
) -> Result<Option<Vec<Run>>> {
    let path = format!("{API}/runs/search");
    let mut search = Search {
        experiment_ids,
        filter,
        max_results: 1000,
        page_token: None,
    };
    let (mut runs, mut tokens) = (Vec::new(), Pages::default());
    for _ in 0..pages {
        let page: Page = http.post(&path, &search, Repeat::Always)?;
        runs.extend(page.runs);
        if !tokens.turn(http, page.next_page_token)? {
            return Ok(Some(runs));
        }
        search.page_token.clone_from(&tokens.token);
    }
    Ok(None)
}

/// Changes what a run is.
pub(crate) fn update(http: &Http, update: &Update<'_>) -> Result<()> {
    http.post::<serde::de::IgnoredAny>(&format!("{API}/runs/update"), update, Repeat::Always)?;
    Ok(())
}

/// Deletes a run.
pub(crate) fn delete(http: &Http, run_id: &str) -> Result<()> {
    let path = format!("{API}/runs/delete");
    http.post::<Nothing>(&path, &Id { run_id }, Repeat::Always)?;
    Ok(())
}

/// Sets a tag of a run.
pub(crate) fn set_tag(http: &Http, run_id: &str, key: &str, value: &str) -> Result<()> {
    let path = format!("{API}/runs/set-tag");
    let tag = Tag { run_id, key, value };
    http.post::<Nothing>(&path, &tag, Repeat::Always)?;
    Ok(())
}
