//! Logging graphs, and what belongs to them.

use std::path::Path;

use prost::Message as _;

use crate::error::{Error, Result};
use crate::plugin::Kind;
use crate::plugin::graph::{Graph, Model, StepStats, onnx};
use crate::proto::{self, event::What};
use crate::types::At;
use crate::writer::SummaryWriter;
use crate::writer::guard::Guard;

impl SummaryWriter {
    /// Logs the run's graph.
    ///
    /// # Errors
    ///
    /// As for [`Graph::to_graph_def`] and [`add_graph_def`](Self::add_graph_def).
    pub fn add_graph(&self, graph: &Graph) -> Result<()> {
        self.add_graph_def(&graph.to_graph_def()?)
    }

    /// Logs the run's graph, as the message that it is stored as.
    ///
    /// # Errors
    ///
    /// A second graph, of which TensorBoard's loaders would show different ones; a graph of 2 GiB or more; and
    /// as for [`add_scalar`](Self::add_scalar).
    pub fn add_graph_def(&self, graph: &proto::GraphDef) -> Result<()> {
        let event = proto::Event {
            wall_time: self.wall_time(At::new(0))?.as_secs(),
            what: Some(What::GraphDef(graph.encode_to_vec())),
            ..Default::default()
        };
        self.put_once(&event, Guard::admit_graph)
    }

    /// Logs the graph of an ONNX file as the run's graph; see [`onnx`] for what becomes of it. For a model in
    /// memory, pass what [`onnx::to_graph`] returns to [`add_graph`](Self::add_graph).
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is no ONNX model, and as for [`add_graph`](Self::add_graph).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let writer = tfevents::SummaryWriter::new("runs/exp1")?;
    /// writer.add_onnx_graph("model.onnx")?;
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn add_onnx_graph(&self, model: impl AsRef<Path>) -> Result<()> {
        let path = model.as_ref();
        let graph = std::fs::read(path)
            .map_err(Error::from)
            .and_then(|file| onnx::to_graph(&file))
            .map_err(|e| e.with_path(path))?;
        self.add_graph(&graph)
    }

    /// Logs a model layer by layer: TensorBoard offers it as the conceptual graph of that tag.
    ///
    /// # Errors
    ///
    /// As for [`Model::to_json`] and [`add_scalar`](Self::add_scalar), and a tag that has a graph already, of
    /// which TensorBoard's loaders would show different ones.
    pub fn add_conceptual_graph(&self, tag: &str, model: &Model) -> Result<()> {
        self.add_once(tag, model)
    }

    /// Logs what one step cost, so that TensorBoard can colour the graph by compute time and memory. The tag is the
    /// name by which users pick the step.
    ///
    /// # Errors
    ///
    /// As for [`StepStats::to_run_metadata`] and [`add_conceptual_graph`](Self::add_conceptual_graph).
    pub fn add_step_stats(&self, tag: &str, step: &StepStats) -> Result<()> {
        self.add_run_metadata(tag, &step.to_run_metadata()?)
    }

    /// The same, as the message that it is stored as. It belongs to the run's graph, or, where it has
    /// `function_graphs`, to the graph in there.
    ///
    /// # Errors
    ///
    /// As for [`add_conceptual_graph`](Self::add_conceptual_graph).
    pub fn add_run_metadata(&self, tag: &str, run: &proto::RunMetadata) -> Result<()> {
        if !run.function_graphs.is_empty() {
            return self.add_once(tag, run);
        }
        let event = proto::Event {
            wall_time: self.wall_time(At::new(0))?.as_secs(),
            what: Some(What::TaggedRunMetadata(proto::TaggedRunMetadata {
                tag: tag.to_owned(),
                run_metadata: run.encode_to_vec(),
            })),
            ..Default::default()
        };
        self.put_once(&event, |guard| guard.admit_once(tag, Kind::Graph))
    }
}
