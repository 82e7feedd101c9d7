//! Points as a dashboard gets them: ours against the `migrated` dumps.
//!
//! Where the two differ on purpose, [`Difference`] says why.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tfevents::event::{DataRef, EventRef};
use tfevents::plugin::histogram::Histogram;
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::plugin::mesh::{MeshData, MeshPart};
use tfevents::plugin::{Kind, Point, PointDecoder, RawValue, Value};
use tfevents::proto;
use tfevents::record::{Item, RecordReader};
use tfevents::{Number, Tensor};

use super::{Collection, Dump, Tree, raw, same_f64};

/// What we do otherwise than TensorBoard's Python loader, each with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// TensorBoard narrows the older form's doubles to f32; we keep what is in the file.
    HistogramInDoubles,
    /// Hyperparameters are in the metadata: we decode them there, where TensorBoard's loader adds an empty
    /// tensor so that the series exists. The metadata's bytes are compared in [`raw`].
    HParamsInMetadata,
}

/// Compares every point of every file; returns how often each difference was met.
pub(crate) fn compare(collection: &Collection) -> BTreeMap<Difference, usize> {
    let mut differences = BTreeMap::new();
    for dump in collection.dumps("migrated") {
        for difference in compare_file(&dump) {
            *differences.entry(difference).or_default() += 1;
        }
    }
    differences
}

/// Decodes one event file up to where TensorBoard stopped.
fn compare_file(dump: &Dump) -> Vec<Difference> {
    let name = &dump.name;
    let mut theirs = dump.events.iter().flat_map(|event| {
        let values = event.get("values").and_then(Json::as_array);
        values.into_iter().flatten().map(move |v| (event, v))
    });
    let mut differences = Vec::new();
    let (mut events, mut values) = (0, 0);
    // The plugins of series: their first value's metadata counts, and later ones may have none. By file, as
    // in TensorBoard.
    let mut plugins = BTreeMap::new();
    let mut decoder = PointDecoder::default();
    let mut reader = RecordReader::new(dump.file.as_slice());
    while let Item::Record(record) = reader.next_item().unwrap() {
        let event = EventRef::parse(record.payload).unwrap();
        for point in decoder.points(&event) {
            let point = point.unwrap();
            let of = format!("{name}: event {}, tag {:?}", record.index, point.tag);
            let (their_event, their_value) = theirs
                .next()
                .unwrap_or_else(|| panic!("{of}: TensorBoard has no such point"));
            Tree::from(point.tag).assert_is(&their_value["tag"], &of);
            Tree::from(event.step).assert_is(&their_event["step"], &of);
            Tree::F64(event.wall_time.as_secs()).assert_is(&their_event["wall_time"], &of);
            let plugin = their_value["metadata"]["plugin"].as_str().unwrap_or("");
            let plugin = *plugins.entry(point.tag.to_owned()).or_insert(plugin);
            differences.extend(compare_point(&point, plugin, their_value, &of));
            values += 1;
        }
        events += 1;
    }
    assert_eq!(values, dump.count("values"), "{name}");
    assert_eq!(events, dump.count("records"), "{name}");
    differences
}

fn compare_point(point: &Point<'_>, plugin: &str, theirs: &Json, of: &str) -> Option<Difference> {
    assert_eq!(point.kind, kind_of(plugin), "{of}: plugin {plugin:?}");
    let tensor = &theirs["tensor"];
    let strings = |strings: &[&[u8]]| {
        let strings = strings.iter().map(|s| Tree::media(s)).collect();
        Tree::List(strings).assert_is(&tensor["values"], of);
    };
    match &point.value {
        Value::Scalar(number) => {
            assert_eq!(tensor["shape"], json!([]), "{of}");
            scalar(*number).assert_is(&tensor["values"][0], of);
        }
        Value::Histogram(histogram) => return compare_histogram(histogram, tensor, of),
        Value::Images(images) => {
            let size = [images.width, images.height].map(|n| n.unwrap().to_string());
            let size = size.iter().map(String::as_bytes);
            strings(&size.chain(images.samples.clone()).collect::<Vec<_>>());
        }
        Value::Text(text) => {
            assert_eq!(tensor["shape"], json!(text.shape), "{of}");
            strings(&text.cells.to_vec());
        }
        Value::Graph(bytes) => {
            assert_eq!(plugin, "graphs", "{of}");
            strings(&[bytes]);
        }
        Value::RunMetadata(bytes) => {
            assert!(plugin.contains("run_metadata"), "{of}");
            strings(&[bytes]);
        }
        Value::KerasModel(bytes) => {
            assert_eq!(plugin, "graph_keras_model", "{of}");
            strings(&[bytes]);
        }
        Value::Audio(sounds) => {
            strings(&sounds.clips.iter().map(|c| c.encoded).collect::<Vec<_>>());
        }
        Value::CustomScalars(layout) => {
            let Some(proto::summary::value::Value::Tensor(tensor)) = layout.to_value().value else {
                panic!("{of}: no tensor");
            };
            strings(&[&tensor.string_val[0]]);
        }
        Value::HParams(event) => {
            let tag = match **event {
                HParamsEvent::Experiment(_) => "_hparams_/experiment",
                HParamsEvent::SessionStart { .. } => "_hparams_/session_start_info",
                HParamsEvent::SessionEnd { .. } => "_hparams_/session_end_info",
                ref other => panic!("{of}: {other:?} is new"),
            };
            assert_eq!(point.tag, tag, "{of}");
            return Some(Difference::HParamsInMetadata);
        }
        Value::Mesh(part) => compare_mesh(part, tensor, of),
        Value::PrCurve(curve) => {
            let rows = [
                &curve.true_positives,
                &curve.false_positives,
                &curve.true_negatives,
                &curve.false_negatives,
                &curve.precision,
                &curve.recall,
            ];
            assert_eq!(tensor["shape"], json!([6, curve.recall.len()]), "{of}");
            let rows = rows.map(Vec::as_slice).concat();
            assert!(compare_numbers(&rows, tensor, of), "{of}");
        }
        Value::Raw(RawValue { data, problem, .. }) => {
            assert_eq!(problem.as_deref(), None, "{of}");
            compare_raw(data, theirs, of);
        }
        other => panic!("{of}: {other:?} is not compared yet"),
    }
    None
}

fn kind_of(plugin: &str) -> Kind {
    match plugin {
        "scalars" => Kind::Scalar,
        "histograms" => Kind::Histogram,
        "images" => Kind::Image,
        "audio" => Kind::Audio,
        "text" => Kind::Text,
        "pr_curves" => Kind::PrCurve,
        "mesh" => Kind::Mesh,
        "hparams" => Kind::HParams,
        "custom_scalars" => Kind::CustomScalars,
        _ if plugin.starts_with("graph") => Kind::Graph,
        _ => Kind::Other,
    }
}

fn scalar(number: Number) -> Tree {
    match number {
        Number::F32(v) => Tree::F32(v),
        Number::F64(v) => Tree::F64(v),
        Number::I64(v) => v.into(),
        Number::U64(v) => v.into(),
        Number::Bool(v) => v.into(),
        other => panic!("{other:?}"),
    }
}

fn compare_histogram(h: &Histogram, theirs: &Json, of: &str) -> Option<Difference> {
    assert_eq!(theirs["shape"], json!([h.buckets().len(), 3]), "{of}");
    let rows = h.buckets().iter().map(|b| [b.left, b.right, b.count]);
    let exact = compare_numbers(&rows.collect::<Vec<_>>().concat(), theirs, of);
    (!exact).then_some(Difference::HistogramInDoubles)
}

fn compare_mesh(part: &MeshPart, theirs: &Json, of: &str) {
    fn flat<T: Copy + Into<f64>>(triples: &[[T; 3]]) -> Vec<f64> {
        triples.as_flattened().iter().map(|&v| v.into()).collect()
    }
    let numbers = match &part.data {
        MeshData::Vertices(v) => flat(v),
        MeshData::Faces(v) => flat(v),
        MeshData::Colors(v) => flat(v),
        other => panic!("{of}: {other:?} is new"),
    };
    let each = numbers.len() / 3 / part.samples;
    assert_eq!(theirs["shape"], json!([part.samples, each, 3]), "{of}");
    assert!(compare_numbers(&numbers, theirs, of), "{of}");
}

/// Equal in the dump's type; returns whether also in ours.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "compared with what they were before"
)]
fn compare_numbers(ours: &[f64], theirs: &Json, of: &str) -> bool {
    fn narrowed<T: Copy + Into<f64>, B: AsRef<[u8]>>(
        ours: &[f64],
        narrow: fn(f64) -> T,
        tree: fn(T) -> Tree,
        bytes: fn(T) -> B,
    ) -> (Tree, bool) {
        let narrow: Vec<T> = ours.iter().map(|&v| narrow(v)).collect();
        let mut pairs = ours.iter().zip(&narrow);
        let exact = pairs.all(|(&wide, &narrow)| same_f64(wide, narrow.into()));
        (raw::array(&narrow, narrow.len(), tree, bytes), exact)
    }
    let (tree, exact) = match theirs["dtype"].as_str().unwrap() {
        "DT_DOUBLE" => narrowed(ours, |v| v, Tree::F64, f64::to_le_bytes),
        "DT_FLOAT" => narrowed(ours, |v| v as f32, Tree::F32, f32::to_le_bytes),
        "DT_INT32" => narrowed(ours, |v| v as i32, Tree::from, i32::to_le_bytes),
        "DT_UINT8" => narrowed(ours, |v| v as u8, Tree::from, u8::to_le_bytes),
        other => panic!("{of}: {other}"),
    };
    tree.assert_is(&theirs["values"], of);
    exact
}

/// What is not decoded is at least the same tensor.
fn compare_raw(data: &DataRef<'_>, theirs: &Json, of: &str) {
    match data {
        DataRef::Tensor(encoded) => {
            let tensor = Tensor::from_encoded(encoded).unwrap();
            raw::tensor(&tensor)
                .with("stored_in", theirs["tensor"]["stored_in"].clone())
                .assert_is(&theirs["tensor"], of);
        }
        DataRef::None => assert!(theirs["kind"].is_null(), "{of}"),
        other => panic!("{of}: {other:?}"),
    }
}
