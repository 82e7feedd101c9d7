//! Reading a logdir into columns, and reading its bytes at all.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use tfevents::{LogdirState, Selection};

use crate::{Result, event_file, print};

/// Ours: all runs, with so many threads.
pub fn load(dir: &Path, threads: usize) -> Result<()> {
    let before = resident()?;
    let start = Instant::now();
    let mut state = LogdirState::new(dir, Selection::all()).threads(threads);
    if let Some(problem) = state.poll().problems.pop() {
        return Err(problem.into());
    }
    print("seconds", start.elapsed().as_secs_f64());
    print("resident", resident()?.saturating_sub(before));
    let series = state.runs().flat_map(|run| run.series());
    print("points", series.map(|series| series.len).sum::<usize>());
    Ok(())
}

/// The memory that this process has, in bytes.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .ok_or("no VmRSS")?
        .parse()?;
    Ok(kib * 1024)
}

/// What a program would make of the events that the others return.
#[derive(Default)]
struct Columns(HashMap<String, Series>);

#[derive(Default)]
struct Series {
    steps: Vec<i64>,
    wall_times: Vec<f64>,
    values: Vec<f32>,
}

impl Columns {
    fn push(&mut self, tag: String, step: i64, wall_time: f64, value: f32) {
        let series = self.0.entry(tag).or_default();
        series.steps.push(step);
        series.wall_times.push(wall_time);
        series.values.push(value);
    }

    fn points(&self) -> usize {
        let whole = |series: &Series| {
            let len = series.steps.len();
            (len == series.wall_times.len() && len == series.values.len()).then_some(len)
        };
        self.0.values().filter_map(whole).sum()
    }
}

/// Another library, one file.
pub fn columns(subject: &str, dir: &Path) -> Result<()> {
    let file = event_file(dir)?;
    let start = Instant::now();
    let columns = match subject {
        "tfrecord" => tfrecord(&file)?,
        #[cfg(feature = "tboard")]
        "tboard" => tboard(&file)?,
        _ => return Err("no such reader".into()),
    };
    print("seconds", start.elapsed().as_secs_f64());
    print("points", columns.points());
    Ok(())
}

fn tfrecord(file: &Path) -> Result<Columns> {
    use tfrecord::protobuf::{event::What, summary::value::Value};
    let mut columns = Columns::default();
    for event in tfrecord::EventIter::open(file, tfrecord::RecordReaderConfig::default())? {
        let event = event?;
        let Some(What::Summary(summary)) = event.what else {
            continue;
        };
        for value in summary.value {
            match value.value {
                Some(Value::SimpleValue(number)) => {
                    columns.push(value.tag, event.step, event.wall_time, number);
                }
                Some(Value::Tensor(tensor)) => {
                    columns.push(value.tag, event.step, event.wall_time, tensor.float_val[0]);
                }
                _ => {}
            }
        }
    }
    Ok(columns)
}

#[cfg(feature = "tboard")]
fn tboard(file: &Path) -> Result<Columns> {
    use tboard::tensorboard::{event::What, summary::value::Value};
    let mut columns = Columns::default();
    // It reads four times a record, so without a buffer this would measure the kernel.
    let input = std::io::BufReader::with_capacity(1 << 20, File::open(file)?);
    for event in tboard::SummaryReader::new(input) {
        let event = event?;
        let Some(What::Summary(summary)) = event.what else {
            continue;
        };
        for value in summary.value {
            match value.value {
                Some(Value::SimpleValue(number)) => {
                    columns.push(value.tag, event.step, event.wall_time, number);
                }
                Some(Value::Tensor(tensor)) => {
                    columns.push(value.tag, event.step, event.wall_time, tensor.float_val[0]);
                }
                _ => {}
            }
        }
    }
    Ok(columns)
}

/// Every byte of every file once: the least that checking them can cost.
pub fn checksum(dir: &Path) -> Result<()> {
    let start = Instant::now();
    let mut buf = vec![0; 1 << 20];
    let mut bytes = 0;
    let mut sum = 0;
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                dirs.push(entry.path());
                continue;
            }
            let mut file = File::open(entry.path())?;
            loop {
                let read = file.read(&mut buf)?;
                if read == 0 {
                    break;
                }
                sum = crc32c::crc32c_append(sum, &buf[..read]);
                bytes += read;
            }
        }
    }
    print("seconds", start.elapsed().as_secs_f64());
    print("bytes", bytes);
    print("sum", sum);
    Ok(())
}
