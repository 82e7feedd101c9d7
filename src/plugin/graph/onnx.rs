//! Turns ONNX models into graphs, from PyTorch, burn, candle, tract or onnxruntime.
//!
//! | ONNX | here |
//! |---|---|
//! | input | node `Placeholder` |
//! | initializer (a weight) | node `Variable` |
//! | node | node of the same operator, other domains before it as in `com.microsoft.FusedConv` |
//! | output | node `Output` |
//! | value | edge, with its shape where the model states one |
//! | subgraph of `If`, `Loop` or `Scan` | a group inside the node's group; its outputs lead to the node |
//! | call of a function that the model defines | one node |
//!
//! Names make TensorBoard's groups, so they follow the modules: a node keeps its path without the leading
//! slash, weights stand beside the node that uses them, and what has no path of its own takes it from the
//! exporter's notes or from the weights. Where a name had to change, the attribute `onnx_name` keeps the
//! original.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::plugin::graph::{Graph, Node};
use crate::proto::Message as _;
use crate::proto::onnx::tensor_shape_proto::dimension;
use crate::proto::onnx::{GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto};

mod attributes;
mod names;

use attributes::{attribute_value, dtype};
use names::Names;

/// Turns the bytes of an `.onnx` file into a graph for [`add_graph`](crate::SummaryWriter::add_graph); weights
/// are skipped. Files that keep their weights elsewhere need nothing but the file itself.
///
/// # Errors
///
/// Bytes that are not an ONNX model.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::graph::onnx;
/// use tfevents::proto::Message;
/// use tfevents::proto::onnx::{GraphProto, ModelProto, NodeProto, ValueInfoProto};
///
/// let value = |name: &str| ValueInfoProto { name: name.into(), ..Default::default() };
/// let model = ModelProto {
///     graph: Some(GraphProto {
///         input: vec![value("x")],
///         node: vec![NodeProto {
///             name: "/head/Softmax".into(),
///             op_type: "Softmax".into(),
///             input: vec!["x".into()],
///             output: vec!["y".into()],
///             ..Default::default()
///         }],
///         output: vec![value("y")],
///         ..Default::default()
///     }),
///     ..Default::default()
/// };
/// let graph = onnx::to_graph(&model.encode_to_vec())?.to_graph_def()?;
/// let names: Vec<_> = graph.node.iter().map(|node| node.name.as_str()).collect();
/// assert_eq!(names, ["x", "head/Softmax", "y"]);
/// assert_eq!(graph.node[1].input, ["x"]);
/// # Ok::<(), tfevents::Error>(())
/// ```
pub fn to_graph(file: &[u8]) -> Result<Graph> {
    let model =
        ModelProto::decode(file).map_err(|e| Error::decode(format!("not an ONNX model: {e}")))?;
    convert(&model)
}

/// Turns a decoded model into a graph; see [`to_graph`].
///
/// # Errors
///
/// A model without a graph, which is what most other bytes decode to.
pub fn convert(model: &ModelProto) -> Result<Graph> {
    let graph = match &model.graph {
        Some(graph) if !graph.node.is_empty() => graph,
        _ => {
            return Err(Error::decode("not an ONNX model, or one without nodes"));
        }
    };
    let mut converter = Converter::default();
    converter.add_graph(graph, "", None);
    Ok(converter.graph)
}

/// Shapes of more dimensions are none: the limit keeps a forged file of many values that share a huge one from
/// growing beyond measure. Like it, names are limited in [`names`].
const MAX_RANK: usize = 64;

#[derive(Default)]
struct Converter {
    graph: Graph,
    names: Names,
}

/// The values that nodes of a graph can refer to: its own, then those of the graph around it.
struct Values<'a> {
    own: HashMap<&'a str, Value<'a>>,
    outer: Option<&'a Values<'a>>,
}

#[derive(Clone, Copy, Default)]
struct Value<'a> {
    /// The node and the index of the output that make it; an empty name where nothing is known to.
    node: &'a str,
    output: usize,
    dtype: i32,
    /// Sizes, outermost first; `None` for a value of unknown shape.
    shape: Option<Shape<'a>>,
}

#[derive(Clone, Copy)]
enum Shape<'a> {
    Fixed(&'a [i64]),
    Symbolic(&'a TensorShapeProto),
}

impl Shape<'_> {
    fn rank(&self) -> usize {
        match self {
            Self::Fixed(dims) => dims.len(),
            Self::Symbolic(shape) => shape.dim.len(),
        }
    }
}

impl Values<'_> {
    /// The edge from where a value is made. An optional input that is left out has an empty name.
    fn edge(&self, name: &str) -> Option<String> {
        let mut scope = self;
        loop {
            match scope.own.get(name) {
                Some(Value { node: "", .. }) | None => scope = scope.outer?,
                Some(Value {
                    node, output: 0, ..
                }) => return Some((*node).to_owned()),
                Some(Value { node, output, .. }) => return Some(format!("{node}:{output}")),
            }
        }
    }
}

/// A node's name in the graph, and in the model if that differs.
struct Name<'a> {
    new: String,
    old: &'a str,
}

impl Converter {
    /// Adds a graph's nodes below `scope`, and returns the edges of its outputs.
    fn add_graph(
        &mut self,
        graph: &GraphProto,
        scope: &str,
        outer: Option<&Values<'_>>,
    ) -> Vec<String> {
        let initializers: Vec<(&TensorProto, &[i64])> = graph
            .initializer
            .iter()
            .map(|tensor| (tensor, &tensor.dims[..]))
            .chain(
                graph
                    .sparse_initializer
                    .iter()
                    .filter_map(|sparse| Some((sparse.values.as_ref()?, &sparse.dims[..]))),
            )
            .collect();
        let paths = names::paths(graph, initializers.iter().map(|(t, _)| t.name.as_str()));
        // Older files list the weights among the inputs.
        let inputs: Vec<_> = graph
            .input
            .iter()
            .filter(|input| !paths.initializers.contains_key(input.name.as_str()))
            .collect();

        // Everything is named before anything is built, so that edges can lead in any direction.
        let mut name = |old, path: &str| Name {
            new: self.names.unique(scope, path),
            old,
        };
        let input_names: Vec<_> = inputs.iter().map(|i| name(&i.name, &i.name)).collect();
        let node_names: Vec<_> = graph
            .node
            .iter()
            .zip(&paths.nodes)
            .map(|(node, path)| name(&node.name, path))
            .collect();
        let initializer_names: Vec<_> = initializers
            .iter()
            .map(|(tensor, _)| {
                let path = paths.initializers.get(tensor.name.as_str());
                name(&tensor.name, path.map_or("", String::as_str))
            })
            .collect();
        let output_names: Vec<_> = graph
            .output
            .iter()
            .map(|o| name(&o.name, &o.name))
            .collect();

        let mut own = HashMap::<&str, Value<'_>>::new();
        for info in graph
            .value_info
            .iter()
            .chain(&graph.output)
            .chain(&graph.input)
        {
            let tensor = info.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
            let value = own.entry(&info.name).or_default();
            if let Some(tensor) = tensor {
                value.dtype = tensor.elem_type;
                value.shape = tensor.shape.as_ref().map(Shape::Symbolic);
            }
        }
        for (input, name) in inputs.iter().zip(&input_names) {
            own.entry(&input.name).or_default().node = &name.new;
        }
        for ((tensor, dims), name) in initializers.iter().zip(&initializer_names) {
            let value = Value {
                node: &name.new,
                output: 0,
                dtype: tensor.data_type,
                shape: Some(Shape::Fixed(dims)),
            };
            own.insert(&tensor.name, value);
        }
        for (node, name) in graph.node.iter().zip(&node_names) {
            for (output, value) in node.output.iter().enumerate() {
                let value = own.entry(value).or_default();
                (value.node, value.output) = (&name.new, output);
            }
        }
        let values = Values { own, outer };

        for (input, name) in inputs.iter().zip(&input_names) {
            self.graph
                .push(typed(name, "Placeholder", &values, &[&input.name]));
        }
        for ((tensor, _), name) in initializers.iter().zip(&initializer_names) {
            self.graph
                .push(typed(name, "Variable", &values, &[&tensor.name]));
        }
        for (node, name) in graph.node.iter().zip(&node_names) {
            self.add_node(node, name, &values);
        }
        let mut outputs = Vec::with_capacity(graph.output.len());
        for (output, name) in graph.output.iter().zip(&output_names) {
            let mut node = typed(name, "Output", &values, &[&output.name]);
            if let Some(edge) = values.edge(&output.name) {
                node = node.input(edge);
            }
            self.graph.push(node);
            outputs.push(name.new.clone());
        }
        outputs
    }

    fn add_node(&mut self, node: &NodeProto, name: &Name<'_>, values: &Values<'_>) {
        let op = match node.domain.as_str() {
            "" | "ai.onnx" => node.op_type.clone(),
            domain => format!("{domain}.{}", node.op_type),
        };
        let outputs: Vec<_> = node.output.iter().map(String::as_str).collect();
        let mut drawn = typed(name, op, values, &outputs);
        for input in &node.input {
            if let Some(edge) = values.edge(input) {
                drawn = drawn.input(edge);
            }
        }
        for attribute in &node.attribute {
            for subgraph in attribute.g.iter().chain(&attribute.graphs) {
                let scope = self.names.unique(&name.new, &attribute.name);
                for edge in self.add_graph(subgraph, &scope, Some(values)) {
                    drawn = drawn.input(edge);
                }
            }
            if let Some(value) = attribute_value(attribute) {
                drawn = drawn.attribute(&attribute.name, value);
            }
        }
        self.graph.push(drawn);
    }
}

/// A node with what is known of its outputs.
fn typed(name: &Name<'_>, op: impl Into<String>, values: &Values<'_>, outputs: &[&str]) -> Node {
    let mut node = Node::new(&name.new, op);
    if name.new != name.old && !name.old.is_empty() {
        node = node.attribute("onnx_name", name.old);
    }
    let known = |output: &&str| {
        let mut value = values.own.get(output).copied().unwrap_or_default();
        value.shape = value.shape.filter(|shape| shape.rank() <= MAX_RANK);
        value
    };
    let outputs: Vec<_> = outputs.iter().map(known).collect();
    if let Some(dtype) = outputs.first().and_then(|value| dtype(value.dtype)) {
        node = node.attribute("dtype", dtype);
    }
    if outputs.iter().all(|value| value.shape.is_none()) {
        return node;
    }
    for value in outputs {
        node = match value.shape {
            None => node.unknown_output_shape(),
            Some(Shape::Fixed(dims)) => node.output_shape(dims.iter().copied().map(Some)),
            Some(Shape::Symbolic(shape)) => {
                node.output_shape(shape.dim.iter().map(|dim| match dim.value {
                    Some(dimension::Value::DimValue(size)) => Some(size),
                    _ => None,
                }))
            }
        };
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::onnx::attribute_proto::AttributeType;
    use crate::proto::onnx::tensor_proto::DataType as OnnxType;
    use crate::proto::onnx::{AttributeProto, TypeProto, ValueInfoProto, type_proto};
    use crate::proto::{GraphDef, attr_value};
    use crate::tensor::DataType;

    fn value(name: &str, dtype: OnnxType, dims: &[Option<i64>]) -> ValueInfoProto {
        let dim = |size: &Option<i64>| crate::proto::onnx::tensor_shape_proto::Dimension {
            value: Some(match size {
                Some(size) => dimension::Value::DimValue(*size),
                None => dimension::Value::DimParam("batch".into()),
            }),
        };
        ValueInfoProto {
            name: name.into(),
            r#type: Some(TypeProto {
                tensor_type: Some(type_proto::Tensor {
                    elem_type: dtype as i32,
                    shape: Some(TensorShapeProto {
                        dim: dims.iter().map(dim).collect(),
                    }),
                }),
            }),
        }
    }

    fn node(name: &str, op: &str, input: &[&str], output: &[&str]) -> NodeProto {
        NodeProto {
            name: name.into(),
            op_type: op.into(),
            input: input.iter().map(|&i| i.into()).collect(),
            output: output.iter().map(|&o| o.into()).collect(),
            ..Default::default()
        }
    }

    fn graph_of(graph: GraphProto) -> GraphDef {
        let model = ModelProto {
            graph: Some(graph),
            ..Default::default()
        };
        let graph = to_graph(&model.encode_to_vec()).unwrap();
        graph.to_graph_def().unwrap()
    }

    fn shapes(node: &crate::proto::NodeDef) -> Option<Vec<Option<Vec<i64>>>> {
        let value = node.attr.get("_output_shapes")?.value.as_ref()?;
        let attr_value::Value::List(list) = value else {
            return None;
        };
        let shape = |shape: &crate::proto::TensorShapeProto| {
            (!shape.unknown_rank).then(|| shape.dim.iter().map(|d| d.size).collect())
        };
        Some(list.shape.iter().map(shape).collect())
    }

    #[test]
    fn types_and_shapes_stand_at_what_makes_the_value() {
        let graph = graph_of(GraphProto {
            input: vec![value("x", OnnxType::Float, &[None, Some(4)])],
            initializer: vec![TensorProto {
                name: "w".into(),
                data_type: OnnxType::Bfloat16 as i32,
                dims: vec![4, 2],
                ..Default::default()
            }],
            node: vec![
                node("", "MatMul", &["x", "w"], &["y"]),
                node("", "Split", &["y"], &["a", "b"]),
            ],
            value_info: vec![value("b", OnnxType::Int64, &[])],
            output: vec![value("a", OnnxType::Float, &[None, Some(1)])],
            ..Default::default()
        });
        let dtype = |i: usize| {
            graph.node[i]
                .attr
                .get("dtype")
                .and_then(|a| a.value.clone())
        };
        let is = |dtype: DataType| Some(attr_value::Value::Type(dtype as i32));
        let ops: Vec<_> = graph.node.iter().map(|n| n.op.as_str()).collect();
        assert_eq!(
            ops,
            ["Placeholder", "Variable", "MatMul", "Split", "Output"]
        );
        assert_eq!(shapes(&graph.node[0]), Some(vec![Some(vec![-1, 4])]));
        assert_eq!(
            (dtype(0), dtype(1)),
            (is(DataType::Float), is(DataType::Bfloat16))
        );
        assert_eq!(shapes(&graph.node[1]), Some(vec![Some(vec![4, 2])]));
        assert_eq!((shapes(&graph.node[2]), dtype(2)), (None, None));
        assert_eq!(
            shapes(&graph.node[3]),
            Some(vec![Some(vec![-1, 1]), Some(vec![])])
        );
        assert_eq!(graph.node[4].input, ["Split"]);
        assert_eq!(shapes(&graph.node[4]), Some(vec![Some(vec![-1, 1])]));
    }

    #[test]
    fn shapes_that_none_can_have_are_unknown() {
        let huge = value("y", OnnxType::Float, &vec![Some(1); MAX_RANK + 1]);
        let graph = graph_of(GraphProto {
            node: vec![node("n", "Add", &[], &["x", "y"])],
            value_info: vec![value("x", OnnxType::Float, &[Some(2)]), huge],
            ..Default::default()
        });
        assert_eq!(shapes(&graph.node[0]), Some(vec![Some(vec![2]), None]));
    }

    #[test]
    fn edges_lead_in_and_out_of_subgraphs() {
        let branch = GraphProto {
            // An output may come from the graph around, and an inner value may hide an outer one.
            node: vec![
                node("", "Relu", &["y"], &["hidden"]),
                node("", "Neg", &["hidden"], &["z"]),
            ],
            output: vec![
                ValueInfoProto {
                    name: "z".into(),
                    r#type: None,
                },
                value("y", OnnxType::Float, &[]),
            ],
            ..Default::default()
        };
        let mut choice = node("/If", "If", &["c"], &["out"]);
        choice.attribute = vec![AttributeProto {
            name: "then_branch".into(),
            g: Some(branch),
            r#type: AttributeType::Graph as i32,
            ..Default::default()
        }];
        let graph = graph_of(GraphProto {
            node: vec![
                node("made", "Custom", &["nowhere", ""], &["hidden", "y"]),
                choice,
            ],
            ..Default::default()
        });
        let edges: Vec<_> = graph
            .node
            .iter()
            .map(|n| (n.name.as_str(), n.input.join(" ")))
            .collect();
        assert_eq!(
            edges,
            [
                ("made", String::new()),
                ("If/then_branch/Relu", "made:1".into()),
                ("If/then_branch/Neg", "If/then_branch/Relu".into()),
                ("If/then_branch/z", "If/then_branch/Neg".into()),
                ("If/then_branch/y", "made:1".into()),
                ("If", "If/then_branch/z If/then_branch/y".into()),
            ]
        );
    }

    #[test]
    fn other_files_are_refused() {
        assert!(
            to_graph(b"")
                .unwrap_err()
                .to_string()
                .contains("not an ONNX model")
        );
        assert!(
            to_graph(b"\xff\xff")
                .unwrap_err()
                .to_string()
                .contains("not an ONNX model")
        );
        assert!(to_graph(b"just some text").is_err());
    }
}
