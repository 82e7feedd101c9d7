//! Policies, smoothing, sampling and parts of the runs.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;
use tfevents::Text;

use crate::support::{FILE, plugin, scalar, tfevents, version, write_events};

/// A run that goes back to step 2, and has step 3 twice.
fn restarted() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let points = [
        (1, 1.0),
        (2, 2.0),
        (3, 3.0),
        (2, 20.0),
        (3, 30.0),
        (3, 31.0),
    ];
    let mut events = vec![version("x")];
    events.extend(points.map(|(step, v)| scalar(step, "loss", v)));
    write_events(dir.path().join(FILE), &events);
    dir
}

/// Steps and values of the only series.
fn points(dir: &Path, args: &[&str]) -> Vec<(i64, f64)> {
    let csv = tfevents(dir, &[&["export", "."], args].concat()).done();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| (row[2].parse().unwrap(), row[4].parse().unwrap()))
        .collect()
}

#[test]
fn policies_show_what_the_loaders_show() {
    let dir = restarted();
    let policy = |name| points(dir.path(), &["--policy", name]);
    let all = [
        (1, 1.0),
        (2, 2.0),
        (3, 3.0),
        (2, 20.0),
        (3, 30.0),
        (3, 31.0),
    ];
    assert_eq!(policy("raw"), all);
    assert_eq!(policy("slow"), all, "without a START nothing goes");
    assert_eq!(policy("fast"), [(1, 1.0), (2, 20.0), (3, 31.0)]);
    assert_eq!(policy("last-wins"), [(1, 1.0), (2, 20.0), (3, 31.0)]);
}

#[test]
fn every_format_takes_a_view() {
    let dir = restarted();
    let view = ["--policy", "last-wins", "--smooth", "0.5"];
    // 1, then (0.5·0.5·1 + 0.5·20) / 0.75, then …
    let smoothed = points(dir.path(), &view);
    assert_eq!(smoothed[0], (1, 1.0));
    assert!(
        (smoothed[1].1 - (0.25 + 10.0) / 0.75).abs() < 1e-12,
        "{smoothed:?}"
    );
    let value = smoothed[1].1.to_string();
    for format in [&["--format", "jsonl"][..], &["--format", "md"], &["--wide"]] {
        let args = [&["export", "."], &view[..], format].concat();
        let table = tfevents(dir.path(), &args).done();
        assert!(table.contains(&value), "{format:?}: {table}");
        assert!(!table.contains("31"), "{format:?}: {table}");
    }
}

#[test]
fn values_of_other_kinds_are_seen_through_policies_and_samples_too() {
    let dir = tempfile::tempdir().unwrap();
    let note = |step, text| plugin(step, "note", &Text::new(text));
    let events = [
        version("x"),
        note(1, "a"),
        note(2, "b"),
        note(1, "c"),
        note(2, "d"),
    ];
    write_events(dir.path().join(FILE), &events);
    let texts = |args: &[&str]| {
        let args = [&["export", ".", "--kind", "text"], args].concat();
        let csv = tfevents(dir.path(), &args).done();
        let rows = csv.lines().skip(1).map(|row| row.rsplit(',').next());
        rows.map(Option::unwrap).collect::<String>()
    };
    assert_eq!(texts(&[]), "abcd");
    assert_eq!(texts(&["--policy", "last-wins"]), "cd");
    assert_eq!(texts(&["--policy", "fast"]), "cd");
    assert_eq!(texts(&["--sample", "1"]), "d");
    let args = ["export", ".", "--format", "jsonl", "--policy", "last-wins"];
    let json = tfevents(dir.path(), &args).done();
    let plain = tfevents(dir.path(), &args[..4]).done();
    assert_eq!(
        json,
        plain
            .lines()
            .skip(2)
            .fold(String::new(), |all, line| all + line + "\n")
    );
}

#[test]
fn samples_are_as_large_as_asked_and_of_the_method() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<_> = (0..1000_i16)
        .map(|i| {
            let v = if i == 617 { 99.0 } else { f32::from(i % 7) };
            scalar(i.into(), "loss", v)
        })
        .collect();
    write_events(dir.path().join(FILE), &events);
    let by = |method| points(dir.path(), &["--sample", "50", "--sample-by", method]);
    let chance = by("reservoir");
    assert_eq!(chance.len(), 50);
    assert_eq!(
        chance,
        points(dir.path(), &["--sample", "50"]),
        "always the same"
    );
    assert_eq!(chance.last().unwrap().0, 999);
    for method in ["lttb", "envelope"] {
        let points = by(method);
        assert!(
            (50..=54).contains(&points.len()),
            "{method}: {}",
            points.len()
        );
        assert!(points.contains(&(617, 99.0)), "{method}");
    }
}

#[test]
fn parts_are_all_of_the_runs_and_no_run_twice() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..20 {
        let run = format!("run{i}");
        write_events(dir.path().join(run).join(FILE), &[scalar(0, "a", 1.0)]);
    }
    let mut seen = BTreeSet::new();
    for part in ["1/3", "2/3", "3/3"] {
        let csv = tfevents(dir.path(), &["export", ".", "--shard", part]).done();
        for line in csv.lines().skip(1) {
            let run = line.split(',').next().unwrap().to_owned();
            assert!(seen.insert(run), "{line} is in {part} and before");
        }
    }
    assert_eq!(seen.len(), 20);
}

/// What is asked for and not there is told, whichever way the files are read.
#[test]
fn tags_and_kinds_that_are_missing_are_told() {
    let dir = restarted();
    for view in [&[][..], &["--policy", "fast"]] {
        let args = [&["export", ".", "--tag", "lsos"], view].concat();
        tfevents(dir.path(), &args)
            .ended(3, "error: no tag matches `lsos`; did you mean `loss`?\n");
        let args = [&["export", ".", "--kind", "text"], view].concat();
        let output = tfevents(dir.path(), &args);
        assert_eq!((output.status, &*output.stdout), (3, ""));
        let told = "error: no series of kind text";
        assert!(output.stderr.starts_with(told), "{}", output.stderr);
    }
}
