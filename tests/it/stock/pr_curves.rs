//! Precision-recall curves: the numbers of TensorBoard's own code, as both loaders show them.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::PrCurve;
use tfevents::plugin::pr_curve::PrCurveBuilder;

use super::{NOW, accumulated, list, number, shown, tensorboard, writer};

const RUN: &str = "pr_curves";

/// Samples of every sort: at thresholds and between them, at both ends, of three precisions of weight.
struct Samples {
    labels: Vec<bool>,
    predictions: Vec<f32>,
    weights: Vec<f32>,
}

fn samples(count: u16) -> Samples {
    let mut random = 1u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as f32 / (1 << 24) as f32
    };
    let mut samples = Samples {
        labels: Vec::new(),
        predictions: Vec::new(),
        weights: Vec::new(),
    };
    for i in 0..count {
        samples.labels.push(next() < 0.4);
        samples.predictions.push(match i % 3 {
            // Of the default thresholds, and of a hundred.
            0 => f32::from(i % 201) / 200.0,
            1 => f32::from(i % 101) / 100.0,
            _ => next(),
        });
        samples.weights.push(3.0 * next());
    }
    samples
}

/// What is logged, and what TensorBoard's code is to be given for the same.
fn curves() -> Vec<(&'static str, PrCurve, Value)> {
    let Samples {
        labels,
        predictions,
        weights,
    } = samples(3000);
    let doubles: Vec<f64> = predictions.iter().map(|&p| f64::from(p)).collect();
    let data = |dtype, thresholds, weights: Option<&[f32]>| {
        json!({
            "labels": labels,
            "predictions": doubles,
            "weights": weights.map(|w| w.iter().map(|&w| f64::from(w)).collect::<Vec<_>>()),
            "thresholds": thresholds,
            "dtype": dtype,
        })
    };
    let mut weighted = PrCurveBuilder::with_thresholds(101).unwrap();
    weighted
        .add_weighted(&labels, &predictions, &weights)
        .unwrap();
    let few = PrCurve::with_thresholds(&labels, &doubles, 2).unwrap();
    let nothing = PrCurve::with_thresholds([false; 2], [0.25f32, 0.5], 5).unwrap();
    vec![
        (
            "f32",
            PrCurve::new(&labels, &predictions).unwrap(),
            data("float32", 201, None),
        ),
        (
            "f64",
            PrCurve::with_thresholds(&labels, &doubles, 101).unwrap(),
            data("float64", 101, None),
        ),
        (
            "weighted",
            weighted.build(),
            data("float32", 101, Some(&weights)),
        ),
        ("few", few, data("float64", 2, None)),
        (
            "no positives",
            nothing,
            json!({"labels": [false, false], "predictions": [0.25, 0.5], "weights": null,
                "thresholds": 5, "dtype": "float32"}),
        ),
    ]
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    for (tag, curve, _) in curves() {
        writer.add_pr_curve_raw(tag, &curve, 3).unwrap();
    }
    let Samples {
        labels,
        predictions,
        ..
    } = samples(3000);
    writer
        .add_pr_curve("f32", &labels, &predictions, 4)
        .unwrap();
    writer.close().unwrap();
}

fn rows(curve: &PrCurve) -> [Vec<f32>; 6] {
    [
        &curve.true_positives,
        &curve.false_positives,
        &curve.true_negatives,
        &curve.false_negatives,
        &curve.precision,
        &curve.recall,
    ]
    .map(|row| row.iter().map(|&v| v as f32).collect())
}

#[test]
fn the_numbers_are_those_of_tensorboards_own_code() {
    if shown().next().is_none() {
        return;
    }
    let curves = curves();
    let data: Vec<_> = curves.iter().map(|(_, _, data)| data).collect();
    let theirs = tensorboard::pr_curves(&json!(data));
    for ((tag, curve, _), theirs) in curves.iter().zip(list(&theirs)) {
        for (ours, theirs) in rows(curve).iter().zip(list(theirs)) {
            let theirs: Vec<_> = list(theirs).iter().map(|v| number(v) as f32).collect();
            assert_eq!(*ours, theirs, "{tag}");
        }
    }
}

#[test]
fn curves_are_shown_up_to_the_last_threshold_that_something_reaches() {
    for shown in shown() {
        for (tag, curve, _) in curves() {
            let series = shown.series("pr_curves", RUN, tag);
            let points = list(&series["points"]);
            assert_eq!(points.len(), if tag == "f32" { 2 } else { 1 });
            let reached = (0..curve.recall.len()).rev().find(|&i| {
                curve.true_positives[i].trunc() + curve.false_positives[i].trunc() > 0.0
            });
            let n = reached.unwrap() + 1;
            let thresholds: Vec<_> = curve.thresholds().take(n).collect();
            let [tp, fp, tn, fn_, precision, recall] = rows(&curve);
            // Counts are shown without their fractions.
            let counts =
                |row: Vec<f32>| json!(row[..n].iter().map(|&v| v as i64).collect::<Vec<_>>());
            let shares =
                |row: Vec<f32>| json!(row[..n].iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
            let mut expected = json!({
                "step": 3,
                "wall_time": NOW,
                "precision": shares(precision),
                "recall": shares(recall),
                "true_positives": counts(tp),
                "false_positives": counts(fp),
                "true_negatives": counts(tn),
                "false_negatives": counts(fn_),
                "thresholds": thresholds,
            });
            let mut found = points[0].clone();
            // The same numbers, but for the last bit of a division.
            let close = |a: &Value, b: &Value| (number(a) - number(b)).abs() < 1e-12;
            let (found_at, expected_at) =
                (found["thresholds"].take(), expected["thresholds"].take());
            let mut pairs = list(&found_at).iter().zip(list(&expected_at));
            assert!(pairs.all(|(a, b)| close(a, b)), "{:?}: {tag}", shown.mode);
            assert_eq!(found, expected, "{:?}: {tag}", shown.mode);
        }
    }
}

#[test]
fn the_python_readers_find_the_whole_tensor() {
    let Some(run) = accumulated(RUN) else { return };
    let found = list(&run["tensors"]["f32"]);
    assert_eq!(found.len(), 2);
    for step in found {
        assert_eq!(step["shape"], json!([6, 201]));
        assert_eq!(step["dtype"], "DT_FLOAT");
    }
    assert_eq!(run["metadata"]["f32"]["plugin_name"], "pr_curves");
}
