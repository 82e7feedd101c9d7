//! Buckets as they were logged, of any input.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::plugin::histogram::{Bucket, Histogram};

use super::{NOW, accumulated, list, shown, writer};

const RUN: &str = "histograms";

const NONE: [f64; 0] = [];

/// Edges that no short decimal names.
const UNEVEN: [f64; 5] = [0.1, 0.2, 0.7, -1.0 / 3.0, 1e-300];

const NOT_FINITE: [f32; 5] = [f32::NAN, 1.0, f32::INFINITY, 2.0, f32::NEG_INFINITY];

const RAW: [Bucket; 4] = [
    bucket(-1e300, -1.0, 0.5),
    bucket(-1.0, -1.0, 0.0),
    bucket(0.0, 0.1, 1e15),
    bucket(7.0, 1e300, 3.0),
];

const fn bucket(left: f64, right: f64, count: f64) -> Bucket {
    Bucket { left, right, count }
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    let thirty_one = (0..=30).collect::<Vec<_>>();
    writer.add_histogram("normal", &thirty_one, -1).unwrap();
    writer.add_histogram("normal", UNEVEN, 0).unwrap();
    writer.add_histogram("constant", [2.5; 7], 0).unwrap();
    writer.add_histogram("one", [-2.5], 0).unwrap();
    writer.add_histogram("zeros", [0.0, -0.0], 0).unwrap();
    writer.add_histogram("empty", NONE, 0).unwrap();
    writer.add_histogram("empty between", [1, 2], 0).unwrap();
    writer.add_histogram("empty between", NONE, 1).unwrap();
    writer.add_histogram("empty between", [1, 2], 2).unwrap();
    writer.add_histogram("not finite", NOT_FINITE, 0).unwrap();
    writer.add_histogram("not finite", [1.0], 1).unwrap();
    writer
        .add_histogram("not finite", [f64::NAN; 3], 2)
        .unwrap();
    writer.add_histogram_raw("raw", RAW, 0).unwrap();
    writer.close().unwrap();
}

fn rows(buckets: &[Bucket]) -> Value {
    let row = |b: &Bucket| json!([b.left, b.right, b.count]);
    buckets.iter().map(row).collect()
}

fn equal(left: f64, right: f64, counts: [i32; 30]) -> Value {
    let width = (right - left) / 30.0;
    let edge = |i: usize| {
        if i == 30 {
            right
        } else {
            left + i as f64 * width
        }
    };
    let rows = counts.iter().enumerate();
    rows.map(|(i, &count)| json!([edge(i), edge(i + 1), f64::from(count)]))
        .collect()
}

/// Thirty buckets, nothing in any but the last.
fn last(left: f64, right: f64, count: i32) -> Value {
    let mut counts = [0; 30];
    counts[29] = count;
    equal(left, right, counts)
}

/// Each series with its steps and buckets.
fn logged() -> [(&'static str, Vec<(i64, Value)>); 8] {
    let mut ones = [1; 30];
    // The greatest value stands with the one before it.
    ones[29] = 2;
    let mut ends = [0; 30];
    (ends[0], ends[29]) = (1, 1);
    let one_and_two = equal(1.0, 2.0, ends);
    [
        (
            "normal",
            vec![
                (-1, equal(0.0, 30.0, ones)),
                (0, rows(Histogram::new(UNEVEN).buckets())),
            ],
        ),
        ("constant", vec![(0, last(2.5, 2.5, 7))]),
        ("one", vec![(0, last(-2.5, -2.5, 1))]),
        ("zeros", vec![(0, last(0.0, 0.0, 2))]),
        ("empty", vec![(0, json!([]))]),
        (
            "empty between",
            vec![
                (0, one_and_two.clone()),
                (1, json!([])),
                (2, one_and_two.clone()),
            ],
        ),
        (
            "not finite",
            vec![(0, one_and_two), (1, last(1.0, 1.0, 1)), (2, json!([]))],
        ),
        ("raw", vec![(0, rows(&RAW))]),
    ]
}

#[test]
fn buckets_are_shown_as_they_were_logged() {
    for shown in shown() {
        for (tag, steps) in logged() {
            let points: Value = steps
                .into_iter()
                .map(|(step, rows)| json!([NOW, step, rows]))
                .collect();
            let found = shown.series("histograms", RUN, tag);
            assert_eq!(found, &points, "{:?}: {tag}", shown.mode);
        }
        assert_eq!(shown.tags("histograms", RUN).len(), logged().len());
    }
}

#[test]
fn what_is_not_finite_is_counted_beside_its_histogram() {
    for shown in shown() {
        assert_eq!(shown.tags("scalars", RUN), ["not finite/left_out"]);
        let series = shown.series("scalars", RUN, "not finite/left_out");
        let points = json!([[NOW, 0, 3.0], [NOW, 2, 3.0]]);
        assert_eq!(series["points"], points, "{:?}", shown.mode);
    }
}

#[test]
fn distributions_reach_from_the_least_to_the_greatest_value() {
    for shown in shown() {
        let series = list(shown.series("distributions", RUN, "normal"));
        assert_eq!(series.len(), 2);
        for (point, [least, greatest]) in series.iter().zip([[0.0, 30.0], [-1.0 / 3.0, 0.7]]) {
            // Pairs of hundredths of a percent and a number, which TensorBoard interpolates.
            let percentiles = list(&point[2]);
            let near =
                |pair: &Value, number: f64| (pair[1].as_f64().unwrap() - number).abs() < 1e-9;
            let [first, .., last] = percentiles else {
                panic!("{point}");
            };
            assert!(first[0] == 0 && near(first, least), "{first}");
            assert!(last[0] == 10_000 && near(last, greatest), "{last}");
        }
        assert_eq!(shown.tags("distributions", RUN).len(), logged().len());
    }
}

#[test]
fn the_python_readers_find_every_bucket() {
    let Some(run) = accumulated(RUN) else { return };
    for (tag, steps) in logged() {
        let points = list(&run["tensors"][tag]);
        assert_eq!(points.len(), steps.len(), "{tag}");
        for (point, (step, rows)) in points.iter().zip(steps) {
            let rows = list(&rows);
            assert_eq!(point["step"], step, "{tag}");
            assert_eq!(point["dtype"], "DT_DOUBLE", "{tag}");
            assert_eq!(point["shape"], json!([rows.len(), 3]), "{tag}");
            let found = list(&point["values"]).iter();
            let found: Vec<f64> = found
                .map(|x| x.as_str().unwrap().parse().unwrap())
                .collect();
            let wanted = rows.iter().flat_map(list).map(|x| x.as_f64().unwrap());
            assert_eq!(found, wanted.collect::<Vec<_>>(), "{tag}");
        }
        assert_eq!(run["metadata"][tag]["plugin_name"], "histograms");
    }
}
