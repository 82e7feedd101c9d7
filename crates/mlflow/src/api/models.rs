//! Logged models: made, filled with files, and tied to runs and metrics.

use serde::{Deserialize, Serialize};

use super::Entry;
use super::metrics::Point;
use super::{API, Nothing, Pages};
use crate::error::Result;
use crate::http::{Http, Repeat};

/// A logged model.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) info: Info,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Info {
    pub(crate) model_id: String,
    pub(crate) artifact_uri: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    pub(crate) name: String,
}

impl Model {
    /// Whether all of its files are there.
    pub(crate) fn is_ready(&self) -> bool {
        self.info.status == READY
    }

    /// Whether its files are awaited.
    pub(crate) fn is_pending(&self) -> bool {
        self.info.status == "LOGGED_MODEL_PENDING"
    }
}

const READY: &str = "LOGGED_MODEL_READY";

/// A model that is to be made.
#[derive(Debug, Serialize)]
pub(crate) struct New<'a> {
    pub(crate) experiment_id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) source_run_id: &'a str,
    pub(crate) params: &'a [Entry],
    pub(crate) tags: &'a [Entry],
}

#[derive(Deserialize)]
struct One {
    model: Model,
}

#[derive(Serialize)]
struct Search<'a> {
    experiment_ids: &'a [&'a str],
    filter: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_token: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    models: Vec<Model>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct State<'a> {
    model_id: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
struct Outputs<'a> {
    run_id: &'a str,
    models: [Output<'a>; 1],
}

#[derive(Serialize)]
struct Output<'a> {
    model_id: &'a str,
    step: i64,
}

#[derive(Serialize)]
struct Batch<'a> {
    run_id: &'a str,
    metrics: Vec<Linked<'a>>,
}

#[derive(Serialize)]
struct Linked<'a> {
    #[serde(flatten)]
    point: &'a Point,
    model_id: &'a str,
}

/// Makes a model that waits for its files.
///
/// # Errors
///
/// Among others, where it is not known whether there is a model now.
pub(crate) fn create(http: &Http, new: &New<'_>) -> Result<Model> {
    let path = format!("{API}/logged-models");
    Ok(http.post::<One>(&path, new, Repeat::IfLost)?.model)
}

/// All models of which a filter approves.
pub(crate) fn search(http: &Http, experiment_id: &str, filter: &str) -> Result<Vec<Model>> {
    let path = format!("{API}/logged-models/search");
    let mut search = Search {
        experiment_ids: &[experiment_id],
        filter,
        page_token: None,
    };
    let (mut models, mut pages) = (Vec::new(), Pages::default());
    loop {
        let page: Page = http.post(&path, &search, Repeat::Always)?;
        models.extend(page.models);
        if !pages.turn(http, page.next_page_token)? {
            return Ok(models);
        }
        search.page_token.clone_from(&pages.token);
    }
}

/// Says that all files of a model are there.
pub(crate) fn finish(http: &Http, model_id: &str) -> Result<()> {
    let path = format!("{API}/logged-models/{model_id}");
    let status = READY;
    http.patch::<serde::de::IgnoredAny>(&path, &State { model_id, status })?;
    Ok(())
}

/// Shows a model among the outputs of a run, where it is not yet: MLflow fails at one that is.
pub(crate) fn attach(http: &Http, run_id: &str, model_id: &str, step: i64) -> Result<()> {
    let path = format!("{API}/runs/outputs");
    let models = [Output { model_id, step }];
    http.post::<Nothing>(&path, &Outputs { run_id, models }, Repeat::IfLost)?;
    Ok(())
}

/// Shows points of a run's metrics with a model, too.
pub(crate) fn link(http: &Http, run_id: &str, model_id: &str, points: &[Point]) -> Result<()> {
    let path = format!("{API}/runs/log-batch");
    let metrics = points.iter().map(|point| Linked { point, model_id });
    let metrics = metrics.collect();
    http.post::<Nothing>(&path, &Batch { run_id, metrics }, Repeat::Always)?;
    Ok(())
}
