//! Trains a line through points, logs it to event files, and takes it to MLflow: the run while it is written, the model, and
//! a version of the model that can be served.
//!
//! ```sh
//! mlflow server --backend-store-uri sqlite:///mlflow.db --artifacts-destination mlartifacts &
//! export MLFLOW_TRACKING_URI=http://127.0.0.1:5000
//! cargo run -p tfevents-mlflow --example mlflow
//! mlflow models serve -m models:/line@champion --env-manager local --port 5001 &
//! curl -H 'content-type: application/json' -d '{"inputs": {"x": [[2.0]]}}' http://127.0.0.1:5001/invocations
//! ```

#![allow(clippy::print_stdout, reason = "an example says what it does")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::mpsc;

use tfevents::proto::Message as _;
use tfevents::proto::onnx::tensor_proto::DataType;
use tfevents::proto::onnx::tensor_shape_proto::{Dimension, dimension::Value};
use tfevents::proto::onnx::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorShapeProto,
    TypeProto, ValueInfoProto, attribute_proto::AttributeType, type_proto,
};
use tfevents::{HParams, SummaryWriter, Text};
use tfevents_mlflow::{Event, Mirror, Mlflow, RegisterOptions};

/// What is learned: y = slope * x + offset.
#[derive(Debug, Default)]
struct Line {
    slope: f32,
    offset: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let run = dir.path().join("line");

    let mlflow = Mlflow::from_env()?;
    let (told, ids) = mpsc::channel();
    let mirror = Mirror::builder(&mlflow, &run)
        .experiment("lines")
        .on_event(move |event| {
            if let Event::Followed { run_id, .. } = event {
                // Whether anybody waits for it makes no difference here.
                let _ = told.send((*run_id).to_owned());
            }
        })
        .start()?;
    let line = train(&run)?;
    let mirrored = mirror.stop()?;
    let run_id = ids.recv()?;
    println!("{} points in run {run_id}", mirrored.points);

    let model = dir.path().join("line.onnx");
    fs::write(&model, line.to_onnx().encode_to_vec())?;
    let options = RegisterOptions {
        name: "line".to_owned(),
        alias: Some("champion".to_owned()),
        metrics: true,
        ..RegisterOptions::default()
    };
    let registered = mlflow.register(&run_id, &model, &options, &|_| {})?;
    println!("registered as line, version {}", registered.version);
    Ok(())
}

/// Finds the line through noisy points by gradient descent.
fn train(run: &Path) -> tfevents::Result<Line> {
    let rate = 0.05;
    let writer = SummaryWriter::new(run)?;
    let session = writer.start_session(HParams::new().with("lr", rate))?;
    writer.add_text("about", Text::new("A line through **points**."), 0)?;
    let points: Vec<_> = (0..50)
        .map(|i| {
            let x = i as f32 / 25.0 - 1.0;
            (x, 3.0 * x - 1.0 + 0.1 * (i as f32 * 12.9898).sin())
        })
        .collect();
    let mut line = Line::default();
    for step in 0..200 {
        let (mut loss, mut slope, mut offset) = (0.0, 0.0, 0.0);
        for (x, y) in &points {
            let error = line.slope * x + line.offset - y;
            loss += error * error / points.len() as f32;
            slope += error * x;
            offset += error;
        }
        line.slope -= rate as f32 * slope / 10.0;
        line.offset -= rate as f32 * offset / 10.0;
        writer.add_scalar("loss", loss, step)?;
    }
    session.finish()?;
    writer.close()?;
    Ok(line)
}

impl Line {
    /// The line as an ONNX model, `y = offset + slope * x` for any number of values `x`.
    fn to_onnx(&self) -> ModelProto {
        let constant = |name: &str, value: f32| NodeProto {
            op_type: "Constant".to_owned(),
            output: vec![name.to_owned()],
            attribute: vec![AttributeProto {
                name: "value_float".to_owned(),
                r#type: AttributeType::Float.into(),
                f: value,
                ..Default::default()
            }],
            ..Default::default()
        };
        let operation = |name: &str, of: [&str; 2], output: &str| NodeProto {
            op_type: name.to_owned(),
            input: of.map(str::to_owned).to_vec(),
            output: vec![output.to_owned()],
            ..Default::default()
        };
        ModelProto {
            ir_version: 8,
            producer_name: "tfevents".to_owned(),
            opset_import: vec![OperatorSetIdProto {
                domain: String::new(),
                version: 17,
            }],
            graph: Some(GraphProto {
                name: "line".to_owned(),
                input: vec![column("x")],
                node: vec![
                    constant("slope", self.slope),
                    constant("offset", self.offset),
                    operation("Mul", ["x", "slope"], "product"),
                    operation("Add", ["product", "offset"], "y"),
                ],
                output: vec![column("y")],
                ..Default::default()
            }),
            ..Default::default()
        }
    }
}

/// A tensor of any number of rows and one column.
fn column(name: &str) -> ValueInfoProto {
    let sizes = [Value::DimParam("rows".to_owned()), Value::DimValue(1)];
    let dim = sizes.map(|size| Dimension { value: Some(size) }).to_vec();
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(type_proto::Tensor {
                elem_type: DataType::Float.into(),
                shape: Some(TensorShapeProto { dim }),
            }),
        }),
    }
}
