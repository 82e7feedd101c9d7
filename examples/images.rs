//! Logs pictures: one, several to a step, a grid, and one with boxes drawn into it.
//!
//! ```sh
//! cargo run --example images [LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;

use tfevents::{Bitmap, BoundingBox, Grid, Image, Layout, SummaryWriter};

const SIZE: usize = 96;
/// Centre, radius and colour of what is to be seen.
const DISCS: [([f32; 2], f32, [f32; 3]); 3] = [
    ([30.0, 34.0], 18.0, [0.9, 0.3, 0.2]),
    ([66.0, 30.0], 12.0, [0.2, 0.7, 0.3]),
    ([58.0, 68.0], 20.0, [0.2, 0.4, 0.9]),
];
const NAMES: [&str; 3] = ["apple", "lime", "plum"];

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/images".into());
    let writer = SummaryWriter::new(logdir)?;

    // One picture: an array of floats from 0 to 1, here [channels, height, width].
    let shape = [3, SIZE, SIZE];
    let scene = scene();
    writer.add_image("scene", Image::new(&scene, Layout::Chw, &shape)?, 0)?;

    for step in 0..10u8 {
        let contrast = f32::from(step) / 9.0;
        // A batch: TensorBoard shows each sample on a card of its own, ...
        let batch: Vec<f32> = (0..12u8)
            .flat_map(|i| reconstruction(&scene, contrast * f32::from(i) / 11.0))
            .collect();
        let shape = [12, 3, SIZE, SIZE];
        let samples = Image::batch(&batch, Layout::Nchw, &shape)?;
        writer.add_images("reconstructions/samples", &samples, step)?;
        // ... or all of them as one picture.
        let grid = Grid {
            columns: 6,
            ..Grid::default()
        };
        let grid = Image::grid(&batch, Layout::Nchw, &shape, grid)?;
        writer.add_image("reconstructions/grid", &grid, step)?;
    }

    // What a detector found, nearer to the truth with every step.
    let bitmap = Bitmap::new(&scene, Layout::Chw, &shape)?;
    for step in 0..10u8 {
        let off = 15.0 - 1.5 * f32::from(step);
        let boxes: Vec<_> = DISCS
            .iter()
            .zip(NAMES)
            .map(|(&([x, y], radius, _), name)| {
                let reach = radius + off;
                BoundingBox::new(x - reach, y - radius, x + radius, y + reach).label(name)
            })
            .collect();
        writer.add_image_with_boxes("detections", &bitmap, &boxes, step)?;
    }

    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// Discs on a dark ground, `[3, SIZE, SIZE]`.
fn scene() -> Vec<f32> {
    let mut pixels = Vec::with_capacity(3 * SIZE * SIZE);
    for channel in 0..3 {
        for y in 0..SIZE {
            for x in 0..SIZE {
                let disc = DISCS.iter().find(|([cx, cy], radius, _)| {
                    (x as f32 + 0.5 - cx).hypot(y as f32 + 0.5 - cy) <= *radius
                });
                pixels.push(disc.map_or(0.1, |(_, _, color)| color[channel]));
            }
        }
    }
    pixels
}

/// The scene in gray (0) to its full colours (1).
fn reconstruction(scene: &[f32], contrast: f32) -> impl Iterator<Item = f32> + '_ {
    scene
        .iter()
        .map(move |pixel| 0.5 + contrast * (pixel - 0.5))
}
