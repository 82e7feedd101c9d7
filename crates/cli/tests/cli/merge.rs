//! `tfevents merge`.

use std::fs;
use std::path::Path;

use tfevents::proto::{self, event::What, session_log::SessionStatus};

use crate::support::{FILE, command, fixture, scalar, tfevents, version, write_events};

/// Two pieces of a run, the second of which begins a step before the first one ends.
fn pieces(dir: &Path) {
    let first = [version("a"), scalar(1, "loss", 1.0), scalar(2, "loss", 2.0)];
    write_events(dir.join("a").join(FILE), &first);
    let mut second = vec![version("b"), scalar(2, "loss", 3.0), scalar(3, "loss", 4.0)];
    for event in &mut second {
        event.wall_time += 10.0;
    }
    write_events(dir.join("b").join(FILE), &second);
}

#[test]
fn pieces_of_a_run_become_one_file() {
    let dir = tempfile::tempdir().unwrap();
    pieces(dir.path());
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    let args = [
        "merge",
        "a",
        "b",
        "--on-conflict",
        "keep",
        "-o",
        "new.tfevents",
    ];
    tfevents(dir.path(), &args).done();
    let (a, b) = (read(&format!("a/{FILE}")), read(&format!("b/{FILE}")));
    // The second file's version is not repeated.
    write_events(dir.path().join("version"), &[version("b")]);
    let rest = &b[read("version").len()..];
    assert_eq!(read("new.tfevents"), [&a, rest].concat());

    let args = [
        "merge",
        "a",
        "b",
        "--on-conflict",
        "keep",
        "--dedup",
        "-o",
        "new2.tfevents",
    ];
    tfevents(dir.path(), &args).done();
    let csv = tfevents(dir.path(), &["export", "new2.tfevents"]).done();
    let values: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap())
        .collect();
    assert_eq!(values, ["1", "3", "4"]);
}

#[test]
fn files_that_overlap_come_in_order_of_time() {
    let dir = tempfile::tempdir().unwrap();
    let events = |steps: [i64; 3]| {
        let mut events = vec![version("t")];
        events.extend(steps.map(|step| scalar(step, "loss", 0.5)));
        events
    };
    write_events(dir.path().join("run").join(FILE), &events([1, 3, 5]));
    write_events(
        dir.path().join("run").join(format!("{FILE}.b")),
        &events([2, 4, 6]),
    );
    tfevents(dir.path(), &["merge", "run", "-o", "new.tfevents"]).done();
    let mut expected = events([1, 2, 3]);
    expected.extend(events([4, 5, 6]).split_off(1));
    write_events(dir.path().join("expected"), &expected);
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read("new.tfevents"), read("expected"));
}

#[test]
fn steps_are_moved_path_by_path() {
    let dir = tempfile::tempdir().unwrap();
    pieces(dir.path());
    let args = [
        "merge",
        "a",
        "b",
        "--on-conflict",
        "keep",
        "--step-offset",
        "0",
        "--step-offset",
        "100",
        "-o",
        "new.tfevents",
    ];
    tfevents(dir.path(), &args).done();
    let csv = tfevents(dir.path(), &["export", "new.tfevents"]).done();
    let steps: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(steps, ["1", "2", "102", "103"]);
}

#[test]
fn runs_of_the_same_name_are_mixed_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    pieces(dir.path());
    let refused = tfevents(dir.path(), &["merge", "a", "b", "-o", "new"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("several paths have a run `.`"),
        "{}",
        refused.stderr
    );
    let args = ["merge", "a", "b", "--on-conflict", "suffix", "-o", "new"];
    tfevents(dir.path(), &args).done();
    for (old, new) in [("a", "new"), ("b", "new/2")] {
        let [old, new] = [old, new].map(|d| fs::read(dir.path().join(d).join(FILE)).unwrap());
        assert_eq!(old, new);
    }
}

#[test]
fn a_run_of_one_file_comes_out_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let input = fixture("keras");
    let output = dir.path().join("out");
    tfevents(&input, &["merge", ".", "-o", output.to_str().unwrap()]).done();
    for run in ["train", "validation"] {
        let [old, new] = [&input, &output].map(|dir| crate::support::only_file(&dir.join(run)));
        assert_eq!(fs::read(old).unwrap(), fs::read(new).unwrap());
    }
}

#[test]
fn what_a_restart_replaces_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let first = [1, 2, 3, 4].map(|step| scalar(step, "loss", 1.0));
    write_events(
        dir.path().join("PPO_1").join(FILE),
        &[&[version("a")], &first[..]].concat(),
    );
    let mut second = [3, 4].map(|step| scalar(step, "loss", 2.0));
    for event in &mut second {
        event.wall_time += 10.0;
    }
    write_events(
        dir.path().join("PPO_2").join(FILE),
        &[&[version("b")], &second[..]].concat(),
    );
    let args = [
        "merge",
        "PPO_1",
        "PPO_2",
        "--into",
        "PPO",
        "--drop-rewound",
        "-o",
        "new/",
    ];
    let text = tfevents(dir.path(), &args).done();
    assert!(
        text.ends_with("4 of 6 values written to 1 file in 1 run, 213 B\n"),
        "{text}"
    );
    let csv = tfevents(dir.path(), &["export", "new"]).done();
    let rows: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split(',').collect();
            format!("{} {} {}", cells[0], cells[2], cells[4])
        })
        .collect();
    assert_eq!(rows, ["PPO 1 1", "PPO 2 1", "PPO 3 2", "PPO 4 2"]);
}

#[test]
fn the_given_order_is_that_of_paths_and_runs() {
    let dir = tempfile::tempdir().unwrap();
    for (run, step) in [("b/x-10", 1), ("b/x-2", 2), ("a", 3)] {
        // Steps are times here: what comes last by time comes first.
        write_events(
            dir.path().join(run).join(FILE),
            &[version("t"), scalar(step, "s", 0.5)],
        );
    }
    let args = [
        "merge",
        "a",
        "b",
        "--into",
        "r",
        "--order",
        "given",
        "-o",
        "new.tfevents",
    ];
    tfevents(dir.path(), &args).done();
    let csv = tfevents(dir.path(), &["export", "new.tfevents"]).done();
    let steps: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(steps, ["3", "2", "1"]);
}

#[test]
fn one_run_goes_to_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    pieces(dir.path());
    let args = ["merge", "a", "b", "--on-conflict", "keep", "-o"];
    tfevents(dir.path(), &[&args[..], &["new.tfevents"]].concat()).done();
    let output = command(dir.path(), &[&args[..], &["-"]].concat())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
    assert_eq!(
        output.stdout,
        fs::read(dir.path().join("new.tfevents")).unwrap()
    );
    let json = tfevents(dir.path(), &[&args[..], &["-", "--json"]].concat());
    assert_eq!(json.status, 2);
    let several = tfevents(
        dir.path(),
        &["merge", "a", "b", "--on-conflict", "suffix", "-o", "-"],
    );
    assert_eq!(several.status, 2);
    assert!(
        several
            .stderr
            .contains("2 event files cannot be written to standard output"),
        "{}",
        several.stderr
    );
}

#[test]
fn a_run_starts_once() {
    let start = |step| proto::Event {
        step,
        what: Some(What::SessionLog(proto::SessionLog {
            status: SessionStatus::Start as i32,
            ..Default::default()
        })),
        ..version("t")
    };
    let dir = tempfile::tempdir().unwrap();
    let [mut second, mut resumed] = [3, 2].map(|step| scalar(step, "loss", 0.5));
    second.wall_time += 10.0;
    resumed.wall_time += 20.0;
    let a = [version("t"), start(0), scalar(1, "loss", 0.5)];
    let b = [
        version("t"),
        start(0),
        second.clone(),
        start(2),
        resumed.clone(),
    ];
    write_events(dir.path().join("a").join(FILE), &a);
    write_events(dir.path().join("b").join(FILE), &b);
    let merge = |order: &str| {
        let args = [
            "merge",
            "a",
            "b",
            "--on-conflict",
            "keep",
            "--order",
            order,
            "-o",
            order,
        ];
        tfevents(dir.path(), &args).done();
        fs::read(dir.path().join(order).join(FILE)).unwrap()
    };
    // What b resumed from its own step 2 is what the mark there says of a, too.
    write_events(
        dir.path().join("expected"),
        &[&a[..], &[second, start(2), resumed]].concat(),
    );
    assert_eq!(
        merge("time"),
        fs::read(dir.path().join("expected")).unwrap()
    );
    write_events(dir.path().join("all"), &[&a[..], &b[1..]].concat());
    assert_eq!(merge("given"), fs::read(dir.path().join("all")).unwrap());
}

#[cfg(unix)]
/// Runs of one file each, which all overlap in time, and how many values they have together.
fn many_runs(dir: &Path, runs: i64) -> i64 {
    for run in 0..runs {
        let mut events = vec![version("t")];
        events.extend((0..5).map(|n| scalar(n * runs + run, "loss", 0.5)));
        write_events(dir.join(format!("in/run{run}")).join(FILE), &events);
    }
    5 * runs
}

/// The program with at most so many open files.
#[cfg(unix)]
fn limited(dir: &Path, descriptors: u32, args: &[&str]) -> crate::support::Output {
    let mut command = std::process::Command::new("sh");
    let limit = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
    command
        .args(["-c", &limit, env!("CARGO_BIN_EXE_tfevents")])
        .args(args)
        .current_dir(dir);
    crate::support::run(command, &[])
}

#[cfg(unix)]
#[test]
fn more_runs_than_descriptors_are_merged_whole() {
    let dir = tempfile::tempdir().unwrap();
    let values = many_runs(dir.path(), 300);
    let args = ["merge", "in", "--into", "all", "-o", "all.tfevents"];
    limited(dir.path(), 32, &args).done();
    let steps = |csv: &str| -> Vec<i64> {
        let lines = csv.lines().skip(1);
        lines
            .map(|line| line.split(',').nth(2).unwrap().parse().unwrap())
            .collect()
    };
    let csv = tfevents(dir.path(), &["export", "all.tfevents"]).done();
    assert!(
        steps(&csv).into_iter().eq(0..values),
        "not all, or in disorder"
    );

    // Where there are too few for anything, that is a failure.
    for descriptors in 3..12 {
        let output = format!("few-{descriptors}.tfevents");
        let args = ["merge", "in", "--into", "all", "-o", &output];
        let merged = limited(dir.path(), descriptors, &args);
        match merged.status {
            0 => assert!(dir.path().join(output).exists()),
            // The second is where not even the program's libraries can be opened.
            1 | 127 => assert!(!dir.path().join(output).exists()),
            other => panic!("{other}: {}", merged.stderr),
        }
    }
}

#[test]
fn an_order_that_hides_points_is_warned_of() {
    let dir = tempfile::tempdir().unwrap();
    // The second part goes on at step 8, where the first one left a checkpoint, by a clock that is behind.
    let part = |steps: std::ops::Range<i64>, late: f64| {
        let mut events = vec![version("t")];
        for step in steps {
            events.extend(["loss", "acc"].map(|tag| scalar(step, tag, 0.5)));
        }
        for event in &mut events {
            event.wall_time += late;
        }
        events
    };
    write_events(dir.path().join("part1").join(FILE), &part(0..10, 0.0));
    let second = dir.path().join("part2").join(FILE);
    write_events(&second, &part(8..20, -3600.0));
    let args = ["merge", "part1", "part2", "--on-conflict", "keep"];
    let merge = |more: &[&str]| tfevents(dir.path(), &[&args[..], more].concat());
    let warning = format!(
        "warning: .: steps of 2 tags go back where `part1/{FILE}` follows `part2/{FILE}`, so TensorBoard will hide \
         points of the latter. If the clock was wrong there, `merge --order given` keeps the files in the order \
         given\n"
    );
    merge(&["-o", "a.tfevents"]).ended(3, &warning);
    merge(&["-o", "b.tfevents", "--order", "given"]).done();
    // Restarts are in order.
    write_events(&second, &part(8..20, 3600.0));
    merge(&["-o", "c.tfevents"]).done();
    // And so are parts that other steps keep apart.
    write_events(&second, &part(8..20, -3600.0));
    merge(&["-o", "d.tfevents", "--step-offset", "100"]).done();
    // The files of a run, too.
    let run = dir.path().join("run");
    write_events(run.join(FILE), &part(0..10, 0.0));
    write_events(run.join(format!("{FILE}.b")), &part(10..20, -3600.0));
    let compacted = tfevents(dir.path(), &["compact", "run", "-o", "e.tfevents"]);
    assert_eq!(compacted.status, 3);
    assert!(compacted.stderr.contains("`merge --order given`"));
}

#[cfg(unix)]
#[test]
fn a_link_brings_no_values_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    write_events(
        dir.path().join("runs/a").join(FILE),
        &[version("a"), scalar(1, "loss", 1.0)],
    );
    std::os::unix::fs::symlink("a", dir.path().join("runs/latest")).unwrap();
    let args = ["merge", "runs", "--into", "whole", "-o", "out"];
    let merged = tfevents(dir.path(), &args);
    assert_eq!(merged.status, 0, "{}", merged.stderr);
    let told = "note: latest: left out 1 file, already merged under another name";
    assert!(merged.stderr.contains(told), "{}", merged.stderr);
    assert_eq!(
        fs::read(dir.path().join("out/whole").join(FILE)).unwrap(),
        fs::read(dir.path().join("runs/a").join(FILE)).unwrap()
    );
}

/// As snapshots by rsync have them.
#[cfg(unix)]
#[test]
fn a_hard_link_brings_no_values_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).join(FILE);
    write_events(path("runs/a"), &[version("a"), scalar(1, "loss", 1.0)]);
    for run in ["runs/b", "snapshot/a"] {
        fs::create_dir_all(dir.path().join(run)).unwrap();
        fs::hard_link(path("runs/a"), path(run)).unwrap();
    }
    fs::hard_link(path("runs/a"), path("runs/a").with_file_name("x.tfevents")).unwrap();
    for args in [
        &["merge", "runs", "--into", "whole", "-o", "one.tfevents"][..],
        &[
            "merge",
            "runs/a",
            "snapshot/a",
            "--into",
            "whole",
            "-o",
            "two.tfevents",
        ],
        &[
            "merge",
            "runs",
            "snapshot",
            "--into",
            "whole",
            "-o",
            "three.tfevents",
        ],
        &["compact", "runs/a", "-o", "four.tfevents"],
    ] {
        let merged = tfevents(dir.path(), args);
        assert_eq!(merged.status, 3, "{}", merged.stderr);
        assert!(
            merged.stderr.contains("is another name for `runs/a/"),
            "{}",
            merged.stderr
        );
        let out = dir.path().join(args.last().unwrap());
        assert_eq!(fs::read(out).unwrap(), fs::read(path("runs/a")).unwrap());
    }
    let counted = tfevents(dir.path(), &["export", "runs/a"]);
    assert_eq!(counted.stdout.lines().count(), 2);
}

#[test]
fn no_new_run_passes_for_an_event_file() {
    let dir = tempfile::tempdir().unwrap();
    pieces(dir.path());
    for (into, out) in [("my.tfevents.d", "out/"), (".", "out.tfevents.d/")] {
        let args = ["merge", "a", "b", "--into", into, "-o", out];
        let refused = tfevents(dir.path(), &args);
        assert_eq!(refused.status, 1);
        assert!(
            refused.stderr.contains("use another name"),
            "{}",
            refused.stderr
        );
        assert!(!dir.path().join(out).exists());
    }
}
