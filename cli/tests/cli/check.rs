//! `tfevents check`.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tfevents::proto::{self, event::What, summary::value::Value};
use tfevents::{Text, record};

use crate::support::{
    FILE, assert_documented, assert_golden, broken_scalar, command, demo, fixture, plugin, run,
    scalar, tfevents, value, version, write_events,
};

/// The findings of all runs: problem, tag, record and count of each.
fn findings(dir: &Path, status: i32) -> Vec<(String, String, i64, u64)> {
    let json = tfevents(dir, &["check", "--json", "."]).ended(status, "");
    let json: Json = serde_json::from_str(&json).unwrap();
    let runs = json["runs"].as_array().unwrap().iter();
    runs.flat_map(|run| run["findings"].as_array().unwrap())
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
            let record = finding["record"].as_i64().unwrap_or(-1);
            let count = finding["count"].as_u64().unwrap();
            (text("problem"), text("tag"), record, count)
        })
        .collect()
}

#[track_caller]
fn assert_findings(dir: &Path, status: i32, expected: &[(&str, &str, i64, u64)]) {
    let found = findings(dir, status);
    let found: Vec<_> = found
        .iter()
        .map(|(problem, tag, record, count)| (&**problem, &**tag, *record, *count))
        .collect();
    assert_eq!(found, expected);
}

fn write(dir: &Path, events: &[proto::Event]) {
    write_events(dir.join(FILE), events);
}

#[test]
fn text_fits_eighty_columns() {
    let dir = demo();
    let restarted = [
        version("demo"),
        scalar(1, "loss", 0.2),
        scalar(1, "loss", 0.3),
    ];
    write_events(
        dir.path().join("runs/train").join(format!("{FILE}.b")),
        &restarted,
    );
    let mut check = command(dir.path(), &["check", "runs"]);
    check.env("COLUMNS", "80");
    let text = run(check, &[]).ended(3, "");
    assert_golden("check.txt", &text);
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let json = tfevents(dir.path(), &["check", "--json", "runs"]).ended(3, "");
    assert_documented("tfevents check --json runs", &json);
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let text = tfevents(fixture("keras"), &["check", "."]).done();
    assert_eq!(text, "2 runs, 2 files: nothing found\n");
}

#[test]
fn damage_and_what_is_hidden_behind_it() {
    let dir = demo();
    // The middle one of three values is damaged and the last one torn; the slow loader shows one of three.
    let val = dir.path().join("runs/val");
    assert_findings(&val, 3, &[("damage", "", 2, 1), ("torn_tail", "", 3, 1)]);

    let path = val.join(FILE);
    let mut bytes = fs::read(&path).unwrap();
    let start = bytes.len();
    record::frame(&mut bytes, b"\x0a");
    bytes.extend([0; 100]);
    record::frame(
        &mut bytes,
        b"\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f",
    );
    bytes.extend([0; 100]);
    fs::write(&path, &bytes[..]).unwrap();
    let found = findings(&val, 3);
    let place = |problem: &str| found.iter().position(|f| f.0 == problem).unwrap();
    assert!(place("damage") < place("behind_slow"), "{found:?}");
    assert_eq!(found[place("behind_slow")].3, 1, "{found:?}");
    assert_eq!(found[place("behind_fast")].3, 1, "{found:?}");
    assert_eq!(found[place("not_an_event")].3, 1, "{found:?}, {start}");
    assert!(found.iter().any(|f| f.0 == "zero_tail"), "{found:?}");
}

#[test]
fn steps_out_of_order_and_their_price() {
    let dir = tempfile::tempdir().unwrap();
    let steps = [1, 2, 2, 3, 1, 4];
    let mut events = vec![version("t")];
    events.extend(steps.iter().map(|&step| scalar(step, "loss", 0.5)));
    write(dir.path(), &events);
    assert_findings(
        dir.path(),
        3,
        &[
            ("duplicate_steps", "loss", 3, 1),
            ("steps_back", "loss", 5, 1),
            // All but the last values of steps 1 and 4.
            ("rewound", "loss", -1, 4),
        ],
    );
}

#[test]
fn a_start_discards_points_in_the_slow_loader_only() {
    let dir = tempfile::tempdir().unwrap();
    let start = |step| proto::Event {
        wall_time: 1_700_000_000.0,
        step,
        what: Some(What::SessionLog(proto::SessionLog {
            status: proto::session_log::SessionStatus::Start as i32,
            ..Default::default()
        })),
        ..Default::default()
    };
    let events = [
        version("t"),
        start(0),
        scalar(1, "loss", 0.5),
        scalar(2, "loss", 0.5),
        start(2),
        scalar(3, "loss", 0.5),
    ];
    write(dir.path(), &events);
    assert_findings(dir.path(), 3, &[("restarted", "loss", -1, 1)]);
}

#[test]
fn series_that_no_dashboard_gets() {
    let dir = tempfile::tempdir().unwrap();
    let text = Text::new("a");
    let bare = |step, tag: &str| {
        let mut event = plugin(step, tag, &text);
        if let Some(What::Summary(summary)) = &mut event.what {
            summary.value[0].metadata = None;
        }
        event
    };
    let mut custom = plugin(0, "custom", &text);
    if let Some(What::Summary(summary)) = &mut custom.what {
        summary.value[0].metadata = Some(tfevents::plugin::metadata("mine", Vec::new()));
    }
    let events = [
        version("t"),
        bare(0, "late"),
        plugin(1, "late", &text),
        bare(0, "never"),
        bare(1, "never"),
        custom,
        scalar(0, "both", 0.5),
        plugin(1, "both", &text),
        broken_scalar(0, "no number"),
    ];
    write(dir.path(), &events);
    assert_findings(
        dir.path(),
        3,
        &[
            ("late_metadata", "late", 1, 2),
            ("no_metadata", "never", 3, 2),
            ("two_kinds", "both", 7, 1),
            ("unknown_plugin", "custom", -1, 1),
            ("form", "no number", -1, 1),
        ],
    );
}

#[test]
fn numbers_that_the_fast_loader_hides() {
    let dir = tempfile::tempdir().unwrap();
    let double = proto::summary::Value {
        tag: "loss".to_owned(),
        metadata: Some(tfevents::plugin::metadata("scalars", Vec::new())),
        value: Some(Value::Tensor(proto::TensorProto {
            dtype: proto::DataType::Double as i32,
            double_val: vec![0.5],
            ..Default::default()
        })),
        ..Default::default()
    };
    write(
        dir.path(),
        &[version("t"), value(0, double), scalar(1, "loss", 0.5)],
    );
    assert_findings(dir.path(), 3, &[("form", "loss", -1, 1)]);
}

#[test]
fn times_that_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("t")];
    events.extend((0..4).map(|step| scalar(step, "loss", 0.5)));
    events[1].wall_time = f64::INFINITY;
    events[2].wall_time = f64::NAN;
    write(dir.path(), &events);
    assert_findings(
        dir.path(),
        3,
        &[
            ("wall_time", "", 1, 1),
            ("wall_time", "", 2, 1),
            // The event itself and the two behind it.
            ("behind_fast", "", 2, 3),
        ],
    );
}

#[test]
fn writers_that_overlap_and_files_without_content() {
    let dir = tempfile::tempdir().unwrap();
    let events = |from: i64| {
        let mut events = vec![version("t")];
        events.extend((from..from + 4).map(|step| scalar(step, "loss", 0.5)));
        events
    };
    write(dir.path(), &events(0));
    write_events(dir.path().join(format!("{FILE}.b")), &events(2));
    write_events(dir.path().join(format!("{FILE}.c")), &events(9)[..1]);
    fs::write(dir.path().join(format!("{FILE}.d")), b"").unwrap();
    write_events(dir.path().join(format!("{FILE}.e")), &events(20)[1..]);
    assert_findings(
        dir.path(),
        3,
        &[
            ("two_writers", "", -1, 1),
            ("steps_back", "loss", 1, 1),
            ("no_values", "", -1, 1),
            ("empty_file", "", -1, 1),
            ("no_file_version", "", 0, 1),
            ("rewound", "loss", -1, 2),
        ],
    );
}

#[test]
fn warnings_and_notes_are_no_findings() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b", "c"] {
        let tags: &[&str] = if run == "c" {
            &["acc"]
        } else {
            &["acc", "loss"]
        };
        let mut events: Vec<_> = tags.iter().map(|tag| scalar(0, tag, 0.5)).collect();
        events.insert(0, version("t"));
        write(&dir.path().join(run), &events);
    }
    assert_findings(dir.path(), 0, &[("missing_tag", "loss", -1, 1)]);
    let text = tfevents(dir.path(), &["check", ".", "--tag", "acc"]).done();
    assert_eq!(text, "3 runs, 3 files: nothing found\n");
}
