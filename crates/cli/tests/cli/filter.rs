//! `tfevents filter`.

use std::fs;
use std::path::{Path, PathBuf};

use tfevents::proto::event::What;
use tfevents::{Logdir, Text, proto};

use crate::support::{
    FILE, all_event_files, assert_documented, command, demo, fixture, plugin, run, scalar,
    tfevents, version, write_events,
};

/// The scalars of a logdir: tag, step, value.
fn scalars(dir: &Path) -> Vec<String> {
    let csv = tfevents(dir, &["export", "."]).done();
    let row = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        format!("{} {} {}", cells[1], cells[2], cells[4])
    };
    csv.lines().skip(1).map(row).collect()
}

/// Filters `dir`, and the scalars that are kept.
fn filtered(dir: &Path, args: &[&str]) -> Vec<String> {
    let out = tempfile::tempdir().unwrap();
    let out_dir = out.path().join("out");
    let mut all = vec!["filter", ".", "-o", out_dir.to_str().unwrap()];
    all.extend(args);
    // With the slash it is a directory, although there is one file only.
    let slash = format!("{}/", out_dir.display());
    all[3] = &slash;
    tfevents(dir, &all).done();
    scalars(&out_dir)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let logdir = Logdir::open(dir).unwrap();
    let files = logdir.runs().iter().flat_map(tfevents::Run::files);
    files
        .map(|file| file.strip_prefix(dir).unwrap().to_path_buf())
        .collect()
}

fn two_tags() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("t")];
    for step in 0..10 {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let mut event = scalar(step, "loss", step as f32);
        let acc = scalar(step, "acc", 0.5);
        if let (Some(What::Summary(to)), Some(What::Summary(from))) = (&mut event.what, acc.what) {
            to.value.extend(from.value);
        }
        events.push(event);
    }
    write_events(dir.path().join(FILE), &events);
    dir
}

#[test]
fn keeping_everything_is_the_identity() {
    for file in all_event_files("filter::keeping_everything_is_the_identity") {
        let input = fs::read(&file).unwrap();
        let args = ["filter", file.to_str().unwrap(), "-o", "-"];
        let output = command(".", &args).output().unwrap();
        match output.status.code() {
            // A compressed file comes out uncompressed.
            Some(0) if input.starts_with(b"\x1f\x8b") => {}
            Some(0) => assert!(output.stdout == input, "{}", file.display()),
            // What is damaged is left out, and nothing else.
            Some(3) => {
                let salvaged = command(".", &["repair", args[1], "-o", "-"])
                    .output()
                    .unwrap();
                assert!(output.stdout == salvaged.stdout, "{}", file.display());
            }
            _ => panic!("{}: {output:?}", file.display()),
        }
    }
}

#[test]
fn runs_keep_their_names_and_files() {
    for writer in ["keras", "tf2"] {
        let input = fixture(writer);
        let out = tempfile::tempdir().unwrap();
        let args = ["filter", ".", "-o", out.path().to_str().unwrap()];
        tfevents(&input, &args).done();
        assert_eq!(files(&input), files(out.path()));
    }
}

#[test]
fn runs_are_left_out() {
    let dir = demo();
    let args = ["filter", "runs", "--exclude-run", "v*", "-o", "new/"];
    tfevents(dir.path(), &args).done();
    assert_eq!(
        files(&dir.path().join("new")),
        [Path::new("train").join(FILE)]
    );
    let slip = ["filter", "runs", "--exclude-run", "vla", "-o", "new2"];
    let slip = tfevents(dir.path(), &slip);
    assert_eq!(slip.status, 3);
    let told = "warning: no run matches `vla`; did you mean `val`?\n";
    assert!(slip.stderr.starts_with(told), "{}", slip.stderr);
    let all = ["filter", "runs", "--exclude-run", "*", "-o", "new3"];
    let none = "error: nothing is left after --exclude-run\n";
    tfevents(dir.path(), &all).ended(3, none);
}

#[test]
fn rewound_values_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("t"),
        scalar(1, "a", 1.0),
        scalar(5, "a", 5.0),
        scalar(9, "b", 9.0),
        scalar(4, "a", 4.0),
        scalar(6, "a", 6.0),
    ];
    write_events(dir.path().join(FILE), &events);
    assert_eq!(
        filtered(dir.path(), &["--drop-rewound"]),
        ["a 1 1", "b 9 9", "a 4 4", "a 6 6"]
    );
}

#[test]
fn it_stands_in_a_pipe() {
    let dir = two_tags();
    let input = fs::read(dir.path().join(FILE)).unwrap();
    let filter = |args: &[&str]| {
        let args = [&["filter", "-"], args].concat();
        run(command(dir.path(), &args), &input)
    };
    let text = filter(&["--tag", "loss", "-o", "new.tfevents"]).done();
    let total = "10 of 20 values written to 1 file in 1 run, 463 B\n";
    assert_eq!(text, total);
    let text = filter(&["--tag", "loss", "-o", "listed.tfevents", "-v"]).done();
    let line = "listed.tfevents: 10 of 20 values, 463 B\n";
    assert_eq!(text, format!("{line}{total}"));
    tfevents(
        dir.path(),
        &["filter", FILE, "--tag", "loss", "-o", "same.tfevents"],
    )
    .done();
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read("new.tfevents"), read("same.tfevents"));
    // What has to be read twice is no pipe.
    let twice = filter(&["--cap", "3", "-o", "x"]);
    assert_eq!(twice.status, 2);
    assert!(
        twice.stderr.contains("pass a file instead"),
        "{}",
        twice.stderr
    );
    let slip = filter(&["--tag", "lss", "-o", "y"]);
    assert_eq!(slip.status, 3);
    for runs in ["--run", "--exclude-run"] {
        assert_eq!(filter(&[runs, "x", "-o", "z"]).status, 2);
    }
}

#[test]
fn tags_steps_and_times_choose_values() {
    let dir = two_tags();
    let dir = dir.path();
    assert_eq!(
        filtered(dir, &["--tag", "loss", "--step", "3..4"]),
        ["loss 3 3", "loss 4 4"]
    );
    assert_eq!(
        filtered(dir, &["--exclude-tag", "acc", "--step", "9.."]),
        ["loss 9 9"]
    );
    let times = [
        "--tag",
        "loss",
        "--since",
        "1700000002.5",
        "--until",
        "2023-11-14T22:13:24Z",
    ];
    assert_eq!(filtered(dir, &times), ["loss 2 2", "loss 3 3"]);
}

#[test]
fn series_are_thinned_out() {
    let dir = two_tags();
    let dir = dir.path();
    let loss = |args: &[&str]| {
        let kept = filtered(dir, &[&["--tag", "loss"], args].concat());
        let steps = kept
            .iter()
            .map(|row| row.split(' ').nth(1).unwrap().parse().unwrap());
        steps.collect::<Vec<i64>>()
    };
    assert_eq!(loss(&["--every", "4"]), [0, 4, 8]);
    assert_eq!(loss(&["--cap", "3"]), [3, 6, 9]);
    assert_eq!(loss(&["--cap", "1"]), [9]);
    assert_eq!(loss(&["--cap", "100"]).len(), 10);
    assert_eq!(loss(&["--every", "2", "--cap", "2"]), [4, 8]);
}

#[test]
fn of_repeated_steps_the_last_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let first = [
        version("t"),
        scalar(1, "a", 1.0),
        scalar(2, "a", 2.0),
        scalar(2, "b", 2.5),
    ];
    write_events(dir.path().join(FILE), &first);
    write_events(
        dir.path().join(format!("{FILE}.b")),
        &[version("t"), scalar(2, "a", 3.0), scalar(3, "a", 4.0)],
    );
    assert_eq!(
        filtered(dir.path(), &["--dedup"]),
        ["a 1 1", "b 2 2.5", "a 2 3", "a 3 4"]
    );
}

fn texts(dir: &Path) -> Vec<proto::Event> {
    let mut later = plugin(1, "note", &Text::new("second"));
    if let Some(What::Summary(summary)) = &mut later.what {
        summary.value[0].metadata = None;
    }
    let mut last = later.clone();
    last.step = 2;
    let events = vec![
        version("t"),
        plugin(0, "note", &Text::new("first")),
        later,
        last,
        scalar(0, "loss", 0.5),
    ];
    write_events(dir.join(FILE), &events);
    events
}

#[test]
fn metadata_of_a_dropped_value_go_to_the_first_that_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let events = texts(dir.path());
    tfevents(
        dir.path(),
        &["filter", FILE, "--step", "1..", "-o", "new.tfevents"],
    )
    .done();
    let mut first = plugin(1, "note", &Text::new("second"));
    first.wall_time = events[2].wall_time;
    let expected = dir.path().join("expected.tfevents");
    write_events(&expected, &[events[0].clone(), first, events[3].clone()]);
    let new = fs::read(dir.path().join("new.tfevents")).unwrap();
    assert_eq!(new, fs::read(expected).unwrap());
    tfevents(dir.path(), &["check", "new.tfevents"]).done();
}

#[test]
fn kinds_are_kept_or_dropped() {
    let dir = tempfile::tempdir().unwrap();
    texts(dir.path());
    assert_eq!(filtered(dir.path(), &["--drop", "texts"]), ["loss 0 0.5"]);
    let slip = tfevents(
        dir.path(),
        &["filter", ".", "--dry-run", "--drop", "texts,graphs"],
    );
    let told = "warning: no series of kind graph; found scalar, text\n";
    slip.ended(3, told);
    assert_eq!(filtered(dir.path(), &["--kind", "scalar"]), ["loss 0 0.5"]);
    let wrong = tfevents(dir.path(), &["filter", ".", "--dry-run", "--drop", "imges"]);
    assert_eq!(wrong.status, 2);
    assert!(
        wrong.stderr.contains("did you mean `image`"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn damage_is_left_out_and_told() {
    let dir = demo();
    let output = tfevents(dir.path(), &["filter", "runs", "-o", "new"]);
    assert_eq!(output.status, 3);
    assert!(output.stderr.contains("checksum"), "{}", output.stderr);
    tfevents(dir.path(), &["check", "new"]).done();
}

#[test]
fn files_of_which_nothing_stays_are_not_written() {
    let dir = demo();
    let json = tfevents(
        dir.path(),
        &[
            "filter",
            "runs/train",
            "--json",
            "--tag",
            "note",
            "-o",
            "new/",
        ],
    );
    assert_eq!(json.status, 0, "{}", json.stderr);
    let none = tfevents(
        dir.path(),
        &["filter", "runs/train", "--step", "100..", "-o", "none/"],
    );
    assert_eq!(none.ended(3, "error: nothing is left after --step\n"), "");
    assert!(!dir.path().join("none").exists());
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let args = [
        "filter",
        "--json",
        "--dry-run",
        "--tag",
        "loss",
        "runs/train",
    ];
    let json = tfevents(dir.path(), &args).done();
    assert_documented(
        "tfevents filter --json --dry-run --tag loss runs/train",
        &json,
    );
}
