//! Logs meshes: a breathing ball with faces and colours, and a spiral of points.
//!
//! ```sh
//! cargo run --example mesh [LOGDIR]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;
use std::f32::consts::{PI, TAU};

use tfevents::plugin::mesh::{Camera, Material, Scene};
use tfevents::{Mesh, SummaryWriter};

/// Rings of the ball from pole to pole, and corners of a ring.
const RINGS: u16 = 24;
const CORNERS: u16 = 48;

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os().nth(1).unwrap_or_else(|| "runs/mesh".into());
    let writer = SummaryWriter::new(logdir)?;
    for step in 0..6u8 {
        let phase = f32::from(step) / 6.0;

        // Triangles between vertices, and a colour for every vertex.
        let vertices = ball(phase);
        let colors: Vec<[u8; 3]> = vertices.iter().map(|v| v.map(shade)).collect();
        let mesh = Mesh::new(vertices).faces(faces())?.colors(colors)?;
        writer.add_mesh("ball", &mesh, step)?;

        // Points alone, large enough to be seen, from a place of our choice.
        let scene = Scene {
            camera: Some(Camera {
                position: Some([0.0, -2.0, 1.5]),
                look_at: Some([0.0, 0.0, 0.0]),
                ..Default::default()
            }),
            material: Some(Material::Points { size: 0.03 }),
            ..Default::default()
        };
        writer.add_mesh("spiral", &Mesh::new(spiral(phase)).scene(&scene)?, step)?;

        // Several to a step, like the samples of a batch.
        let batch = [
            Mesh::new(ball(phase)).faces(faces())?,
            Mesh::new(ball(phase + 0.5)).faces(faces())?,
        ];
        writer.add_meshes("samples", &batch, step)?;
    }
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// A ball with dents that move around it.
fn ball(phase: f32) -> Vec<[f32; 3]> {
    let mut vertices = Vec::new();
    for ring in 0..=RINGS {
        let polar = PI * f32::from(ring) / f32::from(RINGS);
        for corner in 0..CORNERS {
            let azimuth = TAU * f32::from(corner) / f32::from(CORNERS);
            let radius = 1.0 + 0.15 * (5.0 * azimuth + TAU * phase).sin() * polar.sin();
            let (sin, cos) = azimuth.sin_cos();
            vertices.push([
                radius * polar.sin() * cos,
                radius * polar.sin() * sin,
                radius * polar.cos(),
            ]);
        }
    }
    vertices
}

/// Two triangles for every four neighbours of the ball.
fn faces() -> impl Iterator<Item = [u16; 3]> {
    (0..RINGS).flat_map(|ring| {
        (0..CORNERS).flat_map(move |corner| {
            let next = (corner + 1) % CORNERS;
            let [a, b] = [corner, next].map(|c| ring * CORNERS + c);
            let [c, d] = [a, b].map(|above| above + CORNERS);
            [[a, c, b], [b, c, d]]
        })
    })
}

/// A coordinate from -1 to 1 as a colour.
fn shade(coordinate: f32) -> u8 {
    (127.5 * (coordinate + 1.0)) as u8
}

fn spiral(phase: f32) -> Vec<[f32; 3]> {
    let at = |i: u16| {
        let along = f32::from(i) / 500.0;
        let (sin, cos) = (TAU * (4.0 * along + phase)).sin_cos();
        [along * cos, along * sin, along - 0.5]
    };
    (0..500).map(at).collect()
}
