//! Experiments: found by name, made where they are missing.

use serde::{Deserialize, Serialize};

use super::API;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Http, Repeat};

/// An experiment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Experiment {
    pub(crate) experiment_id: String,
    pub(crate) name: String,
    #[serde(default)]
    lifecycle_stage: String,
}

#[derive(Deserialize)]
struct Found {
    experiment: Experiment,
}

#[derive(Serialize)]
struct New<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
struct Created {
    experiment_id: String,
}

/// The experiment of that name, if there is one.
///
/// # Errors
///
/// It was deleted, which leaves its name taken.
pub(crate) fn find(http: &Http, name: &str) -> Result<Option<Experiment>> {
    let query = [("experiment_name", name)];
    let path = format!("{API}/experiments/get-by-name");
    let experiment = match http.get::<Found>(&path, &query) {
        Ok(found) => found.experiment,
        Err(e) if e.has_code("RESOURCE_DOES_NOT_EXIST") => return Ok(None),
        Err(e) => return Err(e),
    };
    if experiment.lifecycle_stage == "deleted" {
        let id = &experiment.experiment_id;
        let message = format!(
            "the experiment `{name}` was deleted; `mlflow experiments restore --experiment-id {id}` brings it back, or take another name"
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    Ok(Some(experiment))
}

/// The experiment with an id.
pub(crate) fn get(http: &Http, id: &str) -> Result<Experiment> {
    let path = format!("{API}/experiments/get");
    let query = [("experiment_id", id)];
    Ok(http.get::<Found>(&path, &query)?.experiment)
}

/// The experiment of that name, made now if there is none.
pub(crate) fn find_or_create(http: &Http, name: &str) -> Result<Experiment> {
    if let Some(experiment) = find(http, name)? {
        return Ok(experiment);
    }
    let path = format!("{API}/experiments/create");
    match http.post::<Created>(&path, &New { name }, Repeat::Always) {
        Ok(created) => Ok(Experiment {
            experiment_id: created.experiment_id,
            name: name.to_owned(),
            lifecycle_stage: String::new(),
        }),
        // Somebody else made it at the same time, or an earlier request of ours arrived after all.
        Err(e) if e.has_code("RESOURCE_ALREADY_EXISTS") => find(http, name)?.ok_or(e),
        Err(e) => Err(e),
    }
}
