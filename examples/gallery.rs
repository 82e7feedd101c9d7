//! Everything that TensorBoard shows, in one logdir: look at its tabs one by one.
//!
//! `cargo run --example gallery [LOGDIR]`

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]
#![allow(clippy::cast_precision_loss, reason = "small numbers")]

use std::error::Error;
use std::path::PathBuf;

use tfevents::{
    Audio, Category, Channels, Chart, ChartLayout, Embedding, Graph, HParams, Image, Layout, Mesh,
    Node, Series, SummaryWriter, Text, Video, VideoLayout,
};

/// Pixels on a side.
const SIZE: usize = 64;
/// Trials, each a run with its own hyperparameters.
const RATES: [f32; 3] = [0.01, 0.1, 1.0];

fn main() -> Result<(), Box<dyn Error>> {
    let logdir: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| "runs/gallery".into())
        .into();
    for rate in RATES {
        let writer = SummaryWriter::new(logdir.join(format!("rate {rate}")))?;
        // Declared in the run that holds the metrics; the table links both.
        let session = writer.start_session(HParams::new().with("rate", rate).with("layers", 2))?;
        let layout = ChartLayout::new().category(
            Category::new("gallery")
                .chart(Chart::multiline(
                    "both losses",
                    ["train/loss", "validation/loss"],
                ))
                .chart(Chart::margin(
                    "band",
                    [Series::new("train/loss", "train/least", "train/most")],
                )),
        );
        writer.add_custom_scalars(&layout)?;
        writer.add_graph(&network())?;
        let table = [["rate", &rate.to_string()], ["layers", "2"]];
        writer.add_text("settings", Text::table(table)?, 0)?;
        for step in 0..50 {
            log(&writer, rate, step)?;
        }
        writer.add_embedding("classes", &embedding()?, 0)?;
        session.finish()?;
        println!("{}", writer.path().display());
        writer.close()?;
    }
    println!("tensorboard --logdir {}", logdir.display());
    Ok(())
}

fn log(writer: &SummaryWriter, rate: f32, step: usize) -> Result<(), Box<dyn Error>> {
    let x = step as f32 / 10.0;
    let loss = (-x * rate.sqrt()).exp();
    writer.add_scalar("train/loss", loss, step)?;
    writer.add_scalar("train/least", loss * 0.8, step)?;
    writer.add_scalar("train/most", loss * 1.2, step)?;
    writer.add_scalar("validation/loss", loss + 0.02 * x, step)?;
    let weights =
        (0..2000).map(|i| (1.0 + x) * ((i as f32 * 0.37).sin() + (i as f32 * 0.73).sin()));
    writer.add_histogram("weights", weights, step)?;
    if !step.is_multiple_of(10) {
        return Ok(());
    }
    writer.add_image(
        "rings",
        &Image::new(&rings(x), Layout::Hw, &[SIZE, SIZE])?,
        step,
    )?;
    let frames: Vec<f32> = (0..12)
        .flat_map(|frame| rings(x + frame as f32 / 6.0))
        .collect();
    let frames: Vec<f32> = frames
        .iter()
        .flat_map(|&gray| [gray, gray / 2.0, 0.3])
        .collect();
    writer.add_video(
        "rings in motion",
        &Video::new(&frames, VideoLayout::Thwc, &[12, SIZE, SIZE, 3], 12.0)?,
        step,
    )?;
    let tone: Vec<f32> = (0..8000)
        .map(|i| 0.5 * (i as f32 * (0.1 + x / 50.0)).sin())
        .collect();
    writer.add_audio("tone", &Audio::new(&tone, Channels::Mono, 8000)?, step)?;
    writer.add_text("note", format!("Loss **{loss:.3}** at step {step}."), step)?;
    let scores = (0..400).map(|i| {
        ((i as f32 * 0.61).sin() + if i % 2 == 0 { x / 4.0 } else { -x / 4.0 }) / 5.0 + 0.5
    });
    writer.add_pr_curve(
        "classifier",
        (0..400).map(|i| i % 2 == 0),
        scores.map(|s| s.clamp(0.0, 1.0)),
        step,
    )?;
    writer.add_mesh(
        "knot",
        &Mesh::new(
            (0..600)
                .map(|i| knot(i as f32 / 600.0, x))
                .collect::<Vec<_>>(),
        ),
        step,
    )?;
    Ok(())
}

fn network() -> Graph {
    Graph::new()
        .node(Node::new("input", "Placeholder").output_shape([None, Some(4)]))
        .node(Node::new("dense/weights", "Variable").output_shape([Some(4), Some(3)]))
        .node(
            Node::new("dense/matmul", "MatMul")
                .input("input")
                .input("dense/weights")
                .output_shape([None, Some(3)]),
        )
        .node(
            Node::new("softmax", "Softmax")
                .input("dense/matmul")
                .device("/device:CPU:0"),
        )
}

/// Gray waves around the middle.
fn rings(phase: f32) -> Vec<f32> {
    let middle = SIZE as f32 / 2.0;
    (0..SIZE * SIZE)
        .map(|i| ((i % SIZE) as f32 - middle).hypot((i / SIZE) as f32 - middle))
        .map(|distance| 0.5 + 0.5 * (distance / 3.0 - 3.0 * phase).sin())
        .collect()
}

/// A point of a trefoil knot.
fn knot(t: f32, turn: f32) -> [f32; 3] {
    let angle = std::f32::consts::TAU * t;
    let radius = (2.0 + (3.0 * angle).cos()) / 3.0;
    [
        radius * (2.0 * angle + turn).cos(),
        radius * (2.0 * angle + turn).sin(),
        (3.0 * angle).sin() / 3.0,
    ]
}

/// Three clusters with labels.
fn embedding() -> tfevents::Result<Embedding> {
    let labels: Vec<_> = (0..150).map(|i| ["iris", "lily", "rose"][i % 3]).collect();
    let vectors: Vec<f32> = (0..150)
        .flat_map(|i| {
            (0..5).map(
                move |d| if d == i % 3 { 4.0 } else { 0.0 } + ((i * 5 + d) as f32 * 12.9).sin(),
            )
        })
        .collect();
    Embedding::new(vectors, 5)?.column("flower", &labels)
}
