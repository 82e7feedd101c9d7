//! What stands beside a run's graph: what steps cost, graphs of their own, and models layer by layer.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tfevents::plugin::graph::{Graph, Layer, Model, Node, NodeStats, StepStats};
use tfevents::tensor::DataType;

use super::graph::fields;
use super::{shown, writer};

const RUN: &str = "graph/steps";

fn graph(name: &str) -> Graph {
    Graph::new()
        .node(Node::new(name, "Placeholder"))
        .node(Node::new("dense/matmul", "MatMul").input(name))
}

fn step() -> StepStats {
    StepStats::new()
        .node(
            NodeStats::new("dense/matmul")
                .device("/device:GPU:0")
                .start(Duration::from_micros(10))
                .duration(Duration::from_nanos(249_500))
                .memory(4096)
                .output_shape([32, 10])
                .output_shape([]),
        )
        .node(NodeStats::new("x").duration(Duration::from_micros(2)))
}

fn traced() -> StepStats {
    step().graph(graph("traced"))
}

fn model() -> Model {
    Model::new("m")
        .layer(Layer::new("in", "InputLayer").dtype(DataType::Half))
        .layer(Layer::new("a/\"b\"", "Dense").input("in"))
        .layer(Layer::new("out", "Add").input("in").input("a/\"b\""))
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    writer.add_graph(&graph("x")).unwrap();
    writer.add_step_stats("step 1", &step()).unwrap();
    writer.add_step_stats("traced", &traced()).unwrap();
    let graph_only = StepStats::new().graph(graph("only"));
    writer.add_step_stats("graph only", &graph_only).unwrap();
    writer.add_conceptual_graph("layers", &model()).unwrap();
    writer.close().unwrap();
}

const STEP: &str = r#"
step_stats {
  dev_stats {
    device: "/device:CPU:0"
    node_stats {
      node_name: "x"
      all_start_micros: 1
      op_end_rel_micros: 2
      all_end_rel_micros: 2
      op_end_rel_nanos: 2000
      all_end_rel_nanos: 2000
    }
  }
  dev_stats {
    device: "/device:GPU:0"
    node_stats {
      node_name: "dense/matmul"
      all_start_micros: 10
      op_end_rel_micros: 250
      all_end_rel_micros: 250
      memory { allocator_name: "/device:GPU:0" total_bytes: 4096 }
      output { tensor_description { shape { dim { size: 32 } dim { size: 10 } } } }
      output { slot: 1 tensor_description { shape { } } }
      all_start_nanos: 10000
      op_end_rel_nanos: 249500
      all_end_rel_nanos: 249500
    }
  }
}
"#;

const MODEL: &str = r#"
node {
  name: "m/in"
  attr { key: "dtype" value { type: DT_HALF } }
  attr { key: "keras_class" value { s: "InputLayer" } }
}
node {
  name: "m/a/\"b\""
  input: "m/in"
  attr { key: "keras_class" value { s: "Dense" } }
}
node {
  name: "m/out"
  input: "m/in"
  input: "m/a/\"b\""
  attr { key: "keras_class" value { s: "Add" } }
}
"#;

/// Protobuf text of [`graph`].
fn text(name: &str) -> Vec<String> {
    fields(&format!(
        r#"node {{ name: "{name}" op: "Placeholder" }}
        node {{ name: "dense/matmul" op: "MatMul" input: "{name}" }}
        versions {{ producer: 22 }}"#
    ))
}

#[test]
fn every_graph_and_step_is_offered_by_its_tag() {
    let tag = |tag, conceptual, op, profile| json!({"tag": tag, "conceptual_graph": conceptual, "op_graph": op, "profile": profile});
    let wanted = json!({
        "run": RUN,
        "run_graph": true,
        "tags": {
            "step 1": tag("step 1", false, false, true),
            "traced": tag("traced", false, true, true),
            "graph only": tag("graph only", false, true, false),
            "layers": tag("layers", true, false, false),
        }
    });
    for shown in shown() {
        assert_eq!(
            shown.answer["graphs"][RUN]["info"], wanted,
            "{:?}",
            shown.mode
        );
    }
}

#[test]
fn steps_show_what_they_cost() {
    for shown in shown() {
        let found = &shown.answer["graphs"][RUN]["run_metadata"];
        let stats = |tag: &str| fields(found[tag].as_str().unwrap());
        assert_eq!(stats("step 1"), fields(STEP), "{:?}", shown.mode);
        assert_eq!(stats("traced")[..1], fields(STEP)[..], "{:?}", shown.mode);
    }
}

#[test]
fn graphs_of_their_own_are_shown() {
    for shown in shown() {
        let found = &shown.answer["graphs"][RUN]["op_graphs"];
        for (tag, name) in [("traced", "traced"), ("graph only", "only")] {
            let graph = fields(found[tag].as_str().unwrap());
            assert_eq!(graph, text(name), "{:?}", shown.mode);
        }
        let run_graph = shown.answer["graphs"][RUN]["run_graph"].as_str().unwrap();
        assert_eq!(fields(run_graph), text("x"), "{:?}", shown.mode);
    }
}

#[test]
fn models_are_shown_layer_by_layer() {
    for shown in shown() {
        let found = &shown.answer["graphs"][RUN]["conceptual_graphs"];
        let layers = fields(found["layers"].as_str().unwrap());
        assert_eq!(layers, fields(MODEL), "{:?}", shown.mode);
    }
}
