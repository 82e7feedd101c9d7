//! Numbers: one a step, several in one chart, with a description, and as fast as can be.
//!
//! `cargo run --example scalar [LOGDIR]`

#![allow(clippy::print_stdout, reason = "an example says where it wrote")]

use std::error::Error;

use tfevents::{Scalar, SummaryWriter};

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "runs/scalar".into());
    let writer = SummaryWriter::new(logdir)?;
    // A described value goes first: TensorBoard takes the description from a tag's first value.
    writer.add(
        "accuracy",
        &Scalar::new(0.0).description("Share of **correct** answers"),
        0,
    )?;
    for step in 1..=200 {
        let x = f64::from(step) / 20.0;
        writer.add_scalar("loss", (-x).exp(), step)?;
        writer.add("accuracy", &Scalar::new(1.0 - (-x).exp()), step)?;
        // One chart with two curves, without a second run.
        writer.add_scalars("waves", [("sin", x.sin()), ("cos", x.cos())], step)?;
    }
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}
