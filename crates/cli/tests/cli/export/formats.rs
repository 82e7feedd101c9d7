//! The formats, and how they are chosen.

use std::fs;

use tfevents::plugin::histogram::Histogram;
use tfevents::plugin::hparams::Status;
use tfevents::sink::{Fanout, Sink as _};
use tfevents::{At, HParams, Image, SummaryWriter};
use tfevents_table::JsonLines;

use crate::support::{FILE, demo, scalar, tfevents, write_events};
#[cfg(unix)]
use crate::support::{fixture, run};

#[test]
fn markdown_is_a_table() {
    let dir = tempfile::tempdir().unwrap();
    let events = [scalar(0, "a|b\nc", 0.1), scalar(1, "a|b\nc", f32::NAN)];
    write_events(dir.path().join(FILE), &events);
    let table = tfevents(dir.path(), &["export", ".", "--format", "md"]).done();
    assert_eq!(
        table,
        "| run | tag | step | wall_time | value |\n\
         | --- | --- | --: | --: | --: |\n\
         | . | a\\|b<br>c | 0 | 1700000000.5 | 0.1 |\n\
         | . | a\\|b<br>c | 1 | 1700000001.5 | NaN |\n"
    );
    let wide = tfevents(dir.path(), &["export", ".", "--format", "md", "--wide"]).done();
    assert_eq!(
        wide.lines().nth(2).unwrap(),
        "| . | 0 | 1700000000.5 | 0.1 |"
    );
}

/// A training that logs to both gets the same lines at once and by `export` later.
#[test]
fn json_lines_logged_directly_are_those_of_the_event_file() {
    let dir = tempfile::tempdir().unwrap();
    let lines = dir.path().join("log.jsonl");
    let sinks = Fanout::new()
        .with("events", SummaryWriter::new(dir.path().join("r")).unwrap())
        .with(
            "json",
            JsonLines::new(fs::File::create(&lines).unwrap(), "."),
        );
    let at = |step| At::new(step).at(1.5);
    sinks
        .log_hparams(&HParams::new().with("lr", 0.5).group("g"))
        .unwrap();
    sinks.log_scalar("s", 0.25, at(1)).unwrap();
    sinks.log_scalar("s", f64::INFINITY, at(2)).unwrap();
    let histogram = Histogram::new([1.0, 2.0]);
    sinks.log_histogram("h", &histogram, at(1)).unwrap();
    sinks.log_text("t", "läuft\n", at(1)).unwrap();
    let image = Image::encoded(*b"GIF89a\x05\0\x04\0\0\0\0").unwrap();
    sinks.log_image("i", &image, at(1)).unwrap();
    sinks.end(Status::Success).unwrap();

    let exported = tfevents(dir.path(), &["export", "r", "--format", "jsonl"]).done();
    // Sessions start and end at times of their own.
    let without_times = |line: &str| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["kind"] == "hparams" {
            line["wall_time"].take();
            for event in line["value"].as_object_mut().unwrap().values_mut() {
                event["time"].take();
            }
        }
        line
    };
    let logged = fs::read_to_string(lines).unwrap();
    let logged: Vec<_> = logged.lines().map(without_times).collect();
    let exported: Vec<_> = exported.lines().map(without_times).collect();
    assert_eq!(logged.len(), 7);
    assert_eq!(logged, exported);
}

#[test]
fn the_name_of_the_output_says_the_format() {
    let dir = demo();
    for (name, start) in [
        ("x.md", "| run |"),
        ("x.jsonl", "{\"run\":"),
        ("x.NPZ", "PK"),
        ("x.csv", "run,tag"),
        ("x.txt", "run,tag"),
    ] {
        tfevents(dir.path(), &["export", "runs/train", "-o", name]).done();
        let bytes = fs::read(dir.path().join(name)).unwrap();
        assert!(bytes.starts_with(start.as_bytes()), "{name}");
    }
    let args = [
        "export",
        "runs/train",
        "-o",
        "x.md",
        "--format",
        "csv",
        "--force",
    ];
    tfevents(dir.path(), &args).done();
    let text = fs::read_to_string(dir.path().join("x.md")).unwrap();
    assert!(text.starts_with("run,tag"), "{text}");
}

#[test]
fn an_output_whose_name_says_another_format_is_refused() {
    let dir = demo();
    for name in ["x.xlsx", "x.csv.bz2", "x.json"] {
        let output = tfevents(dir.path(), &["export", "runs/train", "-o", name]);
        assert_eq!(output.status, 2, "{name}");
        assert!(
            output.stderr.contains("it must end in .csv, .tsv, .jsonl"),
            "{}",
            output.stderr
        );
        assert!(!dir.path().join(name).exists());
        let args = ["export", "runs/train", "-o", name, "--format", "csv"];
        tfevents(dir.path(), &args).done();
    }
}

#[cfg(feature = "parquet")]
#[test]
fn binary_formats_start_and_end_as_they_should() {
    let dir = demo();
    for (name, mark) in [("parquet", "PAR1"), ("arrow", "ARROW1")] {
        let args = [
            "export",
            "runs/train",
            "--format",
            name,
            "-o",
            "x",
            "--force",
        ];
        tfevents(dir.path(), &args).done();
        let file = fs::read(dir.path().join("x")).unwrap();
        assert!(file.starts_with(mark.as_bytes()) && file.ends_with(mark.as_bytes()));
        let piped =
            crate::support::command(dir.path(), &["export", "runs/train", "--format", name])
                .output()
                .unwrap();
        assert!(piped.stdout == file, "standard output gets the same");
    }
}

#[test]
fn wide_columns_never_share_a_name_with_the_first_ones() {
    let dir = tempfile::tempdir().unwrap();
    write_events(dir.path().join(FILE), &[scalar(0, "step", 0.5)]);
    let csv = tfevents(dir.path(), &["export", ".", "--wide"]).done();
    assert_eq!(csv, "run,step,wall_time,step~2\n.,0,1700000000.5,0.5\n");
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = demo();
    let args = ["export", "runs", "-o", "x.csv", "--media", "m", "--dry-run"];
    let plan = tfevents(dir.path(), &args).done();
    let output = dir.path().join("x.csv");
    assert_eq!(
        plan,
        "m: media files\nx.csv: 2 runs, 2 event files (412 B)\n"
    );
    assert!(!output.exists() && !dir.path().join("m").exists());
    let input = format!("runs/train/{FILE}");
    let args = ["export", "runs", "--dry-run", "-o", &input];
    let failed = tfevents(dir.path(), &args);
    assert_eq!(failed.status, 1);
    assert!(
        failed.stderr.contains("it is one of the inputs"),
        "{}",
        failed.stderr
    );
}

#[test]
fn arguments_that_do_not_go_together_are_told() {
    let dir = demo();
    let fails = |args: &[&str], why: &str| {
        let output = tfevents(dir.path(), &[&["export", "runs"], args].concat());
        assert_eq!(output.status, 2, "{args:?}: {}", output.stderr);
        assert!(output.stderr.contains(why), "{args:?}: {}", output.stderr);
    };
    fails(
        &["--kind", "image"],
        "--kind image cannot be written as a table",
    );
    fails(&["--kind", "text,scalar"], "a table holds one --kind");
    fails(&["--kind", "txt"], "did you mean `text`?");
    fails(
        &["--wide", "--kind", "text"],
        "--wide works with scalars only",
    );
    fails(&["--smooth", "1"], "from 0 to below 1");
    fails(&["--sample", "0"], "--sample");
    fails(&["--sample-by", "lttb"], "--sample <N>");
    fails(&["--shard", "4/3"], "from 1/3 to 3/3");
}

/// Who reads the table may have seen enough.
#[cfg(unix)]
#[test]
fn a_broken_pipe_is_no_failure_in_any_format() {
    let program = env!("CARGO_BIN_EXE_tfevents");
    let mut formats = vec!["csv", "jsonl", "md", "npz"];
    if cfg!(feature = "parquet") {
        formats.extend(["parquet", "arrow"]);
    }
    for format in formats {
        let mut shell = std::process::Command::new("bash");
        let script = format!(
            "set -o pipefail; '{program}' export tf2 keras torch --kind scalar --format {format} | true"
        );
        shell.current_dir(fixture("")).args(["-c", &script]);
        let output = run(shell, &[]);
        assert_eq!((output.status, &*output.stderr), (0, ""), "{format}");
    }
}

#[test]
fn npz_refuses_names_that_fill_a_disk() {
    let dir = tempfile::tempdir().unwrap();
    let tags = std::iter::once("x".repeat(10_000)).chain((0..500).map(|n| format!("t{n}")));
    let events: Vec<_> = tags.map(|tag| scalar(1, &tag, 0.5)).collect();
    write_events(dir.path().join("runs").join(FILE), &events);
    let refused = tfevents(dir.path(), &["export", "runs", "-o", "out.npz"]);
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    let stderr = refused.stderr;
    assert!(
        stderr.starts_with("error: cannot write to `out.npz`: the array `tags` would need "),
        "{stderr}"
    );
    assert!(stderr.contains("CSV or JSON Lines"), "{stderr}");
    assert!(!dir.path().join("out.npz").exists());
    tfevents(dir.path(), &["export", "runs", "-o", "out.csv"]).done();
}
