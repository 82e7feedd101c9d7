//! Graphs of a network, built node by node or read from ONNX, for the Graphs dashboard.
//!
//! A run's graph is an event of its own, not a summary. TensorBoard's loaders disagree about which of several
//! counts, so the writer takes one graph per run. Beside it a run can have graphs under tags of their own: what
//! one step cost ([`StepStats`]), with or without a graph of its own, and models drawn layer by layer
//! ([`Model`]). Models in ONNX files become graphs by [`onnx::to_graph`].

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::event::{DataRef, MetadataRef};
use crate::plugin::{Kind, Value, wrong_form};
use crate::proto::{self, AttrValue, GraphDef, NodeDef, attr_value};
use crate::tensor::{DataType, Tensor};
use crate::wire::Fields;

mod model;
pub mod onnx;
mod stats;

pub use model::{Layer, Model};
pub use stats::{NodeStats, StepStats};

/// The plugins whose series hold something about graphs, and what it is.
pub(crate) const RUN_GRAPH: &str = "graphs";
pub(crate) const TAGGED_RUN_METADATA: &str = "graph_tagged_run_metadata";
const RUN_METADATA: &str = "graph_run_metadata";
const RUN_METADATA_GRAPH: &str = "graph_run_metadata_graph";
const KERAS_MODEL: &str = "graph_keras_model";

/// What TensorBoard wants to see as the content of the last three.
pub(crate) const VERSION: &[u8] = b"1";

/// The serialized graph inside a serialized `MetaGraphDef`, if it has one.
pub(crate) fn of_meta_graph(meta_graph: &[u8]) -> Option<&[u8]> {
    let mut graph = None;
    let mut fields = Fields::new(meta_graph);
    while let Ok(Some((number, field))) = fields.next() {
        if number == 2 {
            graph = field.bytes("graph_def").ok().or(graph);
        }
    }
    graph
}

/// Whether this is one of the plugins whose series are summaries of one string each.
pub(crate) fn is_sub_plugin(plugin_name: &str) -> bool {
    [RUN_METADATA, RUN_METADATA_GRAPH, KERAS_MODEL].contains(&plugin_name)
}

/// A graph that is built node by node; logged by [`add_graph`](crate::SummaryWriter::add_graph).
///
/// Slashes in names make the groups that TensorBoard folds. Inputs may name nodes that come later or not at
/// all; TensorBoard ignores the latter.
///
/// # Examples
///
/// ```
/// use tfevents::{Graph, Node};
///
/// let graph = Graph::new()
///     .node(Node::new("input", "Placeholder").output_shape([Some(-1), Some(4)]))
///     .node(Node::new("dense/weights", "Variable").output_shape([Some(4), Some(3)]))
///     .node(Node::new("dense/matmul", "MatMul").input("input").input("dense/weights"))
///     .node(Node::new("softmax", "Softmax").input("dense/matmul").device("/device:CPU:0"));
/// # let dir = tempfile::tempdir()?;
/// # let writer = tfevents::SummaryWriter::new(dir.path())?;
/// writer.add_graph(&graph)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
}

/// One operation of a [`Graph`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    name: String,
    op: String,
    inputs: Vec<String>,
    controls: Vec<String>,
    device: String,
    attributes: BTreeMap<String, Attribute>,
    /// `None` for one of an unknown number of dimensions.
    output_shapes: Vec<Option<Vec<Option<i64>>>>,
}

/// What an attribute of a node can hold; plain values convert by themselves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// Text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f32),
    /// A truth value.
    Bool(bool),
    /// An element type.
    Type(DataType),
    /// A shape; `None` for an unknown size.
    Shape(Vec<Option<i64>>),
    /// Several integers, such as strides.
    Ints(Vec<i64>),
    /// Several numbers.
    Floats(Vec<f32>),
    /// Several texts.
    Texts(Vec<String>),
}

macro_rules! attribute_from {
    ($($t:ty => $to:expr),* $(,)?) => {$(
        impl From<$t> for Attribute {
            fn from(value: $t) -> Self {
                $to(value)
            }
        }
    )*};
}
attribute_from! {
    &str => |v: &str| Self::Text(v.to_owned()),
    String => Self::Text,
    i64 => Self::Int,
    i32 => |v: i32| Self::Int(v.into()),
    f32 => Self::Float,
    bool => Self::Bool,
    DataType => Self::Type,
    Vec<i64> => Self::Ints,
    Vec<f32> => Self::Floats,
    Vec<String> => Self::Texts,
}

impl Attribute {
    fn message(&self) -> AttrValue {
        use attr_value::{ListValue, Value};
        let value = match self {
            Self::Text(v) => Value::S(v.clone().into_bytes()),
            Self::Int(v) => Value::I(*v),
            Self::Float(v) => Value::F(*v),
            Self::Bool(v) => Value::B(*v),
            Self::Type(v) => Value::Type(v.number()),
            Self::Shape(dims) => Value::Shape(shape(dims.iter().copied())),
            Self::Ints(v) => Value::List(ListValue {
                i: v.clone(),
                ..Default::default()
            }),
            Self::Floats(v) => Value::List(ListValue {
                f: v.clone(),
                ..Default::default()
            }),
            Self::Texts(v) => Value::List(ListValue {
                s: v.iter().map(|text| text.clone().into_bytes()).collect(),
                ..Default::default()
            }),
        };
        AttrValue { value: Some(value) }
    }
}

impl Node {
    /// A node with a unique name and an operation, as in `("dense/matmul", "MatMul")`.
    pub fn new(name: impl Into<String>, op: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            op: op.into(),
            ..Self::default()
        }
    }

    /// Adds an input from the first output of the node with this name, or from output 2 for `name:2`.
    #[must_use]
    pub fn input(mut self, from: impl Into<String>) -> Self {
        self.inputs.push(from.into());
        self
    }

    /// Makes this node wait for the node with this name.
    #[must_use]
    pub fn control_input(mut self, after: impl AsRef<str>) -> Self {
        self.controls.push(format!("^{}", after.as_ref()));
        self
    }

    /// Where it runs, as in `/device:GPU:0`. TensorBoard colours nodes by it.
    #[must_use]
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.device = device.into();
        self
    }

    /// A property that TensorBoard lists when the node is selected.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<Attribute>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// The shape of the next output, shown on its edges; `None` for an unknown size. Call it once for each
    /// output.
    #[must_use]
    pub fn output_shape(mut self, dims: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.output_shapes.push(Some(dims.into_iter().collect()));
        self
    }

    /// States that the next output's shape is unknown, including its number of dimensions.
    #[must_use]
    pub fn unknown_output_shape(mut self) -> Self {
        self.output_shapes.push(None);
        self
    }

    fn message(&self) -> NodeDef {
        let attributes = self.attributes.iter();
        let mut attr: BTreeMap<_, _> = attributes
            .map(|(name, value)| (name.clone(), value.message()))
            .collect();
        if !self.output_shapes.is_empty() {
            let unknown = || proto::TensorShapeProto {
                unknown_rank: true,
                ..Default::default()
            };
            let known = |dims: &Vec<_>| shape(dims.iter().copied());
            let shapes = self.output_shapes.iter();
            let shapes = attr_value::ListValue {
                shape: shapes
                    .map(|dims| dims.as_ref().map_or_else(unknown, known))
                    .collect(),
                ..Default::default()
            };
            attr.insert(
                "_output_shapes".to_owned(),
                AttrValue {
                    value: Some(attr_value::Value::List(shapes)),
                },
            );
        }
        NodeDef {
            name: self.name.clone(),
            op: self.op.clone(),
            // The format wants control inputs last.
            input: self.inputs.iter().chain(&self.controls).cloned().collect(),
            device: self.device.clone(),
            attr,
            ..Default::default()
        }
    }
}

fn shape(dims: impl IntoIterator<Item = Option<i64>>) -> proto::TensorShapeProto {
    proto::TensorShapeProto {
        dim: dims
            .into_iter()
            .map(|size| proto::tensor_shape_proto::Dim {
                size: size.unwrap_or(-1),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

impl Graph {
    /// A graph without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node.
    #[must_use]
    pub fn node(mut self, node: Node) -> Self {
        self.push(node);
        self
    }

    /// Adds a node in place, for graphs that are built in a loop.
    pub fn push(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// The message that is logged.
    ///
    /// # Errors
    ///
    /// A node without a name, and two nodes of the same name, of which TensorBoard would show one.
    pub fn to_graph_def(&self) -> Result<GraphDef> {
        let mut names = std::collections::HashSet::new();
        for node in &self.nodes {
            if node.name.is_empty() {
                return Err(Error::argument(format!(
                    "a {} node of the graph has no name",
                    node.op
                )));
            }
            if !names.insert(node.name.as_str()) {
                return Err(Error::argument(format!(
                    "two nodes of the graph have the name {:?}",
                    node.name
                )));
            }
        }
        Ok(GraphDef {
            node: self.nodes.iter().map(Node::message).collect(),
            // What PyTorch states, too; TensorBoard only wants it to be there.
            versions: Some(proto::VersionDef {
                producer: 22,
                ..Default::default()
            }),
            ..Default::default()
        })
    }
}

/// Reads the series of the plugins that TensorBoard's graph dashboard knows. As there, the three that have
/// content must say `1`.
pub(crate) fn decode<'a>(data: &DataRef<'a>, metadata: MetadataRef<'_>) -> Result<Value<'a>> {
    let plugin = metadata.plugin_name;
    if is_sub_plugin(plugin) && metadata.content != VERSION {
        return Err(Error::decode(format!(
            "a {plugin} series of version {:?}, but TensorBoard shows only version 1",
            String::from_utf8_lossy(metadata.content)
        )));
    }
    let DataRef::Tensor(encoded) = data else {
        return Err(wrong_form(Kind::Graph, data));
    };
    // The blob stands alone, at rank 0 or 1. Where there are several, TensorBoard shows the first.
    let tensor = Tensor::from_encoded(encoded)?;
    let blob = match (tensor.shape(), tensor.strings().next()) {
        ([] | [_], Some(blob)) => blob,
        _ => return Err(wrong_form(Kind::Graph, data)),
    };
    Ok(match plugin {
        RUN_GRAPH => Value::Graph(blob),
        KERAS_MODEL => Value::KerasModel(blob),
        _ => Value::RunMetadata(blob),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_must_be_unique_and_present() {
        let twice = Graph::new()
            .node(Node::new("a", "Add"))
            .node(Node::new("a", "Mul"));
        let error = twice.to_graph_def().unwrap_err().to_string();
        assert!(error.contains("\"a\""), "{error}");
        let unnamed = Graph::new().node(Node::new("", "Add"));
        assert!(unnamed.to_graph_def().is_err());
    }

    #[test]
    fn control_inputs_come_last_and_shapes_in_order() {
        let node = Node::new("n", "Split")
            .control_input("init")
            .input("x:1")
            .attribute("axis", 1)
            .output_shape([None, Some(3)])
            .output_shape([])
            .message();
        assert_eq!(node.input, ["x:1", "^init"]);
        let Some(attr_value::Value::List(shapes)) = &node.attr["_output_shapes"].value else {
            panic!("{node:?}");
        };
        let dims: Vec<Vec<i64>> = shapes
            .shape
            .iter()
            .map(|s| s.dim.iter().map(|d| d.size).collect())
            .collect();
        assert_eq!(dims, [vec![-1, 3], vec![]]);
        assert_eq!(node.attr["axis"].value, Some(attr_value::Value::I(1)));
    }

    /// What is read back of a plugin's value in an event.
    fn decoded(plugin: &str, content: &[u8], tensor: proto::TensorProto) -> String {
        use crate::plugin::{PointDecoder, RawValue};
        use proto::Message as _;

        let mut metadata = crate::plugin::metadata(plugin, content.to_vec());
        metadata.data_class = 0;
        let value = proto::summary::Value {
            tag: "t".into(),
            metadata: Some(metadata),
            value: Some(proto::summary::value::Value::Tensor(tensor)),
            ..Default::default()
        };
        let event = proto::Event {
            what: Some(proto::event::What::Summary(proto::Summary {
                value: vec![value],
            })),
            ..Default::default()
        }
        .encode_to_vec();
        let event = crate::EventRef::parse(&event).unwrap();
        let point = PointDecoder::default()
            .points(&event)
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(point.kind, Kind::Graph);
        match point.value {
            Value::Raw(RawValue { problem, .. }) => problem.unwrap(),
            value => format!("{value:?}"),
        }
    }

    #[test]
    fn blobs_are_read_at_rank_0_and_1() {
        use crate::tensor::string_tensor;
        let blob = || vec![b"{}".to_vec()];
        let bytes = "[123, 125]";
        for shape in [&[][..], &[1]] {
            let tensor = string_tensor(shape, blob());
            assert_eq!(
                decoded(KERAS_MODEL, b"1", tensor.clone()),
                format!("KerasModel({bytes})")
            );
            assert_eq!(
                decoded(RUN_METADATA, b"1", tensor.clone()),
                format!("RunMetadata({bytes})")
            );
            assert_eq!(
                decoded(RUN_METADATA_GRAPH, b"1", tensor.clone()),
                format!("RunMetadata({bytes})")
            );
            assert_eq!(
                decoded(TAGGED_RUN_METADATA, b"", tensor.clone()),
                format!("RunMetadata({bytes})")
            );
            assert_eq!(
                decoded(RUN_GRAPH, b"", tensor.clone()),
                format!("Graph({bytes})")
            );
        }
        let other_version = decoded(KERAS_MODEL, b"2", string_tensor(&[], blob()));
        assert!(other_version.contains("version \"2\""), "{other_version}");
        assert!(decoded(RUN_METADATA, b"", string_tensor(&[], blob())).contains("version"));
        for tensor in [
            string_tensor(&[0], Vec::new()),
            string_tensor(&[1, 1], blob()),
        ] {
            let wrong = decoded(KERAS_MODEL, b"1", tensor);
            assert!(wrong.contains("another shape"), "{wrong}");
        }
    }
}
