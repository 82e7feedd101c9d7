//! The kinds of data that dashboards show: types to log, and types to read them into.
//!
//! Each kind has one file for both directions: how a value is written so that both of TensorBoard's loaders show
//! it, and how every form that any writer ever used is read back. The table here says which plugin and data
//! class belongs to which kind; [`PointDecoder`] applies it to a run's events.

use std::sync::Arc;

use crate::error::Error;
pub use crate::event::DataClass;
use crate::event::DataRef;
use crate::types::Number;

pub mod audio;
mod custom;
pub mod custom_scalars;
mod decoder;
mod description;
pub mod graph;
pub mod histogram;
pub mod hparams;
pub mod image;
mod kind;
pub mod mesh;
mod metadata;
pub mod pr_curve;
#[cfg(feature = "profile")]
pub mod profile;
pub mod projector;
pub mod scalar;
mod stored;
pub mod text;
#[cfg(feature = "gif")]
pub mod video;

use audio::ClipsRef;
use custom_scalars::ChartLayout;
use histogram::Histogram;
use hparams::HParamsEvent;
use image::ImagesRef;
use mesh::MeshPart;
use pr_curve::PrCurve;
use text::TextRef;

pub use custom::{CustomValue, Plugin, Plugins};
pub use decoder::{PointDecoder, Points};
pub(crate) use decoder::{SharedMetadata, decode_as};
pub use description::Description;
pub use kind::Kind;
pub(crate) use kind::{dashboard_class, implied_class, kind_of_value};
pub use metadata::Metadata;
pub(crate) use stored::Stored;
pub use stored::{Loggable, message, metadata};

/// The tag under which TensorBoard files a run's graph.
pub const RUN_GRAPH_TAG: &str = "__run_graph__";

/// The tag under which this crate files the graph inside a `MetaGraphDef`, if the run has no other before it.
/// TensorBoard's dashboards do not know such a graph.
pub const META_GRAPH_TAG: &str = "__meta_graph__";

/// A value as a dashboard would show it, whatever its writer and stored form.
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
    /// A serialized [`GraphDef`](crate::proto::GraphDef).
    Graph(&'a [u8]),
    /// A serialized [`RunMetadata`](crate::proto::RunMetadata): what one executed step cost.
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
    /// A value of a [`Plugin`] that was registered with the reader.
    Custom(CustomValue),
    /// Everything else, as stored.
    Raw(RawValue<'a>),
}

impl Value<'_> {
    /// The value of a [`Plugin`] in its own type, if it is one.
    #[must_use]
    pub fn get<P: Plugin>(&self) -> Option<&P> {
        match self {
            Self::Custom(value) => value.get(),
            _ => None,
        }
    }
}

/// A value that this version does not decode, or that cannot be decoded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RawValue<'a> {
    /// The value as stored.
    pub data: DataRef<'a>,
    /// Why it could not be decoded as the kind it claims to be, if that was tried.
    pub problem: Option<String>,
}

/// A value of a series, with what is known of the series.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Point<'a> {
    /// The tag, with the run the name of the series.
    pub tag: &'a str,
    /// What kind of series it is.
    pub kind: Kind,
    /// What the series' first value said about it.
    pub metadata: Arc<Metadata>,
    /// The value.
    pub value: Value<'a>,
}

/// The value is stored in a form that its kind never has.
pub(crate) fn wrong_form(kind: Kind, data: &DataRef<'_>) -> Error {
    let form = match data {
        DataRef::None => "no value",
        DataRef::Simple(_) => "a plain number",
        DataRef::ObsoleteHistogram(_) => "a histogram in the obsolete form",
        DataRef::Image(_) => "an image",
        DataRef::Histogram(_) => "a histogram",
        DataRef::Audio(_) => "a sound",
        DataRef::Tensor(_) => "a tensor of another shape or type",
    };
    Error::decode(format!("{} series holds {form}", kind.with_article()))
}
