//! Compares hyperparameters: gradient descent with several rates and optimizers, each trial a run of its own.
//!
//! Look at the HParams tab. A trial that diverges shows up as a failure.
//!
//! ```sh
//! cargo run --example hparams_sweep [NEW_LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;

use tfevents::plugin::hparams::Dataset;
use tfevents::{Experiment, HParam, HParams, Metric, Session, Sweep};

const RATES: [f32; 3] = [0.01, 0.1, 1.1];
const STEPS: i32 = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/hparams_sweep".into());

    // What the table shows, before there is anything to show.
    let experiment = Experiment::new()
        .hparam(HParam::number("rate").interval(0.01..=1.1))
        .hparam(HParam::text("optimizer").one_of(["sgd", "momentum"]))
        .hparam(HParam::bool("decay").description("Makes the rate smaller with time"))
        .metric(
            Metric::new("train/loss")
                .display_name("loss")
                .dataset(Dataset::Training),
        );
    let sweep = Sweep::new(logdir, experiment)?;

    for optimizer in ["sgd", "momentum"] {
        for rate in RATES {
            let decay = rate < 1.0;
            let hparams = HParams::new()
                .with("rate", rate)
                .with("optimizer", optimizer)
                .with("decay", decay);
            let name = format!("{optimizer} {rate}");
            let trial = sweep.trial(&name, hparams)?;
            let ended = train(trial, rate, optimizer == "momentum", decay);
            println!(
                "{name}: {}",
                ended.map_or_else(|e| e.to_string(), |()| "done".into())
            );
        }
    }
    Ok(())
}

/// Finds the minimum of x², or not. Whoever returns early leaves a failed trial behind.
fn train(trial: Session, rate: f32, momentum: bool, decay: bool) -> Result<(), Box<dyn Error>> {
    let (mut x, mut velocity) = (1.0f32, 0.0);
    for step in 0..STEPS {
        let loss = x * x;
        trial.writer().add_scalar("train/loss", loss, step)?;
        if loss > 100.0 {
            return Err(format!("diverged at step {step}").into());
        }
        let rate = if decay {
            rate / (1.0 + 0.01 * step as f32)
        } else {
            rate
        };
        velocity = if momentum { 0.9 * velocity } else { 0.0 } - rate * 2.0 * x;
        x += velocity;
    }
    trial.finish()?;
    Ok(())
}
