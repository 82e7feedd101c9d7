//! Logged models and the registry of a server.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Held, entries};

/// The models, and what the registry has.
#[derive(Default)]
pub(crate) struct Models {
    pub(crate) logged: Vec<Model>,
    /// By name, the sources of the versions.
    pub(crate) versions: BTreeMap<String, Vec<String>>,
    /// By name and alias.
    pub(crate) aliases: BTreeMap<(String, String), String>,
}

/// A logged model.
#[derive(Default)]
pub(crate) struct Model {
    id: String,
    name: String,
    run: String,
    pub(crate) is_ready: bool,
    tags: BTreeMap<String, String>,
    /// By path.
    pub(crate) artifacts: BTreeMap<String, Vec<u8>>,
    /// The address of these.
    root: String,
}

impl Model {
    fn json(&self) -> Json {
        let status = match self.is_ready {
            true => "LOGGED_MODEL_READY",
            false => "LOGGED_MODEL_PENDING",
        };
        json!({"info": {"model_id": self.id, "artifact_uri": self.root, "status": status, "name": self.name}})
    }
}

impl Models {
    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Model> {
        self.logged.iter_mut().find(|model| model.id == id)
    }
}

impl Held {
    /// The answer to a request about models.
    pub(crate) fn models(&mut self, endpoint: &str, body: &Json) -> Option<Json> {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let models = &mut self.models;
        Some(match endpoint {
            "logged-models" => {
                let id = format!("m-{}", models.logged.len());
                models.logged.push(Model {
                    root: format!("{}/1/models/{id}/artifacts", self.store.root),
                    id,
                    name: text("name"),
                    run: text("source_run_id"),
                    tags: entries(&body["tags"]),
                    ..Model::default()
                });
                json!({"model": models.logged.last()?.json()})
            }
            "logged-models/search" => {
                let filter = text("filter");
                let is_meant = |model: &&Model| {
                    let has = |(key, value): (&String, &String)| {
                        filter.contains(&format!("tags.`{key}` = '{value}'"))
                    };
                    filter.contains(&*model.run) && model.tags.iter().all(has)
                };
                let found = models.logged.iter().filter(is_meant);
                json!({"models": found.map(Model::json).collect::<Vec<_>>()})
            }
            "runs/outputs" => {
                let id = body["models"][0]["model_id"].as_str()?.to_owned();
                self.find(&text("run_id"))?.outputs.push(id);
                json!({})
            }
            "registered-models/create" => {
                models.versions.entry(text("name")).or_default();
                json!({})
            }
            "model-versions/search" => {
                // Of one name only.
                let versions = models.versions.values().flatten().zip(1..);
                let versions = versions.map(
                    |(source, number)| json!({"version": number.to_string(), "source": source}),
                );
                json!({"model_versions": versions.collect::<Vec<_>>()})
            }
            "model-versions/create" => {
                let versions = models.versions.get_mut(&text("name"))?;
                versions.push(text("source"));
                json!({"model_version": {"version": versions.len().to_string()}})
            }
            "registered-models/alias" => {
                let key = (text("name"), text("alias"));
                models.aliases.insert(key, text("version"));
                json!({})
            }
            endpoint => {
                let id = endpoint.strip_prefix("logged-models/")?;
                models.find(id)?.is_ready = true;
                json!({"model": models.find(id)?.json()})
            }
        })
    }
}
