//! A server that answers as MLflow does, as far as it is asked here.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};
use tfevents_mlflow::Mlflow;

/// A server that goes on to the end of the process.
#[derive(Clone)]
pub(crate) struct Server {
    uri: String,
    held: Arc<Mutex<Held>>,
}

/// What it holds.
#[derive(Default)]
pub(crate) struct Held {
    experiments: Vec<String>,
    pub(crate) runs: Vec<Run>,
    /// The last parts of the paths that were asked for.
    pub(crate) asked: Vec<String>,
    /// Whether it drops all connections.
    pub(crate) is_away: bool,
    /// How many of the next batches it stores, but does not confirm.
    pub(crate) unconfirmed: usize,
}

/// A run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) id: String,
    experiment: String,
    pub(crate) name: String,
    pub(crate) status: String,
    start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) params: BTreeMap<String, String>,
    /// By key; each once, as its step, time, and value in JSON.
    pub(crate) points: BTreeMap<String, BTreeSet<(i64, i64, String)>>,
    /// How many points came twice.
    pub(crate) doubled: usize,
    pub(crate) statuses: Vec<String>,
    pub(crate) artifacts: BTreeMap<String, Vec<u8>>,
}

impl Run {
    /// The steps of a metric.
    pub(crate) fn steps(&self, key: &str) -> Vec<i64> {
        let points = self.points.get(key).into_iter().flatten();
        points.map(|(step, ..)| *step).collect()
    }

    /// The time of the last point.
    pub(crate) fn last(&self) -> Option<i64> {
        let points = self.points.values().flatten();
        points.map(|(_, time, _)| *time).max()
    }

    fn json(&self) -> Value {
        let entries = |entries: &BTreeMap<String, String>| -> Vec<Value> {
            let entries = entries.iter();
            entries
                .map(|(key, value)| json!({"key": key, "value": value}))
                .collect()
        };
        let latest = self.points.iter().filter_map(|(key, points)| {
            let point = points.iter().max_by_key(|(step, time, _)| (*step, *time))?;
            Some(point_json(key, point))
        });
        let latest: Vec<_> = latest.collect();
        let id = &self.id;
        json!({
            "info": {
                "run_id": id, "run_name": self.name, "experiment_id": self.experiment,
                "status": self.status, "start_time": self.start, "end_time": self.end,
                "artifact_uri": format!("mlflow-artifacts:/{id}"), "lifecycle_stage": "active",
            },
            "data": {"metrics": latest, "params": entries(&self.params), "tags": entries(&self.tags)},
        })
    }
}

fn point_json(key: &str, (step, time, value): &(i64, i64, String)) -> Value {
    let value: Value = serde_json::from_str(value).unwrap();
    json!({"key": key, "step": step, "timestamp": time, "value": value})
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            uri: format!("http://{}", listener.local_addr().unwrap()),
            held: Arc::default(),
        };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A client that breaks off is the client's business.
                thread::spawn(move || serving.serve(stream));
            }
        });
        server
    }

    pub(crate) fn client(&self) -> Mlflow {
        Mlflow::new(&self.uri).unwrap()
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    /// The only run of that name.
    pub(crate) fn run(&self, name: &str) -> Option<Run> {
        let held = self.held();
        let mut runs = held.runs.iter().filter(|run| run.name == name);
        let run = runs.next().cloned();
        assert!(runs.next().is_none(), "two runs {name}");
        run
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut input = BufReader::new(stream.try_clone().ok()?);
        let mut output = stream;
        loop {
            let mut line = String::new();
            input.read_line(&mut line).ok()?;
            let mut words = line.split_whitespace();
            let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
            let mut len = 0;
            loop {
                let mut line = String::new();
                input.read_line(&mut line).ok()?;
                if line == "\r\n" {
                    break;
                }
                let (name, value) = line.split_once(':')?;
                if name.eq_ignore_ascii_case("content-length") {
                    len = value.trim().parse().ok()?;
                }
            }
            let mut body = vec![0; len];
            input.read_exact(&mut body).ok()?;
            let (status, answer) = self.held().answer(&method, &target, &body)?;
            let len = answer.len();
            write!(
                output,
                "HTTP/1.1 {status} Any\r\ncontent-type: application/json\r\ncontent-length: {len}\r\n\r\n"
            )
            .ok()?;
            output.write_all(&answer).ok()?;
        }
    }
}

impl Held {
    /// The status and the body of an answer; none if there is to be none.
    fn answer(&mut self, method: &str, target: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        if self.is_away {
            return None;
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: BTreeMap<_, _> = query
            .split('&')
            .filter_map(|part| part.split_once('='))
            .collect();
        if let Some(file) = path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/") {
            let (id, file) = file.split_once('/')?;
            self.find(id)?
                .artifacts
                .insert(file.to_owned(), body.to_vec());
            return Some((200, b"{}".to_vec()));
        }
        let (group, what) = path.strip_prefix("/api/2.0/mlflow/")?.split_once('/')?;
        let asked = format!("{group}/{what}");
        self.asked.push(asked.clone());
        let body: Value = match method {
            "GET" => Value::Null,
            _ => serde_json::from_slice(body).unwrap(),
        };
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let id = text("run_id");
        let answer = match &*asked {
            "experiments/get-by-name" => {
                let name = query["experiment_name"];
                match self.experiments.iter().position(|known| known == name) {
                    Some(id) => json!({"experiment": {
                        "experiment_id": id.to_string(), "name": name, "lifecycle_stage": "active",
                    }}),
                    None => {
                        let error = json!({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": ""});
                        return Some((404, error.to_string().into_bytes()));
                    }
                }
            }
            "experiments/create" => {
                self.experiments.push(text("name"));
                json!({"experiment_id": (self.experiments.len() - 1).to_string()})
            }
            "runs/search" => {
                let filter = text("filter");
                let (key, value) = filter.split_once(" = ").unwrap_or_default();
                let key = key.trim_start_matches("tags.").trim_matches('`');
                let value = value.trim_matches('\'');
                let is_wanted = |run: &&Run| {
                    filter.is_empty() || run.tags.get(key).is_some_and(|known| known == value)
                };
                let runs: Vec<_> = self.runs.iter().filter(is_wanted).map(Run::json).collect();
                json!({ "runs": runs })
            }
            "runs/create" => {
                let run = Run {
                    id: format!("run{}", self.runs.len()),
                    experiment: text("experiment_id"),
                    name: text("run_name"),
                    status: "RUNNING".to_owned(),
                    start: body["start_time"].as_i64().unwrap(),
                    tags: entries(&body["tags"]),
                    ..Run::default()
                };
                let answer = json!({"run": run.json()});
                self.runs.push(run);
                answer
            }
            "runs/get" => {
                let id = query["run_id"].to_owned();
                json!({"run": self.find(&id)?.json()})
            }
            "runs/update" => {
                let run = self.find(&id)?;
                if let Some(status) = body["status"].as_str() {
                    status.clone_into(&mut run.status);
                    run.statuses.push(status.to_owned());
                }
                run.end = body["end_time"].as_i64().or(run.end);
                json!({"run_info": {}})
            }
            "runs/set-tag" => {
                let (key, value) = (text("key"), text("value"));
                self.find(&id)?.tags.insert(key, value);
                json!({})
            }
            "runs/log-batch" => {
                self.find(&id)?.log(&body);
                if self.unconfirmed > 0 {
                    self.unconfirmed -= 1;
                    return None;
                }
                json!({})
            }
            "metrics/get-history" => {
                let run = self.find(query["run_id"])?;
                let key = query["metric_key"];
                let points = run.points.get(key).into_iter().flatten();
                let points: Vec<_> = points.map(|point| point_json(key, point)).collect();
                json!({ "metrics": points })
            }
            "artifacts/list" => {
                let run = self.find(query["run_id"])?;
                let files = run.artifacts.iter();
                let files = files.map(|(path, bytes)| json!({"path": path, "is_dir": false, "file_size": bytes.len()}));
                json!({ "files": files.collect::<Vec<_>>() })
            }
            _ => return Some((404, Vec::new())),
        };
        Some((200, answer.to_string().into_bytes()))
    }

    fn find(&mut self, id: &str) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }
}

impl Run {
    fn log(&mut self, body: &Value) {
        self.params.extend(entries(&body["params"]));
        for point in body["metrics"].as_array().into_iter().flatten() {
            let number = |name: &str| point[name].as_i64().unwrap();
            let point_at = (
                number("step"),
                number("timestamp"),
                point["value"].to_string(),
            );
            let key = point["key"].as_str().unwrap().to_owned();
            let is_new = self.points.entry(key).or_default().insert(point_at);
            self.doubled += usize::from(!is_new);
        }
        self.tags.extend(entries(&body["tags"]));
    }
}

fn entries(list: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entries = list.as_array().into_iter().flatten();
    entries
        .map(|entry| (text(&entry["key"]), text(&entry["value"])))
        .collect()
}
