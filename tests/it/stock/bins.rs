//! Our buckets against NumPy's, which PyTorch and tensorboardX count with.

use std::process::Command;

use tfevents::plugin::histogram::{Bins, Histogram};

use super::environment;
use crate::support::skipped;

/// Counts the same numbers between the same edges, and prints what is not empty.
const NUMPY: &str = r"
import json, sys, numpy as np
state, values = 7, []
for _ in range(4000):
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    values.append(((state >> 40) / 2**24 - 0.5) * 10.0 ** ((state >> 8) % 9 - 4))
limits, limit = [], 1e-12
while limit < 1e20:
    limits.append(limit)
    limit *= 1.1
edges = {'exponential': [-l for l in limits[::-1]] + [0.0] + limits, 'edges': [-100.0, -1.0, 0.0, 0.5, 3.0, 77.0]}
print(json.dumps({name: [[float(e[i]), float(e[i + 1]), int(c)] for i, c in enumerate(np.histogram(values, e)[0]) if c]
                  for name, e in edges.items()}))
";

fn values() -> Vec<f64> {
    let mut state = 7u64;
    (0..4000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let power = i32::try_from((state >> 8) % 9).unwrap() - 4;
            ((state >> 40) as f64 / f64::from(1 << 24) - 0.5) * 10f64.powi(power)
        })
        .collect()
}

#[test]
fn buckets_hold_what_numpy_counts() {
    if environment::is_unwanted() {
        return skipped("stock::bins", "TFEVENTS_SKIP_STOCK is set");
    }
    let output = Command::new(environment::python())
        .args(["-c", NUMPY])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let theirs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let values = values();
    for (name, bins) in [
        ("exponential", Bins::Exponential),
        (
            "edges",
            Bins::Edges(vec![-100.0, -1.0, 0.0, 0.5, 3.0, 77.0]),
        ),
    ] {
        let theirs: Vec<[f64; 3]> = serde_json::from_value(theirs[name].clone()).unwrap();
        let histogram = Histogram::with_bins(&values, &bins).unwrap();
        let ours: Vec<_> = histogram
            .buckets()
            .iter()
            .filter(|b| b.count > 0.0)
            .collect();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (i, (ours, [left, right, count])) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(ours.count, *count, "{name} from {left}");
            // The outermost edges of exponential buckets are the least and the greatest value.
            let outermost = name == "exponential" && (i == 0 || i + 1 == theirs.len());
            assert!(
                outermost || (ours.left, ours.right) == (*left, *right),
                "{name} from {left}"
            );
        }
    }
}
