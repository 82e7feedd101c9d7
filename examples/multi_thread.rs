//! Logs from many threads, and from many processes: threads share a writer, processes do not.
//!
//! The ranks of a distributed training are processes, and each has a run of its own in TensorBoard:
//!
//! ```sh
//! for rank in 0 1; do cargo run --example multi_thread runs/multi_thread $rank & done; wait
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::path::PathBuf;
use std::thread;

use tfevents::{ScalarHandle, SummaryWriter};

const WORKERS: u32 = 4;
const STEPS: i64 = 1000;

fn main() -> tfevents::Result<()> {
    let mut args = env::args().skip(1);
    let logdir = args.next().unwrap_or_else(|| "runs/multi_thread".into());
    let rank = args.next().unwrap_or_else(|| "0".into());

    let run = PathBuf::from(logdir).join(format!("rank{rank}"));
    let writer = SummaryWriter::new(&run)?;

    // Every thread has a tag of its own, and a handle for it: its steps grow, which those of a tag shared by
    // threads would not.
    let episodes = (0..WORKERS).map(|worker| {
        let reward = writer.scalar(&format!("reward/worker{worker}"))?;
        Ok(thread::spawn(move || play(worker, &reward)))
    });
    let episodes: tfevents::Result<Vec<_>> = episodes.collect();
    // Meanwhile this thread logs, too.
    for step in 0..STEPS {
        writer.add_scalar("queue", step % 7, step)?;
    }
    for episode in episodes? {
        // A worker that panicked has logged all the same what it got to.
        if let Ok(result) = episode.join() {
            result?;
        }
    }
    writer.close()?;
    println!(
        "{}: {} points",
        run.display(),
        i64::from(WORKERS + 1) * STEPS
    );
    Ok(())
}

fn play(worker: u32, reward: &ScalarHandle) -> tfevents::Result<()> {
    for step in 0..STEPS {
        let progress = step as f64 / STEPS as f64;
        reward.log(progress * f64::from(worker + 1), step)?;
    }
    Ok(())
}
