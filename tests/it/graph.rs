//! What becomes of ONNX files by other writers, and of graphs on their way through a file.

use std::path::Path;
use std::time::Duration;

use tfevents::plugin::graph::{Graph, Layer, Model, Node, NodeStats, StepStats, onnx};
use tfevents::plugin::{PointDecoder, Value};
use tfevents::proto::{AttrValue, GraphDef, Message, NodeDef, RunMetadata, attr_value};
use tfevents::tensor::DataType;
use tfevents::{EventItem, EventReader, SummaryWriter};

use crate::support::fixtures;

fn fixture(name: &str) -> GraphDef {
    let graph = onnx::to_graph(&std::fs::read(fixtures().join(name)).unwrap()).unwrap();
    graph.to_graph_def().unwrap()
}

/// Each node as `name = Op(inputs)`.
fn lines(graph: &GraphDef) -> Vec<String> {
    let line = |n: &NodeDef| format!("{} = {}({})", n.name, n.op, n.input.join(", "));
    graph.node.iter().map(line).collect()
}

fn node<'g>(graph: &'g GraphDef, name: &str) -> &'g NodeDef {
    graph.node.iter().find(|n| n.name == name).unwrap()
}

fn attribute<'g>(node: &'g NodeDef, name: &str) -> Option<&'g attr_value::Value> {
    node.attr
        .get(name)
        .and_then(|a: &AttrValue| a.value.as_ref())
}

/// The dimensions of every output, -1 for an unknown size.
fn shapes(node: &NodeDef) -> Vec<Vec<i64>> {
    match attribute(node, "_output_shapes") {
        Some(attr_value::Value::List(list)) => list
            .shape
            .iter()
            .map(|shape| shape.dim.iter().map(|d| d.size).collect())
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn onnx_of_pytorch_groups_by_module() {
    let graph = fixture("torch/onnx/modules.onnx");
    assert_eq!(
        lines(&graph),
        [
            "image = Placeholder()",
            "layers/layers.0/conv/weight = Variable()",
            "layers/layers.0/conv/bias = Variable()",
            "layers/layers.1/conv/weight = Variable()",
            "layers/layers.1/conv/bias = Variable()",
            "fc/weight = Variable()",
            "fc/bias = Variable()",
            "layers/layers.0/conv/Conv = Conv(image, layers/layers.0/conv/weight, layers/layers.0/conv/bias)",
            "layers/layers.0/Add = Add(layers/layers.0/conv/Conv, image)",
            "layers/layers.0/Relu = Relu(layers/layers.0/Add)",
            "layers/layers.1/conv/Conv = Conv(layers/layers.0/Relu, layers/layers.1/conv/weight, layers/layers.1/conv/bias)",
            "layers/layers.1/Add = Add(layers/layers.1/conv/Conv, layers/layers.0/Relu)",
            "layers/layers.1/Relu = Relu(layers/layers.1/Add)",
            "ReduceMean = ReduceMean(layers/layers.1/Relu)",
            "fc/Gemm = Gemm(ReduceMean, fc/weight, fc/bias)",
            "logits = Output(fc/Gemm)",
        ]
    );
    let weight = node(&graph, "layers/layers.0/conv/weight");
    assert_eq!(shapes(weight), [[2, 2, 3, 3]]);
    assert_eq!(
        attribute(weight, "dtype"),
        Some(&attr_value::Value::Type(DataType::Float as i32))
    );
    assert_eq!(
        attribute(weight, "onnx_name"),
        Some(&attr_value::Value::S(b"layers.0.conv.weight".to_vec()))
    );
    assert_eq!(shapes(node(&graph, "image")), [[-1, 2, 8, 8]]);
    let Some(attr_value::Value::List(pads)) =
        attribute(node(&graph, "layers/layers.0/conv/Conv"), "pads")
    else {
        panic!("no pads");
    };
    assert_eq!(pads.i, [1; 4]);
}

#[test]
fn onnx_subgraphs_are_groups() {
    let graph = fixture("onnx/control_flow.onnx");
    let mut found = lines(&graph);
    found.sort();
    assert_eq!(
        found,
        [
            "If = If(flag, If/else_branch/branch, If/then_branch/branch)",
            "If/else_branch/Neg = Neg(encoder/MatMul)",
            "If/else_branch/branch = Output(If/else_branch/Neg)",
            "If/then_branch/Relu = Relu(encoder/MatMul)",
            "If/then_branch/branch = Output(If/then_branch/Relu)",
            "decoder/Loop = Loop(decoder/trips, If, decoder/Loop/body/go_on, decoder/Loop/body/next)",
            "decoder/Loop/body/Add = Add(decoder/Loop/body/state, decoder/Loop/body/step)",
            "decoder/Loop/body/Identity = Identity(decoder/Loop/body/go)",
            "decoder/Loop/body/go = Placeholder()",
            "decoder/Loop/body/go_on = Output(decoder/Loop/body/Identity)",
            "decoder/Loop/body/i = Placeholder()",
            "decoder/Loop/body/next = Output(decoder/Loop/body/Add)",
            "decoder/Loop/body/state = Placeholder()",
            "decoder/Loop/body/step = Variable()",
            "decoder/trips = Variable()",
            "encoder/MatMul = MatMul(x, encoder/weight)",
            "encoder/weight = Variable()",
            "flag = Placeholder()",
            "looped = Output(decoder/Loop)",
            "x = Placeholder()",
        ]
    );
    assert_eq!(shapes(node(&graph, "If")), [[-1, 3]]);
}

#[test]
fn onnx_without_names_is_drawn_all_the_same() {
    let graph = fixture("onnx/old_habits.onnx");
    assert_eq!(
        lines(&graph),
        [
            "x = Placeholder()",
            "fc/weight = Variable()",
            "fc/bias = Variable()",
            "fc2/weight = Variable()",
            "limit = Variable()",
            "fc/Gemm = Gemm(x, fc/weight, fc/bias)",
            "Split = Split(fc/Gemm)",
            "Clip = Clip(Split, limit)",
            "Constant = Constant()",
            "Twist = com.example.Twist(Clip, Constant, Clip)",
            "fc2/Gemm = Gemm(Split:1, fc2/weight)",
            "Concat = Concat(Twist, fc2/Gemm)",
            "out_0 = Output(Concat)",
        ]
    );
    let twist = node(&graph, "Twist");
    let list = |name| match attribute(twist, name) {
        Some(attr_value::Value::List(list)) => list,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(
        attribute(twist, "mode"),
        Some(&attr_value::Value::S(b"wrap".to_vec()))
    );
    assert_eq!(list("ratios").f, [0.5, 2.0]);
    assert_eq!(list("axes").i, [0, 1]);
    assert_eq!(list("labels").s, [b"a", b"b"]);
    assert_eq!(
        attribute(node(&graph, "Constant"), "value"),
        Some(&attr_value::Value::S(b"FLOAT [1, 2]".to_vec()))
    );
    assert_eq!(shapes(node(&graph, "Split")), [[1, 2], [1, 2]]);
}

/// All points of a file, by tag: what kind of blob, and its bytes.
fn blobs(path: &Path) -> Vec<(String, &'static str, Vec<u8>)> {
    let mut blobs = Vec::new();
    let mut reader = EventReader::open(path).unwrap();
    let mut decoder = PointDecoder::default();
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(event) => {
                for point in decoder.points(&event.event) {
                    let point = point.unwrap();
                    let (what, bytes) = match point.value {
                        Value::Graph(bytes) => ("graph", bytes),
                        Value::RunMetadata(bytes) => ("run metadata", bytes),
                        Value::KerasModel(bytes) => ("model", bytes),
                        other => panic!("{other:?}"),
                    };
                    blobs.push((point.tag.to_owned(), what, bytes.to_vec()));
                }
            }
            EventItem::End(_) => return blobs,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn all_that_is_logged_of_graphs_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let graph = Graph::new().node(Node::new("a", "Add"));
    let model = Model::new("m").layer(Layer::new("dense", "Dense"));
    let step = || StepStats::new().node(NodeStats::new("a").duration(Duration::from_micros(3)));
    let with_graph = step().graph(graph.clone());
    let graph_only = StepStats::new().graph(graph.clone());

    writer.add_graph(&graph).unwrap();
    writer.add_conceptual_graph("layers", &model).unwrap();
    writer.add_step_stats("step 1", &step()).unwrap();
    writer.add_step_stats("traced", &with_graph).unwrap();
    // As a message, it is the same.
    let message = graph_only.to_run_metadata().unwrap();
    writer.add_run_metadata("traced/graph", &message).unwrap();
    writer.close().unwrap();

    let read = blobs(writer.path());
    let found: Vec<_> = read
        .iter()
        .map(|(tag, what, _)| (tag.as_str(), *what))
        .collect();
    assert_eq!(
        found,
        [
            ("__run_graph__", "graph"),
            ("layers", "model"),
            ("step 1", "run metadata"),
            ("traced", "run metadata"),
            ("traced/graph", "run metadata"),
        ]
    );
    let stored = GraphDef::decode(&read[0].2[..]).unwrap();
    assert_eq!(stored, graph.to_graph_def().unwrap());
    assert_eq!(read[1].2, model.to_json().unwrap().into_bytes());
    for (i, logged) in [(2, &step()), (3, &with_graph), (4, &graph_only)] {
        let stored = RunMetadata::decode(&read[i].2[..]).unwrap();
        assert_eq!(stored, logged.to_run_metadata().unwrap());
    }
}

#[test]
fn a_tag_takes_one_graph() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let model = Model::new("m").layer(Layer::new("dense", "Dense"));
    let step = StepStats::new();
    writer.add_conceptual_graph("m", &model).unwrap();
    writer.add_step_stats("s", &step).unwrap();
    let refused = [
        writer.add_conceptual_graph("m", &model),
        writer.add_step_stats("s", &step),
        writer.add_step_stats("m", &step),
        writer.add_scalar("s", 1.0, 0),
    ];
    for refused in refused {
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("use a different tag"), "{message}");
    }
    writer.add_step_stats("s2", &step).unwrap();
    assert!(writer.add_conceptual_graph("", &model).is_err());
}

#[test]
fn an_onnx_file_that_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("run")).unwrap();
    let missing = dir.path().join("missing.onnx");
    let message = writer.add_onnx_graph(&missing).unwrap_err().to_string();
    assert!(message.starts_with(missing.to_str().unwrap()), "{message}");
    let message = writer
        .add_onnx_graph(writer.path())
        .unwrap_err()
        .to_string();
    assert!(message.contains("not an ONNX model"), "{message}");

    let modules = fixtures().join("torch/onnx/modules.onnx");
    writer.add_onnx_graph(modules).unwrap();
    writer.close().unwrap();
    let read = blobs(writer.path());
    assert_eq!(
        GraphDef::decode(&read[0].2[..]).unwrap(),
        fixture("torch/onnx/modules.onnx")
    );
}
