//! An ONNX model that was registered, as MLflow loads and serves it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tfevents_mlflow::{Mlflow, Options, RegisterOptions, Source};

use crate::example;
use crate::server::Server;

/// How a model is served.
const SERVING: &str = include_str!("serving.py");

/// A model with its weights in another file.
const MODEL: &str = "
import numpy, onnx
from onnx import TensorProto, helper, numpy_helper
x = helper.make_tensor_value_info('x', TensorProto.FLOAT, ['rows', 3])
y = helper.make_tensor_value_info('y', TensorProto.FLOAT, ['rows', 2])
w = numpy_helper.from_array(numpy.arange(6, dtype=numpy.float32).reshape(3, 2), 'w')
graph = helper.make_graph([helper.make_node('MatMul', ['x', 'w'], ['y'])], 'net', [x], [y], [w])
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid('', 17)])
onnx.save_model(model, 'net.onnx', save_as_external_data=True, location='net.data', size_threshold=0)
";

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_registered_model_is_served_and_knows_its_inputs() {
    let Some(server) = Server::shared() else {
        return;
    };
    server.python(MODEL);
    let model = server.directory().join("net.onnx");
    let example = server.directory().join("example.json");
    fs::write(&example, "[[1, 2, 3]]").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let writer = tfevents::SummaryWriter::new(dir.path().join("exp")).unwrap();
    writer.add_scalar("loss", 0.25, 7).unwrap();
    writer.close().unwrap();
    let options = Options {
        experiment: "models".to_owned(),
        ..Options::default()
    };
    let sources = Source::all(dir.path()).unwrap();
    let pushed = crate::push(server.uri(), &sources, &options);
    let mlflow = Mlflow::new(server.uri()).unwrap();
    let options = RegisterOptions {
        name: "net".to_owned(),
        alias: Some("champion".to_owned()),
        input_example: Some(example),
        metrics: true,
    };
    let register = || {
        mlflow
            .register(&pushed[0].run_id, &model, &options, &|_| {})
            .unwrap()
    };
    let first = register();
    assert!(first.is_new && first.left_out.is_empty(), "{first:?}");
    assert_eq!((&*first.version, first.metrics), ("1", 1));
    // The same again is the same, and nothing is sent.
    let again = register();
    assert!(!again.is_new, "{again:?}");
    assert_eq!(
        (&again.version, &again.model_id, again.bytes),
        (&first.version, &first.model_id, 0)
    );
    let model = format!("MODEL = '{}'\n", first.model_id);
    server.python(&[SERVING, &model, include_str!("served.py")].concat());
}

/// What a user does who follows the example: it trains, logs, mirrors and registers, and the model is served.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn the_model_of_the_example_answers_a_prediction() {
    let Some(server) = Server::shared() else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(example::build(&root, "", "mlflow"))
        .env("MLFLOW_TRACKING_URI", server.uri())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let run = &server.runs("lines")[0];
    let id = &run.info.run_id;
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("200 points in run {id}\nregistered as line, version 1\n")
    );
    assert_eq!((&*run.info.name, &*run.info.status), ("line", "FINISHED"));
    assert_eq!(
        (run.metrics["loss"].len(), &*run.params["lr"]),
        (200, "0.05")
    );
    // Learned from points around y = 3x - 1.
    let asks = "
with served('line@champion') as ask:
    [[y]] = ask({'inputs': {'x': [[2.0]]}})['predictions']['y']
    assert abs(y - 5) < 0.1, y
";
    server.python(&[SERVING, asks].concat());
}
