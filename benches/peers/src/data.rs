//! The data that is measured on: the same on every machine, but for the wall times.

use std::fs;
use std::path::Path;

use tfevents::{At, Image, Layout, SummaryWriter};

use crate::Result;
use crate::write::{TAGS, tags};

/// Pictures are square, so many pixels wide.
pub const SIDE: usize = 512;

/// One file of scalars, in [`TAGS`] series.
pub fn scalars(dir: &Path, events: usize) -> Result<()> {
    runs(dir, 1, TAGS, events / TAGS)
}

/// Runs of one file each.
pub fn runs(dir: &Path, runs: usize, tags: usize, steps: usize) -> Result<()> {
    let tags = self::tags(tags);
    for run in 0..runs {
        let writer = SummaryWriter::new(dir.join(format!("run_{run:05}")))?;
        for step in 0..steps {
            for tag in &tags {
                writer.add_scalar(tag, 1.0 / (step + 1) as f32, step)?;
            }
        }
        writer.close()?;
    }
    Ok(())
}

/// The same, with the times of most training loops, where the series of a run have those of its steps, and with other
/// values in each.
pub fn steps(dir: &Path, runs: usize, tags: usize, steps: usize) -> Result<()> {
    let tags = self::tags(tags);
    let mut noise = Noise::default();
    for run in 0..runs {
        let writer = SummaryWriter::new(dir.join(format!("run_{run:05}")))?;
        let mut time = 1.7e9 + run as f64;
        for step in 0..steps {
            time += 0.5 + f64::from(noise.normal()).abs() / 50.0;
            for tag in &tags {
                writer.add_scalar(tag, noise.normal(), At::from(step).at(time))?;
            }
        }
        writer.close()?;
    }
    Ok(())
}

/// One file of pictures and histograms, nine bytes in ten being pictures.
pub fn mixed(dir: &Path, bytes: usize) -> Result<()> {
    let mut noise = Noise::default();
    let images: Vec<_> = (0..8)
        .map(|_| Image::new(&picture(3, &mut noise), Layout::Hwc, &[SIDE, SIDE, 3]))
        .collect::<std::result::Result<_, _>>()?;
    let weights: Vec<f32> = (0..100).map(|_| noise.normal()).collect();
    /// What a histogram of 30 buckets takes in a file, roughly.
    const HISTOGRAM: usize = 830;
    let histograms = images[0].as_bytes().len() / 9 / HISTOGRAM;
    let writer = SummaryWriter::new(dir.join("run"))?;
    let mut written = 0;
    for (step, image) in images.iter().cycle().enumerate() {
        if written >= bytes {
            break;
        }
        writer.add_image("sample", image, step)?;
        for layer in 0..histograms {
            writer.add_histogram(&format!("layer_{layer}/weights"), &weights, step)?;
        }
        written += image.as_bytes().len() + histograms * HISTOGRAM;
    }
    Ok(writer.close()?)
}

/// Runs of nothing but pictures.
pub fn images(dir: &Path, bytes: usize) -> Result<()> {
    const RUNS: usize = 4;
    let tags = self::tags(5);
    let image = Image::new(&picture(3, &mut Noise::default()), Layout::Hwc, &[SIDE, SIDE, 3])?;
    let steps = bytes / RUNS / tags.len() / image.as_bytes().len();
    for run in 0..RUNS {
        let writer = SummaryWriter::new(dir.join(format!("run_{run}")))?;
        for step in 0..steps {
            for tag in &tags {
                writer.add_image(tag, &image, step)?;
            }
        }
        writer.close()?;
    }
    Ok(())
}

/// Normally distributed 32-bit floats, little-endian.
pub fn samples(file: &Path, count: usize) -> Result<()> {
    let mut noise = Noise::default();
    let bytes: Vec<u8> = (0..count)
        .flat_map(|_| noise.normal().to_le_bytes())
        .collect();
    Ok(fs::write(file, bytes)?)
}

/// The pixels of an RGB picture, row by row.
pub fn pixels(file: &Path, noisy_bits: u32) -> Result<()> {
    Ok(fs::write(file, picture(noisy_bits, &mut Noise::default()))?)
}

/// A gradient, like a plot; with noise in the low bits, like a photograph.
fn picture(noisy_bits: u32, noise: &mut Noise) -> Vec<u8> {
    let mask = (1u64 << noisy_bits) - 1;
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            for value in [x / 2, y / 2, (x + y) / 4] {
                pixels.push(value as u8 ^ (noise.bits() & mask) as u8);
            }
        }
    }
    pixels
}

/// A xorshift generator: quality does not matter here, being the same everywhere does.
struct Noise(u64);

impl Default for Noise {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Noise {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }

    /// The sum of twelve uniform numbers has a variance of one.
    fn normal(&mut self) -> f32 {
        let uniform = |bits: u64| (bits & 0xff_ffff) as f32 / 16_777_216.0;
        (0..12).map(|_| uniform(self.bits())).sum::<f32>() - 6.0
    }
}
