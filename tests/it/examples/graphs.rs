//! The examples of graphs, embeddings and profiles.

use std::path::Path;

use tfevents::plugin::PointDecoder;
use tfevents::proto::xplane::XSpace;
use tfevents::proto::{GraphDef, Message as _, RunMetadata};
use tfevents::{EventItem, EventReader, Image, Projector, Value};

use super::{run, run_with};

/// What an example logged of graphs: tags, and what stands under them as text.
fn graphs(example: &str) -> Vec<(String, String)> {
    let dir = tempfile::tempdir().unwrap();
    let printed = run(example, dir.path());
    let mut reader = EventReader::open(dir.path().join(printed.trim_end())).unwrap();
    let mut decoder = PointDecoder::default();
    let mut found = Vec::new();
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(event) => {
                for point in decoder.points(&event.event) {
                    let point = point.unwrap();
                    found.push((point.tag.to_owned(), text(point.value)));
                }
            }
            EventItem::End(_) => return found,
            other => panic!("{other:?}"),
        }
    }
}

fn text(value: Value<'_>) -> String {
    match value {
        Value::Graph(bytes) => {
            let graph = GraphDef::decode(bytes).unwrap();
            let names = graph.node.iter().map(|node| node.name.as_str());
            names.collect::<Vec<_>>().join(" ")
        }
        Value::RunMetadata(bytes) => {
            let run = RunMetadata::decode(bytes).unwrap();
            let stats = run.step_stats.unwrap().dev_stats;
            let nodes = stats.iter().flat_map(|device| &device.node_stats);
            let times = nodes.map(|n| format!("{} {}", n.node_name, n.all_end_rel_micros));
            times.collect::<Vec<_>>().join(", ")
        }
        Value::KerasModel(json) => {
            let model: serde_json::Value = serde_json::from_slice(json).unwrap();
            let layers = model["config"]["layers"].as_array().unwrap();
            let names = layers.iter().map(|l| l["config"]["name"].as_str().unwrap());
            names.collect::<Vec<_>>().join(" ")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn graph_shows_operations_their_cost_and_layers() {
    let found = graphs("graph");
    let tags: Vec<_> = found.iter().map(|(tag, _)| tag.as_str()).collect();
    assert_eq!(tags, ["__run_graph__", "step 1", "step 100", "layers"]);
    let operations = &found[0].1;
    assert!(operations.starts_with("image encoder/hidden1/weights encoder/hidden1/matmul "));
    assert!(operations.ends_with(" head/activation probabilities"));
    // Every node that cost something is one of the graph.
    for (_, step) in &found[1..3] {
        for node in step.split(", ").map(|cost| cost.split(' ').next().unwrap()) {
            assert!(operations.split(' ').any(|name| name == node), "{node}");
        }
    }
    assert!(
        found[1].1.contains("encoder/hidden1/matmul 4000"),
        "{}",
        found[1].1
    );
    assert_eq!(found[3].1, "image encoder/hidden1 encoder/hidden2 head");
}

#[test]
fn onnx_logs_the_models_graph() {
    let found = graphs("onnx");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "__run_graph__");
    assert!(
        found[0].1.contains("layers/layers.0/conv/Conv "),
        "{}",
        found[0].1
    );
}

#[test]
fn embedding_separates_the_shapes() {
    let dir = tempfile::tempdir().unwrap();
    let printed = run("embedding", dir.path());
    assert!(dir.path().join(printed.trim_end()).is_file());
    let projector = Projector::open(dir.path().join("runs/embedding"))
        .unwrap()
        .unwrap();
    let embeddings = &projector.config().embeddings;
    let names: Vec<_> = embeddings.iter().map(|e| e.tensor_name.as_str()).collect();
    assert_eq!(names, ["shapes:00000", "shapes:00100"]);

    let vectors = projector.vectors(&embeddings[1]).unwrap();
    let metadata = projector.metadata(&embeddings[1]).unwrap().unwrap();
    assert_eq!((vectors.dims, metadata.rows.len()), (16, 150));
    assert_eq!(metadata.header, ["shape", "radius"]);
    for (vector, row) in vectors.values.chunks(16).zip(&metadata.rows) {
        let shape = ["disc", "square", "cross"]
            .iter()
            .position(|s| *s == row[0]);
        let largest = (0..3).max_by(|&a, &b| vector[a].total_cmp(&vector[b]));
        assert_eq!(largest, shape);
    }
    let sprite = &embeddings[1].sprite.as_ref().unwrap().image_path;
    let sprite = std::fs::read(projector.asset(sprite).unwrap().path()).unwrap();
    assert_eq!(Image::encoded(sprite).unwrap().width(), 13 * 32);
}

#[test]
fn profile_records_two_threads_and_a_device() {
    let dir = tempfile::tempdir().unwrap();
    let printed = run_with("profile", "profile", &[], dir.path());
    let path = dir.path().join(printed.trim_end());
    assert!(path.starts_with(dir.path().join(Path::new("runs/profile/plugins/profile"))));
    let space = XSpace::decode(&std::fs::read(path).unwrap()[..]).unwrap();
    let lines: Vec<_> = space
        .planes
        .iter()
        .flat_map(|plane| plane.lines.iter().map(move |line| (plane, line)))
        .map(|(plane, line)| (plane.name.as_str(), line.name.as_str(), line.events.len()))
        .collect();
    assert_eq!(
        lines,
        [
            ("/device:CUSTOM:accelerator", "queue 0", 8),
            ("/host:CPU", "loader", 8),
            ("/host:CPU", "main", 4 * 8),
        ]
    );
    assert!(space.warnings.is_empty());
}
