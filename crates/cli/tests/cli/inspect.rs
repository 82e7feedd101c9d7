//! `tfevents inspect`.

use std::fs;

use serde_json::Value as Json;

use crate::support::{
    FILE, assert_documented, assert_golden, broken_scalar, command, demo, fixture, only_file, run,
    scalar, tfevents, version, write_events,
};

/// Finds a run or series of a JSON report by name.
fn named<'j>(list: &'j Json, key: &str, name: &str) -> &'j Json {
    let mut items = list.as_array().unwrap().iter();
    items
        .find(|item| item[key] == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

fn report(args: &[&str], status: i32) -> Json {
    let args: Vec<_> = ["inspect", "--json"].iter().chain(args).copied().collect();
    let output = tfevents(fixture(""), &args);
    serde_json::from_str(&output.ended(status, "")).unwrap()
}

#[test]
fn text_fits_eighty_columns_and_tells_damage() {
    let dir = demo();
    let mut inspect = command(dir.path(), &["inspect", "runs"]);
    inspect.env("COLUMNS", "80");
    let text = run(inspect, &[]).ended(3, "");
    assert_golden("inspect.txt", &text);
    assert!(text.lines().all(|line| line.len() <= 80));
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let json = tfevents(dir.path(), &["inspect", "--json", "runs"]).ended(3, "");
    assert_documented("tfevents inspect --json runs", &json);
}

#[test]
fn numbers_are_those_of_the_files() {
    let report = report(&["torch/scalars"], 0);
    let run = named(&report["runs"], "run", ".");
    let special = &named(&run["series"], "tag", "special")["scalar"];
    assert_eq!(special["first"], "NaN");
    assert_eq!(special["min"], "-Infinity");
    assert_eq!(special["max"], "Infinity");
    assert_eq!(special["nan"], 1);
    assert_eq!(run["files"][0]["version"], "brain.Event:2");
    assert_eq!(run["files"][0]["tail"]["state"], "clean");
    let bytes = only_file(&fixture("torch/scalars"))
        .metadata()
        .unwrap()
        .len();
    assert_eq!(run["bytes"], bytes);
}

#[test]
fn every_kind_is_named() {
    let report = report(&["tf2", "tf1", "tensorboardx", "torch", "keras"], 0);
    let series = report["runs"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|run| run["series"].as_array().unwrap());
    let mut kinds: Vec<_> = series
        .map(|series| series["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let expected = [
        "audio",
        "custom_scalars",
        "graph",
        "histogram",
        "hparams",
        "image",
        "mesh",
        "other",
        "pr_curve",
        "scalar",
        "text",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn runs_are_named_by_their_path_where_several_are_given() {
    let names = |args: &[&str]| {
        let report = report(args, 0);
        let runs = report["runs"].as_array().unwrap().clone();
        runs.into_iter()
            .map(|run| run["run"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["keras"]), ["train", "validation"]);
    assert_eq!(names(&["keras/train"]), ["."]);
    assert_eq!(
        names(&["keras/", "tf2/text"]),
        ["keras/train", "keras/validation", "tf2/text"]
    );
}

#[test]
fn filters_choose_runs_and_tags() {
    let report = report(&["keras", "--run", "val*", "--tag", "epoch_*"], 0);
    let runs = report["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let tags = runs[0]["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["tag"].as_str().unwrap());
    assert_eq!(tags.collect::<Vec<_>>(), ["epoch_accuracy", "epoch_loss"]);
}

#[test]
fn a_file_is_read_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join("log.bin"),
        &[version("x"), scalar(3, "a", 1.0)],
    );
    let text = tfevents(dir.path(), &["inspect", "log.bin"]).done();
    assert!(text.contains("2 events"), "{text}");
}

#[test]
fn many_runs_get_a_line_each_unless_asked_for_more() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..12 {
        let file = dir.path().join(format!("runs/seed{i:02}")).join(FILE);
        let events = [
            version("x"),
            scalar(0, "loss", 1.0),
            scalar(10, "loss", i as f32),
        ];
        write_events(file, &events);
    }
    let text = tfevents(dir.path(), &["inspect", "runs"]).done();
    assert_golden("inspect-overview.txt", &text);
    let long = tfevents(dir.path(), &["inspect", "-v", "runs"]).done();
    assert_eq!(long.matches("loss").count(), 12);
}

#[test]
fn values_that_are_not_what_they_claim_are_findings() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("x"),
        broken_scalar(0, "acc"),
        scalar(1, "loss", 0.5),
    ];
    write_events(dir.path().join(FILE), &events);
    let text = tfevents(dir.path(), &["inspect", "."]).ended(3, "");
    assert!(text.contains("record 1 at byte"), "{text}");
    assert!(text.contains("acc: a scalar series holds"), "{text}");
    let json = tfevents(dir.path(), &["inspect", "--json", "."]).ended(3, "");
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!(json["runs"][0]["files"][0]["damaged"], 1);
    assert_eq!(json["runs"][0]["files"][0]["findings"][0]["record"], 1);
}

#[test]
fn nothing_of_a_file_reaches_the_terminal_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let evil = "\x1b]0;title\x07\nred";
    write_events(
        dir.path().join(FILE),
        &[version(evil), scalar(0, evil, 0.5)],
    );
    let text = tfevents(dir.path(), &["inspect", "."]).done();
    assert!(!text.contains(['\x1b', '\x07']), "{text:?}");
    assert!(text.contains("\\u{1b}]0;title\\u{7}\\nred"), "{text:?}");
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_shown_as_escapes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join(OsStr::from_bytes(b"caf\xe9"));
    write_events(run.join(FILE), &[version("x"), scalar(0, "a", 0.5)]);
    let json = tfevents(dir.path(), &["inspect", "--json", "."]).done();
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!(json["runs"][0]["run"], "caf\\xe9");
    assert_eq!(json["runs"][0]["directory"], "./caf\\xe9");
}

#[test]
fn what_is_no_event_file_is_called_so() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("notes.md"), "# Not an event file at all\n").unwrap();
    let text = tfevents(dir.path(), &["inspect", "notes.md"]).ended(3, "");
    let named = "this is a text file, not an event file\n";
    assert!(text.contains(named), "{text}");
}

/// Runs of different sizes, lengths and ages, one of them below another.
fn forest() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |run: &str, points: i64, step: i64| {
        let mut events = vec![version("x")];
        events.extend((0..points).map(|i| scalar(step + i, "loss", 0.5)));
        write_events(dir.path().join("runs").join(run).join(FILE), &events);
    };
    write("old/deep/seed10", 3, 0);
    write("old/deep/seed2", 1, 500);
    write("new", 2, 100);
    write("new/eval", 5, 7);
    dir
}

#[test]
fn runs_stand_in_the_order_asked_for() {
    let dir = forest();
    let names = |by: &str| {
        let args = ["inspect", "--json", "runs", "--sort", by];
        let json: Json = serde_json::from_str(&tfevents(dir.path(), &args).done()).unwrap();
        let runs = json["runs"].as_array().unwrap().iter();
        runs.map(|run| run["run"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (eval, new, seed2, seed10) = ("new/eval", "new", "old/deep/seed2", "old/deep/seed10");
    assert_eq!(names("run"), [new, eval, seed2, seed10]);
    assert_eq!(names("-points"), [eval, seed10, new, seed2]);
    assert_eq!(names("-size"), [eval, seed10, new, seed2]);
    assert_eq!(names("-step"), [seed2, new, eval, seed10]);
    assert_eq!(names("-time"), [seed2, new, eval, seed10]);
}

#[test]
fn runs_can_be_seen_as_a_tree() {
    let dir = forest();
    let tree = |path: &str, sort: &str| {
        tfevents(dir.path(), &["inspect", "--tree", path, "--sort", sort]).done()
    };
    assert_golden("inspect-tree.txt", &tree("runs", "run"));
    let by_step = tree("runs", "-step");
    assert_eq!(by_step.lines().nth(1), Some("old/deep"), "{by_step}");
    // The logdir itself is a run like others.
    assert!(tree("runs/new", "run").contains("\n.  "));
    let args = ["inspect", "--tree", "runs/new", "runs/old"];
    assert!(tfevents(dir.path(), &args).done().contains("\nruns\n"));
}

#[test]
fn sizes_are_told_by_plugin() {
    let report = report(&["tf2/images", "tf2/scalars"], 0);
    for run in report["runs"].as_array().unwrap() {
        let list = run["plugins"].as_array().unwrap();
        let sum = |key: &str, list: &[Json]| -> u64 {
            list.iter().map(|item| item[key].as_u64().unwrap()).sum()
        };
        let series = run["series"].as_array().unwrap();
        for key in ["points", "bytes"] {
            let (plugins, none): (Vec<_>, Vec<_>) = list
                .iter()
                .cloned()
                .partition(|item| item["plugin"].is_string());
            assert_eq!(sum(key, &plugins), sum(key, series));
            assert_eq!(none.len(), 1);
        }
        assert_eq!(sum("bytes", list), run["bytes"].as_u64().unwrap());
    }
    assert_eq!(report["runs"][0]["plugins"][0]["plugin"], "images");
    // Written without metadata, and shown by the same plugin.
    let old = self::report(&["torch/scalars"], 0);
    assert_eq!(old["runs"][0]["plugins"][0]["plugin"], "scalars");
}

#[test]
fn without_verifying_the_same_is_seen() {
    for path in ["tf1", "tf2", "tensorboardx", "torch", "keras"] {
        assert_eq!(report(&[path], 0), report(&[path, "--no-verify"], 0));
    }
    let dir = demo();
    // The bit that was flipped in a payload goes unnoticed there, but not the unfinished record.
    let text = tfevents(dir.path(), &["inspect", "--no-verify", "runs/val"]).ended(3, "");
    assert!(text.contains("3 events"), "{text}");
    assert!(
        !text.contains("checksum") && text.contains("unfinished"),
        "{text}"
    );
}

#[test]
fn only_scalars_are_decoded() {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("x"), broken_scalar(0, "x")];
    // The same tensor under the name of a plugin that takes no text.
    if let Some(tfevents::proto::event::What::Summary(summary)) = &mut events[1].what {
        summary.value[0].metadata = Some(tfevents::plugin::metadata("images", Vec::new()));
    }
    write_events(dir.path().join(FILE), &events);
    let text = tfevents(dir.path(), &["inspect", "."]).done();
    assert!(text.contains("image"), "{text}");
    assert_eq!(tfevents(dir.path(), &["check", "."]).status, 3);
}

#[test]
fn tags_that_begin_alike_share_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![scalar(0, "loss", 0.5)];
    for layer in 0..100 {
        for name in ["weight", "bias"] {
            events.push(scalar(layer, &format!("layer_{layer}/{name}"), 0.5));
        }
    }
    write_events(dir.path().join("runs").join(FILE), &events);
    let short = tfevents(dir.path(), &["inspect", "runs"]).done();
    let line = short
        .lines()
        .find(|line| line.contains("layer_*/…"))
        .unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words, ["layer_*/…", "200", "0..99", "200", "tags"]);
    assert!(
        short.contains("loss") && !short.contains("layer_7/"),
        "{short}"
    );
    for flag in ["--verbose", "-v"] {
        let long = tfevents(dir.path(), &["inspect", "runs", flag]).done();
        assert!(
            long.contains("layer_7/bias") && !long.contains('…'),
            "{long}"
        );
    }
}
