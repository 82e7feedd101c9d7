//! The registry: models by name, their versions, and aliases of these.

use serde::{Deserialize, Serialize};

use super::{API, Nothing, Pages};
use crate::error::Result;
use crate::http::{Http, Repeat};

/// A version of a registered model.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Version {
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) source: String,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct New<'a> {
    name: &'a str,
    source: String,
    run_id: &'a str,
    model_id: &'a str,
}

#[derive(Deserialize)]
struct One {
    model_version: Version,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    model_versions: Vec<Version>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Alias<'a> {
    name: &'a str,
    alias: &'a str,
    version: &'a str,
}

/// Where a version has its files from, if that is a logged model.
fn source(model_id: &str) -> String {
    format!("models:/{model_id}")
}

/// Makes a registered model, unless there is one of that name.
pub(crate) fn ensure(http: &Http, name: &str) -> Result<()> {
    let path = format!("{API}/registered-models/create");
    match http.post::<serde::de::IgnoredAny>(&path, &Name { name }, Repeat::Always) {
        Err(e) if !e.has_code("RESOURCE_ALREADY_EXISTS") => Err(e),
        _ => Ok(()),
    }
}

/// The version of a registered model that a logged model is.
pub(crate) fn find(http: &Http, name: &str, model_id: &str) -> Result<Option<Version>> {
    let path = format!("{API}/model-versions/search");
    // Names may hold anything but slashes and colons.
    let quote = if name.contains('\'') { '"' } else { '\'' };
    let (filter, source) = (format!("name={quote}{name}{quote}"), source(model_id));
    let mut pages = Pages::default();
    loop {
        let mut query = vec![("filter", &*filter)];
        query.extend(pages.query());
        let page: Page = http.get(&path, &query)?;
        let mut versions = page.model_versions.into_iter();
        if let Some(version) = versions.find(|version| version.source == source) {
            return Ok(Some(version));
        }
        if !pages.turn(http, page.next_page_token)? {
            return Ok(None);
        }
    }
}

/// Makes a logged model the next version of a registered one.
pub(crate) fn add(http: &Http, name: &str, run_id: &str, model_id: &str) -> Result<Version> {
    let path = format!("{API}/model-versions/create");
    let new = New {
        name,
        source: source(model_id),
        run_id,
        model_id,
    };
    Ok(http.post::<One>(&path, &new, Repeat::IfLost)?.model_version)
}

/// Gives a version another name, which another version may have had.
pub(crate) fn set_alias(http: &Http, name: &str, alias: &str, version: &str) -> Result<()> {
    let path = format!("{API}/registered-models/alias");
    let alias = Alias {
        name,
        alias,
        version,
    };
    http.post::<Nothing>(&path, &alias, Repeat::Always)?;
    Ok(())
}
