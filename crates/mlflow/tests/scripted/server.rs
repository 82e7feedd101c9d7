//! As much of a tracking server as pushing needs, in memory, with faults.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value as Json, json};

/// What goes wrong with a request, once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It waits until so many requests whose paths have these words were answered.
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
    /// All numbers of it are stored as 0, and the answer is that it went well.
    Zeroed,
}

/// A server on the loopback device.
pub(crate) struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    faults: Vec<(String, Fault)>,
    runs: BTreeMap<String, Json>,
    points: Vec<(String, Json)>,
    known: HashSet<String>,
    batches: Vec<usize>,
    repeated: usize,
    seen: String,
    answered: Vec<String>,
}

impl Server {
    /// One where the first requests whose paths have these words meet these faults.
    pub(crate) fn start(faults: &[(&str, Fault)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let faults = faults
            .iter()
            .map(|(path, fault)| ((*path).to_owned(), *fault));
        let state = State {
            faults: faults.collect(),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (connection, state) = (connection.unwrap(), Arc::clone(&shared));
                // Whoever goes away ends the connection.
                thread::spawn(move || serve(&connection, &state));
            }
        });
        Self { port, state }
    }

    /// Has a later request whose path has these words meet a fault, behind so many that meet none.
    pub(crate) fn add_fault(&self, path: &str, behind: usize, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        let none = (path.to_owned(), Fault::None);
        state.faults.extend(vec![none; behind]);
        state.faults.push((path.to_owned(), fault));
    }

    pub(crate) fn uri(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many points each batch had that had any.
    pub(crate) fn batches(&self) -> Vec<usize> {
        self.state.lock().unwrap().batches.clone()
    }

    /// Deletes all runs.
    pub(crate) fn delete_runs(&self) {
        for run in self.state.lock().unwrap().runs.values_mut() {
            run["info"]["lifecycle_stage"] = json!("deleted");
        }
    }

    /// How many points each run has that is not deleted.
    pub(crate) fn points_of_runs(&self) -> Vec<usize> {
        let state = self.state.lock().unwrap();
        let runs = state.runs.iter();
        let runs = runs.filter(|(_, run)| run["info"]["lifecycle_stage"] == "active");
        let points = |id: &String| state.points.iter().filter(|(run, _)| run == id).count();
        runs.map(|(id, _)| points(id)).collect()
    }

    pub(crate) fn runs(&self) -> usize {
        self.points_of_runs().len()
    }

    pub(crate) fn points(&self) -> usize {
        self.state.lock().unwrap().points.len()
    }

    /// How many points came that were there.
    pub(crate) fn repeated(&self) -> usize {
        self.state.lock().unwrap().repeated
    }

    /// The headers of all requests.
    pub(crate) fn seen(&self) -> String {
        self.state.lock().unwrap().seen.clone()
    }
}

fn serve(connection: &TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut connection = connection;
    loop {
        let (mut target, mut length) = (String::new(), 0);
        reader.read_line(&mut target).ok().filter(|len| *len > 0)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.parse().ok()?;
            }
            state.lock().ok()?.seen += &format!("{line}\n");
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let path = target.split(' ').nth(1)?.to_owned();
        let wait = state.lock().ok()?.wait(&path);
        if let Some((words, count)) = wait {
            while state.lock().ok()?.count(words) < count {
                thread::sleep(Duration::from_millis(1));
            }
        }
        let (status, answer) = state.lock().ok()?.take(&path, &body)?;
        state.lock().ok()?.answered.push(path.clone());
        let answer = format!(
            "HTTP/1.1 {status} X\r\n{}Content-Length: {}\r\n\r\n{answer}",
            match status {
                307 => format!("Location: {answer}{path}\r\n"),
                _ => String::new(),
            },
            answer.len()
        );
        connection.write_all(answer.as_bytes()).ok()?;
    }
}

impl State {
    /// What a request has to wait for.
    fn wait(&mut self, path: &str) -> Option<(&'static str, usize)> {
        let mut faults = self.faults.iter();
        let at = faults.position(|(words, _)| path.contains(words))?;
        match self.faults[at].1 {
            Fault::Behind(words, count) => {
                self.faults.remove(at);
                Some((words, count))
            }
            _ => None,
        }
    }

    /// How many requests whose paths have these words were answered.
    fn count(&self, words: &str) -> usize {
        let answered = self.answered.iter();
        answered.filter(|path| path.contains(words)).count()
    }

    /// The answer to a request; `None` if there is none.
    fn take(&mut self, path: &str, body: &[u8]) -> Option<(u16, String)> {
        let fault = self
            .faults
            .iter()
            .position(|(words, _)| path.contains(words));
        let fault = fault.map(|at| self.faults.remove(at).1);
        match fault {
            Some(Fault::Status(status)) => return Some((status, "busy".to_owned())),
            Some(Fault::Page(status, page)) => return Some((status, page.to_owned())),
            Some(Fault::Moved(to)) => return Some((307, to.to_owned())),
            Some(Fault::LostRequest) => return None,
            _ => {}
        }
        let body = serde_json::from_slice(body).unwrap_or(Json::Null);
        // One that is deleted can be deleted again.
        if let Some(id) = body["run_id"].as_str()
            && !path.contains("runs/delete")
            && self
                .runs
                .get(id)
                .is_none_or(|run| run["info"]["lifecycle_stage"] == "deleted")
        {
            let code = "INVALID_PARAMETER_VALUE";
            let answer = json!({"error_code": code, "message": format!("{path}: the run must be in the 'active' state: {id}")});
            return Some((400, answer.to_string()));
        }
        let answer = self.answer(path, &body, matches!(fault, Some(Fault::Zeroed)));
        match fault {
            Some(Fault::LostAnswer) => None,
            _ => Some((200, answer.to_string())),
        }
    }

    fn answer(&mut self, path: &str, body: &Json, is_zeroed: bool) -> Json {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        match path.trim_start_matches("/api/2.0/mlflow/") {
            "experiments/get-by-name" => {
                json!({"experiment": {"experiment_id": "1", "name": "Default"}})
            }
            "runs/create" => {
                // The last made is the first by its id.
                let id = format!("run{}", 999 - self.runs.len());
                let run = json!({
                    "info": {
                        "run_id": id, "experiment_id": "1", "status": "RUNNING", "lifecycle_stage": "active",
                        "run_name": body["run_name"], "start_time": body["start_time"],
                        "artifact_uri": format!("mlflow-artifacts:/1/{id}/artifacts"),
                    },
                    "data": {"tags": body["tags"], "params": [], "metrics": []},
                });
                self.runs.insert(id, run.clone());
                json!({"run": run})
            }
            "runs/search" => {
                let filter = body["filter"].as_str().unwrap_or_default();
                let is_meant = |run: &Json| {
                    let tags = run["data"]["tags"].as_array().unwrap();
                    let mut tags = tags.iter().filter(|tag| tag["key"] == "tfevents.run");
                    tags.any(|tag| filter.contains(tag["value"].as_str().unwrap()))
                };
                let runs = self.runs.keys().map(|id| self.run(id));
                let runs = runs.filter(|run| run["info"]["lifecycle_stage"] == "active");
                let runs = runs.filter(is_meant);
                let runs: Vec<_> = runs.collect();
                // As MLflow: without any, there is no list.
                if runs.is_empty() {
                    json!({})
                } else {
                    json!({ "runs": runs })
                }
            }
            "runs/get" => json!({"run": self.run(&parameter("run_id").unwrap())}),
            "runs/update" => {
                let run = self.runs.get_mut(body["run_id"].as_str().unwrap()).unwrap();
                for key in ["status", "end_time"] {
                    if !body[key].is_null() {
                        run["info"][key] = body[key].clone();
                    }
                }
                json!({"run_info": run["info"]})
            }
            "runs/delete" => {
                let run = self.runs.get_mut(body["run_id"].as_str().unwrap()).unwrap();
                run["info"]["lifecycle_stage"] = json!("deleted");
                json!({})
            }
            "runs/set-tag" => {
                let run = self.runs.get_mut(body["run_id"].as_str().unwrap()).unwrap();
                let tags = run["data"]["tags"].as_array_mut().unwrap();
                tags.retain(|tag| tag["key"] != body["key"]);
                tags.push(json!({"key": body["key"], "value": body["value"]}));
                json!({})
            }
            "runs/log-batch" => {
                self.batch(body, is_zeroed);
                json!({})
            }
            "metrics/get-history" => {
                let key = parameter("metric_key").unwrap();
                let run = parameter("run_id").unwrap();
                let points = self
                    .points
                    .iter()
                    .filter(|(id, point)| *id == run && point["key"] == key);
                let points: Vec<_> = points.map(|(_, point)| point).collect();
                json!({ "metrics": points })
            }
            _ => json!({}),
        }
    }

    fn batch(&mut self, body: &Json, is_zeroed: bool) {
        let id = body["run_id"].as_str().unwrap().to_owned();
        let points = body["metrics"].as_array().cloned().unwrap_or_default();
        if !points.is_empty() {
            self.batches.push(points.len());
        }
        for mut point in points {
            if is_zeroed {
                for key in ["value", "step", "timestamp"] {
                    point[key] = json!(0);
                }
            }
            // There are no infinities.
            match point["value"].as_str() {
                Some("Infinity") => point["value"] = json!(f64::MAX),
                Some("-Infinity") => point["value"] = json!(f64::MIN),
                _ => {}
            }
            match self.known.insert(format!("{id} {point}")) {
                true => self.points.push((id.clone(), point)),
                false => self.repeated += 1,
            }
        }
        let run = self.runs.get_mut(&id).unwrap();
        for kind in ["params", "tags"] {
            let known = run["data"][kind].as_array_mut().unwrap();
            for entry in body[kind].as_array().into_iter().flatten() {
                known.retain(|other| other["key"] != entry["key"]);
                known.push(entry.clone());
            }
        }
    }

    /// A run with the last point of each metric.
    fn run(&self, id: &str) -> Json {
        let mut run = self.runs[id].clone();
        let mut latest = BTreeMap::new();
        for (_, point) in self.points.iter().filter(|(run, _)| run == id) {
            let place = |point: &Json| (point["step"].as_i64(), point["timestamp"].as_i64());
            let known = latest.entry(point["key"].as_str()).or_insert(point);
            if place(known) <= place(point) {
                *known = point;
            }
        }
        run["data"]["metrics"] = json!(latest.values().collect::<Vec<_>>());
        run
    }
}
