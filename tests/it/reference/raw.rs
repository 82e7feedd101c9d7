//! Events as stored: ours against the `raw` dumps.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfevents::event::{
    AudioRef, DataRef, Encoded, EventRef, ImageRef, MetadataRef, ValueRef, What,
};
use tfevents::record::{End, Item, RecordReader};
use tfevents::tensor::{Elements, Tensor};
use tfevents::{Number, proto};

use super::{Collection, Dump, Tree};
use crate::support::sha256;

/// Longer arrays stand in a dump as a digest.
const LONGEST_ARRAY: usize = 256;

/// Compares every event of every file, and how each file ends.
pub(crate) fn compare(collection: &Collection) {
    for dump in collection.dumps("raw") {
        compare_file(&dump);
    }
}

/// Reads one event file up to where TensorBoard stopped, and compares every line.
fn compare_file(dump: &Dump) {
    let name = &dump.name;
    let mut seen = Seen::default();
    let mut reader = RecordReader::new(dump.file.as_slice());
    let (status, offset) = loop {
        let offset = reader.offset();
        match reader.next_item().unwrap() {
            Item::Record(record) => {
                let i = seen.events;
                let of = format!("{name}: event {i}");
                assert_eq!(record.index, i as u64, "{of}");
                let parsed = EventRef::parse(record.payload).unwrap();
                let line = event(&parsed, &mut seen)
                    .with("i", i)
                    .with("off", record.offset)
                    .with("len", record.payload.len());
                line.assert_is(dump.events.get(i).unwrap_or(&Json::Null), &of);
            }
            // We go on here, TensorBoard does not.
            Item::Damage(damage) => break ("corrupt", damage.offset),
            Item::End(End::Clean) => break ("clean", offset),
            Item::End(End::Torn { .. }) => break ("truncated", offset),
            Item::End(_) => break ("corrupt", offset),
        }
    };
    let size = dump.file.len() as u64;
    let mut end = Tree::object([
        ("t", "end".into()),
        ("status", status.into()),
        ("offset", offset.into()),
        ("size", size.into()),
        ("unread", (size - offset).into()),
        ("records", seen.events.into()),
        ("events", seen.events.into()),
        ("values", seen.values.into()),
        (
            "seen",
            Tree::Json(serde_json::to_value(&seen.kinds).unwrap()),
        ),
    ]);
    if let Some(their_words) = dump.end.get("error") {
        end = end.with("error", their_words.clone());
    }
    end.assert_is(&dump.end, &format!("{name}: the end"));
}

/// Counts as the last line of a dump does.
#[derive(Default)]
struct Seen {
    events: usize,
    values: usize,
    kinds: BTreeMap<String, usize>,
}

impl Seen {
    fn event(&mut self, kind: Option<&str>) {
        self.events += 1;
        let key = format!("kind/{}", kind.unwrap_or("None"));
        *self.kinds.entry(key).or_default() += 1;
    }

    fn value(&mut self, plugin: &str, kind: Option<&str>) {
        self.values += 1;
        let plugin = if plugin.is_empty() { "-" } else { plugin };
        let key = format!("{plugin}/{}", kind.unwrap_or("None"));
        *self.kinds.entry(key).or_default() += 1;
    }
}

fn event(event: &EventRef<'_>, seen: &mut Seen) -> Tree {
    let (kind, content) = match &event.what {
        What::None => (None, None),
        What::FileVersion(version) => (Some("file_version"), Some((*version).into())),
        What::GraphDef(graph) => (Some("graph_def"), Some(Tree::digest(graph))),
        What::MetaGraphDef(graph) => (Some("meta_graph_def"), Some(Tree::digest(graph))),
        What::SessionLog(log) => {
            let status = proto::session_log::SessionStatus::try_from(log.status).unwrap();
            let log = Tree::object([
                ("status", status.as_str_name().into()),
                ("checkpoint_path", log.checkpoint_path.into()),
                ("msg", log.msg.into()),
            ]);
            (Some("session_log"), Some(log))
        }
        What::TaggedRunMetadata(run) => (
            Some("tagged_run_metadata"),
            Some(Tree::digest(run.run_metadata).with("tag", run.tag)),
        ),
        What::Summary(summary) => {
            let values = summary.values().map(|v| v.unwrap());
            let values = values.map(|v| value(&v, seen)).collect();
            (Some("summary"), Some(Tree::List(values)))
        }
        other => panic!("no dump tells of {other:?}"),
    };
    seen.event(kind);
    let mut line = Tree::object([
        ("t", "event".into()),
        ("wall_time", Tree::F64(event.wall_time.as_secs())),
        ("step", event.step.into()),
        ("kind", kind.into()),
    ]);
    if let (Some(kind), Some(content)) = (kind, content) {
        line = line.with(if kind == "summary" { "values" } else { kind }, content);
    }
    match event.source_writer {
        None | Some("") => line,
        Some(writer) => line.with("source_writer", writer),
    }
}

fn value(value: &ValueRef<'_>, seen: &mut Seen) -> Tree {
    let (kind, content) = match &value.data {
        DataRef::None => (None, None),
        DataRef::Simple(v) => (Some("simple_value"), Some(("value", Tree::F32(*v)))),
        DataRef::Image(v) => (Some("image"), Some(("image", image(v)))),
        DataRef::Audio(v) => (Some("audio"), Some(("audio", audio(v)))),
        DataRef::Histogram(v) => (Some("histo"), Some(("histo", histogram(v)))),
        DataRef::Tensor(v) => {
            let decoded = Tensor::from_encoded(v).unwrap();
            let tree =
                tensor(&decoded).with("stored_in", stored_in(&proto::merge(v.pieces()).unwrap()));
            (Some("tensor"), Some(("tensor", tree)))
        }
        other => panic!("no dump tells of {other:?}"),
    };
    seen.value(value.metadata.map_or("", |m| m.plugin_name), kind);
    let tree = Tree::object([
        ("tag", value.tag.into()),
        (
            "metadata",
            value.metadata.map_or(Json::Null.into(), metadata),
        ),
        ("kind", kind.into()),
    ]);
    match content {
        Some((key, content)) => tree.with(key, content),
        None => tree,
    }
}

/// Fields that are not set are left out.
fn metadata(m: MetadataRef<'_>) -> Tree {
    let mut tree = Tree::object([]);
    if !m.plugin_name.is_empty() {
        tree = tree.with("plugin", m.plugin_name);
    }
    if !m.content.is_empty() {
        tree = tree.with("plugin_content", Tree::digest(m.content));
    }
    if !m.display_name.is_empty() {
        tree = tree.with("display_name", m.display_name);
    }
    if !m.description.is_empty() {
        tree = tree.with("description", m.description);
    }
    if m.data_class.number() != 0 {
        let class = proto::DataClass::try_from(m.data_class.number()).unwrap();
        tree = tree.with("data_class", class.as_str_name());
    }
    tree
}

fn image(v: &ImageRef<'_>) -> Tree {
    Tree::media(v.encoded)
        .with("height", v.height)
        .with("width", v.width)
        .with("colorspace", v.colorspace)
}

fn audio(v: &AudioRef<'_>) -> Tree {
    Tree::media(v.encoded)
        .with("sample_rate", Tree::F32(v.sample_rate))
        .with("num_channels", v.num_channels)
        .with("length_frames", v.length_frames)
        .with("content_type", v.content_type)
}

fn histogram(v: &Encoded<'_>) -> Tree {
    let v: proto::HistogramProto = proto::merge(v.pieces()).unwrap();
    let doubles = |v: &[f64]| array(v, v.len(), Tree::F64, f64::to_le_bytes);
    Tree::object([
        ("min", Tree::F64(v.min)),
        ("max", Tree::F64(v.max)),
        ("num", Tree::F64(v.num)),
        ("sum", Tree::F64(v.sum)),
        ("sum_squares", Tree::F64(v.sum_squares)),
        ("bucket_limit", doubles(&v.bucket_limit)),
        ("bucket", doubles(&v.bucket)),
    ])
}

/// Type, shape and elements: all but where they were stored.
pub(crate) fn tensor(tensor: &Tensor<'_>) -> Tree {
    let shape = || Tree::List(tensor.shape().iter().map(|&size| size.into()).collect());
    Tree::object([
        ("dtype", tensor.dtype().unwrap().name().into()),
        ("shape", shape()),
        ("array_shape", shape()),
        ("values", elements(tensor)),
    ])
}

fn elements(tensor: &Tensor<'_>) -> Tree {
    let n = tensor.len();
    match tensor.elements() {
        Elements::F32(v) => array(v, n, Tree::F32, f32::to_le_bytes),
        Elements::F64(v) => array(v, n, Tree::F64, f64::to_le_bytes),
        Elements::I8(v) => array(v, n, Tree::from, i8::to_le_bytes),
        Elements::I16(v) => array(v, n, Tree::from, i16::to_le_bytes),
        Elements::I32(v) => array(v, n, Tree::from, i32::to_le_bytes),
        Elements::I64(v) => array(v, n, Tree::from, i64::to_le_bytes),
        Elements::U8(v) => array(v, n, Tree::from, u8::to_le_bytes),
        Elements::U16(v) => array(v, n, Tree::from, u16::to_le_bytes),
        Elements::U32(v) => array(v, n, Tree::from, u32::to_le_bytes),
        Elements::U64(v) => array(v, n, Tree::from, u64::to_le_bytes),
        Elements::Bool(v) => array(v, n, Tree::from, |v| [u8::from(v)]),
        // A dump gives these as the f32 that they are exactly.
        Elements::F16(_) | Elements::BF16(_) => {
            assert!(n <= LONGEST_ARRAY, "a digest would be of the two-byte form");
            let widened = tensor.numbers().map(|number| match number {
                Number::F32(v) => Tree::F32(v),
                other => panic!("{other:?} out of half-precision numbers"),
            });
            Tree::List(widened.collect())
        }
        Elements::C64(v) => {
            let pair = |v: [f32; 2]| Tree::List(v.map(Tree::F32).into());
            array(v, n, pair, |v| v.map(f32::to_le_bytes).concat())
        }
        Elements::C128(v) => {
            let pair = |v: [f64; 2]| Tree::List(v.map(Tree::F64).into());
            array(v, n, pair, |v| v.map(f64::to_le_bytes).concat())
        }
        Elements::Strings(_) => Tree::List(tensor.strings().map(Tree::media).collect()),
        other => panic!("no dump tells of {other:?}"),
    }
}

/// `len` elements, of which one may stand for all: in full, or as a digest of their bytes.
pub(crate) fn array<T: Copy, B: AsRef<[u8]>>(
    stored: &[T],
    len: usize,
    tree: impl Fn(T) -> Tree,
    bytes: impl Fn(T) -> B,
) -> Tree {
    let all: Vec<T> = match stored {
        [one] => vec![*one; len],
        _ => stored.to_vec(),
    };
    let trees = |part: &[T]| Tree::List(part.iter().map(|&v| tree(v)).collect());
    if len <= LONGEST_ARRAY {
        return trees(&all);
    }
    let mut packed = Vec::new();
    for &v in &all {
        packed.extend_from_slice(bytes(v).as_ref());
    }
    Tree::object([
        ("n", len.into()),
        ("sha256", sha256(&packed).into()),
        ("head", trees(&all[..4])),
        ("tail", trees(&all[len - 4..])),
    ])
}

/// Which fields hold the elements, and how many.
fn stored_in(t: &proto::TensorProto) -> Tree {
    let fields = [
        ("float_val", t.float_val.len()),
        ("double_val", t.double_val.len()),
        ("int_val", t.int_val.len()),
        ("string_val", t.string_val.len()),
        ("scomplex_val", t.scomplex_val.len()),
        ("int64_val", t.int64_val.len()),
        ("bool_val", t.bool_val.len()),
        ("dcomplex_val", t.dcomplex_val.len()),
        ("half_val", t.half_val.len()),
        ("resource_handle_val", t.resource_handle_val.len()),
        ("variant_val", t.variant_val.len()),
        ("uint32_val", t.uint32_val.len()),
        ("uint64_val", t.uint64_val.len()),
        ("tensor_content", t.tensor_content.len()),
    ];
    let used = fields.into_iter().filter(|(_, n)| *n > 0);
    Tree::Object(used.map(|(field, n)| (field, n.into())).collect())
}
