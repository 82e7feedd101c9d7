//! A server that answers as MLflow does, as far as it is asked here, and fails as it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value as Json, json};

mod models;
mod store;

use models::Models;
use store::Store;

/// What goes wrong with a request, once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It waits until so many requests whose targets have these words were answered.
    Behind(&'static str, usize),
    /// It is refused.
    Status(u16),
    /// It is sent on to an address.
    Moved(&'static str),
    /// It is answered with a page.
    Page(u16, &'static str),
    /// The connection ends before anything is done.
    LostRequest,
    /// The connection ends after all is done.
    LostAnswer,
    /// The connection ends in the middle of the answer.
    CutAnswer,
    /// All numbers of it are stored as 0, and the answer is that it went well.
    Zeroed,
}

/// A server on the loopback device, which goes on to the end of the process.
#[derive(Clone)]
pub(crate) struct Server {
    uri: String,
    held: Arc<Mutex<Held>>,
}

/// What it holds, and what it was asked.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) experiments: Vec<String>,
    /// In the order in which they were made.
    pub(crate) runs: Vec<Run>,
    /// Whether it drops all connections.
    pub(crate) is_away: bool,
    /// What the next requests meet whose targets have these words.
    faults: Vec<(&'static str, Fault)>,
    /// The targets of the requests that were answered.
    pub(crate) answered: Vec<String>,
    /// How many points each batch had that had any.
    pub(crate) batches: Vec<usize>,
    /// The headers of all requests.
    pub(crate) headers: String,
    pub(crate) store: Store,
    pub(crate) models: Models,
}

/// A run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) id: String,
    experiment: String,
    pub(crate) name: String,
    pub(crate) status: String,
    /// The statuses that it was given later.
    pub(crate) statuses: Vec<String>,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) is_deleted: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) params: BTreeMap<String, String>,
    /// By key.
    pub(crate) points: BTreeMap<String, BTreeSet<Point>>,
    /// How many points came that were there.
    pub(crate) doubled: usize,
    /// By path.
    pub(crate) artifacts: BTreeMap<String, Vec<u8>>,
    /// Where these are.
    root: &'static str,
    /// The models that it made.
    pub(crate) outputs: Vec<String>,
}

/// The step, the time, and the value in JSON.
pub(crate) type Point = (i64, i64, String);

impl Server {
    pub(crate) fn start() -> Self {
        Self::with_faults(&[])
    }

    /// One where the first requests whose targets have these words meet these faults.
    pub(crate) fn with_faults(faults: &[(&'static str, Fault)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let held = Held {
            faults: faults.to_vec(),
            store: Store::new(&uri),
            ..Held::default()
        };
        let server = Self {
            uri,
            held: Arc::new(Mutex::new(held)),
        };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // Whoever goes away ends the connection.
                thread::spawn(move || serving.serve(stream));
            }
        });
        server
    }

    /// Has a later request whose target has these words meet a fault, behind so many that meet none.
    pub(crate) fn add_fault(&self, words: &'static str, behind: usize, fault: Fault) {
        self.held(|held| {
            held.faults.extend(vec![(words, Fault::None); behind]);
            held.faults.push((words, fault));
        });
    }

    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    /// Looks at what it holds, or changes that; it answers nobody meanwhile.
    pub(crate) fn held<T>(&self, look: impl FnOnce(&mut Held) -> T) -> T {
        look(&mut self.held.lock().unwrap())
    }

    /// The only run of that name.
    pub(crate) fn run(&self, name: &str) -> Option<Run> {
        self.held(|held| {
            let mut runs = held.runs.iter().filter(|run| run.name == name);
            let run = runs.next().cloned();
            assert!(runs.next().is_none(), "two runs {name}");
            run
        })
    }

    /// Puts a run in the place of that of its id.
    pub(crate) fn replace(&self, run: Run) {
        self.held(|held| {
            let known = held.runs.iter_mut().find(|known| known.id == run.id);
            *known.unwrap() = run;
        });
    }

    /// How many points each run has that is not deleted.
    pub(crate) fn points_of_runs(&self) -> Vec<usize> {
        self.held(|held| held.active().map(Run::count).collect())
    }

    /// How many points there are, and how many came that were there.
    pub(crate) fn points(&self) -> (usize, usize) {
        self.held(|held| {
            let runs = held.runs.iter().map(|run| (run.count(), run.doubled));
            runs.fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1))
        })
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut input = BufReader::new(stream.try_clone().ok()?);
        let mut output = stream;
        loop {
            let line = line(&mut input)?;
            let target = line.split(' ').nth(1)?.to_owned();
            let mut len = 0;
            loop {
                let line = self::line(&mut input)?;
                if line.is_empty() {
                    break;
                }
                let (name, value) = line.split_once(": ")?;
                if name.eq_ignore_ascii_case("content-length") {
                    len = value.parse().ok()?;
                }
                self.held(|held| held.headers += &format!("{line}\n"));
            }
            let mut body = vec![0; len];
            input.read_exact(&mut body).ok()?;
            let fault = self.held(|held| held.fault(&target));
            if let Fault::Behind(words, count) = fault {
                while self.held(|held| held.count(words)) < count {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            let (status, mut answer) = self.held(|held| held.take(&target, &body, fault))?;
            let header = match status {
                307 => format!("Location: {}{target}\r\n", String::from_utf8_lossy(&answer)),
                _ => "ETag: \"tag\"\r\n".to_owned(),
            };
            let len = answer.len();
            let head = format!("HTTP/1.1 {status} Any\r\n{header}Content-Length: {len}\r\n\r\n");
            let is_cut = matches!(fault, Fault::CutAnswer);
            if is_cut {
                answer.truncate(len / 2);
            }
            output
                .write_all(&[head.as_bytes(), &answer].concat())
                .ok()?;
            if is_cut {
                return None;
            }
        }
    }
}

impl Held {
    /// Keeps a file of a run or a model.
    pub(crate) fn keep(&mut self, id: &str, file: &str, bytes: &[u8]) -> Option<()> {
        let id = id.rsplit('/').next()?;
        let artifacts = match self.find(id) {
            Some(run) => &mut run.artifacts,
            None => &mut self.models.find(id)?.artifacts,
        };
        artifacts.insert(file.to_owned(), bytes.to_vec());
        Some(())
    }

    fn active(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| !run.is_deleted)
    }

    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }

    /// How many requests whose targets have these words were answered.
    fn count(&self, words: &str) -> usize {
        let answered = self.answered.iter();
        answered.filter(|target| target.contains(words)).count()
    }

    /// What a request meets.
    fn fault(&mut self, target: &str) -> Fault {
        let mut faults = self.faults.iter();
        let fault = faults.position(|(words, _)| target.contains(words));
        fault.map_or(Fault::None, |at| self.faults.remove(at).1)
    }

    /// The status and the body of an answer; `None` if there is to be none.
    fn take(&mut self, target: &str, body: &[u8], fault: Fault) -> Option<(u16, Vec<u8>)> {
        if self.is_away {
            return None;
        }
        let answer = match fault {
            Fault::Status(status) => (status, b"busy".to_vec()),
            Fault::Page(status, page) => (status, page.into()),
            Fault::Moved(to) => (307, to.into()),
            Fault::LostRequest => return None,
            _ if target.starts_with("/get-artifact?") => self.artifact(target),
            _ => {
                let is_zeroed = matches!(fault, Fault::Zeroed);
                let answered = self.answer(target, body, is_zeroed);
                let (status, json) = answered.unwrap_or_else(|(status, code)| {
                    (status, json!({"error_code": code, "message": target}))
                });
                (status, json.to_string().into_bytes())
            }
        };
        if matches!(fault, Fault::LostAnswer) {
            return None;
        }
        self.answered.push(target.to_owned());
        Some(answer)
    }

    /// The status and the bytes of a file.
    fn artifact(&mut self, target: &str) -> (u16, Vec<u8>) {
        let query = query(target);
        let run = self.find(&query["run_id"]);
        let bytes = run.and_then(|run| run.artifacts.get(&query["path"]));
        bytes.map_or((404, Vec::new()), |bytes| (200, bytes.clone()))
    }

    /// The status and the document of an answer, or the status and the code of an error.
    fn answer(
        &mut self,
        target: &str,
        body: &[u8],
        is_zeroed: bool,
    ) -> Result<(u16, Json), (u16, &'static str)> {
        const MISSING: (u16, &str) = (404, "RESOURCE_DOES_NOT_EXIST");
        const NO_ENDPOINT: (u16, &str) = (404, "ENDPOINT_NOT_FOUND");
        let (path, _) = target.split_once('?').unwrap_or((target, ""));
        let query = query(target);
        if let Some(path) = path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/") {
            let path = decoded(path);
            let (id, file) = path.split_once("/artifacts/").ok_or(NO_ENDPOINT)?;
            self.keep(id, file, body).ok_or(MISSING)?;
            return Ok((200, json!({})));
        }
        if let Some(answer) = self.stores(path, body) {
            return Ok((200, answer));
        }
        let endpoint = path.strip_prefix("/api/2.0/mlflow/").ok_or(NO_ENDPOINT)?;
        let body: Json = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let id = query.get("run_id").cloned();
        let id = id.unwrap_or_else(|| text("run_id"));
        let is_deleted = self.find(&id).is_some_and(|run| run.is_deleted);
        // One that is deleted can be looked at, and deleted again.
        if is_deleted && !["runs/get", "runs/delete"].contains(&endpoint) {
            return Err((400, "INVALID_PARAMETER_VALUE"));
        }
        let answer = match endpoint {
            "experiments/get-by-name" => {
                let name = &query["experiment_name"];
                let mut known = self.experiments.iter();
                let at = known.position(|known| known == name).ok_or(MISSING)?;
                json!({"experiment": {"experiment_id": (at + 1).to_string(), "name": name, "lifecycle_stage": "active"}})
            }
            "experiments/create" => {
                self.experiments.push(text("name"));
                json!({"experiment_id": self.experiments.len().to_string()})
            }
            "runs/create" => {
                let run = Run {
                    // The last made is the first by its id.
                    id: format!("run{}", 999 - self.runs.len()),
                    experiment: text("experiment_id"),
                    name: text("run_name"),
                    status: "RUNNING".to_owned(),
                    start: body["start_time"].as_i64().unwrap(),
                    tags: entries(&body["tags"]),
                    root: self.store.root,
                    ..Run::default()
                };
                let answer = json!({"run": run.json()});
                self.runs.push(run);
                answer
            }
            "runs/search" => {
                let filter = text("filter");
                let (key, value) = filter.split_once(" = ").unwrap_or_default();
                let key = key.trim_start_matches("tags.").trim_matches('`');
                let value = value.trim_matches('\'');
                let has = |run: &&Run| run.tags.get(key).is_some_and(|known| known == value);
                let is_any = filter.is_empty() || filter.ends_with(" LIKE '%'");
                let runs = self.active().filter(|run| is_any || has(run));
                let runs: Vec<_> = runs.map(Run::json).collect();
                // As MLflow: without any, there is no list.
                match runs.is_empty() {
                    true => json!({}),
                    false => json!({ "runs": runs }),
                }
            }
            "metrics/get-history" => {
                let key = &query["metric_key"];
                let run = self.find(&id).ok_or(MISSING)?;
                let points = run.points.get(key).into_iter().flatten();
                let points: Vec<_> = points.map(|point| point_json(key, point)).collect();
                json!({ "metrics": points })
            }
            "artifacts/list" => {
                let dir = query.get("path").map_or("", String::as_str);
                json!({ "files": self.find(&id).ok_or(MISSING)?.list(dir) })
            }
            "runs/get" => json!({"run": self.find(&id).ok_or(MISSING)?.json()}),
            "runs/update" => {
                let run = self.find(&id).ok_or(MISSING)?;
                if let Some(status) = body["status"].as_str() {
                    status.clone_into(&mut run.status);
                    run.statuses.push(status.to_owned());
                }
                run.end = body["end_time"].as_i64().or(run.end);
                json!({"run_info": {}})
            }
            "runs/delete" => {
                self.find(&id).ok_or(MISSING)?.is_deleted = true;
                json!({})
            }
            "runs/set-tag" => {
                let tags = &mut self.find(&id).ok_or(MISSING)?.tags;
                tags.insert(text("key"), text("value"));
                json!({})
            }
            "runs/log-batch" => {
                let points = body["metrics"].as_array().map_or(0, Vec::len);
                self.batches
                    .extend(Some(points).filter(|points| *points > 0));
                self.find(&id).ok_or(MISSING)?.log(&body, is_zeroed);
                json!({})
            }
            _ => self.models(endpoint, &body).ok_or(NO_ENDPOINT)?,
        };
        Ok((200, answer))
    }
}

/// What an address asks for, by name.
fn query(target: &str) -> BTreeMap<&str, String> {
    let (_, query) = target.split_once('?').unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key, decoded(value))).collect()
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

    /// How many points it has.
    fn count(&self) -> usize {
        self.points.values().map(BTreeSet::len).sum()
    }

    fn log(&mut self, body: &Json, is_zeroed: bool) {
        self.params.extend(entries(&body["params"]));
        for point in body["metrics"].as_array().into_iter().flatten() {
            let value = match point["value"].as_str() {
                // There are no infinities.
                Some("Infinity") => json!(f64::MAX),
                Some("-Infinity") => json!(f64::MIN),
                _ => point["value"].clone(),
            };
            let number = |name: &str| point[name].as_i64().unwrap();
            let stored = match is_zeroed {
                true => (0, 0, "0".to_owned()),
                false => (number("step"), number("timestamp"), value.to_string()),
            };
            let key = point["key"].as_str().unwrap().to_owned();
            let is_new = self.points.entry(key).or_default().insert(stored);
            self.doubled += usize::from(!is_new);
        }
        self.tags.extend(entries(&body["tags"]));
    }

    /// What is in a directory of its artifacts.
    fn list(&self, dir: &str) -> Vec<Json> {
        let top = match dir {
            "" => String::new(),
            dir => format!("{dir}/"),
        };
        let mut files = BTreeMap::new();
        for (path, bytes) in &self.artifacts {
            let Some(rest) = path.strip_prefix(&top) else {
                continue;
            };
            let (path, file) = match rest.split_once('/') {
                Some((name, _)) => (format!("{top}{name}"), json!({"is_dir": true})),
                None => (
                    path.clone(),
                    json!({"is_dir": false, "file_size": bytes.len()}),
                ),
            };
            files.insert(path, file);
        }
        let with_path = |(path, mut file): (String, Json)| {
            file["path"] = json!(path);
            file
        };
        files.into_iter().map(with_path).collect()
    }

    /// The run with the last point of each metric.
    fn json(&self) -> Json {
        let entries = |entries: &BTreeMap<String, String>| {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| json!({"key": key, "value": value}));
            entries.collect::<Vec<_>>()
        };
        let latest = self.points.iter();
        let latest = latest.filter_map(|(key, points)| Some(point_json(key, points.last()?)));
        let (id, stage) = (&self.id, if self.is_deleted { "deleted" } else { "active" });
        json!({
            "info": {
                "run_id": id, "run_name": self.name, "experiment_id": self.experiment,
                "status": self.status, "start_time": self.start, "end_time": self.end,
                "artifact_uri": format!("{}/1/{id}/artifacts", self.root), "lifecycle_stage": stage,
            },
            "outputs": {"model_outputs": self.outputs.iter().map(|id| json!({"model_id": id})).collect::<Vec<_>>()},
            "data": {
                "metrics": latest.collect::<Vec<_>>(),
                "params": entries(&self.params), "tags": entries(&self.tags),
            },
        })
    }
}

fn point_json(key: &str, (step, time, value): &Point) -> Json {
    let value: Json = serde_json::from_str(value).unwrap();
    json!({"key": key, "step": step, "timestamp": time, "value": value})
}

pub(crate) fn entries(list: &Json) -> BTreeMap<String, String> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let entries = list.as_array().into_iter().flatten();
    let entries = entries.map(|entry| (text(&entry["key"]), text(&entry["value"])));
    entries.collect()
}

/// A line without its end; `None` at the end of the input.
fn line(input: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    input.read_line(&mut line).ok().filter(|len| *len > 0)?;
    Some(line.trim_end().to_owned())
}

/// What stands in a part of an address.
pub(crate) fn decoded(text: &str) -> String {
    let (text, mut bytes) = (text.as_bytes(), Vec::new());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                at += 2;
            }
            None => bytes.push(*byte),
        }
        at += 1;
    }
    String::from_utf8(bytes).unwrap()
}
