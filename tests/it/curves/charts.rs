//! Scalars that belong together, and the layout that says so.

use std::path::Path;
use std::time::Duration;

use tfevents::plugin::custom_scalars::{Category, Chart};
use tfevents::{ChartLayout, Kind, SummaryWriter, Value, WallTime};

use super::{each_point, layouts_of, records};

/// A scalar: event, tag, step, value.
type Scalar = (u64, String, i64, f64);

fn scalars_of(dir: &Path) -> Vec<Scalar> {
    let mut scalars = Vec::new();
    each_point(dir, |number, step, point| {
        if let Value::Scalar(value) = point.value {
            scalars.push((number, point.tag.to_owned(), step, value.as_f64()));
        }
    });
    scalars
}

/// A writer that writes when it is asked to.
fn patient(dir: &Path) -> SummaryWriter {
    let builder = SummaryWriter::builder(dir).flush_interval(Duration::MAX);
    builder.open().unwrap()
}

fn lines(title: &str, tags: &[&str]) -> Chart {
    Chart::multiline(title, tags)
}

#[test]
fn a_group_is_one_event_and_its_chart_is_written_at_the_next_flush() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    writer
        .add_scalars("loss", [("b", 2.0), ("a", 1.0)], 7)
        .unwrap();
    writer.flush().unwrap();
    writer
        .add_scalars("loss", [("a", 3.0), ("b", 4.0)], 8)
        .unwrap();
    writer.add_scalars("loss", [("c.d", 5)], 8).unwrap();
    let none: [(&str, f32); 0] = [];
    writer.add_scalars("other", none, 8).unwrap();
    writer.close().unwrap();

    // Two events begin the file; layouts are the fourth and the seventh.
    assert_eq!(
        scalars_of(dir.path()),
        [
            (2, "loss/b".into(), 7, 2.0),
            (2, "loss/a".into(), 7, 1.0),
            (4, "loss/a".into(), 8, 3.0),
            (4, "loss/b".into(), 8, 4.0),
            (5, "loss/c.d".into(), 8, 5.0),
        ]
    );
    assert_eq!(records(writer.path()), 7);
    let category = |tags: &[&str]| {
        ChartLayout::new().category(Category::new("scalars").chart(lines("loss", tags)))
    };
    assert_eq!(
        layouts_of(dir.path()),
        [
            category(&["loss/a", "loss/b"]),
            category(&["loss/a", "loss/b", "loss/c.d"]),
        ]
    );
    each_point(dir.path(), |_, step, point| {
        if point.kind == Kind::CustomScalars {
            assert_eq!((point.tag, step), ("custom_scalars__config__", 0));
        }
    });
}

#[test]
fn the_last_layout_holds_all_that_went_before() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let own = |title, tag| Category::new("own").chart(lines(title, &[tag]));
    writer
        .add_custom_scalars(&ChartLayout::new().category(own("x", "x")))
        .unwrap();
    writer.flush().unwrap();
    writer.flush().unwrap();
    writer.add_scalars("loss", [("a", 1)], 0).unwrap();
    writer
        .add_custom_scalars(&ChartLayout::new().category(own("y", "y")))
        .unwrap();
    writer.add_scalars("acc", [("a", 1)], 0).unwrap();
    writer.close().unwrap();
    let layouts = layouts_of(dir.path());
    assert_eq!(layouts.len(), 2);
    let expected = ChartLayout::new()
        .category(
            Category::new("own")
                .chart(lines("x", &["x"]))
                .chart(lines("y", &["y"])),
        )
        .category(
            Category::new("scalars")
                .chart(lines("acc", &["acc/a"]))
                .chart(lines("loss", &["loss/a"])),
        );
    assert_eq!(layouts[1], expected);
}

/// A layout holds all groups, so that one for each would take space by the square of their number.
#[test]
fn many_groups_make_one_layout() {
    let dir = tempfile::tempdir().unwrap();
    // Small enough for the thread to write many times before it is asked to.
    let writer = SummaryWriter::builder(dir.path())
        .flush_interval(Duration::MAX)
        .buffer_size(1000)
        .open()
        .unwrap();
    for i in 0..2000 {
        let group = format!("group{i}");
        writer.add_scalars(&group, [("a", i), ("b", i)], 0).unwrap();
    }
    writer.close().unwrap();
    let layouts = layouts_of(dir.path());
    assert_eq!(layouts.len(), 1);
    assert_eq!(layouts[0].categories[0].charts.len(), 2000);
    assert_eq!(scalars_of(dir.path()).len(), 4000);
}

/// Also when nothing else is logged, and nobody asks.
#[test]
fn a_layout_is_written_within_the_flush_interval() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .flush_interval(Duration::from_millis(1))
        .open()
        .unwrap();
    let chart = Category::new("own").chart(lines("x", &["x"]));
    let layout = ChartLayout::new().category(chart);
    writer.add_custom_scalars(&layout).unwrap();
    while layouts_of(dir.path()).is_empty() {
        std::thread::yield_now();
    }
    writer.close().unwrap();
    assert_eq!(layouts_of(dir.path()), [layout]);
}

#[test]
fn the_last_layout_is_whole_when_threads_race() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let writer = writer.clone();
            scope.spawn(move || {
                for i in 0..20 {
                    let name = format!("{thread}/{i}");
                    writer.add_scalars("main", [(name, i)], i).unwrap();
                }
            });
        }
    });
    writer.close().unwrap();
    let last = layouts_of(dir.path()).pop().unwrap();
    let mut tags: Vec<_> = (0..8)
        .flat_map(|thread| (0..20).map(move |i| format!("main/{thread}/{i}")))
        .collect();
    tags.sort();
    assert_eq!(last.categories[0].charts, [Chart::multiline("main", tags)]);
    assert_eq!(scalars_of(dir.path()).len(), 160);
}

#[test]
fn what_is_refused_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add_text("loss/text", "taken", 0).unwrap();
    let refused = |names: &[&str], main: &str| {
        let values = names.iter().map(|name| (*name, 1));
        writer.add_scalars(main, values, 1).unwrap_err().to_string()
    };
    assert!(refused(&["a", "b", "a"], "loss").contains("\"a\" occurs twice"));
    assert!(refused(&["a", ""], "loss").contains("empty"));
    assert!(refused(&["a"], "").contains("empty"));
    assert!(refused(&["a", "text"], "loss").contains("a text series"));
    for reserved in [
        "custom_scalars__config__",
        "_hparams_/experiment",
        "_hparams_/x",
    ] {
        let error = writer.add_scalar(reserved, 1, 1).unwrap_err().to_string();
        assert!(error.contains("TensorBoard's own name"), "{error}");
    }
    writer.close().unwrap();
    assert_eq!(scalars_of(dir.path()), []);
    assert_eq!(layouts_of(dir.path()), []);
}

#[test]
fn sub_runs_are_made_on_request_and_share_the_options() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .filename_suffix(".part")
        .clock(|| WallTime::from_secs(1.5e9))
        .open()
        .unwrap();
    for step in 0..3 {
        writer
            .add_scalars_to_sub_runs("train/loss", [("a", step), ("b/c", -step)], step)
            .unwrap();
    }
    // The same directory as "b/c".
    let shared = writer.add_scalars_to_sub_runs("train/loss", [("b_c", 1)], 3);
    assert!(shared.unwrap_err().to_string().contains("train_loss_b_c"));
    writer.flush().unwrap();

    for (run, sign) in [("train_loss_a", 1.0), ("train_loss_b_c", -1.0)] {
        let values: Vec<_> = scalars_of(&dir.path().join(run))
            .into_iter()
            .map(|(_, tag, step, value)| (tag, step, value))
            .collect();
        let expected: Vec<_> = (0..3)
            .map(|step| ("train/loss".to_owned(), step, sign * step as f64))
            .collect();
        assert_eq!(values, expected);
        let name = std::fs::read_dir(dir.path().join(run)).unwrap().next();
        let name = name.unwrap().unwrap().file_name().into_string().unwrap();
        assert!(
            name.contains(".1500000000.") && name.ends_with(".part"),
            "{name}"
        );
    }
    assert_eq!(scalars_of(dir.path()), []);

    writer.close().unwrap();
    for name in ["a", "new"] {
        let closed = writer.add_scalars_to_sub_runs("train/loss", [(name, 1)], 3);
        assert!(closed.unwrap_err().to_string().contains("closed"));
    }
    assert!(!dir.path().join("train_loss_new").exists());
}
