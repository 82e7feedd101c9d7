//! Where a server has files stored: what it says about that, and the store itself.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Held, decoded};

/// A store, which is served at the same address.
#[derive(Default)]
pub(crate) struct Store {
    uri: String,
    /// What the addresses of artifacts begin with.
    pub(crate) root: &'static str,
    /// Whether it takes files in parts.
    pub(crate) offers_parts: bool,
    parts: BTreeMap<u64, Vec<u8>>,
}

impl Store {
    pub(crate) fn new(uri: &str) -> Self {
        Self {
            uri: uri.to_owned(),
            root: "mlflow-artifacts:",
            ..Self::default()
        }
    }

    /// A signed address.
    fn address(&self, path: &str) -> String {
        format!("{}/store/{path}?signature=s1gned", self.uri)
    }
}

impl Held {
    /// The answer to a request about where files are.
    pub(crate) fn stores(&mut self, path: &str, body: &[u8]) -> Option<Json> {
        if let Some(place) = path.strip_prefix("/store/parts/") {
            self.store.parts.insert(place.parse().ok()?, body.to_vec());
            return Some(json!({}));
        }
        if let Some(place) = path.strip_prefix("/store/") {
            let place = decoded(place);
            let (id, file) = place.split_once('/')?;
            self.keep(id, file, body)?;
            return Some(json!({}));
        }
        let body: Json = serde_json::from_slice(body).unwrap_or_default();
        match path {
            "/api/3.0/mlflow/server-info" => {
                return Some(json!({"multipart_uploads_enabled": self.store.offers_parts}));
            }
            "/api/2.0/mlflow/artifacts/presigned-upload-url" => {
                let id = body["run_id"].as_str().or(body["model_id"].as_str())?;
                let url = self
                    .store
                    .address(&format!("{id}/{}", body["path"].as_str()?));
                let headers = json!({"x-amz-server-side-encryption": "AES256"});
                return Some(json!({"presigned_url": url, "headers": headers}));
            }
            _ => {}
        }
        let (action, dir) = path
            .strip_prefix("/api/2.0/mlflow-artifacts/mpu/")?
            .split_once('/')?;
        match action {
            "create" => {
                let place = |number: u64| {
                    let url = self.store.address(&format!("parts/{number}"));
                    json!({"url": url, "part_number": number, "headers": {}})
                };
                let places = (1..=body["num_parts"].as_u64()?).map(place);
                let places: Vec<_> = places.collect();
                Some(json!({"upload_id": "u", "credentials": places}))
            }
            "complete" => {
                let mut bytes = Vec::new();
                for part in body["parts"].as_array()? {
                    assert_eq!(part["etag"], "\"tag\"");
                    bytes.extend(self.store.parts.remove(&part["part_number"].as_u64()?)?);
                }
                let (id, dir) = dir.split_once("/artifacts").unwrap();
                let file = format!("{}/{}", decoded(dir), body["path"].as_str()?);
                self.keep(id, file.trim_start_matches('/'), &bytes)?;
                Some(json!({}))
            }
            _ => {
                self.store.parts.clear();
                Some(json!({}))
            }
        }
    }
}
