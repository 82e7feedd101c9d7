//! Kinds of series, and the plugins by which files know them.

use crate::error::{Error, Result};
use crate::event::{DataClass, DataRef, MetadataRef};
use crate::proto;

/// The kind of a series: scalars, pictures, text and so on.
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

    /// The name with its article, for sentences.
    pub(crate) fn with_article(self) -> &'static str {
        match self {
            Self::Scalar => "a scalar",
            Self::Histogram => "a histogram",
            Self::Image => "an image",
            Self::Audio => "an audio",
            Self::Text => "a text",
            Self::Graph => "a graph",
            Self::PrCurve => "a pr_curve",
            Self::Mesh => "a mesh",
            Self::HParams => "an hparams",
            Self::CustomScalars => "a custom_scalars",
            Self::Other => "another plugin's",
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
        kind.ok_or_else(|| Error::unknown_name("kind", name, &Self::ALL.map(Self::name)))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The class with which series of a plugin are written: that of its dashboard, or [`DataClass::Tensor`] for plugins
/// that TensorBoard does not know, because it shows nothing that has none.
pub(super) fn class_of(plugin_name: &str) -> DataClass {
    dashboard_class(plugin_name).unwrap_or(DataClass::Tensor)
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
    let plugin = metadata.plugin_data.as_ref();
    let plugin = plugin.and_then(|plugin| plugin_named(&plugin.plugin_name));
    plugin.map_or(Kind::Other, |plugin| plugin.kind)
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
