//! Runs that were merged, renamed, filtered and compacted.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tfevents::edit::{Editor, Interleaved, MergeItem, Rules};
use tfevents::plugin::scalar::Scalar;
use tfevents::proto::{self, Message as _};
use tfevents::{EventItem, EventReader, Selection, record};

use super::{NOW, list, shown, writer};

const FILE: &str = "events.out.tfevents.1700000000.edited";

/// Writes what becomes of a file.
fn edit(input: &Path, rules: Rules, output: &Path) {
    let mut editor = Editor::new(rules);
    let mut reader = EventReader::open(input).unwrap();
    let mut edited = Vec::new();
    while let EventItem::Event(event) = reader.next_item().unwrap() {
        editor.event(&event, &mut edited).unwrap();
    }
    fs::create_dir_all(output).unwrap();
    fs::write(output.join(FILE), edited).unwrap();
}

/// A run with numbers, distributions and text, steps 0 to 4.
fn logged(dir: &Path) -> PathBuf {
    let writer = writer(dir);
    for step in 0..5 {
        writer.add_scalar("train_ms", 1000 * step, step).unwrap();
        let described = Scalar::new(step).description("Mean **loss**");
        writer.add("loss", &described, step).unwrap();
        writer
            .add_histogram("weights", [step, step + 1], step)
            .unwrap();
        writer
            .add_text("note", format!("step {step}"), step)
            .unwrap();
    }
    writer.close().unwrap();
    writer.path().to_path_buf()
}

/// Two runs, each with its own start, of which the second goes on at step 4 of the first.
pub(super) fn merge(dir: &Path) {
    let root = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (name, steps, base) in [("a", 0..6, 0), ("b", 4..8, 100)] {
        let writer = writer(&root.path().join(name));
        for step in steps {
            writer.add_scalar("loss", base + step, step).unwrap();
            writer.add_scalar(name, step, step).unwrap();
        }
        writer.close().unwrap();
        files.push(writer.path().to_path_buf());
    }
    let mut editor = Editor::new(Rules::default().drop_rewound());
    let mut survey = Interleaved::new(&files).unwrap();
    while let Some(item) = survey.next_item().unwrap() {
        if let MergeItem::Event { record, .. } = item {
            editor.survey(&record).unwrap();
        }
    }
    editor.begin();
    let mut merged = Vec::new();
    let mut events = Interleaved::new(&files).unwrap();
    while let Some(item) = events.next_item().unwrap() {
        if let MergeItem::Event { record, .. } = item {
            editor.event(&record, &mut merged).unwrap();
        }
    }
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join(FILE), merged).unwrap();
}

pub(super) fn rename(dir: &Path) {
    let root = tempfile::tempdir().unwrap();
    let rules = Rules::default()
        .rename(|tag, _| tag.replace("train_ms", "time/train_s"))
        .scale(0.001, |tag| tag == "train_ms")
        .scale(10.0, |tag| tag == "loss");
    edit(&logged(root.path()), rules, dir);
}

pub(super) fn compact(dir: &Path) {
    let root = tempfile::tempdir().unwrap();
    edit(
        &logged(root.path()),
        Rules::default().drop_repeated_metadata(),
        dir,
    );
}

/// Out of a run whose first values alone say what the series are, values behind these.
pub(super) fn filter(dir: &Path) {
    let root = tempfile::tempdir().unwrap();
    compact(root.path());
    let late = Selection::all().tags(|tag| tag != "train_ms").steps(2..);
    edit(&root.path().join(FILE), Rules::default().select(late), dir);
}

/// A run of which most wall times were NaN or infinite.
pub(super) fn repair(dir: &Path) {
    let root = tempfile::tempdir().unwrap();
    let mut reader = EventReader::open(logged(root.path())).unwrap();
    let mut damaged = Vec::new();
    while let EventItem::Event(record) = reader.next_item().unwrap() {
        let mut event = proto::Event::decode(record.payload).unwrap();
        match record.record % 4 {
            0 => {}
            1 => event.wall_time = f64::NEG_INFINITY,
            _ => event.wall_time = f64::NAN,
        }
        record::frame(&mut damaged, &event.encode_to_vec());
    }
    let mut repaired = Vec::new();
    tfevents::repair::salvage(EventReader::new(&*damaged), &mut repaired).unwrap();
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join(FILE), repaired).unwrap();
}

/// Steps and values of a series of scalars.
fn scalars(series: &Value) -> Vec<(i64, f64)> {
    let points = list(&series["points"]).iter();
    points
        .map(|point| {
            assert_eq!(point[0], NOW);
            (point[1].as_i64().unwrap(), point[2].as_f64().unwrap())
        })
        .collect()
}

#[test]
fn a_merged_run_holds_what_both_logged_and_the_second_replaces_the_first() {
    for shown in shown() {
        let series = |tag| scalars(shown.series("scalars", "edited/merged", tag));
        let loss = [0, 1, 2, 3, 104, 105, 106, 107];
        let steps = (0..).zip(loss.map(f64::from));
        assert_eq!(
            series("loss"),
            steps.collect::<Vec<_>>(),
            "{:?}",
            shown.mode
        );
        // The second one's start takes nothing away.
        assert_eq!(series("a").len(), 6, "{:?}", shown.mode);
        assert_eq!(series("b").len(), 4, "{:?}", shown.mode);
    }
}

#[test]
fn a_run_with_repaired_times_is_shown_whole() {
    for shown in shown() {
        let loss = scalars(shown.series("scalars", "edited/repaired", "loss"));
        let expected: Vec<_> = (0..5).map(|step| (step, step as f64)).collect();
        assert_eq!(loss, expected, "{:?}", shown.mode);
    }
}

#[test]
fn a_renamed_run_has_new_tags_and_units_and_old_descriptions() {
    for shown in shown() {
        let run = "edited/renamed";
        let seconds = scalars(shown.series("scalars", run, "time/train_s"));
        let expected: Vec<_> = (0..5).map(|step| (step, step as f64)).collect();
        assert_eq!(seconds, expected, "{:?}", shown.mode);
        let loss = shown.series("scalars", run, "loss");
        let expected: Vec<_> = (0..5).map(|step| (step, 10.0 * step as f64)).collect();
        assert_eq!(scalars(loss), expected, "{:?}", shown.mode);
        assert_eq!(loss["description"], "<p>Mean <strong>loss</strong></p>");
        assert_eq!(shown.tags("scalars", run).len(), 2, "{:?}", shown.mode);
        assert_eq!(shown.tags("text", run), ["note"], "{:?}", shown.mode);
        assert_eq!(list(shown.series("histograms", run, "weights")).len(), 5);
    }
}

#[test]
fn what_is_said_once_holds_for_the_whole_series() {
    for shown in shown() {
        for (run, steps) in [("edited/compacted", 0..5), ("edited/filtered", 2..5)] {
            let context = format!("{:?}: {run}", shown.mode);
            let loss = shown.series("scalars", run, "loss");
            let expected: Vec<_> = steps.clone().map(|step| (step, step as f64)).collect();
            assert_eq!(scalars(loss), expected, "{context}");
            assert_eq!(
                loss["description"], "<p>Mean <strong>loss</strong></p>",
                "{context}"
            );
            let weights = list(shown.series("histograms", run, "weights")).iter();
            let found: Vec<_> = weights.map(|point| point[1].as_i64().unwrap()).collect();
            assert_eq!(found, steps.clone().collect::<Vec<_>>(), "{context}");
            let note = |step: i64| {
                let html = format!("<p>step {step}</p>");
                json!({"step": step, "wall_time": NOW, "string": html})
            };
            let notes: Value = steps.map(note).collect();
            assert_eq!(shown.series("text", run, "note"), &notes, "{context}");
        }
        let tags = shown.tags("scalars", "edited/filtered");
        assert_eq!(tags, ["loss"], "{:?}", shown.mode);
    }
}
