//! `tfevents split`.

use std::fs;
use std::path::Path;

use tfevents::plugin::hparams::SESSION_END_TAG;
use tfevents::proto::{self, event::What, session_log::SessionStatus};
use tfevents::{Logdir, Text};

use crate::support::{
    FILE, broken_scalar, fixture, hparams, logdirs, only_file, plugin, scalar, tfevents, version,
    write_events,
};

/// Steps and values of every run: `run tag step value`.
fn scalars(dir: &Path) -> Vec<String> {
    let csv = tfevents(dir, &["export", "."]).done();
    let row = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        format!("{} {} {} {}", cells[0], cells[1], cells[2], cells[4])
    };
    csv.lines().skip(1).map(row).collect()
}

/// A run that was started again at step 2, in the same file.
fn restarted(dir: &Path) -> Vec<proto::Event> {
    let events = vec![
        version("t"),
        scalar(1, "loss", 1.0),
        scalar(2, "loss", 2.0),
        scalar(3, "loss", 3.0),
        scalar(2, "loss", 2.5),
        scalar(3, "loss", 3.5),
    ];
    write_events(dir.join("run").join(FILE), &events);
    events
}

/// A run that was started again by a mark, by steps that go back, and by a new file.
fn restarts_of_all_kinds(dir: &Path) {
    let start = proto::Event {
        what: Some(What::SessionLog(proto::SessionLog {
            status: SessionStatus::Start as i32,
            ..Default::default()
        })),
        ..version("t")
    };
    let epoch = |step| ["loss", "acc", "lr"].map(|tag| scalar(step, tag, 0.5));
    let first = [
        &[version("t")][..],
        &epoch(1),
        &epoch(2),
        &[start],
        &epoch(3),
        &epoch(1),
    ];
    write_events(dir.join("run").join(FILE), &first.concat());
    write_events(
        dir.join("run").join(format!("{FILE}.b")),
        &[&[version("t")][..], &epoch(2)].concat(),
    );
}

#[test]
fn a_start_a_new_file_and_most_steps_going_back_are_restarts() {
    let dir = tempfile::tempdir().unwrap();
    restarts_of_all_kinds(dir.path());
    let args = ["split", "run", "--by", "restart", "-o", "new"];
    tfevents(dir.path(), &args).done();
    let steps: Vec<_> = scalars(&dir.path().join("new"))
        .into_iter()
        .filter(|row| row.contains("loss"))
        .collect();
    assert_eq!(
        steps,
        [
            ". loss 1 0.5",
            ". loss 2 0.5",
            "2 loss 3 0.5",
            "3 loss 1 0.5",
            "4 loss 2 0.5"
        ]
    );
}

/// One tag that goes back in every round, and three that do not.
fn jitter(rounds: i64) -> Vec<proto::Event> {
    let round = |n| {
        [
            scalar(2 * n + 3, "reward", 0.5),
            scalar(2 * n, "reward", 0.5),
            scalar(n, "loss", 0.5),
            scalar(n, "entropy", 0.5),
            scalar(n, "lr", 0.5),
        ]
    };
    let events = (0..rounds).flat_map(round);
    [version("t")].into_iter().chain(events).collect()
}

#[test]
fn steps_that_jitter_are_no_restarts() {
    let dir = tempfile::tempdir().unwrap();
    write_events(dir.path().join("run").join(FILE), &jitter(100));
    let args = ["split", "run", "--by", "restart", "-o", "new"];
    let text = tfevents(dir.path(), &args).done();
    let total = "500 of 500 values written to 1 file in 1 run, ";
    assert!(text.starts_with(total), "{text}");
}

#[test]
fn more_than_fifty_pieces_have_to_be_meant() {
    let dir = tempfile::tempdir().unwrap();
    let mut events = vec![version("t")];
    let split = |dir: &Path, more: &[&str]| {
        let args = ["split", "run", "--by", "restart"];
        tfevents(dir, &[&args[..], more].concat())
    };
    for _ in 0..50 {
        events.extend([scalar(2, "loss", 0.5), scalar(3, "loss", 0.5)]);
    }
    write_events(dir.path().join("run").join(FILE), &events);
    split(dir.path(), &["-o", "fifty"]).done();
    events.push(scalar(1, "loss", 0.5));
    write_events(dir.path().join("run").join(FILE), &events);
    let refused = split(dir.path(), &["-o", "new"]);
    assert_eq!(
        (refused.status, &*refused.stderr),
        (
            1,
            "error: `.` would become 51 runs; use --max-parts 51 to make them all, or --dry-run to see them\n"
        )
    );
    assert!(!dir.path().join("new").exists());
    let dry = split(dir.path(), &["--dry-run", "-v"]).done();
    let made = split(dir.path(), &["--max-parts", "51", "-v", "-o", "new"]).done();
    for text in [dry, made] {
        assert_eq!(text.lines().count(), 52);
    }
    let summed_up = split(dir.path(), &["--max-parts", "51", "-o", "again"]).done();
    assert!(summed_up.contains("to 51 files in 51 runs"), "{summed_up}");
    assert_eq!(summed_up.lines().count(), 1);
}

#[test]
fn a_restart_makes_a_run_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let events = restarted(dir.path());
    let args = ["split", "*", "--by", "restart", "-v", "-o", "new"];
    let text = tfevents(dir.path(), &args).done();
    assert_eq!(
        text,
        format!(
            "new/run/{FILE}: 3 of 3 values, 171 B\nnew/run-2/{FILE}: 2 of 2 values, 129 B\n\
             5 of 5 values written to 2 files in 2 runs, 300 B\n"
        )
    );
    write_events(dir.path().join("first"), &events[..4]);
    write_events(
        dir.path().join("second"),
        &[&events[..1], &events[4..]].concat(),
    );
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read(&format!("new/run/{FILE}")), read("first"));
    assert_eq!(read(&format!("new/run-2/{FILE}")), read("second"));
}

#[test]
fn pieces_make_the_whole_again() {
    let (mut files, mut pieces) = (0, 0);
    let started_again = tempfile::tempdir().unwrap();
    restarts_of_all_kinds(started_again.path());
    let roots = logdirs("split::pieces_make_the_whole_again");
    for root in roots
        .into_iter()
        .chain([started_again.path().to_path_buf()])
    {
        let dir = tempfile::tempdir().unwrap();
        let input = root.to_str().unwrap();
        // What is damaged comes out of neither.
        let all = tfevents(dir.path(), &["filter", input, "-o", "all"]);
        let split = tfevents(
            dir.path(),
            &["split", input, "--by", "restart", "-o", "apart"],
        );
        assert_eq!(split.status, all.status, "{input}: {}", split.stderr);
        assert!([0, 3].contains(&split.status), "{input}: {}", split.stderr);
        for run in Logdir::open(dir.path().join("all")).unwrap().runs() {
            for file in run.files() {
                let name = file.file_name().unwrap().to_str().unwrap();
                // The first pieces of a file may be those of the run's earlier files alone.
                let names = (1..100).map(|n| match n {
                    1 => format!("apart/{}/{name}", run.name()),
                    n => format!("apart/{}-{n}/{name}", run.name()),
                });
                let parts: Vec<_> = names
                    .filter(|part| dir.path().join(part).exists())
                    .collect();
                let whole = if let [part] = &*parts {
                    part.clone()
                } else {
                    let mut merge = vec![
                        "merge",
                        "--into",
                        ".",
                        "--order",
                        "given",
                        "-o",
                        "whole.tfevents",
                    ];
                    merge.extend(parts.iter().map(String::as_str));
                    tfevents(dir.path(), &merge).done();
                    "whole.tfevents".to_owned()
                };
                let whole = dir.path().join(whole);
                let same = fs::read(file).unwrap() == fs::read(&whole).unwrap();
                assert!(same, "{}", file.display());
                fs::remove_file(whole).unwrap();
                files += 1;
                pieces += parts.len();
            }
        }
    }
    assert!(files > 50, "{files} files");
    // Those that were made here have two restarts in the middle of a file.
    assert!(pieces >= files + 2, "{pieces} pieces of {files} files");
}

#[test]
fn files_become_runs_and_one_again() {
    let dir = tempfile::tempdir().unwrap();
    let input = fixture("tf2/two_files");
    let input = input.to_str().unwrap();
    let split = ["split", input, "--by", "file", "-o", "apart"];
    tfevents(dir.path(), &split).done();
    let merge = |input, output| {
        let args = [
            "merge", input, "--into", ".", "--order", "given", "-o", output,
        ];
        tfevents(dir.path(), &args).done();
        fs::read(dir.path().join(output)).unwrap()
    };
    assert!(merge(input, "whole.tfevents") == merge("apart", "again.tfevents"));
    let second = only_file(&dir.path().join("apart/2"));
    let original = Path::new(input).join(second.file_name().unwrap());
    assert_eq!(fs::read(second).unwrap(), fs::read(original).unwrap());
}

#[test]
fn prefixes_become_runs() {
    let dir = tempfile::tempdir().unwrap();
    let mut both = scalar(1, "train/loss", 1.0);
    let other = scalar(1, "val/loss", 2.0);
    let values = |event: &mut proto::Event| match &mut event.what {
        Some(What::Summary(summary)) => std::mem::take(&mut summary.value),
        _ => Vec::new(),
    };
    let mut other = other;
    let more = values(&mut other);
    if let Some(What::Summary(summary)) = &mut both.what {
        summary.value.extend(more);
    }
    let events = [
        version("t"),
        both,
        scalar(2, "lr", 0.5),
        scalar(2, "/odd", 0.25),
    ];
    write_events(dir.path().join("in/run").join(FILE), &events);
    let text = tfevents(dir.path(), &["split", "in", "--by", "prefix", "-o", "all"]).done();
    // One record has values of two runs, of which each counts once.
    let total = "4 of 4 values written to 3 files in 3 runs, ";
    assert!(text.starts_with(total), "{text}");
    assert_eq!(
        scalars(&dir.path().join("all")),
        [
            "run lr 2 0.5",
            "run /odd 2 0.25",
            "run/train loss 1 1",
            "run/val loss 1 2"
        ]
    );
    let some = [
        "split", "in", "--by", "prefix", "--tag", "val/*", "-o", "some",
    ];
    tfevents(dir.path(), &some).done();
    assert_eq!(
        scalars(&dir.path().join("some")),
        [
            "run train/loss 1 1",
            "run lr 2 0.5",
            "run /odd 2 0.25",
            "run/val loss 1 2"
        ]
    );
    let only = ["split", "all/run/train", "--by", "prefix", "-o", "again"];
    tfevents(dir.path(), &only).done();
    let wrong = [
        "split", "in", "--by", "prefix", "--tag", "vla/*", "-o", "none",
    ];
    let wrong = tfevents(dir.path(), &wrong);
    assert_eq!(wrong.status, 3);
    assert!(
        wrong.stderr.contains("no tag matches `vla/*`"),
        "{}",
        wrong.stderr
    );
}

/// The runs that a run of these events becomes, by the prefixes of its tags.
fn by_prefix(events: &[proto::Event]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    write_events(dir.path().join("in/run").join(FILE), events);
    let split = ["split", "in", "--by", "prefix", "-o", "out"];
    tfevents(dir.path(), &split);
    let logdir = Logdir::open(dir.path().join("out")).unwrap();
    let runs = logdir.runs().iter();
    runs.map(|run| run.name().to_owned()).collect()
}

#[test]
fn no_run_by_prefix_is_empty() {
    let both = [version("t"), scalar(1, "a/x", 1.0), scalar(1, "b/x", 2.0)];
    assert_eq!(by_prefix(&both), ["run/a", "run/b"]);
    let [head, a, _] = both;
    // What cannot be decoded is in no run.
    let broken = broken_scalar(2, "a/x");
    assert_eq!(by_prefix(&[head.clone(), a.clone(), broken]), ["run/a"]);
    let graph = proto::Event {
        what: Some(What::GraphDef(Vec::new())),
        ..version("t")
    };
    assert_eq!(by_prefix(&[head.clone(), a, graph]), ["run", "run/a"]);
    assert_eq!(by_prefix(&[head]), ["run"]);
}

#[test]
fn names_that_are_taken_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    restarted(dir.path());
    write_events(
        dir.path().join("run-2").join(FILE),
        &[version("t"), scalar(1, "a", 1.0)],
    );
    let refused = tfevents(dir.path(), &["split", "*", "--by", "restart", "-o", "new"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused
            .stderr
            .contains("the runs `run` and `run-2` would both be called `run-2`"),
        "{}",
        refused.stderr
    );
    assert!(!dir.path().join("new").exists());
}

#[test]
fn tags_are_for_prefixes() {
    let args = ["split", ".", "--by", "file", "--tag", "x", "-o", "new"];
    assert_eq!(tfevents(fixture("keras"), &args).status, 2);
    let missing = ["split", ".", "-o", "new"];
    assert_eq!(tfevents(fixture("keras"), &missing).status, 2);
}

/// Each piece is about the files that it has a part of.
#[cfg(target_os = "linux")]
#[test]
fn memory_grows_with_the_files_not_with_pairs_of_them() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..2000 {
        let events = [version("t"), scalar(i, "loss", 0.5)];
        let name = format!("events.out.tfevents.{i:010}.host");
        write_events(dir.path().join("runs/run").join(name), &events);
    }
    let limited = "ulimit -d 49152 && exec \"$0\" split runs --by file --force --dry-run -o out";
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", limited, env!("CARGO_BIN_EXE_tfevents")])
        .current_dir(dir.path());
    let output = crate::support::run(command, &[]);
    assert_eq!(output.status, 0, "{}", output.stderr);
}

/// What a run says once, its later parts say again: hyperparameters, and what the values of a tag are.
#[test]
fn later_parts_say_what_the_first_one_says() {
    let note = |step, is_first: bool| {
        let mut event = plugin(step, "note", &Text::new("x"));
        if let (Some(What::Summary(summary)), false) = (&mut event.what, is_first) {
            summary.value[0].metadata = None;
        }
        event
    };
    let start = proto::Event {
        what: Some(What::SessionLog(proto::SessionLog {
            status: SessionStatus::Start as i32,
            ..Default::default()
        })),
        ..version("t")
    };
    let part = |first| [note(1, first), scalar(1, "loss", 0.5), note(2, false)];
    let begin = [version("t"), hparams(&[("lr", 0.1.into())])];
    let [restarted, files] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let one = [&begin[..], &part(true), &[start], &part(false)].concat();
    write_events(restarted.path().join("run").join(FILE), &one);
    write_events(
        files.path().join("run").join(FILE),
        &[&begin[..], &part(true)].concat(),
    );
    let second = [&begin[..1], &part(false)].concat();
    write_events(files.path().join("run").join(format!("{FILE}.b")), &second);
    for (dir, by) in [(restarted.path(), "restart"), (files.path(), "file")] {
        tfevents(dir, &["split", "run", "--by", by, "-o", "new"]).done();
        let json = tfevents(dir, &["inspect", "--json", "new"]).done();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let runs = json["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 2);
        for run in runs {
            let series = run["series"].as_array().unwrap().iter();
            let series = series.filter(|series| series["tag"] != SESSION_END_TAG);
            let series = series.map(|s| format!("{} {} {}", s["tag"], s["kind"], s["points"]));
            assert_eq!(
                series.collect::<Vec<_>>(),
                [
                    "\"loss\" \"scalar\" 1",
                    "\"note\" \"text\" 2",
                    "\"_hparams_/session_start_info\" \"hparams\" 1",
                ],
                "{by}: {}",
                run["run"]
            );
        }
    }
}

#[test]
fn parts_that_state_hyperparameters_have_no_others() {
    let dir = tempfile::tempdir().unwrap();
    for (file, lr) in [("a", 0.1), ("b", 0.2), ("c", 0.4)] {
        let events = [
            version("t"),
            hparams(&[("lr", lr.into())]),
            scalar(1, "loss", 0.5),
        ];
        write_events(
            dir.path().join("run").join(format!("{FILE}.{file}")),
            &events,
        );
    }
    tfevents(dir.path(), &["split", "run", "--by", "file", "-o", "new"]).done();
    // Whatever is stated twice and differs is told.
    let rows = tfevents(
        dir.path(),
        &["table", "new", "-c", "@lr", "--format", "csv"],
    )
    .done();
    assert_eq!(rows, "run,@lr\n.,0.1\n2,0.2\n3,0.4\n");
}
