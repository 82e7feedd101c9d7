//! Distributions: of values that drift and spread, in equal buckets, in exponential ones, and counted elsewhere.
//!
//! `cargo run --example histogram [LOGDIR]`

#![allow(clippy::print_stdout, reason = "an example says where it wrote")]

use std::error::Error;

use tfevents::{Bins, Bucket, SummaryWriter};

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "runs/histogram".into());
    let writer = SummaryWriter::new(logdir)?;
    let mut random = Random(1);
    for step in 0..30 {
        let spread = 1.0 + f64::from(step) / 10.0;
        let weights: Vec<f64> = (0..5000)
            .map(|_| f64::from(step) / 5.0 + spread * random.normal())
            .collect();
        writer.add_histogram("weights", &weights, step)?;
        writer.add_histogram_with("weights by magnitude", &weights, &Bins::Exponential, step)?;
    }
    let counted = [(0.0, 1.0, 5.0), (1.0, 2.0, 20.0), (2.0, 4.0, 10.0)];
    let buckets = counted.map(|(left, right, count)| Bucket { left, right, count });
    writer.add_histogram_raw("counted elsewhere", buckets, 0)?;
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// A small generator, so that the example needs no other crate.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    /// Nearly normal: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
