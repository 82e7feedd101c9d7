//! Statistics over runs: the bands that TensorBoard draws, and the points that they are made of.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::proto::{self, Message as _};
use tfevents::record::{self, Split};
use tfevents::{Number, Scalars};
use tfevents_analysis::reduce::{Reduce, ReducedRun, Statistic};

use super::tensorboard::{Mode, ask};
use super::{environment, list, number, writer};
use crate::support::skipped;

const STEPS: [i64; 4] = [0, 10, 20, 1_000_000];

/// Three repetitions of a curve that is higher for another setting.
fn seeds(height: f64) -> Vec<Scalars> {
    let seed = |offset: f64| {
        let mut scalars = Scalars::default();
        for (i, step) in (0..).zip(STEPS) {
            let value = height / f64::from(1 + i) + offset;
            scalars.push(step, 1.7e9 + f64::from(i), Number::F64(value));
        }
        scalars
    };
    [0.0, 0.25, 0.5].map(seed).into()
}

fn reduced(height: f64) -> ReducedRun {
    let reduce = Reduce::new([
        Statistic::Mean,
        Statistic::Min,
        Statistic::Max,
        Statistic::CiLow,
        Statistic::CiHigh,
    ]);
    let mut run = ReducedRun::new(reduce);
    for tag in ["train/loss", "val/loss"] {
        run.add(tag, &seeds(height));
    }
    run
}

fn log(logdir: &Path) {
    for (group, height) in [("adam", 1.0), ("sgd", 8.0)] {
        let run = reduced(height);
        let whole = writer(&logdir.join(group));
        let layout = run.layout().unwrap().into_record(1.7e9, 0).unwrap();
        let Split::Frame { payload } = record::split(&layout, record::MAX_PAYLOAD) else {
            panic!("no record: {layout:?}");
        };
        let layout = proto::Event::decode(payload).unwrap();
        for event in std::iter::once(layout).chain(run.events()) {
            whole.add_event(&event).unwrap();
        }
        whole.close().unwrap();
        let mean = writer(&logdir.join(group).join("mean"));
        for event in run.events_of(Statistic::Mean) {
            mean.add_event(&event).unwrap();
        }
        mean.close().unwrap();
    }
}

/// Steps, wall times and values of a series that TensorBoard shows.
fn shown(answer: &Value, run: &str, tag: &str) -> Vec<(i64, f64, f64)> {
    let points = list(&answer["scalars"][run][tag]["points"]).iter();
    points
        .map(|point| {
            (
                point[1].as_i64().unwrap(),
                number(&point[0]),
                number(&point[2]),
            )
        })
        .collect()
}

#[test]
fn bands_are_drawn_of_what_was_computed() {
    if environment::is_unwanted() {
        skipped("stock::reduced", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    let logdir = tempfile::tempdir().unwrap();
    log(logdir.path());
    let chart = |tag: &str, [value, lower, upper]: [&str; 3]| {
        let series = json!([{
            "value": format!("{tag}/{value}"),
            "lower": format!("{tag}/{lower}"),
            "upper": format!("{tag}/{upper}"),
        }]);
        json!({"title": tag, "margin": {"series": series}})
    };
    let category = |title: &str, tags: [&str; 3]| {
        let charts = ["train/loss", "val/loss"].map(|tag| chart(tag, tags));
        json!({"title": title, "closed": false, "chart": charts})
    };
    let expected = json!([
        category(
            "mean and confidence interval",
            ["mean", "ci_low", "ci_high"]
        ),
        category("mean and range", ["mean", "min", "max"]),
    ]);
    for mode in [Mode::Fast, Mode::Slow] {
        let answer = ask(logdir.path(), mode);
        assert_eq!(answer["custom_scalars"]["category"], expected, "{mode:?}");
        for (group, height) in [("adam", 1.0), ("sgd", 8.0)] {
            let run = reduced(height);
            for (tag, series) in run.iter() {
                for (statistic, values) in series.columns() {
                    let tag = format!("{tag}/{statistic}");
                    let points = shown(&answer, group, &tag);
                    // As the 32-bit floats that they were logged as.
                    #[expect(clippy::cast_possible_truncation, reason = "that is what is meant")]
                    let singles = values.iter().map(|&v| f64::from(v as f32));
                    let expected = series.steps.iter().zip(series.wall_times).zip(singles);
                    let expected: Vec<_> = expected.map(|((&s, &t), v)| (s, t, v)).collect();
                    assert_eq!(points, expected, "{mode:?} {group} {tag}");
                }
                let whole = shown(&answer, group, &format!("{tag}/mean"));
                let alone = shown(&answer, &format!("{group}/mean"), tag);
                assert_eq!(whole, alone, "{mode:?} {group} {tag}");
            }
        }
    }
}
