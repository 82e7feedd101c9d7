//! Logs points for the embedding projector, with labels and pictures, before and after a training.
//!
//! ```sh
//! cargo run --example embedding [LOGDIR]
//! ```
//!
//! In TensorBoard's projector, pick `shapes:00000` or `shapes:00100`, and colour by shape or by size.

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;

use tfevents::{Bitmap, Embedding, Layout, SummaryWriter};

const POINTS: usize = 150;
const DIMS: usize = 16;
/// Pixels a side of a thumbnail.
const SIDE: usize = 32;
const SHAPES: [&str; 3] = ["disc", "square", "cross"];

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/embedding".into());
    let writer = SummaryWriter::new(logdir)?;

    let shapes: Vec<_> = (0..POINTS).map(|i| SHAPES[i % 3]).collect();
    let radii: Vec<_> = (0..POINTS).map(|i| 4 + i % 11).collect();
    let pixels: Vec<u8> = (0..POINTS).flat_map(|i| picture(i % 3, radii[i])).collect();
    let pictures = Bitmap::batch(&pixels, Layout::Nhwc, &[POINTS, SIDE, SIDE, 3])?;

    for (step, training) in [(0, 0.0), (100, 1.0)] {
        let vectors: Vec<f32> = (0..POINTS)
            .flat_map(|i| vector(i, i % 3, radii[i], training))
            .collect();
        let embedding = Embedding::new(vectors, DIMS)?
            .column("shape", &shapes)?
            .column("radius", &radii)?
            .thumbnails(pictures.clone())?;
        writer.add_embedding("shapes", &embedding, step)?;
    }

    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// Noise, and as training goes on more and more of what the picture shows.
fn vector(point: usize, shape: usize, radius: usize, training: f32) -> [f32; DIMS] {
    std::array::from_fn(|dim| {
        let noise = ((point * DIMS + dim) as f32 * 12.9898).sin() * 43_758.547;
        let noise = 2.0 * (noise - noise.floor()) - 1.0;
        let shown = match dim {
            0..3 if dim == shape => 6.0,
            3 => radius as f32 / 3.0,
            _ => 0.0,
        };
        noise + training * shown
    })
}

/// White on a colour that stands for the shape.
fn picture(shape: usize, radius: usize) -> Vec<u8> {
    let ground = [[200, 60, 40], [40, 140, 60], [50, 90, 200]][shape];
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (dx, dy) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
            let inside = match shape {
                0 => dx * dx + dy * dy < radius * radius,
                1 => dx.max(dy) < radius,
                _ => dx.max(dy) < radius && dx.min(dy) < 3,
            };
            pixels.extend(if inside { [255; 3] } else { ground });
        }
    }
    pixels
}
