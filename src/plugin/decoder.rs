//! From events to typed points.

use std::sync::Arc;

use crate::error::Result;
use crate::event::{EventRef, MetadataRef, ValueRef, What};
use crate::plugin::{
    Kind, META_GRAPH_TAG, Metadata, Plugins, Point, RUN_GRAPH_TAG, RawValue, Value, audio,
    custom_scalars, graph, histogram, hparams, image, mesh, pr_curve, scalar, text,
};
use crate::tags::Tags;
use crate::types::Number;

/// Metadata that are held once where a series says the same as the one before it, as most do.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedMetadata(Arc<Metadata>);

impl SharedMetadata {
    pub(crate) fn of(&mut self, metadata: MetadataRef<'_>) -> Arc<Metadata> {
        if self.0.borrow() != metadata {
            self.0 = Arc::new(metadata.into());
        }
        Arc::clone(&self.0)
    }
}

/// Turns the events of one run into typed points.
///
/// Writers may leave a series' metadata out after its first value, so the decoder of a run remembers it; use
/// one for all files of the run, in order. As in TensorBoard the first metadata of a tag stays in force.
///
/// # Examples
///
/// ```
/// use tfevents::plugin::PointDecoder;
/// use tfevents::{EventRef, Number, Value};
///
/// let event = EventRef::parse(b"\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f")?;
/// let mut decoder = PointDecoder::default();
/// for point in decoder.points(&event) {
///     let point = point?;
///     assert_eq!((point.tag, point.value), ("loss", Value::Scalar(Number::F32(0.5))));
/// }
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PointDecoder {
    plugins: Plugins,
    tags: Tags<Arc<Metadata>>,
    shared: SharedMetadata,
    /// Shared by all points without metadata.
    none: Arc<Metadata>,
    /// The run has a graph, so that one inside a `MetaGraphDef` is another copy of it.
    has_graph: bool,
}

impl PointDecoder {
    /// A decoder that also knows these third-party kinds.
    #[must_use]
    pub fn new(plugins: Plugins) -> Self {
        Self {
            plugins,
            ..Self::default()
        }
    }

    /// The points of an event: none for events that hold no data.
    ///
    /// A value that is broken inside is returned as [`Value::Raw`]; an error is a summary that is broken
    /// itself, and costs only what follows the break.
    pub fn points<'d, 'a>(&'d mut self, event: &EventRef<'a>) -> Points<'d, 'a> {
        let source = match &event.what {
            What::GraphDef(graph) => {
                self.has_graph = true;
                Source::One(Some((RUN_GRAPH_TAG, Value::Graph(graph), graph::RUN_GRAPH)))
            }
            What::TaggedRunMetadata(run) => Source::One(Some((
                run.tag,
                Value::RunMetadata(run.run_metadata),
                graph::TAGGED_RUN_METADATA,
            ))),
            What::MetaGraphDef(meta_graph) => {
                let graph = graph::of_meta_graph(meta_graph).filter(|_| !self.has_graph);
                Source::One(
                    graph.map(|graph| (META_GRAPH_TAG, Value::Graph(graph), graph::RUN_GRAPH)),
                )
            }
            What::Summary(summary) => match summary.as_scalar() {
                // The common case by far, and one whose kind needs no memory.
                Some((tag, value)) => Source::Scalar(Some((tag, value))),
                None => Source::Values(summary.values()),
            },
            _ => Source::One(None),
        };
        Points {
            decoder: self,
            source,
        }
    }

    fn metadata(&mut self, value: &ValueRef<'_>) -> Arc<Metadata> {
        let tag = value.series_tag();
        if let Some(metadata) = value.metadata
            && self.tags.get(tag).is_none()
        {
            let metadata = self.shared.of(metadata);
            self.tags.insert(tag, metadata);
        }
        self.known(tag)
    }

    fn known(&mut self, tag: &str) -> Arc<Metadata> {
        let known = self.tags.get(tag).and_then(|id| self.tags.value(id));
        known.unwrap_or(&self.none).clone()
    }

    /// The series that a value belongs to: its kind, and what is known of it. The value itself is not decoded,
    /// for those who only want to know what there is.
    pub fn series(&mut self, value: &ValueRef<'_>) -> (Kind, Arc<Metadata>) {
        let metadata = self.metadata(value);
        let kind = Kind::of(&value.data, metadata.borrow());
        (kind, metadata)
    }

    /// One value as a point, for those who walk through a summary's values themselves, as to see how each is
    /// stored.
    pub fn point<'a>(&mut self, value: ValueRef<'a>) -> Point<'a> {
        let (kind, metadata) = self.series(&value);
        Point {
            tag: value.series_tag(),
            kind,
            value: decode_as(kind, value, &metadata, &self.plugins),
            metadata,
        }
    }
}

/// A value of a series of that kind; [`Value::Raw`] if it cannot be one.
pub(crate) fn decode_as<'a>(
    kind: Kind,
    value: ValueRef<'a>,
    series: &Metadata,
    plugins: &Plugins,
) -> Value<'a> {
    // Where the plugin's data say something of this very value, what came with the value comes first, unless it is
    // another plugin's.
    let of_plugin = |name: &str| name.is_empty() || name == series.plugin_name;
    let content = value
        .metadata
        .filter(|own| of_plugin(own.plugin_name) && !own.content.is_empty())
        .map_or(&*series.content, |own| own.content);
    let data = value.data;
    let custom = plugins.decode(&series.plugin_name, content, &data);
    let decoded = match (custom, kind) {
        (Some(custom), _) => custom.map(Value::Custom),
        (None, Kind::Scalar) => scalar::decode(&data).map(Value::Scalar),
        (None, Kind::Histogram) => histogram::decode(&data).map(Value::Histogram),
        (None, Kind::Image) => image::decode(&data).map(Value::Images),
        (None, Kind::Audio) => audio::decode(&data, content).map(Value::Audio),
        (None, Kind::Text) => text::decode(&data).map(Value::Text),
        (None, Kind::Graph) => graph::decode(&data, series.borrow()),
        (None, Kind::PrCurve) => pr_curve::decode(&data).map(|c| Value::PrCurve(Box::new(c))),
        (None, Kind::Mesh) => mesh::decode(&data, content).map(Value::Mesh),
        (None, Kind::HParams) => hparams::decode(content).map(|e| Value::HParams(Box::new(e))),
        (None, Kind::CustomScalars) => custom_scalars::decode(&data).map(Value::CustomScalars),
        _ => {
            return Value::Raw(RawValue {
                data,
                problem: None,
            });
        }
    };
    decoded.unwrap_or_else(|e| {
        Value::Raw(RawValue {
            data,
            problem: Some(e.to_string()),
        })
    })
}

/// Iterator over the points of an event.
#[derive(Debug)]
pub struct Points<'d, 'a> {
    decoder: &'d mut PointDecoder,
    source: Source<'a>,
}

#[derive(Debug)]
enum Source<'a> {
    /// A value that is an event of its own: tag, value, plugin.
    One(Option<(&'a str, Value<'a>, &'static str)>),
    /// A summary of one plain number.
    Scalar(Option<(&'a str, f32)>),
    Values(crate::event::Values<'a>),
}

impl<'a> Iterator for Points<'_, 'a> {
    type Item = Result<Point<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::One(one) => one.take().map(|(tag, value, plugin_name)| {
                Ok(Point {
                    tag,
                    kind: Kind::Graph,
                    metadata: Arc::new(Metadata::of_plugin(plugin_name)),
                    value,
                })
            }),
            Source::Scalar(scalar) => scalar.take().map(|(tag, value)| {
                Ok(Point {
                    tag,
                    kind: Kind::Scalar,
                    metadata: self.decoder.known(tag),
                    value: Value::Scalar(Number::F32(value)),
                })
            }),
            Source::Values(values) => {
                let value = values.next()?;
                Some(value.map(|value| self.decoder.point(value)))
            }
        }
    }
}
