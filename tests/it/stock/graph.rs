//! The run's graph: names, operations, inputs, attributes, shapes, devices.

use std::path::Path;

use serde_json::json;
use tfevents::plugin::graph::{Graph, Node};
use tfevents::proto::Message as _;
use tfevents::tensor::DataType;

use super::{accumulated, shown, writer};
use crate::support::sha256;

const RUN: &str = "graph";

fn graph() -> Graph {
    let input = Node::new("input", "Placeholder")
        .attribute("dtype", DataType::Float)
        .output_shape([None, Some(4)]);
    let weights = Node::new("dense/weights", "Variable").output_shape([Some(4), Some(3)]);
    let matmul = Node::new("dense/matmul", "MatMul")
        .input("input")
        .input("dense/weights:1")
        .control_input("init")
        .attribute("flag", true)
        .attribute("decay", 0.5f32)
        .attribute("axis", -3)
        .attribute("strides", vec![1i64, -2])
        .attribute("label", "two\n\"lines\"")
        .attribute("names", vec!["a".to_owned(), String::new()]);
    let split = Node::new("Größe/split", "Split")
        .input("dense/matmul")
        .device("/device:GPU:0")
        .output_shape([None, Some(3)])
        .output_shape([]);
    let nodes = [input, weights, matmul, split, Node::new("init", "NoOp")];
    nodes.into_iter().fold(Graph::new(), Graph::node)
}

/// The same as protobuf text, attributes ordered by name.
const TEXT: &str = r#"
node {
  name: "input"
  op: "Placeholder"
  attr { key: "_output_shapes" value { list { shape { dim { size: -1 } dim { size: 4 } } } } }
  attr { key: "dtype" value { type: DT_FLOAT } }
}
node {
  name: "dense/weights"
  op: "Variable"
  attr { key: "_output_shapes" value { list { shape { dim { size: 4 } dim { size: 3 } } } } }
}
node {
  name: "dense/matmul"
  op: "MatMul"
  input: "input"
  input: "dense/weights:1"
  input: "^init"
  attr { key: "axis" value { i: -3 } }
  attr { key: "decay" value { f: 0.5 } }
  attr { key: "flag" value { b: true } }
  attr { key: "label" value { s: "two\n\"lines\"" } }
  attr { key: "names" value { list { s: "a" s: "" } } }
  attr { key: "strides" value { list { i: 1 i: -2 } } }
}
node {
  name: "Größe/split"
  op: "Split"
  input: "dense/matmul"
  device: "/device:GPU:0"
  attr { key: "_output_shapes" value { list { shape { dim { size: -1 } dim { size: 3 } } shape { } } } }
}
node { name: "init" op: "NoOp" }
versions { producer: 22 }
"#;

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    writer.add_graph(&graph()).unwrap();
    writer.close().unwrap();
}

/// The fields of protobuf text, each in one line, with those that are attributes in the order of their
/// names: TensorBoard prints them in any.
pub(super) fn fields(text: &str) -> Vec<String> {
    let mut words = text.split_whitespace();
    block(&mut words)
}

fn block<'a>(words: &mut impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut fields = Vec::new();
    while let Some(name) = words.next().filter(|word| *word != "}") {
        let value = words.next().unwrap();
        fields.push(if value == "{" {
            format!("{name} {{ {} }}", block(words).join(" "))
        } else {
            format!("{name} {value}")
        });
    }
    // A map is in one piece.
    let is_attribute = |field: &String| field.starts_with("attr {");
    if let Some(first) = fields.iter().position(is_attribute) {
        let attributes = fields[first..]
            .iter()
            .take_while(|f| is_attribute(f))
            .count();
        fields[first..first + attributes].sort();
    }
    fields
}

#[test]
fn the_graph_is_shown_as_it_was_logged() {
    for shown in shown() {
        let found = &shown.answer["graphs"][RUN];
        let info = json!({"run": RUN, "run_graph": true, "tags": {}});
        assert_eq!(found["info"], info, "{:?}", shown.mode);
        let text = found["run_graph"].as_str().unwrap();
        assert_eq!(fields(text), fields(TEXT), "{:?}", shown.mode);
    }
}

#[test]
fn the_python_readers_find_the_graph() {
    let Some(run) = accumulated(RUN) else { return };
    // They parse it, and write it with its maps in order, as we do.
    let bytes = graph().to_graph_def().unwrap().encode_to_vec();
    let wanted = json!({"size": bytes.len(), "sha256": sha256(&bytes)});
    assert_eq!(run["graph"], wanted);
}
