//! `tfevents diff`.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tfevents::proto;
use tfevents::{Image, Layout, Text};

use crate::support::{
    FILE, Output, assert_documented, assert_golden, fixture, hparams, plugin, scalar, tfevents,
    version, write_events,
};

fn write(dir: &Path, run: &str, events: &[proto::Event]) {
    let mut all = vec![version("t")];
    all.extend_from_slice(events);
    write_events(dir.join(run).join(FILE), &all);
}

/// Two logdirs that differ in everything in which logdirs can.
fn pair() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let both = dir.path();
    let settings = |lr: f64, extra: &str| hparams(&[("lr", lr.into()), (extra, true.into())]);
    let common = [scalar(0, "acc", 0.5), scalar(1, "acc", f32::NAN)];
    let mut left = vec![settings(0.1, "left")];
    left.extend(common.clone());
    left.extend([
        scalar(0, "loss", 1.0),
        scalar(1, "loss", 0.5),
        scalar(2, "loss", f32::NAN),
        scalar(3, "loss", 1.0),
        scalar(0, "gone", 1.0),
        scalar(0, "kind", 1.0),
        plugin(7, "note", &Text::new("before")),
    ]);
    let mut right = vec![settings(0.2, "right")];
    right.extend(common);
    right.extend([
        scalar(0, "loss", 1.0),
        scalar(1, "loss", 0.501),
        scalar(2, "loss", f32::NAN),
        scalar(2, "loss", 0.0),
        scalar(4, "loss", 1.0),
        plugin(0, "kind", &Text::new("text")),
        plugin(7, "note", &Text::new("after")),
    ]);
    write(both, "a/train", &left);
    write(both, "b/train", &right);
    write(both, "a/same", &[scalar(0, "x", 1.0)]);
    write(both, "b/same", &[scalar(0, "x", 1.0)]);
    write(both, "a/old", &[scalar(0, "x", 1.0)]);
    write(both, "b/new", &[scalar(0, "x", 1.0)]);
    dir
}

fn diff(args: &[&str]) -> Output {
    let args: Vec<_> = ["diff", "a", "b"].iter().chain(args).copied().collect();
    tfevents(pair().path(), &args)
}

#[test]
fn every_difference_is_told() {
    assert_golden("diff.txt", &diff(&[]).ended(3, ""));
}

#[test]
fn json_is_documented() {
    let json = diff(&["--json"]).ended(3, "");
    assert_documented("tfevents diff a b --json", &json);
}

#[test]
fn nothing_differs_from_itself() {
    for writer in ["tf2", "keras", "tensorboardx", "torch", "tf1"] {
        let path = fixture(writer);
        let path = path.to_str().unwrap();
        let text = tfevents(".", &["diff", path, path]).done();
        assert!(
            text.ends_with(" compared: no differences\n"),
            "{writer}: {text}"
        );
    }
}

#[test]
fn tolerances_excuse_small_differences() {
    let status =
        |args: &[&str]| diff(&[&["--run", "train", "--tag", "loss"], args].concat()).stdout;
    let differing = |text: &str| text.contains("1 of 3");
    assert!(differing(&status(&[])));
    assert!(!differing(&status(&["--atol", "0.0011"])));
    assert!(differing(&status(&["--atol", "0.0009"])));
    assert!(!differing(&status(&["--rtol", "0.0021"])));
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a", &[scalar(0, "x", 1.0)]);
    write(dir.path(), "b", &[scalar(0, "x", 1.001)]);
    assert_eq!(tfevents(dir.path(), &["diff", "a", "b"]).status, 3);
    tfevents(dir.path(), &["diff", "a", "b", "--rtol", "1e-2"]).done();
}

#[test]
fn single_runs_need_no_common_name() {
    let dir = pair();
    let text = tfevents(dir.path(), &["diff", "a/same", "b/same"]).done();
    assert_eq!(text, "1 run compared: no differences\n");
    let file = format!("a/same/{FILE}");
    tfevents(dir.path(), &["diff", &file, "b/new"]).done();
    let text = tfevents(dir.path(), &["diff", "a/same", "b/train"]).ended(3, "");
    assert!(text.starts_with("a/same and b/train\n"), "{text}");
    let renamed = tfevents(dir.path(), &["diff", "a", "b", "--run", "same"]).done();
    assert_eq!(renamed, "1 run compared: no differences\n");
}

#[test]
fn how_a_value_is_stored_is_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let tensor = tfevents::plugin::scalar::Scalar::new(0.5);
    write(dir.path(), "a", &[scalar(0, "x", 0.5)]);
    write(dir.path(), "b", &[plugin(0, "x", &tensor)]);
    tfevents(dir.path(), &["diff", "a", "b"]).done();
}

#[test]
fn pixels_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let image = |grey: u8| Image::new(&[grey; 4], Layout::Hw, &[2, 2]).unwrap();
    write(dir.path(), "a", &[plugin(0, "x", &image(1))]);
    write(dir.path(), "b", &[plugin(0, "x", &image(2))]);
    let text = tfevents(dir.path(), &["diff", "a", "b"]).ended(3, "");
    assert!(text.contains("1 of 1  first at step 0"), "{text}");
    fs::copy(
        dir.path().join("a").join(FILE),
        dir.path().join("b").join(FILE),
    )
    .unwrap();
    tfevents(dir.path(), &["diff", "a", "b"]).done();
}

#[test]
fn failures_and_usage() {
    let dir = pair();
    let missing = tfevents(dir.path(), &["diff", "a/train", "b/trian"]);
    assert_eq!(missing.status, 1);
    assert!(
        missing.stderr.contains("did you mean `b/train`?"),
        "{}",
        missing.stderr
    );
    assert_eq!(tfevents(dir.path(), &["diff"]).status, 2);
    let alone = tfevents(dir.path(), &["diff", "a/train"]);
    let problem = "error: only one run was found; name another path to compare it with\n";
    assert_eq!((alone.status, &*alone.stderr), (1, problem));
    assert_eq!(
        tfevents(dir.path(), &["diff", "a", "b", "--rtol", "x"]).status,
        2
    );
    assert_eq!(tfevents(dir.path(), &["diff", "a", "-"]).status, 2);
    let tag = tfevents(dir.path(), &["diff", "a", "b", "--tag", "los"]);
    assert_eq!(
        (tag.status, &*tag.stderr),
        (3, "error: no tag matches `los`; did you mean `loss`?\n")
    );
}

#[test]
fn a_limit_counts_runs_of_one_side_too() {
    let limited = |args: &[&str]| {
        let output = diff(&[&["--limit", "1"], args].concat());
        assert_eq!(output.status, 3, "{}", output.stderr);
        assert_eq!(
            output.stderr,
            "note: 2 more runs with differences; --limit shows more\n"
        );
        output.stdout
    };
    assert_eq!(
        limited(&[]),
        "old  only on the left\n2 runs compared: 1 with differences, 2 runs on one side only\n"
    );
    let json: serde_json::Value = serde_json::from_str(&limited(&["--json"])).unwrap();
    assert_eq!(json["only_left"], serde_json::json!(["old"]));
    assert_eq!(json["only_right"], serde_json::json!([]));
    assert_eq!(json["runs"], serde_json::json!([]));
    let all = diff(&["--limit", "3"]).ended(3, "");
    assert!(all.contains("new  only on the right\ntrain\n"), "{all}");
}

/// So many runs of two learning rates, each with its seed; the last one also has a tag of its own.
fn sweep(count: u8) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..count {
        let lr = if i % 3 == 0 { 0.1 } else { 0.01 };
        let mut settings = vec![("lr", lr.into()), ("seed", f64::from(i).into())];
        settings.push(("same", "value".into()));
        if i == 1 {
            settings.push(("extra", true.into()));
        }
        let mut events = vec![hparams(&settings), scalar(0, "loss", f32::from(i))];
        if i + 1 == count {
            events.push(plugin(0, "note", &Text::new("text")));
        }
        write(dir.path(), &format!("r{i:03}"), &events);
    }
    dir
}

#[test]
fn of_three_runs_what_differs_has_a_column_each() {
    let dir = sweep(3);
    let args = ["diff", "r000", "r001", "r002"];
    let text = tfevents(dir.path(), &args).ended(3, "");
    let expected = "\
hyperparameter  r000  r001  r002
extra              -  true     -
lr               0.1  0.01  0.01
seed               0     1     2

tag   r000  r001  r002
note     -     -  text

3 runs compared: 3 hyperparameters and 1 tag differ
";
    assert_eq!(text, expected);
    // Their values differ as those of any two trainings.
    let same = tfevents(dir.path(), &["diff", ".", "--kind", "scalar"]).done();
    assert_eq!(same, "3 runs compared: no differences\n");
    let tolerant = tfevents(dir.path(), &["diff", ".", "--atol", "5"]).ended(3, "");
    assert!(
        tolerant.contains("1 hyperparameter and 1 tag differ"),
        "{tolerant}"
    );
    let json = tfevents(dir.path(), &["diff", "r000", "r001", "r002", "--json"]);
    assert_documented("tfevents diff r000 r001 r002 --json", &json.ended(3, ""));
}

#[test]
fn of_many_runs_those_that_share_a_value_are_counted() {
    let dir = sweep(40);
    let output = tfevents(dir.path(), &["diff", ".", "--limit", "2"]);
    assert_eq!(
        (output.status, &*output.stderr),
        (
            3,
            "note: 1 more hyperparameter differs; --limit shows more\n"
        )
    );
    let expected = "\
hyperparameter  value  runs
extra               -    39  r000, r002, r003 and 36 more
                 true     1  r001
lr               0.01    26  r001, r002, r004 and 23 more
                  0.1    14  r000, r003, r006 and 11 more

tag   value  runs
note      -    39  r000, r001, r002 and 36 more
       text     1  r039

40 runs compared: 3 hyperparameters and 1 tag differ
";
    assert_eq!(output.stdout, expected);
    let seeds = tfevents(dir.path(), &["diff", "."]).ended(3, "");
    assert!(seeds.contains("           30 more    30\n"), "{seeds}");
}

#[test]
fn long_values_that_differ_look_different() {
    let dir = tempfile::tempdir().unwrap();
    for (run, last) in [("a", 1), ("b", 2)] {
        let layers = format!("[512, 512, 512, 512, 512, {last}, 512, 512, 512, 512]");
        write(
            dir.path(),
            run,
            &[hparams(&[("layers", (&*layers).into())])],
        );
    }
    for paths in [&["a", "b"][..], &["."]] {
        let text = tfevents(dir.path(), &[&["diff"], paths].concat()).ended(3, "");
        assert!(
            text.contains("512, 1…") && text.contains("512, 2…"),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn lines_fit_on_a_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<_> = (0..9)
        .map(|i| format!("{}{i}", "experiment/".repeat(9)))
        .collect();
    for (i, name) in names.iter().enumerate() {
        let loss = [0.123_456_79, 7.654_321].map(|value| value + i as f32);
        let events = [hparams(&[("lr", (i as f64).into())])].into_iter();
        let events = events.chain(loss.map(|loss| scalar(0, "train/loss/of/everything", loss)));
        write(dir.path(), name, &events.collect::<Vec<_>>());
    }
    let of_two = [
        &["diff"],
        &names[..2].iter().map(String::as_str).collect::<Vec<_>>()[..],
    ];
    for (args, says) in [
        (&of_two.concat()[..], "furthest at step 0: "),
        (&["diff", "."], "runs compared"),
    ] {
        let args = [args, &["--color", "never"]].concat();
        let (text, status) =
            crate::pty::on_terminal(crate::support::command(dir.path(), &args), "");
        let text = String::from_utf8(text).unwrap();
        assert_eq!(status, 3, "{text}");
        assert!(text.contains(says) && text.contains('…'), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}
