//! Logs a network's graph: its operations with the shapes between them, what they cost in two steps, and the
//! same network layer by layer.
//!
//! ```sh
//! cargo run --example graph [LOGDIR]
//! ```
//!
//! In TensorBoard's graph dashboard, pick a step under "Tag", then colour by compute time or memory.

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;
use std::time::Duration;

use tfevents::SummaryWriter;
use tfevents::plugin::graph::{Layer, NodeStats};
use tfevents::tensor::DataType;
use tfevents::{Graph, Model, Node, StepStats};

/// Layers by name, each with its units.
const LAYERS: [(&str, i64); 3] = [
    ("encoder/hidden1", 128),
    ("encoder/hidden2", 64),
    ("head", 10),
];
const INPUTS: i64 = 784;
const BATCH: i64 = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let logdir = env::args_os().nth(1).unwrap_or_else(|| "runs/graph".into());
    let writer = SummaryWriter::new(logdir)?;
    writer.add_graph(&operations())?;
    writer.add_step_stats("step 1", &cost(Duration::from_micros(40)))?;
    writer.add_step_stats("step 100", &cost(Duration::from_micros(15)))?;
    writer.add_conceptual_graph("layers", &layers())?;
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}

/// Slashes in names make groups. Shapes stand at the node that makes the value; None is for any size.
fn operations() -> Graph {
    let mut graph = Graph::new().node(
        Node::new("image", "Placeholder")
            .attribute("dtype", DataType::Float)
            .output_shape([None, Some(INPUTS)]),
    );
    let (mut from, mut width) = ("image".to_owned(), INPUTS);
    for (name, units) in LAYERS {
        let node = |part: &str, op: &str| Node::new(format!("{name}/{part}"), op);
        let weights = node("weights", "Variable").output_shape([Some(width), Some(units)]);
        let matmul = node("matmul", "MatMul")
            .input(&from)
            .input(format!("{name}/weights"))
            .output_shape([None, Some(units)]);
        let activation = node("activation", "Relu")
            .input(format!("{name}/matmul"))
            .attribute("alpha", 0.0f32)
            .output_shape([None, Some(units)]);
        for node in [weights, matmul, activation] {
            graph.push(node);
        }
        (from, width) = (format!("{name}/activation"), units);
    }
    graph.node(
        Node::new("probabilities", "Softmax")
            .input(from)
            .output_shape([None, Some(width)]),
    )
}

/// What a step may have cost, on two devices.
fn cost(unit: Duration) -> StepStats {
    let mut step = StepStats::new();
    let (mut start, mut width) = (Duration::ZERO, INPUTS);
    for (name, units) in LAYERS {
        let device = if name == "head" {
            "/device:CPU:0"
        } else {
            "/device:GPU:0"
        };
        let work = u32::try_from(width * units / 1000).unwrap_or(u32::MAX);
        for (part, duration) in [("matmul", unit * work.max(1)), ("activation", unit)] {
            step.push(
                NodeStats::new(format!("{name}/{part}"))
                    .device(device)
                    .start(start)
                    .duration(duration)
                    .memory((4 * BATCH * units).unsigned_abs())
                    .output_shape([BATCH, units]),
            );
            start += duration;
        }
        width = units;
    }
    step
}

fn layers() -> Model {
    let mut model = Model::new("classifier");
    model.push(Layer::new("image", "InputLayer").dtype(DataType::Float));
    let mut from = "image";
    for (name, _) in LAYERS {
        model.push(Layer::new(name, "Dense").input(from).dtype(DataType::Float));
        from = name;
    }
    model
}
