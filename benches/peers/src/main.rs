//! Measures one thing in a separate process and prints what it found, as lines of `name value`. `compare` runs
//! it, the Python peers and the data server in turns.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

mod data;
mod media;
mod read;
mod stall;
mod write;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("peers {}: {e}", args.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<()> {
    match *args {
        ["generate", "scalars", dir, events] => data::scalars(dir.as_ref(), events.parse()?),
        ["generate", "runs", dir, runs, tags, steps] => {
            data::runs(dir.as_ref(), runs.parse()?, tags.parse()?, steps.parse()?)
        }
        ["generate", "steps", dir, runs, tags, steps] => {
            data::steps(dir.as_ref(), runs.parse()?, tags.parse()?, steps.parse()?)
        }
        ["generate", "mixed", dir, bytes] => data::mixed(dir.as_ref(), bytes.parse()?),
        ["generate", "images", dir, bytes] => data::images(dir.as_ref(), bytes.parse()?),
        ["generate", "samples", file, count] => data::samples(file.as_ref(), count.parse()?),
        ["generate", "noisy", file] => data::pixels(file.as_ref(), 3),
        ["generate", "smooth", file] => data::pixels(file.as_ref(), 0),
        ["write", subject, dir, events] => {
            write::throughput(subject, dir.as_ref(), events.parse()?)
        }
        ["write-threads", threads, dir, events] => {
            write::threads(threads.parse()?, dir.as_ref(), events.parse()?)
        }
        ["stall", subject, dir, events, pace] => {
            stall::worst(subject, dir.as_ref(), events.parse()?, pace.parse()?)
        }
        ["load", dir, threads] => read::load(dir.as_ref(), threads.parse()?),
        ["read", subject, dir] => read::columns(subject, dir.as_ref()),
        ["checksum", dir] => read::checksum(dir.as_ref()),
        ["histogram", dir, samples, calls] => {
            media::histogram(dir.as_ref(), samples.as_ref(), calls.parse()?)
        }
        ["pass", samples, calls] => media::pass(samples.as_ref(), calls.parse()?),
        ["image", dir, pixels, calls] => {
            media::image(dir.as_ref(), pixels.as_ref(), calls.parse()?)
        }
        _ => Err("no such measurement; see src/main.rs".into()),
    }
}

fn print(name: &str, value: impl std::fmt::Display) {
    println!("{name} {value}");
}

/// The only event file of a run.
fn event_file(dir: &Path) -> Result<std::path::PathBuf> {
    let first = std::fs::read_dir(dir)?.next();
    Ok(first.ok_or("an empty directory")??.path())
}
