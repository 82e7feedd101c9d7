//! Logs videos: rollouts of a policy that learns to keep a ball in the middle.
//!
//! ```sh
//! cargo run --example video [LOGDIR]
//! ```
//!
//! They are on TensorBoard's Images tab.

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;

use tfevents::{SummaryWriter, Video, VideoLayout};

const SIZE: usize = 64;
const FRAMES: usize = 40;
const FPS: f64 = 20.0;

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os().nth(1).unwrap_or_else(|| "runs/video".into());
    let writer = SummaryWriter::new(logdir)?;
    for step in 0..5u8 {
        let skill = f32::from(step) / 4.0;

        // Frames of bytes, [t, h, w, c].
        let frames = rollout(skill, 0.0);
        let shape = [FRAMES, SIZE, SIZE, 3];
        let video = Video::new(&frames, VideoLayout::Thwc, &shape, FPS)?;
        writer.add_video("rollout", &video, step)?;

        // Several videos to a step, [n, t, h, w, c].
        let episodes: Vec<u8> = [0.0, 2.0, 4.0]
            .iter()
            .flat_map(|&start| rollout(skill, start))
            .collect();
        let shape = [3, FRAMES, SIZE, SIZE, 3];
        let videos = Video::batch(&episodes, VideoLayout::Nthwc, &shape, FPS)?;
        writer.add_videos("episodes", &videos, step)?;
    }
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// A ball that is hit about; with more skill it is hit less. `[FRAMES, SIZE, SIZE, 3]`.
fn rollout(skill: f32, start: f32) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(FRAMES * SIZE * SIZE * 3);
    let middle = SIZE as f32 / 2.0;
    for frame in 0..FRAMES {
        let angle = start + frame as f32 * 0.3;
        let reach = (1.0 - 0.9 * skill) * (middle - 8.0);
        let (x, y) = (
            middle + reach * angle.cos(),
            middle + reach * (1.7 * angle).sin(),
        );
        for row in 0..SIZE {
            for column in 0..SIZE {
                let distance = (column as f32 - x).hypot(row as f32 - y);
                let ground = if (row / 8 + column / 8) % 2 == 0 {
                    40
                } else {
                    55
                };
                pixels.extend(match distance {
                    ..5.0 => [255, 180, 0],
                    ..6.5 => [140, 90, 0],
                    _ => [ground; 3],
                });
            }
        }
    }
    pixels
}
