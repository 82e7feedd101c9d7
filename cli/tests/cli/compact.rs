//! `tfevents compact`.

use std::fs;

use tfevents::Text;

use crate::support::{FILE, only_file, plugin, scalar, tfevents, version, write_events};

#[test]
fn many_files_become_one_that_says_everything_once() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/a");
    let note = |step| plugin(step, "note", &Text::new("text"));
    write_events(
        run.join(FILE),
        &[version("t"), note(1), scalar(1, "loss", 0.5)],
    );
    write_events(
        run.join(format!("{FILE}.b")),
        &[version("t"), note(2), note(3)],
    );
    tfevents(dir.path(), &["compact", "runs", "-o", "small/"]).done();
    let terse = |step| {
        let mut event = note(step);
        if let Some(tfevents::proto::event::What::Summary(summary)) = &mut event.what {
            summary.value[0].metadata = None;
        }
        event
    };
    let expected = [
        version("t"),
        note(1),
        scalar(1, "loss", 0.5),
        terse(2),
        terse(3),
    ];
    write_events(dir.path().join("expected"), &expected);
    let small = only_file(&dir.path().join("small/a"));
    assert_eq!(
        fs::read(small).unwrap(),
        fs::read(dir.path().join("expected")).unwrap()
    );
    tfevents(dir.path(), &["check", "small"]).done();
    let export = |dir_name| {
        let jsonl = tfevents(dir.path(), &["export", "--format", "jsonl", dir_name]).done();
        let mut lines: Vec<_> = jsonl.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(export("runs"), export("small"));
}

#[test]
fn what_is_small_already_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let note = plugin(1, "note", &Text::new("text"));
    write_events(
        dir.path().join(FILE),
        &[version("t"), note, scalar(1, "loss", 0.5)],
    );
    tfevents(dir.path(), &["compact", ".", "-o", "new.tfevents"]).done();
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read(FILE), read("new.tfevents"));
}

#[test]
fn runs_of_several_logdirs_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    for logdir in ["a", "b"] {
        let path = dir.path().join(logdir).join("run").join(FILE);
        write_events(path, &[version("t"), scalar(1, "loss", 0.5)]);
    }
    tfevents(dir.path(), &["compact", "a", "b", "-o", "new"]).done();
    for run in ["a/run", "b/run"] {
        assert!(
            dir.path().join("new").join(run).join(FILE).exists(),
            "{run}"
        );
    }
}
