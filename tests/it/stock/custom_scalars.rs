//! Layouts of charts: those of all runs in one, with what the writer adds of its own.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::ChartLayout;
use tfevents::plugin::custom_scalars::{Category, Chart, Series};

use super::{list, shown, writer};

const RUN: &str = "custom scalars";

pub(super) fn log(dir: &Path) {
    for (run, extra) in [("1", "a"), ("2", "b"), ("3", "c.d")] {
        let writer = writer(&dir.join(run));
        let chart = Chart::multiline("lines", ["loss (%)", "acc+"]);
        let own = Category::new("own").closed().chart(chart);
        writer
            .add_custom_scalars(&ChartLayout::new().category(own))
            .unwrap();
        for step in 0..3 {
            let values = [("train", step), ("validation", 2 * step)];
            writer.add_scalars("loss", values, step).unwrap();
            writer.add_scalars(extra, [("x", step)], step).unwrap();
        }
        let band = Chart::margin("band", [Series::new("mean", "low", "high")]);
        let own = Category::new("own").closed().chart(band);
        writer
            .add_custom_scalars(&ChartLayout::new().category(own))
            .unwrap();
        writer.close().unwrap();
    }
    let parent = writer(dir);
    let values = [("train", 0.5), ("validation", 0.25)];
    parent
        .add_scalars_to_sub_runs("sub/loss", values, 7)
        .unwrap();
    parent.close().unwrap();
}

#[test]
fn the_layouts_of_all_runs_are_one() {
    let multiline =
        |title: &str, tags: &[&str]| json!({"title": title, "multiline": {"tag": tags}});
    let series = json!([{"value": "mean", "lower": "low", "upper": "high"}]);
    let expected = json!([
        {"title": "own", "closed": true, "chart": [
            multiline("lines", &[r"loss \(%\)$", r"acc\+$"]),
            {"title": "band", "margin": {"series": series}},
        ]},
        {"title": "scalars", "closed": false, "chart": [
            multiline("a", &["a/x$"]),
            multiline("loss", &["loss/train$", "loss/validation$"]),
            multiline("b", &["b/x$"]),
            multiline("c.d", &[r"c\.d/x$"]),
            // Logged by the module beside this one.
            multiline("group", &["group/a$"]),
        ]},
    ]);
    for shown in shown() {
        let found = &shown.answer["custom_scalars"]["category"];
        assert_eq!(found, &expected, "{:?}", shown.mode);
    }
}

#[test]
fn a_group_stays_in_its_run() {
    for shown in shown() {
        for run in ["1", "2", "3"] {
            let run = format!("{RUN}/{run}");
            let points = |tag| {
                let points = list(&shown.series("scalars", &run, tag)["points"]).iter();
                let points = points.map(|point| (point[1].as_i64(), point[2].as_f64()));
                points.collect::<Vec<_>>()
            };
            let expected = |by: f64| {
                (0..3)
                    .map(|i| (Some(i), Some(by * i as f64)))
                    .collect::<Vec<_>>()
            };
            assert_eq!(points("loss/train"), expected(1.0));
            assert_eq!(points("loss/validation"), expected(2.0));
        }
    }
}

#[test]
fn sub_runs_share_a_tag() {
    for shown in shown() {
        for (name, value) in [("train", 0.5), ("validation", 0.25)] {
            let run = format!("{RUN}/sub_loss_{name}");
            let points = &shown.series("scalars", &run, "sub/loss")["points"];
            assert_eq!(points[0][1], 7);
            assert_eq!(points[0][2], Value::from(value), "{:?}", shown.mode);
        }
    }
}
