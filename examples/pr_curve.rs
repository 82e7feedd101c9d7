//! Logs precision-recall curves: a classifier of three animals that gets better, one curve an animal.
//!
//! ```sh
//! cargo run --example pr_curve [LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;

use tfevents::SummaryWriter;
use tfevents::plugin::pr_curve::PrCurveBuilder;

const ANIMALS: [&str; 3] = ["cat", "dog", "bird"];
const BATCHES: usize = 10;
const BATCH: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/pr_curve".into());
    let writer = SummaryWriter::new(logdir)?;
    let mut random = Random(1);
    for step in 0..5u8 {
        let mut any = PrCurveBuilder::new();
        let (mut targets, mut probabilities) = (Vec::new(), Vec::new());
        for _ in 0..BATCHES {
            let batch: Vec<_> = (0..BATCH).map(|i| i % ANIMALS.len()).collect();
            let output: Vec<_> = batch
                .iter()
                .map(|&target| classify(target, 0.5 * f32::from(step), &mut random))
                .collect();

            // Validation data come in batches; a builder counts them one by one.
            for class in 0..ANIMALS.len() {
                any.add(
                    batch.iter().map(|&target| target == class),
                    output.iter().map(|p| p[class]),
                )?;
            }
            targets.extend(batch);
            probabilities.extend(output);
        }
        writer.add_pr_curve_raw("any animal", &any.build(), step)?;

        // One class against the rest, each under a tag of its own.
        for (class, animal) in ANIMALS.iter().enumerate() {
            let labels = targets.iter().map(|&target| target == class);
            let predictions = probabilities.iter().map(|p| p[class]);
            writer.add_pr_curve(&format!("animal/{animal}"), labels, predictions, step)?;
        }
    }
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// The probability of each class: more of the right one the more was learnt.
fn classify(target: usize, learnt: f32, random: &mut Random) -> [f32; ANIMALS.len()] {
    let mut scores = [0.0; ANIMALS.len()];
    for (class, score) in scores.iter_mut().enumerate() {
        let right = if class == target { learnt } else { 0.0 };
        *score = (right + 3.0 * random.next()).exp();
    }
    let sum: f32 = scores.iter().sum();
    scores.map(|score| score / sum)
}

struct Random(u32);

impl Random {
    /// From 0 to 1.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 as f32 / u32::MAX as f32
    }
}
