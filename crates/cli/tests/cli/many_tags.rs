//! Files in which every point has a tag of its own: memory is bounded by what is stored.

use std::path::Path;

use tfevents::proto::{self, event::What};

use crate::support::{Output, run, scalar, version, write_events};

const TAGS: usize = 60_000;

/// The program with at most so many MiB of memory.
fn limited(dir: &Path, mebibytes: usize, args: &[&str]) -> Output {
    let limit = format!("ulimit -d {} && exec \"$0\" \"$@\"", mebibytes << 10);
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", &limit, env!("CARGO_BIN_EXE_tfevents")])
        .args(args)
        .current_dir(dir);
    run(command, &[])
}

/// Runs every verb that reads on a run of such events.
#[track_caller]
fn assert_bounded(events: &[proto::Event]) {
    let dir = tempfile::tempdir().unwrap();
    let mut file = vec![version("t")];
    file.extend_from_slice(events);
    write_events(dir.path().join("runs/run/events.out.tfevents.1"), &file);
    // Of this the program itself takes 10, and threads and lists that grow by doubling some more.
    for (mebibytes, status, args) in [
        (24, 0, "inspect runs"),
        (24, 0, "inspect runs --json"),
        (24, 0, "check runs"),
        // There are too many charts for one figure, and it says so.
        (24, 3, "plot runs"),
        (24, 3, "plot runs --band range --group *"),
        (24, 0, "export runs -o out.csv"),
        (24, 0, "export runs -o out.jsonl"),
        (24, 0, "export runs -o fast.csv --policy fast"),
        (24, 0, "du runs"),
        (24, 0, "cat runs"),
        (24, 0, "tail --no-follow runs"),
        (24, 0, "merge runs -o merged"),
        (24, 0, "compact runs -o compacted"),
        (24, 0, "filter runs -o filtered --tag tag*"),
        (24, 0, "repair runs --dry-run"),
        // A column for each tag.
        (40, 0, "table runs"),
        (40, 0, "table runs --format csv"),
        // Two logdirs.
        (32, 0, "diff runs runs"),
        // A directory of three arrays for each tag.
        (32, 0, "export runs -o out.npz"),
        // A group of rows is encoded at once.
        #[cfg(feature = "parquet")]
        (36, 0, "export runs -o out.parquet"),
        // Six statistics of each tag, and two charts.
        (32, 0, "reduce runs --group * -o reduced"),
    ] {
        let words: Vec<_> = args.split(' ').collect();
        let output = limited(dir.path(), mebibytes, &words);
        assert_eq!(output.status, status, "{args}: {}", output.stderr);
    }
    let exported = std::fs::read_to_string(dir.path().join("out.csv")).unwrap();
    assert_eq!(exported.lines().count(), 1 + TAGS);
}

#[test]
fn memory_is_bounded_where_each_value_is_an_event() {
    let events: Vec<_> = (0..TAGS)
        .map(|i| scalar(1, &format!("tag/{i}"), 0.5))
        .collect();
    assert_bounded(&events);
}

#[test]
fn memory_is_bounded_where_one_event_has_all_values() {
    let values = (0..TAGS).map(|i| scalar(1, &format!("tag/{i}"), 0.5));
    let summaries = values.filter_map(|event| match event.what {
        Some(What::Summary(summary)) => Some(summary.value),
        _ => None,
    });
    let mut event = scalar(1, "", 0.5);
    event.what = Some(What::Summary(proto::Summary {
        value: summaries.flatten().collect(),
    }));
    assert_bounded(&[event]);
}
