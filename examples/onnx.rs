//! Logs the graph of an ONNX model, such as PyTorch exports, and burn, candle, tract and onnxruntime read.
//!
//! ```sh
//! cargo run --example onnx [LOGDIR [MODEL.onnx]]
//! ```

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

use std::env;
use std::error::Error;
use std::path::PathBuf;

use tfevents::SummaryWriter;

/// A small residual network, exported by PyTorch.
const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fixtures/torch/onnx/modules.onnx"
);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let logdir = arguments.next().unwrap_or_else(|| "runs/onnx".into());
    let model = arguments.next().unwrap_or_else(|| MODEL.into());

    let writer = SummaryWriter::new(logdir)?;
    writer.add_onnx_graph(model)?;
    writer.close()?;
    println!("{}", writer.path().display());
    Ok(())
}
