//! What lies beside the event files of a logdir, in the verbs that list it.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;
use tfevents::record;

use crate::support::{FILE, scalar, tfevents, version, write_events};

/// A run with a profile, a debugger's dump, other tools' files, and events under another name.
fn logdir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("t"),
        scalar(1, "loss", 0.5),
        scalar(2, "loss", 0.25),
    ];
    write_events(dir.path().join("runs/a").join(FILE), &events);
    write_events(dir.path().join("runs/a/log.2024"), &events);
    let put = |path: &str, content: &[u8]| {
        let path = dir.path().join("runs/a").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    put("plugins/profile/2026_01_31/host.xplane.pb", &[0; 4_400_000]);
    put("tfdbg_events.1700000000.host.metadata", b"abc");
    put("tfdbg_events.1700000000.host.graphs", b"abcdef");
    let mut vdl = Vec::new();
    record::frame(&mut vdl, b"\x0a\x01x");
    put("vdlrecords.1700000000.log", &vdl);
    put(
        &format!("{FILE}.meta"),
        b"fileFormatVersion: 2\nguid: 0123\n",
    );
    let copy = fs::read(dir.path().join("runs/a").join(FILE)).unwrap();
    put(&format!("{FILE}.sagemaker-uploaded"), &copy);
    dir
}

const LISTED: &[&str] = &[
    "runs/a: 1 profile session, 4.4 MB: Profile tab, needs xprof",
    "runs/a: 1 debugger dump, 9 B: Debugger V2 tab, needs tensorflow",
    "runs/a: 1 VisualDL file, 19 B: shown by VisualDL, not by TensorBoard",
    "runs/a: 1 Unity .meta file, 32 B: of the editor",
    "runs/a: 1 SageMaker marker, ",
    "runs/a: 1 file of events, ",
];

/// The text without its line breaks.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn dumps_and_other_tools_files_are_listed() {
    let dir = logdir();
    for (verb, status) in [("inspect", 0), ("du", 0), ("check", 3)] {
        let text = joined(&tfevents(dir.path(), &[verb, "runs"]).ended(status, ""));
        for line in LISTED {
            assert!(text.contains(line), "{verb}: {line}: {text}");
        }
        let json = tfevents(dir.path(), &[verb, "--json", "runs"]).ended(status, "");
        let json: Json = serde_json::from_str(&json).unwrap();
        let kinds: Vec<_> = json["beside"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| b["kind"].clone())
            .collect();
        let wanted = [
            "profile",
            "debugger",
            "visualdl",
            "unity_meta",
            "sagemaker",
            "unnamed_events",
        ];
        assert_eq!(kinds, wanted, "{verb}");
        assert_eq!(json["beside"][0]["bytes"], 4_400_000);
        assert_eq!(json["beside"][0]["directory"], "runs/a");
    }
    // None of them counts as an event file, and so nothing is damaged, or there twice.
    let text = tfevents(dir.path(), &["check", "runs"]).ended(3, "");
    assert!(
        text.ends_with("1 run, 1 file: 1 not shown by TensorBoard, 1 warning, 4 notes\n"),
        "{text}"
    );
    let text = tfevents(dir.path(), &["inspect", "runs"]).done();
    assert!(text.contains("2 points in 1 run and 1 file"), "{text}");
}

#[test]
fn only_what_is_beside_the_wanted_runs_is_listed() {
    let dir = logdir();
    write_events(
        dir.path().join("runs/b").join(FILE),
        &[version("t"), scalar(1, "loss", 0.5)],
    );
    let text = tfevents(dir.path(), &["inspect", "runs", "--run", "b"]).done();
    assert!(!text.contains("beside"), "{text}");
    let text = tfevents(dir.path(), &["inspect", "runs/[a]*"]).done();
    assert!(text.contains("1 profile session"), "{text}");
}

#[test]
fn where_there_are_no_events_what_there_is_is_named() {
    let dir = logdir();
    fs::remove_file(dir.path().join("runs/a").join(FILE)).unwrap();
    fs::remove_file(
        dir.path()
            .join("runs/a")
            .join(format!("{FILE}.sagemaker-uploaded")),
    )
    .unwrap();
    let output = tfevents(dir.path(), &["inspect", "runs"]);
    assert_eq!(output.status, 1);
    for part in [
        "runs: no event files in or below it",
        LISTED[0],
        "TensorBoard wants `tfevents` in the name",
    ] {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
    let output = tfevents(dir.path(), &["inspect", "runs/a/vdlrecords.1700000000.log"]);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("1 VisualDL file: shown by VisualDL"),
        "{}",
        output.stderr
    );
    // A file of events counts by its own path, whatever its name.
    let text = tfevents(dir.path(), &["inspect", "runs/a/log.2024"]).done();
    assert!(text.contains("2 points"), "{text}");
}

#[test]
fn a_renamed_original_is_an_event_file() {
    let dir = logdir();
    let run = dir.path().join("runs/a");
    let marked = format!("{FILE}.sagemaker-uploaded");
    assert!(Path::new(&run.join(&marked)).exists());
    fs::remove_file(run.join(FILE)).unwrap();
    let text = tfevents(dir.path(), &["inspect", "runs"]).done();
    assert!(
        text.contains(&marked) && text.contains("2 points"),
        "{text}"
    );
}
