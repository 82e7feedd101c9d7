//! A few requests without MLflow's client, which takes seconds to start.

use serde_json::{Value as Json, json};

use crate::server::Server;

/// What the server answers to an endpoint.
pub(crate) fn post(server: &Server, endpoint: &str, body: &Json) -> Json {
    let uri = format!("{}/api/2.0/mlflow/{endpoint}", server.uri());
    let request = server.agent().post(uri).content_type("application/json");
    let mut answer = request.send(body.to_string()).unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

/// The id of an experiment.
pub(crate) fn experiment_id(server: &Server, name: &str) -> Json {
    let wanted = json!({"filter": format!("name = '{name}'"), "max_results": 1});
    post(server, "experiments/search", &wanted)["experiments"][0]["experiment_id"].clone()
}

/// The runs of an experiment, with the last point of each metric.
pub(crate) fn runs(server: &Server, experiment: &str) -> Vec<Json> {
    let wanted = json!({"experiment_ids": [experiment_id(server, experiment)]});
    let found = post(server, "runs/search", &wanted);
    found["runs"].as_array().cloned().unwrap_or_default()
}
