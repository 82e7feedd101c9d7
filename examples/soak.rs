//! Logs everything for a while, and prints what the process holds meanwhile: neither memory nor open files may
//! grow.
//!
//! ```sh
//! cargo run --release --example soak [MINUTES] [NEW_LOGDIR]
//! ```
//!
//! Ten minutes leave about a gigabyte in the logdir.

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tfevents::{Image, Layout, SummaryWriter};

/// As often as a person may want to look, and a table of some lines even of a short time.
const REPORTS: u32 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = env::args().skip(1);
    let minutes: f64 = args.next().map_or(Ok(10.0), |minutes| minutes.parse())?;
    let logdir = PathBuf::from(args.next().unwrap_or_else(|| "runs/soak".into()));
    let duration = Duration::try_from_secs_f64(60.0 * minutes)?;

    println!("   seconds      steps  resident kB  open files");
    let writer = SummaryWriter::builder(logdir.join("main"))
        .flush_interval(Duration::from_millis(200))
        .open()?;
    let start = Instant::now();
    let mut step = 0;
    for report in 1..=REPORTS {
        let until = duration * report / REPORTS;
        // A run of its own for each period, so that what opening and closing leaves behind would be seen.
        let trial = SummaryWriter::new(logdir.join(format!("trial{report}")))?;
        loop {
            log(&writer, step)?;
            trial.add_scalar("loss", step, step)?;
            step += 1;
            if start.elapsed() >= until {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        trial.close()?;
        println!(
            "{:10.0} {step:10} {:>12} {:>11}",
            start.elapsed().as_secs_f64(),
            known(resident()),
            known(open_files())
        );
    }
    writer.close()?;
    Ok(())
}

/// One step of a training that logs a lot, from two threads.
fn log(writer: &SummaryWriter, step: i64) -> tfevents::Result<()> {
    let scalars = |worker: usize| -> tfevents::Result<()> {
        for i in 0..20 {
            writer.add_scalar(&format!("worker{worker}/scalar{i}"), i, step)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| scalars(1));
        let own = scalars(0);
        // A thread that panicked has said so.
        own.and(other.join().unwrap_or(Ok(())))
    })?;
    let noise = |i: usize| (i * 7919 % 1000) as f32 / 1000.0;
    if step % 10 == 0 {
        writer.add_histogram("weights", (0..1000).map(noise), step)?;
    }
    if step % 100 == 0 {
        let pixels: Vec<f32> = (0..3 * 64 * 64).map(noise).collect();
        let image = Image::new(&pixels, Layout::Chw, &[3, 64, 64])?;
        writer.add_image("sample", &image, step)?;
        writer.add_text("note", format!("step **{step}**"), step)?;
    }
    Ok(())
}

fn known(number: Option<u64>) -> String {
    number.map_or_else(|| "unknown".into(), |number| number.to_string())
}

/// Kilobytes in memory, where the system tells.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Open descriptors, where the system tells.
fn open_files() -> Option<u64> {
    // One of them is the listing itself.
    let listing = fs::read_dir(Path::new("/proc/self/fd")).ok()?;
    Some(listing.count() as u64 - 1)
}
