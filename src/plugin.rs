//! What the dashboards show: the kinds of series, and how their values are stored.
//!
//! One file a kind holds both directions: how a value is written so that both of TensorBoard's loaders show
//! it, and how every form that any writer ever used is read back. The table here says which plugin and data
//! class belongs to which kind; [`Decoder`] applies it to a run's events.

use crate::error::{Error, Result};
use crate::event::{DataRef, EventRef, MetadataRef, ValueRef, What};
use crate::proto::{self, DataClass};
use crate::tags::Tags;
use crate::types::Number;

pub mod audio;
pub mod custom_scalars;
pub mod graph;
pub mod histogram;
pub mod hparams;
pub mod image;
pub mod mesh;
pub mod pr_curve;
#[cfg(feature = "profile")]
pub mod profile;
pub mod projector;
pub mod scalar;
pub mod text;
pub mod video;

use audio::ClipsRef;
use custom_scalars::ChartLayout;
use histogram::Histogram;
use hparams::HParamsEvent;
use image::ImagesRef;
use mesh::MeshPart;
use pr_curve::PrCurve;
use text::TextRef;

/// The tag under which TensorBoard files a run's graph.
pub const RUN_GRAPH_TAG: &str = "__run_graph__";

/// The tag under which this crate files the graph inside a `MetaGraphDef`, if the run has no other before it.
/// TensorBoard's dashboards do not know such a graph.
pub const META_GRAPH_TAG: &str = "__meta_graph__";

/// What kind of series a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A number a step.
    Scalar,
    /// A distribution a step.
    Histogram,
    /// One or several pictures a step; videos, too.
    Image,
    /// Sounds.
    Audio,
    /// Markdown text or a table of it.
    Text,
    /// A graph of operations.
    Graph,
    /// Precision and recall over thresholds.
    PrCurve,
    /// Points and triangles in space.
    Mesh,
    /// Hyperparameters of a session, or the plan of an experiment.
    HParams,
    /// The layout of the Custom Scalars dashboard.
    CustomScalars,
    /// Anything else.
    Other,
}

/// How a plugin's series are known in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PluginInfo {
    name: &'static str,
    kind: Kind,
    /// The class in which its dashboard asks for series.
    data_class: DataClass,
    /// Whether TensorBoard fills that class in where a file states none.
    implied: bool,
}

/// Every plugin that stock TensorBoard has a dashboard for.
const PLUGINS: &[PluginInfo] = &[
    plugin("scalars", Kind::Scalar, DataClass::Scalar),
    plugin("histograms", Kind::Histogram, DataClass::Tensor),
    plugin("images", Kind::Image, DataClass::BlobSequence),
    plugin("audio", Kind::Audio, DataClass::BlobSequence),
    plugin("text", Kind::Text, DataClass::Tensor),
    stating("graphs", Kind::Graph, DataClass::BlobSequence),
    plugin("graph_run_metadata", Kind::Graph, DataClass::BlobSequence),
    plugin(
        "graph_run_metadata_graph",
        Kind::Graph,
        DataClass::BlobSequence,
    ),
    plugin("graph_keras_model", Kind::Graph, DataClass::BlobSequence),
    stating(
        "graph_tagged_run_metadata",
        Kind::Graph,
        DataClass::BlobSequence,
    ),
    plugin("pr_curves", Kind::PrCurve, DataClass::Tensor),
    plugin("mesh", Kind::Mesh, DataClass::Tensor),
    plugin("hparams", Kind::HParams, DataClass::Tensor),
    plugin("custom_scalars", Kind::CustomScalars, DataClass::Tensor),
];

const fn plugin(name: &'static str, kind: Kind, data_class: DataClass) -> PluginInfo {
    PluginInfo {
        name,
        kind,
        data_class,
        implied: true,
    }
}

/// A plugin whose series are events of their own as a rule, and have to state their class as summaries.
const fn stating(name: &'static str, kind: Kind, data_class: DataClass) -> PluginInfo {
    PluginInfo {
        implied: false,
        ..plugin(name, kind, data_class)
    }
}

fn plugin_named(name: &str) -> Option<&'static PluginInfo> {
    PLUGINS.iter().find(|p| p.name == name)
}

impl Kind {
    /// All kinds, in the order of TensorBoard's tabs.
    pub const ALL: [Self; 11] = [
        Self::Scalar,
        Self::Histogram,
        Self::Image,
        Self::Audio,
        Self::Text,
        Self::Graph,
        Self::PrCurve,
        Self::Mesh,
        Self::HParams,
        Self::CustomScalars,
        Self::Other,
    ];

    /// A short lower-case name, as the program prints and accepts it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Histogram => "histogram",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Text => "text",
            Self::Graph => "graph",
            Self::PrCurve => "pr_curve",
            Self::Mesh => "mesh",
            Self::HParams => "hparams",
            Self::CustomScalars => "custom_scalars",
            Self::Other => "other",
        }
    }

    /// The plugin whose dashboard shows this kind; TensorBoard gives it the values that name none themselves.
    #[must_use]
    pub fn plugin(self) -> Option<&'static str> {
        let plugin = PLUGINS.iter().find(|p| p.kind == self)?;
        Some(plugin.name)
    }

    /// The kind of a value: what the value itself says first, then its series' plugin.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::event::{DataRef, MetadataRef};
    /// use tfevents::Kind;
    ///
    /// assert_eq!(Kind::of(&DataRef::Simple(0.5), MetadataRef::default()), Kind::Scalar);
    /// assert_eq!(Kind::of(&DataRef::None, MetadataRef::default()), Kind::Other);
    /// ```
    #[must_use]
    pub fn of(data: &DataRef<'_>, metadata: MetadataRef<'_>) -> Self {
        match data {
            DataRef::Simple(_) => Self::Scalar,
            DataRef::Histogram(_) | DataRef::ObsoleteHistogram(_) => Self::Histogram,
            DataRef::Image(_) => Self::Image,
            DataRef::Audio(_) => Self::Audio,
            DataRef::None | DataRef::Tensor(_) => {
                plugin_named(metadata.plugin_name).map_or(Self::Other, |p| p.kind)
            }
        }
    }
}

/// The kind of that [name](Kind::name), or of its plural.
impl std::str::FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let is = |kind: &Self| kind.name() == name || name.strip_suffix('s') == Some(kind.name());
        let kind = Self::ALL.into_iter().find(is);
        kind.ok_or_else(|| Error::argument(format!("there is no kind `{name}`")))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Something that can be logged under a tag: how third-party kinds come in, and how our own do.
///
/// # Examples
///
/// ```
/// use tfevents::proto::{DataType, SummaryMetadata, TensorProto};
/// use tfevents::{Plugin, SummaryWriter, plugin};
///
/// struct Temperature(f32);
///
/// impl Plugin for Temperature {
///     fn metadata(&self) -> SummaryMetadata {
///         plugin::metadata("thermometer", Vec::new())
///     }
///     fn tensor(&self) -> tfevents::Result<TensorProto> {
///         Ok(TensorProto {
///             dtype: DataType::Float as i32,
///             float_val: vec![self.0],
///             ..Default::default()
///         })
///     }
/// }
///
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// writer.add("oven", &Temperature(180.0), 0)?;
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Plugin {
    /// The plugin's name and data, stored with every value so that each file stands alone.
    fn metadata(&self) -> proto::SummaryMetadata;

    /// The value.
    ///
    /// # Errors
    ///
    /// A value that cannot be shown.
    fn tensor(&self) -> Result<proto::TensorProto>;
}

/// Metadata for a plugin's values, with the data class that TensorBoard knows it by, if any.
#[must_use]
pub fn metadata(plugin_name: &str, content: Vec<u8>) -> proto::SummaryMetadata {
    let class = plugin_named(plugin_name).map_or(DataClass::Unknown, |p| p.data_class);
    proto::SummaryMetadata {
        plugin_data: Some(proto::summary_metadata::PluginData {
            plugin_name: plugin_name.to_owned(),
            content,
        }),
        data_class: class as i32,
        ..Default::default()
    }
}

/// The data class that TensorBoard gives a plugin's series where the file states none.
pub(crate) fn implied_class(plugin_name: &str) -> DataClass {
    plugin_named(plugin_name)
        .filter(|p| p.implied)
        .map_or(DataClass::Unknown, |p| p.data_class)
}

/// The class in which the plugin's dashboard asks for series, if stock TensorBoard has one.
pub(crate) fn dashboard_class(plugin_name: &str) -> Option<DataClass> {
    plugin_named(plugin_name).map(|p| p.data_class)
}

/// The kind that metadata stands for.
fn kind_of(metadata: &proto::SummaryMetadata) -> Kind {
    plugin_named(borrow(metadata).plugin_name).map_or(Kind::Other, |p| p.kind)
}

/// The kind of an owned value, as [`Kind::of`] has it.
pub(crate) fn kind_of_value(value: &proto::summary::Value) -> Kind {
    use proto::summary::value::Value as V;
    match &value.value {
        Some(V::SimpleValue(_)) => Kind::Scalar,
        Some(V::Histo(_) | V::ObsoleteOldStyleHistogram(_)) => Kind::Histogram,
        Some(V::Image(_)) => Kind::Image,
        Some(V::Audio(_)) => Kind::Audio,
        Some(V::Tensor(_)) | None => value.metadata.as_ref().map_or(Kind::Other, kind_of),
    }
}

/// A value as a dashboard would show it, whichever writer stored it in whichever form.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A number, in its own type.
    Scalar(Number),
    /// A distribution.
    Histogram(Histogram),
    /// Encoded pictures.
    Images(ImagesRef<'a>),
    /// Sound files.
    Audio(ClipsRef<'a>),
    /// Text.
    Text(TextRef<'a>),
    /// A serialized [`GraphDef`](proto::GraphDef).
    Graph(&'a [u8]),
    /// A serialized [`RunMetadata`](proto::RunMetadata): what one executed step cost.
    RunMetadata(&'a [u8]),
    /// A model as Keras describes one: JSON, drawn layer by layer.
    KerasModel(&'a [u8]),
    /// Precision and recall over thresholds.
    PrCurve(Box<PrCurve>),
    /// A part of a mesh.
    Mesh(MeshPart),
    /// An experiment, or the start or end of a session.
    HParams(Box<HParamsEvent>),
    /// The layout of the Custom Scalars dashboard.
    CustomScalars(ChartLayout),
    /// Everything else, as stored.
    Raw(RawValue<'a>),
}

/// A value that this version does not decode, or that cannot be decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct RawValue<'a> {
    /// The value as stored.
    pub data: DataRef<'a>,
    /// Why it could not be decoded as the kind it claims to be, if that was tried.
    pub problem: Option<String>,
}

/// One value of one series.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Point<'a> {
    /// The tag, with the run the name of the series.
    pub tag: &'a str,
    /// What kind of series it is.
    pub kind: Kind,
    /// What the series' first value said about it.
    pub metadata: Metadata,
    /// The value.
    pub value: Value<'a>,
}

/// What is known of a series. Cheap to clone.
pub type Metadata = std::sync::Arc<proto::SummaryMetadata>;

/// Metadata that are held once where a series says the same as the one before it, as most do.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedMetadata(Metadata);

impl SharedMetadata {
    pub(crate) fn of(&mut self, metadata: MetadataRef<'_>) -> Metadata {
        if borrow(&self.0) != metadata {
            self.0 = Metadata::new(metadata.into());
        }
        Metadata::clone(&self.0)
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
/// use tfevents::plugin::{Decoder, Value};
/// use tfevents::{EventRef, Number};
///
/// let event = EventRef::parse(b"\x10\x07\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f")?;
/// let mut decoder = Decoder::default();
/// for point in decoder.points(&event) {
///     let point = point?;
///     assert_eq!((point.tag, point.value), ("loss", Value::Scalar(Number::F32(0.5))));
/// }
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    tags: Tags<Metadata>,
    shared: SharedMetadata,
    /// Shared by all points without metadata.
    none: Metadata,
    /// The run has a graph, so that one inside a `MetaGraphDef` is another copy of it.
    has_graph: bool,
}

impl Decoder {
    /// The points of an event: none for events that hold no data.
    ///
    /// A value that is broken inside is returned as [`Value::Raw`]; an error is a summary that is broken
    /// itself, and costs only what stands behind the break.
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

    fn metadata(&mut self, value: &ValueRef<'_>) -> Metadata {
        let tag = value.series_tag();
        if let Some(metadata) = value.metadata
            && self.tags.get(tag).is_none()
        {
            let metadata = self.shared.of(metadata);
            self.tags.insert(tag, metadata);
        }
        self.known(tag)
    }

    fn known(&mut self, tag: &str) -> Metadata {
        let known = self.tags.get(tag).and_then(|id| self.tags.value(id));
        known.unwrap_or(&self.none).clone()
    }

    /// The series that a value belongs to: its kind, and what is known of it. The value itself is not decoded,
    /// for those who only want to know what there is.
    pub fn series(&mut self, value: &ValueRef<'_>) -> (Kind, Metadata) {
        let metadata = self.metadata(value);
        let kind = Kind::of(&value.data, borrow(&metadata));
        (kind, metadata)
    }

    /// One value as a point, for those who walk through a summary's values themselves, as to see how each is
    /// stored.
    pub fn point<'a>(&mut self, value: ValueRef<'a>) -> Point<'a> {
        let (kind, metadata) = self.series(&value);
        Point {
            tag: value.series_tag(),
            kind,
            value: decode_as(kind, value, &metadata),
            metadata,
        }
    }
}

/// A value of a series of that kind; [`Value::Raw`] if it cannot be one.
pub(crate) fn decode_as<'a>(
    kind: Kind,
    value: ValueRef<'a>,
    series: &proto::SummaryMetadata,
) -> Value<'a> {
    // Where the plugin's data say something of this very value, what came with the value comes first.
    let content = value
        .metadata
        .map(|own| own.content)
        .filter(|content| !content.is_empty())
        .unwrap_or(borrow(series).content);
    let data = value.data;
    let decoded = match kind {
        Kind::Scalar => scalar::decode(&data).map(Value::Scalar),
        Kind::Histogram => histogram::decode(&data).map(Value::Histogram),
        Kind::Image => image::decode(&data).map(Value::Images),
        Kind::Audio => audio::decode(&data, content).map(Value::Audio),
        Kind::Text => text::decode(&data).map(Value::Text),
        Kind::Graph => graph::decode(&data, borrow(series)),
        Kind::PrCurve => pr_curve::decode(&data).map(|c| Value::PrCurve(Box::new(c))),
        Kind::Mesh => mesh::decode(&data, content).map(Value::Mesh),
        Kind::HParams => hparams::decode(content).map(|e| Value::HParams(Box::new(e))),
        Kind::CustomScalars => custom_scalars::decode(&data).map(Value::CustomScalars),
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

pub(crate) fn borrow(metadata: &proto::SummaryMetadata) -> MetadataRef<'_> {
    let (plugin_name, content) = metadata
        .plugin_data
        .as_ref()
        .map_or(("", &[][..]), |p| (&p.plugin_name, &p.content));
    MetadataRef {
        plugin_name,
        content,
        display_name: &metadata.display_name,
        description: &metadata.summary_description,
        data_class: metadata.data_class,
    }
}

/// Iterator over the points of an event.
#[derive(Debug)]
pub struct Points<'d, 'a> {
    decoder: &'d mut Decoder,
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
                    metadata: Metadata::new(metadata(plugin_name, Vec::new())),
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

/// The value is stored in a form that its kind never has.
pub(crate) fn wrong_form(kind: Kind, data: &DataRef<'_>) -> Error {
    let form = match data {
        DataRef::None => "no value at all",
        DataRef::Simple(_) => "a plain number",
        DataRef::ObsoleteHistogram(_) => "a histogram of the obsolete form",
        DataRef::Image(_) => "an image",
        DataRef::Histogram(_) => "a histogram",
        DataRef::Audio(_) => "a sound",
        DataRef::Tensor(_) => "a tensor of another shape or type",
    };
    Error::decode(format!("a {kind} series holds {form}"))
}
