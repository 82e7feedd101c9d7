//! The values of events, known by their series and size, and not decoded unless they are scalars.

use tfevents::event::{DataRef, ValueRef, What};
use tfevents::plugin::{Decoder, Metadata};
use tfevents::reader::EventRecord;
use tfevents::{Error, Kind, Number, Value};

/// A value as far as it is known without its content.
pub(crate) struct Known<'a> {
    pub(crate) tag: &'a str,
    pub(crate) kind: Kind,
    pub(crate) metadata: Metadata,
    /// Bytes in the file, and those of them that describe the series.
    pub(crate) size: u64,
    pub(crate) metadata_size: u64,
    /// What stands in the file, unless it is an event of its own, or not at hand.
    stored: Option<ValueRef<'a>>,
}

impl<'a> Known<'a> {
    /// The plugin that the file names, or else the one to which TensorBoard gives such values.
    pub(crate) fn plugin(&self) -> &str {
        plugin(&self.metadata, self.kind)
    }

    /// Its content as stored, if it is a value of a summary.
    pub(crate) fn data(&self) -> Option<&DataRef<'a>> {
        self.stored.as_ref().map(|value| &value.data)
    }

    /// The number, if this is a scalar; an error is one that is none.
    pub(crate) fn scalar(&self, decoder: &mut Decoder) -> Option<Result<Number, String>> {
        let stored = self.stored.as_ref()?;
        if let DataRef::Simple(v) = stored.data {
            return Some(Ok(Number::F32(v)));
        }
        if self.kind != Kind::Scalar {
            return None;
        }
        match decoder.point(stored.clone()).value {
            Value::Scalar(v) => Some(Ok(v)),
            Value::Raw(raw) => raw.problem.map(Err),
            _ => None,
        }
    }
}

/// What an event is, under the name of its protobuf field.
pub(crate) fn event_name(what: &What<'_>) -> &'static str {
    match what {
        What::FileVersion(_) => "file_version",
        What::GraphDef(_) => "graph_def",
        What::Summary(_) => "summary",
        What::LogMessage(_) => "log_message",
        What::SessionLog(_) => "session_log",
        What::TaggedRunMetadata(_) => "tagged_run_metadata",
        What::MetaGraphDef(_) => "meta_graph_def",
        _ => "none",
    }
}

/// The plugin that a series names, which older writers do not.
pub(crate) fn named_plugin(metadata: &Metadata) -> &str {
    let plugin = metadata.plugin_data.as_ref();
    plugin.map_or("", |p| &p.plugin_name)
}

/// The plugin that a series names, or else the one to which TensorBoard gives values of that kind.
pub(crate) fn plugin(metadata: &Metadata, kind: Kind) -> &str {
    match named_plugin(metadata) {
        "" => kind.plugin().unwrap_or(""),
        named => named,
    }
}

/// Hands each value of an event to `each`; an error is one that cannot be told from the others.
pub(crate) fn each<'a>(
    record: &EventRecord<'a>,
    decoder: &mut Decoder,
    mut each: impl FnMut(Result<Known<'a>, Error>, &mut Decoder),
) {
    if let What::Summary(_) = record.event.what {
        for value in record.values() {
            let known = value.map(|value| {
                let (kind, metadata) = decoder.series(&value.value);
                Known {
                    tag: value.value.series_tag(),
                    kind,
                    metadata,
                    size: value.size,
                    metadata_size: value.metadata_size,
                    stored: (value.skipped == 0).then_some(value.value),
                }
            });
            each(known, decoder);
        }
        return;
    }
    let points: Vec<_> = decoder.points(&record.event).collect();
    for point in points {
        let known = point.map(|point| Known {
            tag: point.tag,
            kind: point.kind,
            metadata: point.metadata,
            size: body(&point.value) + record.skipped(),
            metadata_size: 0,
            stored: None,
        });
        each(known, decoder);
    }
}

/// The bytes of a value that is an event of its own.
fn body(value: &Value<'_>) -> u64 {
    match value {
        Value::Graph(bytes) | Value::RunMetadata(bytes) => bytes.len() as u64,
        _ => 0,
    }
}
