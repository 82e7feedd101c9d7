//! A run that has all of which `MAPPING.md` speaks.

use std::fs;
use std::path::Path;

use tfevents::plugin::graph::Layer;
use tfevents::proto::{self, event::What, summary};
use tfevents::{
    At, Audio, Category, Channels, Chart, ChartLayout, Description, Embedding, Graph, HParams,
    Histogram, Image, Layout, Mesh, Model, Node, PrCurve, StepStats, SummaryWriter, Text,
};

/// The times of the first and of the last value.
pub(crate) const TIMES: [f64; 2] = [1_700_000_000.123_456, 1_700_000_100.75];
/// A file that is a picture of another format than PNG.
pub(crate) const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
/// A tag that is longer than keys are.
pub(crate) fn long_tag() -> String {
    "l".repeat(300)
}

/// A picture of so many pixels on a side, all of one colour.
pub(crate) fn picture(side: usize, gray: u8) -> Image {
    Image::new(&vec![gray; side * side], Layout::Hw, &[side, side]).unwrap()
}

pub(crate) fn sound(amplitude: f32) -> Audio {
    let samples: Vec<_> = (0..400)
        .map(|i| amplitude * (i as f32 / 9.0).sin())
        .collect();
    Audio::new(&samples, Channels::Mono, 8000).unwrap()
}

pub(crate) fn graph() -> Graph {
    Graph::new()
        .node(Node::new("in", "Placeholder"))
        .node(Node::new("net/out", "Softmax").input("in"))
}

/// Logs all of it.
pub(crate) fn log(dir: &Path) {
    log_sound(dir);
    damaged(dir);
}

/// Logs all of it but for a file that is damaged.
pub(crate) fn log_sound(dir: &Path) {
    let writer = SummaryWriter::builder(dir)
        .clock(|| TIMES[0].into())
        .open()
        .unwrap();
    numbers(&writer);
    media(&writer);
    others(&writer);
    let embedding = Embedding::new([0.0, 1.0, 2.0, 3.0], 2).unwrap();
    let embedding = embedding.column("word", ["a", "b"]).unwrap();
    writer.add_embedding("words", &embedding, 7).unwrap();
    writer.close().unwrap();
    let session = dir.join("plugins/profile/2026_01_31_12_00_00");
    fs::create_dir_all(&session).unwrap();
    fs::write(session.join("host.xplane.pb"), b"a profile").unwrap();
}

/// A second file, whose first value is damaged.
fn damaged(dir: &Path) {
    let writer = SummaryWriter::builder(dir)
        .filename_suffix(".2")
        .clock(|| TIMES[0].into());
    let writer = writer.open().unwrap();
    writer.add_scalar("lost", 1.0, at(1, 0)).unwrap();
    writer.flush().unwrap();
    let end = fs::metadata(writer.path()).unwrap().len() as usize;
    writer.add_scalar("after", 1.0, at(2, 1)).unwrap();
    let file = writer.path().to_owned();
    writer.close().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    // Its checksum.
    bytes[end - 1] ^= 0xff;
    fs::write(file, bytes).unwrap();
}

fn at(step: i64, time: usize) -> At {
    At::new(step).at(TIMES[time])
}

fn numbers(writer: &SummaryWriter) {
    let exact = |tag: &str, value: f64, step: i64| {
        let tensor = proto::TensorProto {
            dtype: proto::DataType::Double.into(),
            double_val: vec![value],
            ..Default::default()
        };
        event(writer, tensor_of(tag, "scalars", tensor), step);
    };
    exact("loss", 0.1, 0);
    exact("loss", f64::MIN_POSITIVE, i64::MAX);
    exact("loss", -1.0 / 3.0, i64::MIN);
    let whole = |value: i64, step: i64| {
        let tensor = proto::TensorProto {
            dtype: proto::DataType::Int64.into(),
            int64_val: vec![value],
            ..Default::default()
        };
        event(writer, tensor_of("whole", "scalars", tensor), step);
    };
    whole((1 << 53) - 1, 0);
    whole((1 << 53) + 1, 1);
    let scalar = |tag: &str, value: f64, step: i64| {
        writer.add_scalar(tag, value, at(step, 0)).unwrap();
    };
    scalar("odd", f64::NAN, 0);
    scalar("odd", f64::INFINITY, 1);
    scalar("odd", f64::NEG_INFINITY, 2);
    scalar("odd", -0.0, 3);
    writer
        .add_scalar("early", 1.0, At::new(0).at(-5.0))
        .unwrap();
    scalar("again", 1.0, 3);
    scalar("again", 2.0, 3);
    scalar("loss (train)", 3.0, 0);
    scalar(&long_tag(), 4.0, 0);
}

fn media(writer: &SummaryWriter) {
    writer
        .add_images("val/in", &[picture(8, 1), picture(8, 2)], at(5, 0))
        .unwrap();
    writer
        .add_image("large", picture(300, 3), at(0, 0))
        .unwrap();
    writer
        .add_image("gif", Image::encoded(GIF).unwrap(), at(0, 0))
        .unwrap();
    writer.add_audio("tone", &sound(0.5), at(0, 0)).unwrap();
    writer
        .add_audios("tones", &[sound(0.1), sound(0.2)], at(0, 0))
        .unwrap();
    writer.add_text("note", "a *b*\n", at(4, 0)).unwrap();
    writer.add_text("note", "again", at(4, 0)).unwrap();
    writer
        .add_text("rows", Text::table([["a", "b|c"]]).unwrap(), at(0, 0))
        .unwrap();
    writer.add_text("../a b%", "odd", at(0, 0)).unwrap();
    writer.add_text("Twin", "first", at(0, 0)).unwrap();
    writer.add_text("twin", "second", at(0, 0)).unwrap();
}

fn others(writer: &SummaryWriter) {
    for step in 0..200 {
        writer
            .add("weights", &Histogram::new([1.0, 2.0]), at(step, 0))
            .unwrap();
    }
    let curve = PrCurve::new([true, false], [0.9_f32, 0.1]).unwrap();
    writer
        .add_pr_curve_raw("classifier", &curve, at(1, 0))
        .unwrap();
    let mesh = Mesh::new([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    writer
        .add_mesh("knot", &mesh.faces([[0, 1, 2]]).unwrap(), at(1, 0))
        .unwrap();
    writer.add_graph(&graph()).unwrap();
    writer
        .add_conceptual_graph(
            "keras",
            &Model::new("net").layer(Layer::new("dense", "Dense")),
        )
        .unwrap();
    writer.add_step_stats("step 1", &StepStats::new()).unwrap();
    let session = writer
        .start_session(
            HParams::new()
                .with("lr", 0.1)
                .with("a/prompt", "x".repeat(6001)),
        )
        .unwrap();
    session.finish().unwrap();
    let chart = Chart::multiline("both", ["loss"]);
    let layout = ChartLayout::new().category(Category::new("losses").chart(chart));
    writer.add_custom_scalars(&layout).unwrap();
    writer
        .describe("described", Description::new("What is left"))
        .unwrap();
    writer.add_scalar("described", 1.0, at(0, 0)).unwrap();
    let float = proto::TensorProto {
        dtype: proto::DataType::Float.into(),
        float_val: vec![0.5],
        ..Default::default()
    };
    event(
        writer,
        tensor_of("another plugin", "plugin of ours", float.clone()),
        3,
    );
    event(writer, tensor_of("a mesh", "mesh", float), 3);
    let message = "slow".to_owned();
    event(
        writer,
        What::LogMessage(proto::LogMessage { level: 30, message }),
        3,
    );
}

fn event(writer: &SummaryWriter, what: What, step: i64) {
    let event = proto::Event {
        wall_time: TIMES[0],
        step,
        what: Some(what),
        ..Default::default()
    };
    writer.add_event(&event).unwrap();
}

/// A tensor in the name of a plugin.
fn tensor_of(tag: &str, plugin: &str, tensor: proto::TensorProto) -> What {
    let metadata = proto::SummaryMetadata {
        plugin_data: Some(proto::summary_metadata::PluginData {
            plugin_name: plugin.to_owned(),
            content: b"content".to_vec(),
        }),
        data_class: proto::DataClass::Tensor.into(),
        ..Default::default()
    };
    let value = summary::Value {
        tag: tag.to_owned(),
        metadata: Some(metadata),
        value: Some(summary::value::Value::Tensor(tensor)),
        ..Default::default()
    };
    What::Summary(proto::Summary { value: vec![value] })
}
