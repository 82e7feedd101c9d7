//! Goes on with a run after a crash: TensorBoard shows one curve, not the points that were logged twice.
//!
//! ```sh
//! cargo run --example resume [NEW_LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::path::{Path, PathBuf};

use tfevents::SummaryWriter;

/// A checkpoint is saved so often.
const CHECKPOINT_EVERY: i64 = 50;

/// What a checkpoint holds: the step it was saved after, and the model.
#[derive(Clone, Copy)]
struct Checkpoint {
    step: i64,
    weight: f32,
}

fn main() -> tfevents::Result<()> {
    let logdir = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("runs/resume"), PathBuf::from);

    let saved = train(SummaryWriter::new(&logdir)?, None, 120)?;
    println!(
        "the power fails after step 119; the last checkpoint is of step {}",
        saved.step
    );

    // Steps 100 to 119 are logged again, and shown as they are logged now.
    let next_step = saved.step + 1;
    train(SummaryWriter::resume(&logdir, next_step)?, Some(saved), 200)?;
    println!("trained to the end, from step {next_step} on");
    report(&logdir)
}

/// Trains until `end`, and returns the last checkpoint.
fn train(
    writer: SummaryWriter,
    from: Option<Checkpoint>,
    end: i64,
) -> tfevents::Result<Checkpoint> {
    let start = from.map_or(0, |checkpoint| checkpoint.step + 1);
    let mut weight = from.map_or(4.0, |checkpoint| checkpoint.weight);
    let mut saved = Checkpoint { step: -1, weight };
    for step in start..end {
        writer.add_scalar("loss", weight * weight, step)?;
        weight *= 0.98;
        if (step + 1) % CHECKPOINT_EVERY == 0 {
            saved = Checkpoint { step, weight };
            // What the checkpoint rests on should be seen even if the machine goes down.
            writer.sync()?;
        }
    }
    writer.close()?;
    Ok(saved)
}

/// What is in the files, and what TensorBoard shows of it.
fn report(logdir: &Path) -> tfevents::Result<()> {
    use tfevents::{LogdirState, Policy, Selection};

    let state = LogdirState::load(logdir, Selection::all())?;
    for run in state.runs() {
        for (who, policy) in [("logged", Policy::Raw), ("shown", Policy::Fast)] {
            if let Some(loss) = run.scalars("loss", policy) {
                println!("{} points {who}", loss.len());
            }
        }
    }
    Ok(())
}
