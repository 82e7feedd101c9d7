//! What stock TensorBoard shows of what was logged, by both of its loaders.
//!
//! Starting TensorBoard takes seconds, so all kinds share one logdir, in which each has runs of its own:
//! [`PARTS`] lists who writes what. To test another kind, add a module with a function that logs and with
//! tests that look at what is [`shown`], and name the function there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tfevents::{EventItem, EventReader, Logdir, Run, SummaryWriter, WallTime};

use crate::support::skipped;
use tensorboard::Mode;

mod audio;
mod bins;
mod blank;
mod custom_scalars;
mod described;
mod drawn;
mod edited;
pub(crate) mod environment;
mod graph;
mod growing;
mod histograms;
mod hparams;
mod images;
mod mesh;
mod onnx;
mod own_kind;
mod policies;
mod pr_curves;
mod projector;
mod reduced;
mod resumed;
mod scalars;
mod steps;
mod tensorboard;
mod text;
mod whole;

/// The codes by which `check` says why no loader lists a series, whatever its values are like.
const NOT_LISTED: [&str; 8] = [
    "no_metadata",
    "late_metadata",
    "no_plugin",
    "no_class",
    "wrong_class",
    "unknown_plugin",
    "no_tag",
    "histogram_obsolete",
];

/// A run of the logdir, and the function that logs into its directory.
type Part = (&'static str, fn(&Path));

const PARTS: &[Part] = &[
    ("audio", audio::log),
    ("custom scalars", custom_scalars::log),
    ("described", described::log),
    ("drawn", drawn::log),
    ("edited/compacted", edited::compact),
    ("edited/filtered", edited::filter),
    ("edited/merged", edited::merge),
    ("edited/renamed", edited::rename),
    ("edited/repaired", edited::repair),
    ("graph", graph::log),
    ("graph/onnx", onnx::log),
    ("graph/steps", steps::log),
    ("growing/läuft noch", growing::log),
    ("histograms", histograms::log),
    ("hparams", hparams::log),
    ("images", images::log),
    ("mesh", mesh::log),
    ("pr_curves", pr_curves::log),
    ("projector/läuft", projector::log),
    ("resumed", resumed::log),
    ("resumed after another writer", resumed::log_after_another),
    ("resumed without a step", resumed::log_on),
    ("scalars", scalars::log),
    ("text", text::log),
];

/// The wall time of everything that is logged without one.
const NOW: f64 = 1_700_000_000.123_456_7;

/// A writer for a part of the logdir.
fn writer(dir: &Path) -> SummaryWriter {
    SummaryWriter::builder(dir)
        .clock(|| WallTime::from_secs(NOW))
        .open()
        .unwrap()
}

/// What was found out about the logdir.
struct Answers {
    fast: Shown,
    slow: Shown,
    accumulated: Value,
    /// How many events each file holds, by our own reading.
    events: BTreeMap<String, u64>,
}

/// All that one loader shows.
struct Shown {
    mode: Mode,
    answer: Value,
}

impl Shown {
    /// What one dashboard shows of one series.
    fn series(&self, dashboard: &str, run: &str, tag: &str) -> &Value {
        match &self.answer[dashboard][run][tag] {
            Value::Null => panic!("{:?}: no {tag:?} in {run:?} of {dashboard}", self.mode),
            series => series,
        }
    }

    /// The tags that one dashboard lists for a run.
    fn tags(&self, dashboard: &str, run: &str) -> Vec<&str> {
        let tags = self.answer[dashboard][run].as_object();
        tags.map_or_else(Vec::new, |tags| tags.keys().map(String::as_str).collect())
    }
}

/// The answers, by the fast and by the slow loader. None if the tests are to be skipped.
fn shown() -> impl Iterator<Item = &'static Shown> {
    answers().into_iter().flat_map(|a| [&a.fast, &a.slow])
}

/// What TensorBoard's Python readers find in a run, without a server. None if the tests are to be skipped.
fn accumulated(run: &str) -> Option<&'static Value> {
    answers().map(|answers| &answers.accumulated["runs"][run])
}

fn answers() -> Option<&'static Answers> {
    // If this fails, the first test to ask says why, and the others fail at once.
    static ANSWERS: LazyLock<Option<Answers>> = LazyLock::new(|| {
        if environment::is_unwanted() {
            skipped("stock::*", "TFEVENTS_SKIP_STOCK is set");
            return None;
        }
        let logdir = tempfile::tempdir().unwrap();
        for (run, log) in PARTS {
            log(&logdir.path().join(run));
        }
        Some(ask_all(logdir.path()))
    });
    ANSWERS.as_ref()
}

fn ask_all(logdir: &Path) -> Answers {
    let shown = |mode| Shown {
        mode,
        answer: tensorboard::ask(logdir, mode),
    };
    // Before the threads, which would all want to make it.
    environment::python();
    thread::scope(|scope| {
        let fast = scope.spawn(|| shown(Mode::Fast));
        let slow = scope.spawn(|| shown(Mode::Slow));
        Answers {
            accumulated: tensorboard::accumulate(logdir),
            events: count_events(logdir),
            fast: fast.join().unwrap(),
            slow: slow.join().unwrap(),
        }
    })
}

fn count_events(logdir: &Path) -> BTreeMap<String, u64> {
    let opened = Logdir::open(logdir).unwrap();
    let files = opened.runs().iter().flat_map(Run::files);
    let count = |file: &Path| {
        let mut reader = EventReader::open(file).unwrap();
        while let EventItem::Event(_) = reader.next_item().unwrap() {}
        assert!(reader.health().is_clean(), "{}", file.display());
        reader.health().records
    };
    files
        .map(|file| {
            let name = file.strip_prefix(logdir).unwrap().to_str().unwrap();
            (name.replace('\\', "/"), count(file))
        })
        .collect()
}

/// A number of TensorBoard's JSON, which spells those that JSON cannot hold.
fn number(json: &Value) -> f64 {
    match json.as_str() {
        None => json
            .as_f64()
            .unwrap_or_else(|| panic!("{json} for a number")),
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        Some(text) => panic!("{text:?} for a number"),
    }
}

/// An array of JSON.
fn list(json: &Value) -> &[Value] {
    json.as_array()
        .unwrap_or_else(|| panic!("{json} for a list"))
}

/// How byte strings appear among what the Python readers find.
fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(bytes)
}
