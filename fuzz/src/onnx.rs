//! Models in ONNX files.

use std::collections::HashSet;

use tfevents::plugin::graph::onnx as convert;
use tfevents::proto::Message as _;

/// Whatever bytes are taken for a model, the graph that they become can be drawn, and is not out of proportion.
pub fn onnx(data: &[u8]) {
    let Ok(graph) = convert::to_graph(data).and_then(|graph| graph.to_graph_def()) else {
        return;
    };
    let mut names = HashSet::new();
    for node in &graph.node {
        assert!(!node.name.is_empty());
        assert!(names.insert(&*node.name), "two nodes called {}", node.name);
    }
    for input in graph.node.iter().flat_map(|node| &node.input) {
        let input = input.trim_start_matches('^');
        let node = input.split(':').next().unwrap_or_default();
        assert!(names.contains(node), "{input} is no node");
    }
    let len = graph.encoded_len();
    assert!(
        len <= 10_000 + 1000 * data.len(),
        "{len} bytes out of {}",
        data.len()
    );
}
