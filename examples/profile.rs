//! Records what two threads and a device do in a few training steps.
//!
//! ```sh
//! cargo run --example profile --features profile [LOGDIR]
//! ```
//!
//! TensorBoard shows profiles where `xprof` is installed beside it (`pip install tensorboard xprof`): under
//! Profile, pick the tool "Trace Viewer".

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tfevents::Profile;

const STEPS: usize = 8;
const SIZE: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/profile".into());
    let profile = Profile::new();
    let (sender, batches) = mpsc::sync_channel(1);

    thread::scope(|scope| {
        let loader = profile.thread("loader");
        scope.spawn(move || {
            for step in 0..STEPS {
                // A span lasts until it is dropped, here at the end of the block.
                let _load = loader.span("load").stat("step_num", step);
                let batch = vec![step as f32; SIZE * SIZE];
                if sender.send(batch).is_err() {
                    return;
                }
            }
        });

        let main = profile.thread("main");
        let queue = profile.device("accelerator", "queue 0");
        for step in 0..STEPS {
            let _step = main.span("train_step").stat("step_num", step);
            let wait = main.span("wait for batch");
            let Ok(batch) = batches.recv() else { return };
            drop(wait);
            let forward = main.span("forward");
            black_box(square(&batch));
            drop(forward);
            let _backward = main.span("backward");
            let submitted = profile.elapsed();
            black_box(square(&batch));
            // Times that come from elsewhere, such as a device's own clock, are told outright.
            queue
                .record("matmul", submitted, profile.elapsed() - submitted)
                .stat("rows", SIZE);
        }
    });

    // What is still being recorded is not in the file, so this comes last.
    let file = profile.write(logdir, &session())?;
    println!("{}", file.display());
    Ok(())
}

/// Work that takes a while: the sum over the square of a matrix.
fn square(matrix: &[f32]) -> f32 {
    let mut sum = 0.0;
    for i in 0..SIZE {
        for j in 0..SIZE {
            for k in 0..SIZE {
                sum += matrix[i * SIZE + k] * matrix[k * SIZE + j];
            }
        }
    }
    sum
}

/// A name for this run of the program, which may be run again in the same logdir.
fn session() -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
    format!("at_{}", now.unwrap_or(Duration::ZERO).as_millis())
}
