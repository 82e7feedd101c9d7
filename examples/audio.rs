//! Logs sounds: a chord that comes out of noise, mono and stereo.
//!
//! ```sh
//! cargo run --example audio [LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;
use std::f32::consts::TAU;

use tfevents::{Audio, Channels, SummaryWriter};

const SAMPLE_RATE: u32 = 16_000;
const SECONDS: u32 = 1;
/// A major chord, in hertz.
const CHORD: [f32; 3] = [261.6, 329.6, 392.0];

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os().nth(1).unwrap_or_else(|| "runs/audio".into());
    let writer = SummaryWriter::new(logdir)?;
    for step in 0..5u8 {
        let noise = 1.0 - f32::from(step) / 4.0;

        // One channel, floats from -1 to 1.
        let chord = mix(&CHORD, noise);
        let mono = Audio::new(&chord, Channels::Mono, SAMPLE_RATE)?;
        writer.add_audio("chord", &mono, step)?;

        // Two channels one after the other: the low tones left, the high ones right.
        let sides = [mix(&CHORD[..2], noise), mix(&CHORD[1..], noise)].concat();
        let stereo = Audio::new(&sides, Channels::Planar(2), SAMPLE_RATE)?;
        writer.add_audio("chord/stereo", &stereo, step)?;

        // Several clips to a step, like the samples of a batch.
        let tones = CHORD
            .iter()
            .map(|&tone| Audio::new(&mix(&[tone], noise), Channels::Mono, SAMPLE_RATE))
            .collect::<Result<Vec<_>, _>>()?;
        writer.add_audios("tones", &tones, step)?;
    }
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// Tones, of which noise has taken a part.
fn mix(tones: &[f32], noise: f32) -> Vec<f32> {
    let mut random = 1u32;
    (0..SAMPLE_RATE * SECONDS)
        .map(|i| {
            let time = i as f32 / SAMPLE_RATE as f32;
            let sum: f32 = tones.iter().map(|tone| (TAU * tone * time).sin()).sum();
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = random as f32 / u32::MAX as f32 - 0.5;
            0.8 * (noise * hiss + (1.0 - noise) * sum / tones.len() as f32)
        })
        .collect()
}
