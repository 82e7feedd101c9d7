//! The worst single call, while another thread keeps the disk busy.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::write::{Measure, ScalarWriter, TAGS, subject};
use crate::{Result, print};

/// Prints how long the worst calls took. `pace` is in events per second, 0 for as fast as it goes.
pub fn worst(name: &str, dir: &Path, events: usize, pace: u32) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let disk = scope.spawn(|| keep_disk_busy(&dir.with_extension("busy"), &stop));
        let measured = subject(name, Worst { dir, events, pace });
        stop.store(true, Ordering::Relaxed);
        disk.join().expect("no panic")?;
        measured
    })
}

/// Writes to the disk itself, over and over, so that whoever waits for it waits long.
fn keep_disk_busy(path: &Path, stop: &AtomicBool) -> std::io::Result<()> {
    let block = vec![0x5a; 16 << 20];
    loop {
        let mut file = File::create(path)?;
        file.write_all(&block)?;
        file.sync_all()?;
        if stop.load(Ordering::Relaxed) {
            return std::fs::remove_file(path);
        }
    }
}

struct Worst<'a> {
    dir: &'a Path,
    events: usize,
    pace: u32,
}

impl Measure for Worst<'_> {
    fn with<W: ScalarWriter>(self) -> Result<()> {
        let mut writer = W::open(self.dir)?;
        let mut calls = vec![Duration::ZERO; self.events];
        let start = Instant::now();
        for (i, took) in calls.iter_mut().enumerate() {
            if self.pace > 0 {
                let due = Duration::from_secs_f64(i as f64 / f64::from(self.pace));
                while start.elapsed() < due {
                    thread::yield_now();
                }
            }
            let called = Instant::now();
            writer.log(i % TAGS, i as f32, i / TAGS)?;
            *took = called.elapsed();
        }
        writer.close()?;
        calls.sort_unstable();
        print("median", calls[calls.len() / 2].as_secs_f64());
        print("p99.99", calls[calls.len() / 10_000 * 9_999].as_secs_f64());
        print("worst", calls[calls.len() - 1].as_secs_f64());
        Ok(())
    }
}
