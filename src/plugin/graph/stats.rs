//! What one executed step cost, node by node, so that TensorBoard can colour the graph by it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::Result;
use crate::plugin::graph::{Graph, RUN_METADATA, RUN_METADATA_GRAPH, VERSION, shape};
use crate::plugin::{self, Stored};
use crate::proto::{self, Message as _};
use crate::tensor;

/// What one step cost: the compute time and memory by which TensorBoard colours a graph's nodes. Logged by
/// [`add_step_stats`](crate::SummaryWriter::add_step_stats).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tfevents::plugin::graph::NodeStats;
/// use tfevents::{Graph, Node, StepStats};
///
/// # let dir = tempfile::tempdir()?;
/// # let writer = tfevents::SummaryWriter::new(dir.path())?;
/// writer.add_graph(
///     &Graph::new()
///         .node(Node::new("x", "Placeholder"))
///         .node(Node::new("dense/matmul", "MatMul").input("x")),
/// )?;
/// let step = StepStats::new().node(
///     NodeStats::new("dense/matmul")
///         .device("/device:CPU:0")
///         .start(Duration::from_micros(10))
///         .duration(Duration::from_micros(250))
///         .memory(4096)
///         .output_shape([32, 10]),
/// );
/// writer.add_step_stats("step 1", &step)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepStats {
    devices: BTreeMap<String, Vec<proto::NodeExecStats>>,
    graph: Option<Graph>,
}

/// One execution of a node, for [`StepStats`]. A node that ran several times may appear as often.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeStats {
    name: String,
    device: String,
    start: Duration,
    duration: Duration,
    memory: u64,
    outputs: Vec<proto::TensorShapeProto>,
}

impl NodeStats {
    /// Of the node with that name in the graph.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            device: "/device:CPU:0".to_owned(),
            start: Duration::ZERO,
            duration: Duration::ZERO,
            memory: 0,
            outputs: Vec::new(),
        }
    }

    /// Sets where it ran; `/device:CPU:0` if this is not called. TensorBoard can colour by it, and lets users pick
    /// the devices whose times they see.
    #[must_use]
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.device = device.into();
        self
    }

    /// When it started, counted from the start of the step.
    #[must_use]
    pub fn start(mut self, start: Duration) -> Self {
        self.start = start;
        self
    }

    /// How long it took. TensorBoard shows whole microseconds, so fractions are rounded up.
    #[must_use]
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// How many bytes it allocated.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// The shape of the next output. Call it once for each output.
    #[must_use]
    pub fn output_shape(mut self, dims: impl IntoIterator<Item = i64>) -> Self {
        self.outputs.push(shape(dims.into_iter().map(Some)));
        self
    }

    fn build(self) -> proto::NodeExecStats {
        let output = |(slot, shape)| proto::NodeOutput {
            slot: i32::try_from(slot).unwrap_or(i32::MAX),
            tensor_description: Some(proto::TensorDescription {
                shape: Some(shape),
                ..Default::default()
            }),
        };
        let memory = (self.memory > 0).then(|| proto::AllocatorMemoryUsed {
            allocator_name: self.device.clone(),
            total_bytes: i64::try_from(self.memory).unwrap_or(i64::MAX),
            ..Default::default()
        });
        let micros = i64::try_from(self.duration.as_nanos().div_ceil(1000)).unwrap_or(i64::MAX);
        let nanos = i64::try_from(self.duration.as_nanos()).unwrap_or(i64::MAX);
        proto::NodeExecStats {
            node_name: self.name,
            // A time of 0 would not be in the text that the browser gets, which then could not compute.
            all_start_micros: i64::try_from(self.start.as_micros())
                .unwrap_or(i64::MAX)
                .max(1),
            all_start_nanos: i64::try_from(self.start.as_nanos()).unwrap_or(i64::MAX),
            op_end_rel_micros: micros,
            op_end_rel_nanos: nanos,
            all_end_rel_micros: micros,
            all_end_rel_nanos: nanos,
            memory: memory.into_iter().collect(),
            output: self.outputs.into_iter().enumerate().map(output).collect(),
            ..Default::default()
        }
    }
}

impl StepStats {
    /// A step without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an execution of a node.
    #[must_use]
    pub fn node(mut self, node: NodeStats) -> Self {
        self.push(node);
        self
    }

    /// Adds an execution of a node in place, for steps that are measured in a loop.
    pub fn push(&mut self, node: NodeStats) {
        let device = self.devices.entry(node.device.clone()).or_default();
        device.push(node.build());
    }

    /// The graph that was executed, if it is not the run's. TensorBoard then offers it under the tag of the step.
    #[must_use]
    pub fn graph(mut self, graph: Graph) -> Self {
        self.graph = Some(graph);
        self
    }

    /// The message that is logged.
    ///
    /// # Errors
    ///
    /// As for [`Graph::to_graph_def`], where it has a graph.
    pub fn to_run_metadata(&self) -> Result<proto::RunMetadata> {
        let device =
            |(device, stats): (&String, &Vec<proto::NodeExecStats>)| proto::DeviceStepStats {
                device: device.clone(),
                node_stats: stats.clone(),
                ..Default::default()
            };
        let function = |graph| proto::run_metadata::FunctionGraphs {
            pre_optimization_graph: Some(graph),
            ..Default::default()
        };
        let graph = self.graph.as_ref().map(Graph::to_graph_def).transpose()?;
        Ok(proto::RunMetadata {
            step_stats: Some(proto::StepStats {
                dev_stats: self.devices.iter().map(device).collect(),
            }),
            function_graphs: graph.map(function).into_iter().collect(),
            ..Default::default()
        })
    }
}

/// A step that brings its graph along, as TensorFlow 2 traces functions.
impl Stored for proto::RunMetadata {
    fn metadata(&self) -> proto::SummaryMetadata {
        let has_stats = self
            .step_stats
            .as_ref()
            .is_some_and(|s| !s.dev_stats.is_empty());
        let name = if has_stats {
            RUN_METADATA
        } else {
            RUN_METADATA_GRAPH
        };
        plugin::metadata(name, VERSION.to_vec())
    }

    fn tensor(&self) -> crate::Result<proto::TensorProto> {
        Ok(tensor::string_tensor(&[1], vec![self.encode_to_vec()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_gathered_by_device() {
        let run = StepStats::new()
            .node(
                NodeStats::new("a")
                    .device("/device:GPU:0")
                    .duration(Duration::from_nanos(1)),
            )
            .node(
                NodeStats::new("b")
                    .start(Duration::from_micros(7))
                    .memory(64),
            )
            .node(
                NodeStats::new("a")
                    .device("/device:GPU:0")
                    .output_shape([2, 3])
                    .output_shape([]),
            )
            .to_run_metadata()
            .unwrap();
        let devices = run.step_stats.unwrap().dev_stats;
        let names: Vec<_> = devices
            .iter()
            .map(|d| (d.device.as_str(), d.node_stats.len()))
            .collect();
        assert_eq!(names, [("/device:CPU:0", 1), ("/device:GPU:0", 2)]);

        let b = &devices[0].node_stats[0];
        assert_eq!((b.all_start_micros, b.all_end_rel_micros), (7, 0));
        assert_eq!(b.memory[0].total_bytes, 64);
        let a = &devices[1].node_stats;
        assert_eq!(
            (
                a[0].all_start_micros,
                a[0].all_end_rel_micros,
                a[0].all_end_rel_nanos
            ),
            (1, 1, 1)
        );
        let shapes: Vec<_> = a[1]
            .output
            .iter()
            .map(|o| {
                let shape = o
                    .tensor_description
                    .as_ref()
                    .unwrap()
                    .shape
                    .as_ref()
                    .unwrap();
                (o.slot, shape.dim.iter().map(|d| d.size).collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(shapes, [(0, vec![2, 3]), (1, vec![])]);
    }
}
