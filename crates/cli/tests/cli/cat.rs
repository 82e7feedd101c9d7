//! `tfevents cat`.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::support::{
    FILE, assert_documented, assert_golden, command, demo, fixture, only_file, run, scalar,
    tfevents, version, write_events,
};

fn lines(text: &str) -> Vec<Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn files_below(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[test]
fn text_has_a_line_for_each_value() {
    let dir = demo();
    let text = tfevents(dir.path(), &["cat", "runs/train"]).done();
    assert_golden("cat.txt", &text);
}

#[test]
fn jsonl_is_as_documented() {
    let dir = demo();
    let json = tfevents(dir.path(), &["cat", "--format", "jsonl", "runs/train"]).done();
    assert_documented("tfevents cat --format jsonl runs/train", &json);
}

#[test]
fn damage_is_passed_over_and_told() {
    let dir = demo();
    let stderr = format!(
        "warning: runs/val/{FILE}: record 2 at byte 88 (42 bytes): payload checksum mismatch: stored b7d9dbd6, \
         computed 919b4d5e\nwarning: runs/val/{FILE}: ends in 40 bytes of an unfinished record\n"
    );
    let text = tfevents(dir.path(), &["cat", "runs/val"]).ended(3, &stderr);
    assert!(text.ends_with("0  loss  scalar 2.75\n"), "{text}");
}

/// TensorBoard's own reading of the fixtures: see `fixtures/README.md`.
#[test]
fn every_event_is_there_as_tensorboard_reads_it() {
    let expected = fixture("expected/raw");
    let mut readings = Vec::new();
    files_below(&expected, &mut readings);
    readings.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
    assert!(readings.len() > 50);
    for reading in readings {
        let file = reading.strip_prefix(&expected).unwrap().with_extension("");
        let args = ["cat", "--format", "jsonl", file.to_str().unwrap()];
        let mut ours = lines(&tfevents(fixture(""), &args).done()).into_iter();
        let theirs = lines(&fs::read_to_string(reading).unwrap());
        for event in theirs.iter().filter(|line| line["t"] == "event") {
            let none = Vec::new();
            let values = event["values"].as_array().unwrap_or(&none);
            for index in 0..values.len().max(1) {
                let line = ours.next().unwrap();
                assert_same_event(&line, event);
                if let Some(value) = values.get(index) {
                    assert_eq!(line["index"], index);
                    assert_same_value(&line, value);
                }
            }
        }
        assert!(ours.next().is_none(), "{}", file.display());
    }
}

fn assert_same_event(ours: &Json, theirs: &Json) {
    assert_eq!(ours["record"], theirs["i"]);
    assert_eq!(ours["offset"], theirs["off"]);
    assert_eq!(ours["step"], theirs["step"]);
    assert_eq!(
        float(&ours["wall_time"]).to_bits(),
        float(&theirs["wall_time"]).to_bits()
    );
    assert_eq!(ours["event"], theirs["kind"].as_str().unwrap_or("none"));
    assert_eq!(ours["writer"], theirs["source_writer"]);
    for blob in ["graph_def", "meta_graph_def"] {
        if !theirs[blob].is_null() {
            assert_same_bytes(&ours[blob], &theirs[blob]);
        }
    }
    if theirs["kind"] == "session_log" {
        for key in ["status", "checkpoint_path", "msg"] {
            assert_eq!(ours[key], theirs["session_log"][key]);
        }
    }
    if theirs["kind"] == "tagged_run_metadata" {
        assert_eq!(ours["tag"], theirs["tagged_run_metadata"]["tag"]);
        assert_same_bytes(&ours["run_metadata"], &theirs["tagged_run_metadata"]);
    }
}

fn assert_same_value(line: &Json, theirs: &Json) {
    assert_eq!(line["tag"], theirs["tag"]);
    let metadata = &line["metadata"];
    assert_eq!(metadata["plugin"], theirs["metadata"]["plugin"]);
    assert_eq!(metadata["description"], theirs["metadata"]["description"]);
    if let Some(kind) = theirs["kind"].as_str() {
        let ours = &line["value"][kind];
        assert!(!ours.is_null(), "{line} has no {kind}");
        match kind {
            "simple_value" => {
                #[expect(clippy::cast_possible_truncation, reason = "they are 32-bit floats")]
                let bits = |v| (float(v) as f32).to_bits();
                assert_eq!(bits(ours), bits(&theirs["value"]));
            }
            "image" => assert_same_bytes(&ours["encoded_image_string"], &theirs["image"]),
            "audio" => assert_same_bytes(&ours["encoded_audio_string"], &theirs["audio"]),
            "tensor" => assert_same_elements(ours, &theirs["tensor"]),
            _ => {}
        }
    } else {
        assert!(line["value"].is_null(), "{line}");
    }
}

fn assert_same_elements(ours: &Json, theirs: &Json) {
    assert_eq!(ours["dtype"], theirs["dtype"]);
    assert_eq!(ours["shape"], theirs["shape"]);
    let (Some(ours), Some(theirs)) = (ours["values"].as_array(), theirs["values"].as_array())
    else {
        return;
    };
    // One stored element may stand for all.
    assert!(ours.len() == theirs.len() || ours.len() == 1);
    for (ours, theirs) in ours.iter().cycle().zip(theirs) {
        match theirs {
            Json::Object(_) => assert_same_bytes(ours, theirs),
            Json::String(_) => assert_eq!(float(ours).to_bits(), float(theirs).to_bits()),
            Json::Array(pair) => {
                let bits =
                    |list: &[Json]| list.iter().map(|v| float(v).to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(ours.as_array().unwrap()), bits(pair));
            }
            _ => assert_eq!(ours, theirs),
        }
    }
}

fn assert_same_bytes(ours: &Json, theirs: &Json) {
    let bytes = match ours.as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD.decode(ours["base64"].as_str().unwrap()).unwrap(),
    };
    assert_eq!(bytes.len() as u64, theirs["len"].as_u64().unwrap());
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(digest, theirs["sha256"].as_str().unwrap());
}

fn float(json: &Json) -> f64 {
    match json.as_str() {
        Some(text) => text.parse().unwrap(),
        None => json.as_f64().unwrap(),
    }
}

#[test]
fn standard_input_is_a_file_too() {
    let file = only_file(&fixture("torch/scalars"));
    let bytes = fs::read(&file).unwrap();
    let piped = run(command(".", &["cat", "-", "--format", "jsonl"]), &bytes).done();
    let read = tfevents(".", &["cat", file.to_str().unwrap(), "--format", "jsonl"]).done();
    let path = serde_json::to_string(file.to_str().unwrap()).unwrap();
    assert_eq!(
        piped,
        read.replace(&format!("\"file\":{path}"), "\"file\":\"-\"")
    );
    let torn = run(command(".", &["cat", "-"]), &bytes[..bytes.len() - 1]);
    assert_eq!(torn.status, 3);
    assert!(
        torn.stderr.starts_with("warning: -: ends in"),
        "{}",
        torn.stderr
    );
}

#[test]
fn tags_leave_out_all_else() {
    let text = tfevents(fixture("tf1"), &["cat", "events", "--tag", "__run_graph__"]).done();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].contains("graph_def <graph 322 B sha256:2f7651023b03>"),
        "{}",
        lines[0]
    );
}

#[test]
fn files_without_a_wanted_tag_are_passed_by_in_silence() {
    let dir = tempfile::tempdir().unwrap();
    for (run, tag) in [("a", "loss"), ("b", "acc")] {
        fs::create_dir_all(dir.path().join(run)).unwrap();
        write_events(dir.path().join(run).join(FILE), &[scalar(1, tag, 0.5)]);
    }
    let text = tfevents(dir.path(), &["cat", ".", "--tag", "acc"]).done();
    let heads: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("# ./"))
        .collect();
    assert_eq!(heads, [format!("# ./b/{FILE}")], "{text}");
    let text = tfevents(dir.path(), &["cat", "."]).done();
    assert_eq!(text.matches("# ./").count(), 2, "{text}");
}

#[test]
fn a_tag_cannot_start_a_line_or_move_the_cursor() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join(FILE),
        &[version("x"), scalar(0, "a\n\x1b[2J", 0.5)],
    );
    let text = tfevents(dir.path(), &["cat", "."]).done();
    assert!(text.ends_with("a\\n\\u{1b}[2J  scalar 0.5\n"), "{text:?}");
    assert_eq!(text.lines().count(), 4);
}
