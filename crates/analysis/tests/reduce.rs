//! Statistics over runs, held against NumPy and SciPy (`fixtures/generate/write_numpy.py`).

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;

use serde_json::Value;
use tfevents::{Number, Scalars};
use tfevents_analysis::reduce::{Alignment, Reduce, ReducedRun, ReducedSeries, Statistic};

fn expected() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/numpy/reduce.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn number(json: &Value) -> f64 {
    json.as_f64().unwrap_or_else(|| {
        assert_eq!(json, "nan");
        f64::NAN
    })
}

fn numbers(json: &Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(number).collect()
}

fn series(steps: impl IntoIterator<Item = i64>, values: &[f64]) -> Scalars {
    let mut scalars = Scalars::default();
    for (step, &value) in steps.into_iter().zip(values) {
        scalars.push(step, 0.0, Number::F64(value));
    }
    scalars
}

/// Equal but for rounding: that of differences is as large as that of what they are differences of.
#[track_caller]
fn assert_close(found: f64, expected: f64, scale: f64, what: &str) {
    let close = (found - expected).abs() <= 1e-12 * scale.max(expected.abs());
    let same = close || (found.is_nan() && expected.is_nan());
    assert!(same, "{what}: {found} for {expected}");
}

#[test]
fn statistics_are_those_of_numpy() {
    for case in expected()["summaries"].as_array().unwrap() {
        let values = numbers(&case["values"]);
        let scale = values.iter().fold(0.0, |max, v| v.abs().max(max));
        let runs: Vec<_> = values.iter().map(|&v| series([0], &[v])).collect();
        for level in ["0.95", "0.8", "0.999"] {
            let reduce = Reduce::new(Statistic::ALL)
                .confidence(level.parse().unwrap())
                .unwrap();
            let mut run = ReducedRun::new(reduce);
            run.add("x", &runs);
            let reduced = run.series("x").unwrap();
            for (statistic, found) in reduced.columns() {
                let name = match statistic {
                    Statistic::CiLow | Statistic::CiHigh => format!("{statistic} {level}"),
                    _ => statistic.to_string(),
                };
                let what = format!("{name} of {values:?}");
                // The factor of a wide interval magnifies the rounding of the spread.
                let scale = if name.starts_with("ci") {
                    1e3 * scale
                } else {
                    scale
                };
                assert_close(found[0], number(&case[&name]), scale, &what);
            }
        }
    }
}

#[test]
fn alignments_are_those_of_numpy() {
    for case in expected()["alignments"].as_array().unwrap() {
        let runs = case["runs"].as_array().unwrap().iter().map(|run| {
            let steps = run["steps"].as_array().unwrap();
            let steps = steps.iter().map(|step| step.as_i64().unwrap());
            series(steps, &numbers(&run["values"]))
        });
        let runs: Vec<_> = runs.collect();
        let alignments = [
            ("intersect", Alignment::Intersect),
            ("union", Alignment::Union),
            ("interpolate", Alignment::Interpolate),
            ("bin=7", Alignment::Bin(NonZeroU64::new(7).unwrap())),
        ];
        for (name, alignment) in alignments {
            let reduce = Reduce::new([Statistic::Mean, Statistic::Median]);
            let mut run = ReducedRun::new(reduce.alignment(alignment).min_runs(1));
            run.add("x", &runs);
            let reduced = run.series("x").unwrap();
            let expected = &case[name];
            let steps: Vec<_> = reduced
                .steps
                .iter()
                .map(|&step| Value::from(step))
                .collect();
            assert_eq!(Value::from(steps), expected["steps"], "{name}");
            let counts: Vec<_> = reduced.counts.iter().map(|&n| Value::from(n)).collect();
            assert_eq!(Value::from(counts), expected["counts"], "{name}");
            assert_columns(&reduced, expected, name);
        }
    }
}

fn assert_columns(reduced: &ReducedSeries<'_>, expected: &Value, name: &str) {
    for (statistic, found) in reduced.columns() {
        let expected = numbers(&expected[statistic.name()]);
        assert_eq!(found.len(), expected.len());
        for (&found, expected) in found.iter().zip(expected) {
            assert_close(found, expected, 1.0, &format!("{statistic}, {name}"));
        }
    }
}
