//! Names for a model's nodes and weights that group as its modules do.

use std::collections::{HashMap, HashSet};

use crate::proto::onnx::{GraphProto, NodeProto};

/// Where PyTorch's exporter notes the modules around a node, as Python prints a list.
const TORCH_SCOPES: &str = "pkg.torch.onnx.name_scopes";

/// Bytes of a name, more than real ones have. Everything in a group repeats the group's path, and nodes and weights
/// take theirs from each other, so without a limit a forged file could grow beyond measure.
const MAX_NAME: usize = 512;

/// Paths below the graph's own scope; not yet unique.
pub(super) struct Paths<'a> {
    /// One for each node, in order.
    pub(super) nodes: Vec<String>,
    /// By the initializers' names.
    pub(super) initializers: HashMap<&'a str, String>,
}

/// Finds a path for every node and initializer of a graph.
pub(super) fn paths<'a>(
    graph: &'a GraphProto,
    initializers: impl Iterator<Item = &'a str>,
) -> Paths<'a> {
    let mut nodes: Vec<_> = graph.node.iter().map(node_path).collect();

    // A weight stands beside the node that uses it. One that several modules share stands where its own
    // name says.
    let mut users = HashMap::<&str, HashSet<&str>>::new();
    for (node, (scope, _)) in graph.node.iter().zip(&nodes) {
        if !scope.is_empty() {
            for input in &node.input {
                users.entry(input).or_default().insert(scope);
            }
        }
    }
    let initializers: HashMap<_, _> = initializers
        .map(|name| {
            let (mut own, leaf) = split(dotted_path(name));
            shorten(&mut own);
            let scope = match users
                .get(name)
                .map(|scopes| (scopes.len(), scopes.iter().next()))
            {
                Some((1, Some(&scope))) => scope.to_owned(),
                _ => own,
            };
            (name, (scope, leaf))
        })
        .collect();

    // The other way round, a node without a scope of its own joins its weights.
    for (node, (scope, _)) in graph.node.iter().zip(&mut nodes) {
        let mut weights = node
            .input
            .iter()
            .filter_map(|input| initializers.get(input.as_str()))
            .map(|(scope, _)| scope);
        if let (true, Some(first)) = (scope.is_empty(), weights.next())
            && weights.all(|other| other == first)
        {
            scope.clone_from(first);
        }
    }
    Paths {
        nodes: nodes
            .iter()
            .map(|(scope, leaf)| join(scope, leaf))
            .collect(),
        initializers: initializers
            .iter()
            .map(|(&name, (scope, leaf))| (name, join(scope, leaf)))
            .collect(),
    }
}

/// Scope and last part of a node's path.
fn node_path(node: &NodeProto) -> (String, String) {
    let (mut scope, mut leaf) = split(tidy(&node.name));
    if leaf.is_empty() {
        leaf.clone_from(&node.op_type);
        // `/encoder/Relu_output_0` tells where a nameless node belongs.
        if let Some(output) = node.output.first() {
            scope = split(tidy(output)).0;
        }
    }
    if scope.is_empty() {
        let note = node.metadata_props.iter().find(|p| p.key == TORCH_SCOPES);
        scope = note.map_or_else(String::new, |note| torch_scope(&note.value));
    }
    shorten(&mut scope);
    (scope, leaf)
}

/// The module in `['', 'network', 'network.0', 'linear']`: each entry holds the one before, and the last one
/// is the node itself.
fn torch_scope(list: &str) -> String {
    let mut entries = list.split('\'').skip(1).step_by(2).collect::<Vec<_>>();
    entries.pop();
    entries.pop().map_or_else(String::new, dotted_path)
}

/// `conv1.weight` as `conv1/weight`; a name with slashes keeps its dots.
fn dotted_path(name: &str) -> String {
    if name.contains('/') {
        tidy(name)
    } else {
        tidy(&name.replace('.', "/"))
    }
}

/// A path without empty parts, and without the characters that mean something else in the names of edges.
fn tidy(name: &str) -> String {
    let parts: Vec<_> = name.split('/').filter(|part| !part.is_empty()).collect();
    parts.join("/").replace([':', '^'], "_")
}

fn split(path: String) -> (String, String) {
    match path.rsplit_once('/') {
        Some((scope, leaf)) => (scope.to_owned(), leaf.to_owned()),
        None => (String::new(), path),
    }
}

fn join(scope: &str, leaf: &str) -> String {
    if scope.is_empty() {
        leaf.to_owned()
    } else {
        format!("{scope}/{leaf}")
    }
}

/// Takes from a name what is too much, from the front because the end tells more.
fn shorten(name: &mut String) {
    let mut cut = name.len().saturating_sub(MAX_NAME);
    while !name.is_char_boundary(cut) || (cut > 0 && name[cut..].starts_with('/')) {
        cut += 1;
    }
    name.drain(..cut);
}

/// Hands out names, each once.
#[derive(Default)]
pub(super) struct Names {
    /// Names taken, and the last number that was put behind each.
    taken: HashMap<String, usize>,
}

impl Names {
    /// A path below `scope`, with a number behind it if it is taken.
    pub(super) fn unique(&mut self, scope: &str, path: &str) -> String {
        let path = match tidy(path) {
            empty if empty.is_empty() => "unnamed".to_owned(),
            path => path,
        };
        let mut wanted = join(scope, &path);
        shorten(&mut wanted);
        let Some(&last) = self.taken.get(&wanted) else {
            self.taken.insert(wanted.clone(), 0);
            return wanted;
        };
        let mut number = last;
        loop {
            number += 1;
            let numbered = format!("{wanted}_{number}");
            if !self.taken.contains_key(&numbered) {
                self.taken.insert(numbered.clone(), 0);
                self.taken.insert(wanted, number);
                return numbered;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::onnx::StringStringEntryProto;

    fn node(name: &str, op: &str, input: &[&str], output: &str) -> NodeProto {
        NodeProto {
            name: name.into(),
            op_type: op.into(),
            input: input.iter().map(|&i| i.into()).collect(),
            output: vec![output.into()],
            ..Default::default()
        }
    }

    fn paths_of<'a>(graph: &'a GraphProto, initializers: &[&'a str]) -> (Vec<String>, Vec<String>) {
        let paths = paths(graph, initializers.iter().copied());
        let mut of = paths.initializers;
        let initializers = initializers.iter().filter_map(|name| of.remove(name));
        (paths.nodes, initializers.collect())
    }

    #[test]
    fn weights_stand_beside_the_node_that_uses_them() {
        let graph = GraphProto {
            node: vec![
                node(
                    "/l/l.0/conv/Conv",
                    "Conv",
                    &["x", "l.0.conv.weight", "onnx::Conv_9"],
                    "a",
                ),
                node("/head/MatMul", "MatMul", &["a", "shared.weight"], "b"),
                node("/tail/MatMul", "MatMul", &["b", "shared.weight"], "c"),
            ],
            ..Default::default()
        };
        let weights = ["l.0.conv.weight", "onnx::Conv_9", "shared.weight", "unused"];
        let (nodes, weights) = paths_of(&graph, &weights);
        assert_eq!(nodes, ["l/l.0/conv/Conv", "head/MatMul", "tail/MatMul"]);
        assert_eq!(
            weights,
            [
                "l/l.0/conv/weight",
                "l/l.0/conv/onnx__Conv_9",
                "shared/weight",
                "unused"
            ]
        );
    }

    #[test]
    fn nodes_and_weights_do_not_repeat_a_long_scope() {
        let long = "l/".repeat(MAX_NAME);
        let weight = format!("{long}weight");
        let graph = GraphProto {
            node: vec![
                node("", "Conv", &["x", &weight], "a"),
                node(&format!("{long}Conv"), "Conv", &["a", "w"], "b"),
            ],
            ..Default::default()
        };
        let (nodes, weights) = paths_of(&graph, &[&weight, "w"]);
        for path in nodes.iter().chain(&weights) {
            assert!(path.starts_with("l/l/"), "{path}");
            assert!(path.len() <= MAX_NAME + "/weight".len(), "{}", path.len());
        }
    }

    #[test]
    fn nodes_without_a_scope_find_one() {
        let mut noted = node("node_linear", "Gemm", &["b", "net.1.weight"], "c");
        noted.metadata_props = vec![StringStringEntryProto {
            key: TORCH_SCOPES.into(),
            value: "['', 'net', 'net.1', 'linear']".into(),
        }];
        let graph = GraphProto {
            node: vec![
                node("Conv_0", "Conv", &["x", "net.0.weight", "net.0.bias"], "12"),
                node("", "Relu", &["12"], "/act/Relu_output_0"),
                noted,
                node("", "Add", &["a", "b"], "13"),
                node("", "Mul", &["net.0.bias", "net.1.weight"], "14"),
            ],
            ..Default::default()
        };
        let (nodes, weights) = paths_of(&graph, &["net.0.weight", "net.0.bias", "net.1.weight"]);
        assert_eq!(
            nodes,
            [
                "net/0/Conv_0",
                "act/Relu",
                "net/1/node_linear",
                "Add",
                "Mul"
            ]
        );
        assert_eq!(weights, ["net/0/weight", "net/0/bias", "net/1/weight"]);
    }

    #[test]
    fn odd_notes_of_exporters_do_no_harm() {
        for (list, scope) in [
            ("['', 'a', 'a.b', 'x']", "a/b"),
            ("['', 'x']", ""),
            ("['x']", ""),
            ("[]", ""),
            ("", ""),
            ("'", ""),
            ("['a", ""),
            ("['', 'a/b', 'x']", "a/b"),
        ] {
            assert_eq!(torch_scope(list), scope, "{list}");
        }
    }

    #[test]
    fn names_are_handed_out_once() {
        let mut names = Names::default();
        let unique: Vec<_> = ["a", "a", "a_1", "a", "/a/", "", "x:0", "^x", "//"]
            .map(|path| names.unique("", path))
            .into();
        assert_eq!(
            unique,
            [
                "a",
                "a_1",
                "a_1_1",
                "a_2",
                "a_3",
                "unnamed",
                "x_0",
                "_x",
                "unnamed_1"
            ]
        );
        assert_eq!(names.unique("if/then", "a"), "if/then/a");
        let long = "é".repeat(300);
        let end = "é".repeat((MAX_NAME - "/b".len()) / 2);
        assert_eq!(names.unique(&long, "b"), format!("{end}/b"));
        assert_eq!(names.unique(&long, "b"), format!("{end}/b_1"));
        let leaf = "x".repeat(MAX_NAME - 1);
        assert_eq!(names.unique("a", &leaf), leaf);
    }
}
