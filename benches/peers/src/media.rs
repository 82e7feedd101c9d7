//! Histograms and pictures: what a call costs, and what it leaves in the file.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use tfevents::{Image, Layout, SummaryWriter};

use crate::data::SIDE;
use crate::{Result, event_file, print};

/// Seconds a call, after one that warms caches and the allocator up.
fn per_call(calls: u32, mut call: impl FnMut(u32) -> Result<()>) -> Result<()> {
    call(0)?;
    let mut total = Duration::ZERO;
    for i in 1..=calls {
        let start = Instant::now();
        call(i)?;
        total += start.elapsed();
    }
    print("seconds", total.as_secs_f64() / f64::from(calls));
    Ok(())
}

pub fn histogram(dir: &Path, samples: &Path, calls: u32) -> Result<()> {
    let samples = floats(samples)?;
    let writer = SummaryWriter::new(dir)?;
    per_call(calls, |step| {
        Ok(writer.add_histogram("weights", &samples, step)?)
    })?;
    Ok(writer.close()?)
}

/// The same memory read once, for comparison: nothing that looks at every value can be faster.
pub fn pass(samples: &Path, calls: u32) -> Result<()> {
    let samples = floats(samples)?;
    per_call(calls, |_| {
        let bits = samples.iter().map(|v| v.to_bits());
        black_box(bits.fold(0u32, u32::wrapping_add));
        Ok(())
    })
}

fn floats(file: &Path) -> Result<Vec<f32>> {
    let bytes = fs::read(file)?;
    let (floats, _) = bytes.as_chunks();
    Ok(floats.iter().map(|&b| f32::from_le_bytes(b)).collect())
}

pub fn image(dir: &Path, pixels: &Path, calls: u32) -> Result<()> {
    let pixels = fs::read(pixels)?;
    let writer = SummaryWriter::new(dir)?;
    per_call(calls, |step| {
        let image = Image::new(&pixels, Layout::Hwc, &[SIDE, SIDE, 3])?;
        Ok(writer.add_image("sample", &image, step)?)
    })?;
    writer.close()?;
    let bytes = fs::metadata(event_file(dir)?)?.len();
    print("bytes", bytes / u64::from(calls + 1));
    Ok(())
}
