//! Draws scalars together: in charts of our own layout, and a group that is logged with one call.
//!
//! Look at the Custom Scalars tab.
//!
//! ```sh
//! cargo run --example custom_layout [LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;

use tfevents::{Category, Chart, ChartLayout, Series, SummaryWriter};

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/custom_layout".into());
    let writer = SummaryWriter::new(logdir)?;

    // The layout may come before or after the scalars that it names.
    let overview = Category::new("overview")
        .chart(Chart::multiline("loss", ["train/loss", "validation/loss"]))
        .chart(Chart::matching("per layer", ["layer[0-9]+/norm"]));
    let reward = Category::new("reward").chart(Chart::margin(
        "mean and range",
        [Series::new("reward/mean", "reward/min", "reward/max")],
    ));
    writer.add_custom_scalars(&ChartLayout::new().category(overview).category(reward))?;

    for step in 0..100u8 {
        let x = f32::from(step) / 20.0;
        writer.add_scalar("train/loss", (-x).exp(), step)?;
        writer.add_scalar("validation/loss", (-x).exp() + x / 50.0, step)?;
        for layer in 0..3u8 {
            let norm = 1.0 + x / f32::from(layer + 1);
            writer.add_scalar(&format!("layer{layer}/norm"), norm, step)?;
        }

        let reward = (2.0 * x).sin();
        writer.add_scalar("reward/mean", reward, step)?;
        writer.add_scalar("reward/min", reward - 1.0 / (x + 1.0), step)?;
        writer.add_scalar("reward/max", reward + 1.0 / (x + 1.0), step)?;

        // A chart that comes by itself.
        writer.add_scalars("waves", [("sin", x.sin()), ("cos", x.cos())], step)?;
    }
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}
