//! Servers of MLflow, and its client.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};
use ureq::Agent;

use crate::venv;

/// A server that listens on the loopback device. It ends when this is dropped, and when the test process ends in
/// whatever way: `serve.py` waits for the end of its input.
pub(crate) struct Server {
    child: Child,
    said: BufReader<ChildStdout>,
    at: Address,
    agent: Agent,
}

#[derive(Deserialize)]
struct Address {
    uri: String,
    directory: PathBuf,
    /// Variables that MLflow's own client needs.
    client: BTreeMap<String, String>,
}

/// A run as MLflow's client shows it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Run {
    pub(crate) info: Info,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// In order of step, time and value.
    pub(crate) metrics: BTreeMap<String, Vec<Point>>,
    /// By path.
    pub(crate) artifacts: BTreeMap<String, Artifact>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Info {
    pub(crate) run_id: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) artifact_uri: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(crate) struct Point {
    pub(crate) step: i64,
    /// In milliseconds.
    pub(crate) time: i64,
    #[serde(deserialize_with = "number")]
    pub(crate) value: f64,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Artifact {
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

impl Server {
    /// The one that tests share, each with experiments of its own. None if these tests are not wanted.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[])).as_ref()
    }

    /// One for a test that stops it or wants another kind, with options of `serve.py`. None if these tests are not
    /// wanted.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        if venv::is_unwanted() {
            eprintln!("SKIPPED: {} is set", venv::SKIP);
            return None;
        }
        let mut child = Command::new(python())
            .arg(scripts().join("serve.py"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let at = serde_json::from_str(&line(&mut said)).unwrap();
        Some(Self {
            child,
            said,
            at,
            agent: Agent::new_with_defaults(),
        })
    }

    /// Its address, as `MLFLOW_TRACKING_URI` takes it.
    pub(crate) fn uri(&self) -> &str {
        &self.at.uri
    }

    /// What keeps connections to it.
    pub(crate) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// Where it keeps what it holds.
    pub(crate) fn directory(&self) -> &Path {
        &self.at.directory
    }

    /// Kills it as a crash would.
    pub(crate) fn stop(&mut self) {
        self.tell("stop");
    }

    /// Starts it on the same port with what it held.
    pub(crate) fn start_again(&mut self) {
        self.tell("start");
    }

    fn tell(&mut self, command: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{command}").unwrap();
        assert_eq!(
            line(&mut self.said),
            "done\n",
            "the server does not {command}"
        );
    }

    /// The runs of an experiment, oldest first.
    pub(crate) fn runs(&self, experiment: &str) -> Vec<Run> {
        let script = scripts().join("readback.py");
        serde_json::from_slice(&self.ask(Command::new(python()).arg(script).arg(experiment)))
            .unwrap()
    }

    /// The bytes of an artifact, as the server keeps them.
    pub(crate) fn artifact(&self, run: &Run, path: &str) -> Vec<u8> {
        let root = run
            .info
            .artifact_uri
            .strip_prefix("mlflow-artifacts:/")
            .unwrap();
        let file = self.directory().join("artifacts").join(root).join(path);
        std::fs::read(file).unwrap()
    }

    /// Runs a program of Python's in which MLflow's client speaks to this server.
    pub(crate) fn python(&self, program: &str) {
        self.ask(Command::new(python()).args(["-c", program]));
    }

    /// What the command printed, with a client's environment.
    fn ask(&self, command: &mut Command) -> Vec<u8> {
        let output = command
            .env("MLFLOW_TRACKING_URI", self.uri())
            .env("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
            .env("MLFLOW_DISABLE_TELEMETRY", "true")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(&self.at.client)
            .current_dir(self.directory())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        output.stdout
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

fn line(said: &mut impl BufRead) -> String {
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    line
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Finite(f64),
        Named(String),
    }
    match Number::deserialize(deserializer)? {
        Number::Finite(value) => Ok(value),
        Number::Named(name) => name.parse().map_err(serde::de::Error::custom),
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real")
}

/// The interpreter of the environment. Ends the test if there is none and none can be made.
fn python() -> &'static Path {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let requirements = || scripts().with_file_name("requirements.txt");
    match PYTHON.get_or_init(|| venv::python("mlflow-venv", &requirements())) {
        Ok(python) => python,
        Err(why) => venv::give_up(why),
    }
}
