//! Graphs: `graphs/NAME/STEP.pb`, which TensorBoard and Netron open, and a page that lists the nodes by scope.

use std::collections::BTreeMap;

use serde::Serialize;
use tfevents::proto::{GraphDef, Message as _};

use super::page::{self, Script};

/// How many nodes are listed.
const LISTED: usize = 20_000;

#[derive(Serialize)]
struct Data<'a> {
    nodes: Vec<Node<'a>>,
    /// How many nodes of each operation there are.
    operations: BTreeMap<&'a str, usize>,
}

#[derive(Serialize)]
struct Node<'a> {
    name: &'a str,
    op: &'a str,
    inputs: &'a [String],
}

/// A page about a graph; None if it is not one.
pub(super) fn page(tag: &str, bytes: &[u8]) -> Option<String> {
    let graph = GraphDef::decode(bytes).ok()?;
    let mut operations = BTreeMap::new();
    for node in &graph.node {
        *operations.entry(&*node.op).or_default() += 1;
    }
    let nodes = graph.node.iter().take(LISTED).map(|node| Node {
        name: &node.name,
        op: &node.op,
        inputs: &node.input,
    });
    let data = Data {
        nodes: nodes.collect(),
        operations,
    };
    let note = match graph.node.len() {
        count if count > LISTED => format!("The first {LISTED} of {count} nodes are listed."),
        count => format!("{count} nodes."),
    };
    page::page(tag, &note, Script::Graph, &data).ok()
}
