//! Graphs.

use super::About;
use crate::check::Flaw;
use crate::check::json::Json;
use crate::event::{DataClass, DataRef, MetadataRef};
use crate::plugin::{RUN_GRAPH_TAG, Value, graph};
use crate::proto::{GraphDef, Message as _, RunMetadata};
use crate::tensor::Tensor;

/// What is wrong with the graph of a run.
pub(in crate::check) fn of_graph(bytes: &[u8]) -> Option<Flaw> {
    match GraphDef::decode(bytes) {
        Ok(graph) => graph.node.is_empty().then(empty),
        Err(_) => Some(broken("the graph")),
    }
}

/// What is wrong with what one step cost, as an event of its own.
pub(in crate::check) fn of_run_metadata(tag: &str, bytes: &[u8]) -> Option<Flaw> {
    let Ok(step) = RunMetadata::decode(bytes) else {
        return Some(broken("what a step cost"));
    };
    without_tag(tag).or_else(|| {
        let devices = step.step_stats.map_or(0, |stats| stats.dev_stats.len());
        (devices == 0).then(|| {
            Flaw::new(
                "costs_empty",
                "Graphs: the costs of a step name no device; the dashboard shows no times and no memory",
                "Log the `RunMetadata` of a traced step.",
            )
        })
    })
}

/// What is wrong with what a step cost if the run has no graph of any sort.
pub(in crate::check) fn without_graph() -> Flaw {
    Flaw::new(
        "costs_without_graph",
        "Graphs: the run has the costs of a step but no graph; the dashboard fails",
        "Also log the run's graph.",
    )
}

/// What is wrong with a graph, its costs or a model in a summary.
pub(super) fn of_value(tag: &str, data: &DataRef<'_>, about: &About) -> Option<Flaw> {
    let metadata = MetadataRef {
        plugin_name: &about.plugin,
        content: &about.content,
        ..MetadataRef::default()
    };
    if graph::is_sub_plugin(metadata.plugin_name) && metadata.content != graph::VERSION {
        return Some(Flaw::new(
            "graph_content",
            "Graphs: the plugin's content is not `1`, so the series is not listed",
            "Log it with the plugin content `1`.",
        ));
    }
    let Ok(value) = graph::decode(data, metadata) else {
        return Some(Flaw::new(
            "graph_form",
            "Graphs: a value is not one string; TensorBoard leaves it out or answers 500",
            "Log a string tensor of shape [1].",
        ));
    };
    let flaw = match value {
        Value::Graph(_) if tag != RUN_GRAPH_TAG => Some(Flaw::new(
            "graph_tag",
            format!("Graphs: a run's graph is shown only under the tag `{RUN_GRAPH_TAG}`"),
            "Log the graph as an event's `graph_def`.",
        )),
        Value::Graph(bytes) => of_graph(bytes),
        Value::RunMetadata(bytes) => of_step(bytes),
        Value::KerasModel(json) => of_model(json),
        _ => None,
    };
    flaw.or_else(|| without_tag(tag))
        .or_else(|| without_rank(data, about))
}

/// A step with the graphs that it ran.
fn of_step(bytes: &[u8]) -> Option<Flaw> {
    let Ok(step) = RunMetadata::decode(bytes) else {
        return Some(broken("what a step cost"));
    };
    let graphs = step.function_graphs.iter();
    let graphs: Vec<_> = graphs
        .map(|g| g.pre_optimization_graph.clone().unwrap_or_default())
        .collect();
    if graphs.iter().all(|graph| graph.node.is_empty()) {
        return Some(empty());
    }
    let producer = |graph: &GraphDef| graph.versions.as_ref().map_or(0, |v| v.producer);
    let first = graphs.first().map_or(0, producer);
    (!graphs.iter().all(|graph| producer(graph) == first)).then(|| {
        Flaw::new(
            "graph_versions",
            "Graphs: the graphs of a step have different versions; TensorBoard answers 500",
            "Give the graphs of a step the same `versions.producer`.",
        )
    })
}

/// A model layer by layer.
fn of_model(json: &[u8]) -> Option<Flaw> {
    let json = std::str::from_utf8(json).ok().and_then(Json::parse);
    (!json.is_some_and(|model| is_layer(&model))).then(|| {
        Flaw::new(
            "keras_model",
            "Graphs: the model is not JSON as Keras writes it; TensorBoard answers 500",
            "Log what `model.to_json()` returns, with at least one layer and ASCII class names.",
        )
    })
}

/// Whether TensorBoard could draw a layer, or a model of layers.
fn is_layer(layer: &Json<'_>) -> bool {
    let Some(config @ Json::Object(_)) = layer.get("config") else {
        return false;
    };
    let class = match layer.get("class_name") {
        None | Some(Json::Null) => true,
        Some(Json::String(class)) => class.is_ascii() && !class.contains("\\u"),
        Some(_) => false,
    };
    let layers = match config.get("layers") {
        None | Some(Json::Null) => true,
        Some(Json::Array(layers)) => !layers.is_empty() && layers.iter().all(is_layer),
        Some(_) => false,
    };
    class && layers
}

/// A run has more than one graph.
pub(in crate::check) fn several_graphs() -> Flaw {
    Flaw::new(
        "several_graphs",
        "Graphs: the run has several graphs; each loader shows a different one",
        "Log one graph per run.",
    )
}

fn empty() -> Flaw {
    Flaw::new(
        "graph_empty",
        "Graphs: the graph has no nodes; functions in its library do not count",
        "Log a graph with nodes.",
    )
}

fn broken(what: &str) -> Flaw {
    Flaw::new(
        "graph_broken",
        format!("Graphs: {what} cannot be read; TensorBoard answers 500"),
        "Log the serialized message, with names in UTF-8.",
    )
}

fn without_tag(tag: &str) -> Option<Flaw> {
    tag.is_empty().then(|| {
        Flaw::new(
            "graph_without_tag",
            "Graphs: the costs of a step have no tag; TensorBoard answers 500 for all runs",
            "Log it under a tag.",
        )
    })
}

/// The slow loader makes a list of a single string only where it finds out the class itself.
fn without_rank(data: &DataRef<'_>, about: &About) -> Option<Flaw> {
    let DataRef::Tensor(encoded) = data else {
        return None;
    };
    let tensor = Tensor::from_encoded(encoded).ok()?;
    (tensor.shape().is_empty() && about.data_class != DataClass::Unknown).then(|| {
        Flaw::new(
            "graph_rank",
            "Graphs: a value is a single string with a stated data class; the slow loader answers 500",
            "Log a string tensor of shape [1], or leave the data class out.",
        )
    })
}
