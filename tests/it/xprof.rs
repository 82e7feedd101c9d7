//! Whether xprof, the program that shows profiles inside TensorBoard, shows ours.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;
use tfevents::proto::Message as _;
use tfevents::proto::xplane::{XPlane, XSpace, XStat, x_event, x_stat};

use crate::examples::run_with;
use crate::stock::environment;
use crate::support::skipped;

/// A span as the trace viewer gets it: process, thread, name, start and duration in picoseconds, and what
/// stands beside it.
type Shown = (String, String, String, i64, i64, BTreeMap<String, String>);

/// All spans of a file.
fn written(space: &XSpace) -> Vec<Shown> {
    let mut spans = Vec::new();
    for plane in &space.planes {
        for line in &plane.lines {
            for event in &line.events {
                let Some(x_event::Data::OffsetPs(start)) = event.data else {
                    panic!("{event:?}");
                };
                let stat = |stat: &XStat| (stat_name(plane, stat), stat_text(stat));
                spans.push((
                    plane.name.clone(),
                    line.name.clone(),
                    plane.event_metadata[&event.metadata_id].name.clone(),
                    start,
                    event.duration_ps,
                    event.stats.iter().map(stat).collect(),
                ));
            }
        }
    }
    spans.sort();
    spans
}

fn stat_name(plane: &XPlane, stat: &XStat) -> String {
    plane.stat_metadata[&stat.metadata_id].name.clone()
}

fn stat_text(stat: &XStat) -> String {
    match &stat.value {
        Some(x_stat::Value::Uint64Value(v)) => v.to_string(),
        other => panic!("{other:?}"),
    }
}

/// All spans that xprof hands to its trace viewer.
fn shown(trace: &[Value]) -> Vec<Shown> {
    let id = |event: &Value, key: &str| event[key].as_u64().unwrap_or_default();
    let mut names = BTreeMap::new();
    for event in trace.iter().filter(|event| event["ph"] == "M") {
        let key = match event["name"].as_str() {
            Some("process_name") => (id(event, "pid"), None),
            Some("thread_name") => (id(event, "pid"), Some(id(event, "tid"))),
            _ => continue,
        };
        names.insert(key, event["args"]["name"].as_str().unwrap().to_owned());
    }
    let picoseconds = |micros: &Value| (micros.as_f64().unwrap() * 1e6).round() as i64;
    let arguments = |args: &Value| match args.as_object() {
        None => BTreeMap::new(),
        Some(args) => args
            .iter()
            .map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned()))
            .collect(),
    };
    let mut spans: Vec<_> = trace
        .iter()
        .filter(|event| event["ph"] == "X")
        .map(|event| {
            (
                names[&(id(event, "pid"), None)].clone(),
                names[&(id(event, "pid"), Some(id(event, "tid")))].clone(),
                event["name"].as_str().unwrap().to_owned(),
                picoseconds(&event["ts"]),
                picoseconds(&event["dur"]),
                arguments(&event["args"]),
            )
        })
        .collect();
    spans.sort();
    spans
}

#[test]
fn xprof_shows_every_span() {
    if environment::is_unwanted() {
        skipped("xprof", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    let Some(python) = environment::python_with_xprof() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let printed = run_with("profile", "profile", &[], dir.path());
    let file = dir.path().join(printed.trim_end());
    let space = XSpace::decode(&std::fs::read(&file).unwrap()[..]).unwrap();

    let output = Command::new(python)
        .arg(environment::scripts().join("profile.py"))
        .arg(dir.path().join("runs"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{stderr}", output.status);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["enabled"], true);

    let session = file
        .parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap();
    let session = &answer["sessions"][format!("profile/{session}")];
    let tools = session["tools"].as_array().unwrap();
    assert!(
        tools.iter().any(|tool| tool == "trace_viewer@"),
        "{tools:?}"
    );
    let host = file
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .replace(".xplane.pb", "");
    let trace = session["traces"][host].as_array().unwrap();
    let written = written(&space);
    assert_eq!(written.len(), 6 * 8);
    assert_eq!(shown(trace), written);
}
