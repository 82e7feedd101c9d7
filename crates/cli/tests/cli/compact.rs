//! `tfevents compact`.

use std::fs;

use tfevents::plugin::custom_scalars::LAYOUT_TAG;
use tfevents::state::RunState;
use tfevents::{LogdirState, Policy, Selection, Text};

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

/// Each layout repeats those before, and TensorBoard shows the last.
#[test]
fn the_last_layout_stays() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/a");
    for part in 0..2 {
        let writer = tfevents::SummaryWriter::new(&run).unwrap();
        for i in 0..20 {
            let group = format!("group{part}/{i:02}");
            writer.add_scalars(&group, [("a", i), ("b", i)], i).unwrap();
            writer.flush().unwrap();
        }
        writer.close().unwrap();
    }
    tfevents(dir.path(), &["compact", "runs", "-o", "small/"]).done();
    let state = |root: &str| LogdirState::load(dir.path().join(root), Selection::all()).unwrap();
    let (before, after) = (state("runs"), state("small"));
    let [before, after] = [&before, &after].map(|state| state.run("a").unwrap());
    let layouts = |run: &RunState| run.blobs(LAYOUT_TAG, Policy::Raw).unwrap();
    assert_eq!((layouts(before).len(), layouts(after).len()), (40, 1));
    let last = |run: &RunState| layouts(run).pop().unwrap().read().unwrap();
    let text = |run: &RunState| format!("{:?}", last(run).value().unwrap());
    assert_eq!(text(after), text(before));
    assert!(text(after).contains("group1/19"));
    let scalars = |run: &RunState| run.scalars("group0/07/a", Policy::Raw).unwrap();
    assert_eq!(scalars(after).steps, scalars(before).steps);
}

#[test]
fn what_is_small_already_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let note = plugin(1, "note", &Text::new("text"));
    write_events(
        dir.path().join("runs").join(FILE),
        &[version("t"), note, scalar(1, "loss", 0.5)],
    );
    tfevents(dir.path(), &["compact", "runs", "-o", "new.tfevents"]).done();
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert_eq!(read(&format!("runs/{FILE}")), read("new.tfevents"));
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
