//! A logdir that grows while pages ask about it. `TFEVENTS_GROWING_SECONDS` says for how long.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tfevents::SummaryWriter;

use super::*;
use crate::lifetime::start;

const RUNS: usize = 8;
const TAGS: usize = 20;
/// Between two steps of all runs.
const PACE: Duration = Duration::from_millis(10);
/// What the program takes that is not for points.
const REST: u64 = 64 << 20;
/// A point takes 8 bytes here. As files grow, the last points of each series are copied.
const POINT: u64 = 12;

#[test]
fn memory_grows_with_the_points_and_nobody_waits() {
    if venv::is_unwanted() {
        return;
    }
    let wanted = std::env::var("TFEVENTS_GROWING_SECONDS").map(|time| time.parse().unwrap());
    let time = Duration::from_secs(wanted.unwrap_or(4));
    let dir = tempfile::tempdir().unwrap();
    let logdir = dir.path().join("logs");
    fs::create_dir(&logdir).unwrap();
    let mut program = std::process::Command::new(SERVER);
    program
        .args(["--port=0", "--reload=1", "--logdir"])
        .arg(&logdir);
    let (mut server, port) = start(&mut program, &dir.path().join("port"));
    let mut asker = script("growing.py");
    let mut asker = asker
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();

    let (last, sizes) = grow(&logdir, time, || memory(&server));
    writeln!(asker.stdin.take().unwrap(), "{last}").unwrap();
    let output = asker.wait_with_output().unwrap();
    let end = memory(&server);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(output.status.success());
    let answers: Value = serde_json::from_slice(&output.stdout).unwrap();
    println!("{answers}; points and bytes: {sizes:?}, {end} in the end");
    assert_eq!(answers["complete"], true);
    let seconds = |what: &str| answers[what].as_f64().unwrap();
    // Other tests run at the same time, and what waits for a processor is not the server's. In a short time, the slowest
    // of a thousand is the slowest of all.
    let is_long = answers["asked"].as_u64() >= Some(10_000);
    let is_quick = seconds("median") < 0.1 && (!is_long || seconds("slow") < 0.5);
    assert!(is_quick && seconds("slowest") < 5.0, "{answers}");
    for (points, bytes) in sizes {
        assert!(
            bytes < REST + POINT * points,
            "{bytes} bytes for {points} points"
        );
    }
}

/// Logs for so long: to long runs, and one new run after the other. The last step of the long ones, and how many points
/// there were and what memory then was at ten moments.
fn grow(logdir: &Path, time: Duration, memory: impl Fn() -> u64) -> (i64, Vec<(u64, u64)>) {
    let writers: Vec<_> = (0..RUNS)
        .map(|run| SummaryWriter::new(logdir.join(format!("long{run}"))).unwrap())
        .collect();
    let tags: Vec<_> = (0..TAGS).map(|tag| format!("metric{tag}")).collect();
    let (start, mut sizes) = (Instant::now(), Vec::new());
    let (mut step, mut points) = (0, 0);
    loop {
        for writer in &writers {
            for tag in &tags {
                writer.add_scalar(tag, 0.5, step).unwrap();
                points += 1;
            }
        }
        if step % 100 == 0 {
            let short = SummaryWriter::new(logdir.join(format!("short{step}"))).unwrap();
            for tag in &tags {
                short.add_scalar(tag, 0.5, step).unwrap();
            }
            short.close().unwrap();
            for writer in &writers {
                writer.flush().unwrap();
            }
        }
        let passed = start.elapsed();
        if passed * 10 >= time * u32::try_from(sizes.len() + 1).unwrap() {
            sizes.push((points, memory()));
        }
        if passed >= time {
            break;
        }
        step += 1;
        sleep(PACE);
    }
    for writer in writers {
        writer.close().unwrap();
    }
    (step, sizes)
}

/// The memory that a process has, in bytes.
fn memory(process: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().split_whitespace().next().unwrap();
    kilobytes.parse::<u64>().unwrap() << 10
}
