//! A model out of an ONNX file.

use std::path::Path;

use super::{shown, writer};
use crate::support::fixtures;

const RUN: &str = "graph/onnx";

fn model() -> std::path::PathBuf {
    fixtures().join("onnx/old_habits.onnx")
}

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    writer.add_onnx_graph(model()).unwrap();
    writer.close().unwrap();
}

#[test]
fn an_onnx_model_is_shown_as_the_runs_graph() {
    for shown in shown() {
        let text = shown.answer["graphs"][RUN]["run_graph"].as_str().unwrap();
        let nodes = super::graph::fields(text);
        assert_eq!(nodes.len(), 13 + 1, "{:?}", shown.mode);
        let split = r#"node { name: "Split" op: "Split" input: "fc/Gemm" attr { key: "_output_shapes" value { list { shape { dim { size: 1 } dim { size: 2 } } shape { dim { size: 1 } dim { size: 2 } } } } } attr { key: "axis" value { i: 1 } } attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "num_outputs" value { i: 2 } } }"#;
        assert!(nodes.iter().any(|node| node == split), "{nodes:#?}");
        let gemm = r#"node { name: "fc2/Gemm" op: "Gemm" input: "Split:1" input: "fc2/weight" "#;
        assert!(
            nodes.iter().any(|node| node.starts_with(gemm)),
            "{nodes:#?}"
        );
    }
}
