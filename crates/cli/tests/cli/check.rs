//! `tfevents check`.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value as Json;
use tfevents::plugin::hparams::HParamValue;
use tfevents::proto::{self, Message as _, event::What, summary::value::Value};
use tfevents::{Text, record};

use crate::support::{
    FILE, assert_documented, assert_golden, broken_scalar, command, demo, fixture, hparams, plugin,
    run, scalar, tfevents, value, version, write_events,
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
    assert_eq!(text, "2 runs, 2 files: no problems found\n");
}

#[test]
fn damage_and_what_stands_behind_it() {
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
        let mut mine = tfevents::plugin::metadata("mine", Vec::new());
        mine.data_class = 0;
        summary.value[0].metadata = Some(mine);
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
            ("unknown_plugin", "custom", 5, 1),
            ("two_kinds", "both", 7, 1),
            ("scalar_form", "no number", 8, 1),
            ("nothing_left", "no number", -1, 1),
        ],
    );
}

#[test]
fn numbers_that_the_fast_loader_does_not_show() {
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
    assert_eq!(text, "3 runs, 3 files: no problems found\n");
}

#[test]
fn repeated_damage_is_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    record::frame(&mut bytes, &version("t").encode_to_vec());
    for step in 0..20 {
        let start = bytes.len();
        record::frame(&mut bytes, &scalar(step, "loss", 0.5).encode_to_vec());
        if step % 2 == 0 {
            bytes[start + 20] ^= 1;
        }
    }
    fs::write(dir.path().join(FILE), bytes).unwrap();
    assert_findings(
        dir.path(),
        3,
        &[("damage", "", 1, 10), ("behind_slow", "", 1, 10)],
    );
    let text = tfevents(dir.path(), &["check", "."]).ended(3, "");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "418 bytes are damaged: payload checksum mismatch",
        "(10 places) → Run `tfevents repair` to copy",
        "1 run, 1 file: 1 case of damage, 1 not shown by TensorBoard",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Writes runs with these tags.
fn write_runs(dir: &Path, runs: &[(&str, &[&str])]) {
    for (run, tags) in runs {
        let mut events = vec![version("t")];
        events.extend(tags.iter().map(|tag| scalar(0, tag, 0.5)));
        write(&dir.join(run), &events);
    }
}

#[test]
fn tags_are_compared_among_runs_that_belong_together() {
    let train: &[&str] = &["loss", "lr"];
    let eval: &[&str] = &["acc", "f1"];
    let dir = tempfile::tempdir().unwrap();
    write_runs(
        dir.path(),
        &[
            ("adam/train", train),
            ("adam/eval", eval),
            ("adam/test", eval),
            ("sgd/train", train),
            ("sgd/eval", eval),
            ("sgd/test", eval),
            ("lion/train", &["loss"]),
            ("lion/eval", eval),
            ("lion/test", eval),
        ],
    );
    assert_findings(dir.path(), 0, &[("missing_tag", "lr", -1, 1)]);

    // Names that are the same by chance, of runs that have nothing in common.
    let dir = tempfile::tempdir().unwrap();
    for (project, tags) in [("mnist", train), ("pong", eval), ("cartpole", eval)] {
        let runs = ["a", "b", "c"].map(|run| format!("{project}/{run}"));
        write_runs(dir.path(), &runs.each_ref().map(|run| (run.as_str(), tags)));
    }
    assert_findings(dir.path(), 0, &[]);

    // Runs that are given one by one are side by side as well.
    let dir = tempfile::tempdir().unwrap();
    write_runs(dir.path(), &[("a", train), ("b", train), ("c", &["loss"])]);
    let text = tfevents(dir.path(), &["check", "a", "b", "c"]).done();
    assert!(
        text.contains("note       lr: this run lacks a tag"),
        "{text}"
    );
}

#[test]
fn a_session_in_the_logdir_itself_has_no_metrics() {
    let dir = tempfile::tempdir().unwrap();
    let hparams = hparams(&[("lr", HParamValue::Number(0.1))]);
    write(dir.path(), &[version("t"), hparams, scalar(1, "loss", 0.5)]);
    let text = tfevents(dir.path(), &["check", "."]).ended(3, "");
    assert!(
        text.contains("HParams: the session is in the logdir itself"),
        "{text}"
    );
    // A file alone is not a logdir.
    tfevents(dir.path(), &["check", FILE]).done();
    let above = tempfile::tempdir().unwrap();
    fs::rename(dir.path(), above.path().join("run")).unwrap();
    tfevents(above.path(), &["check", "."]).done();
}

#[test]
fn embeddings_of_a_logdir_that_is_not_a_run() {
    let dir = tempfile::tempdir().unwrap();
    write_runs(dir.path(), &[("logs/a", &["loss"])]);
    fs::write(dir.path().join("t.tsv"), "1\t2\n").unwrap();
    let config = "embeddings { tensor_name: 'w' tensor_path: '../t.tsv' }";
    fs::write(dir.path().join("logs/projector_config.pbtxt"), config).unwrap();
    assert_findings(
        &dir.path().join("logs"),
        3,
        &[("projector_outside", "w", -1, 1)],
    );
    let text = tfevents(dir.path(), &["check", "logs"]).ended(3, "");
    assert!(text.contains("projector_config.pbtxt"), "{text}");
    assert!(
        text.contains("1 run, 1 file: 1 not shown by TensorBoard"),
        "{text}"
    );
}

#[test]
fn files_without_any_record_are_not_called_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    fs::write(dir.path().join("a.tfevents.1"), pointer).unwrap();
    fs::write(
        dir.path().join("b.tfevents.txt"),
        "step 1: loss 0.5\n".repeat(9),
    )
    .unwrap();
    fs::write(dir.path().join("c.tfevents.bin"), [0x81; 300]).unwrap();
    fs::write(dir.path().join("d.tfevents.1"), "{\"step\": 1}\n".repeat(9)).unwrap();
    assert_findings(dir.path(), 3, &[("no_records", "", -1, 1); 3]);
    let text = tfevents(dir.path(), &["check", "."]).ended(3, "");
    for part in [
        "git lfs pull",
        "1 text file, 153 B: not events, but its name contains `tfevents`",
        "not an event file, or completely damaged",
        "this is a JSON file, not an event file",
        "2 cases of damage",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn files_of_other_programs_are_named_for_what_they_are() {
    let dir = tempfile::tempdir().unwrap();
    write_runs(dir.path(), &[("a", &["loss"])]);
    let steps = "{\"step\": 1}\n".repeat(9);
    let gzip = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(steps.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let files: [(&str, &[u8], &str); 5] = [
        ("x.tfevents.jsonl", steps.as_bytes(), "json"),
        ("x.tfevents.jsonl.gz", &gzip, "json"),
        ("x.tfevents.zip", b"PK\x03\x04\x14\0\0\0\x08\0", "zip"),
        ("x.tfevents.ckpt", b"\x80\x02}q\0X\x05\0\0\0state", "pickle"),
        ("x.tfevents.csv", b"step,loss\n1,0.5\n", "text"),
    ];
    for (name, bytes, _) in &files {
        fs::write(dir.path().join("a").join(name), bytes).unwrap();
    }
    // None of them is an event file of the run, and nothing is damaged.
    let text = tfevents(dir.path(), &["check", "."]).done();
    assert!(text.contains("1 run, 1 file: "), "{text}");
    assert!(!text.contains("damage"), "{text}");
    let json = tfevents(dir.path(), &["check", "--json", "."]).done();
    let json: Json = serde_json::from_str(&json).unwrap();
    let beside: Vec<_> = json["beside"].as_array().unwrap().iter().collect();
    for (name, _, kind) in files {
        let is_named = beside.iter().any(|beside| beside["kind"] == kind);
        assert!(is_named, "{name}: {beside:?}");
    }
}

/// Zstandard's frames may need what only the program `zstd` has.
#[test]
fn what_takes_another_program_to_unpack_is_not_damaged() {
    let dir = tempfile::tempdir().unwrap();
    write_runs(dir.path(), &[("a", &["loss"])]);
    // A dictionary's number, and a window of 2 GiB.
    for (header, needs, cure) in [
        (
            &b"\x01\x58\x07"[..],
            "the dictionary 7 ",
            "`zstd -d -D DICTIONARY`",
        ),
        (
            b"\0\xa8",
            "a window of 2147483648 bytes",
            "`zstd -d --long=31`",
        ),
    ] {
        let file = [b"\x28\xb5\x2f\xfd", header, b"\x29\0\0loss\n"].concat();
        fs::write(dir.path().join("a/e.tfevents.zst"), file).unwrap();
        assert_findings(dir.path(), 3, &[("unsupported", "", -1, 1)]);
        let text = tfevents(dir.path(), &["check", "."]).ended(3, "");
        for part in ["not shown", needs, cure] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("damage"), "{text}");
        let exported = tfevents(dir.path(), &["export", "."]);
        assert_eq!(exported.status, 3, "{}", exported.stderr);
        for part in ["a/e.tfevents.zst: ", needs, cure] {
            assert!(
                exported.stderr.contains(part),
                "{part}: {}",
                exported.stderr
            );
        }
        let repaired = tfevents(dir.path(), &["repair", "a", "-o", "out"]);
        let told = repaired.stdout + &repaired.stderr;
        assert!(told.contains(cure), "{told}");
        fs::remove_dir_all(dir.path().join("out")).unwrap();
    }
}

#[test]
fn an_empty_tag_can_be_seen() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[version("t"), scalar(2, "", 0.5), scalar(1, "", 0.25)],
    );
    let text = tfevents(dir.path(), &["check", "."]).ended(3, "");
    assert!(
        text.contains(": ``: steps go back, first from 2 to 1"),
        "{text}"
    );
}
