//! The outer form of a value, by which TensorBoard's loaders decide what they can make of it.

use crate::event::DataClass;
use crate::event::{DataRef, Encoded};
use crate::plugin::{self, histogram};
use crate::wire::Fields;

mod tensor;

use tensor::{PythonTensor, ServerTensor, TensorShape, fixed};

/// As much of a value's form as matters to the loaders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `simple_value`.
    Simple,
    /// `histo`.
    Histogram(Buckets),
    /// `image`.
    Image,
    /// `audio`.
    Audio,
    /// A graph or statistics of a step: an event of its own.
    Event,
    /// A graph inside a `MetaGraphDef`, which no dashboard gets.
    MetaGraph,
    /// `tensor`.
    Tensor(TensorShape),
    /// A histogram of the obsolete form.
    Obsolete,
    /// No value. The data server puts an empty tensor in its place.
    None,
}

/// How many edges a `histo` has for its counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buckets {
    /// As many as counts.
    Even,
    /// Another number, but those between the counts that are not zero are there: the Python loader makes do.
    Uneven,
    /// Too few: the Python loader fails, and reads nothing more of any run.
    Broken,
}

/// How many blobs a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blobs {
    /// It cannot be any.
    None,
    Known(u8),
    /// More than a shape says.
    Many,
}

impl Shape {
    pub(crate) fn of(data: &DataRef<'_>) -> Self {
        match data {
            DataRef::Simple(_) => Self::Simple,
            DataRef::Image(_) => Self::Image,
            DataRef::Audio(_) => Self::Audio,
            DataRef::Histogram(encoded) => Self::Histogram(buckets(encoded)),
            DataRef::Tensor(encoded) => Self::Tensor(TensorShape::of(encoded)),
            DataRef::ObsoleteHistogram(_) => Self::Obsolete,
            DataRef::None => Self::None,
        }
    }

    /// Whether the data server shows such a value in a series of this class and plugin.
    pub(crate) fn is_served(self, class: DataClass, plugin: &str) -> bool {
        match (class, self) {
            (DataClass::Scalar, Self::Simple) => true,
            (DataClass::Scalar, Self::Tensor(t)) => t.server == ServerTensor::Scalar,
            (DataClass::Tensor, Self::Histogram(buckets)) => buckets == Buckets::Even,
            (DataClass::Tensor, Self::Tensor(_) | Self::None) => true,
            (DataClass::BlobSequence, Self::Image | Self::Audio | Self::Event) => true,
            (DataClass::BlobSequence, Self::Tensor(t)) => match t.server {
                ServerTensor::Strings => true,
                ServerTensor::Labelled => plugin == "audio",
                ServerTensor::String => plugin::graph::is_sub_plugin(plugin),
                ServerTensor::Scalar | ServerTensor::Other => false,
            },
            _ => false,
        }
    }

    /// How many blobs such a value is in a series of this plugin.
    pub(crate) fn blobs(self, plugin: &str) -> Blobs {
        match self {
            // Its width, its height, and the file.
            Self::Image => Blobs::Known(3),
            Self::Audio | Self::Event => Blobs::Known(1),
            Self::Tensor(t) => t.blobs(plugin),
            _ => Blobs::None,
        }
    }

    /// Whether the Python loader has a point for such a value, in a file that begins the tag like this.
    pub(crate) fn is_point(self, filled: bool) -> bool {
        match self {
            Self::None | Self::Obsolete => filled,
            Self::MetaGraph => false,
            _ => true,
        }
    }

    /// Whether the Python loader can hand out such a point of a series of this class and plugin. If not, it fails
    /// for the whole series, and with media for the point.
    pub(crate) fn is_readable(self, class: DataClass, plugin: &str) -> bool {
        match (class, self) {
            (DataClass::Scalar, Self::Tensor(t)) => t.python == PythonTensor::Number,
            (DataClass::Scalar, _) => self == Self::Simple,
            (DataClass::BlobSequence, Self::Tensor(t)) => match t.python {
                PythonTensor::Strings => true,
                PythonTensor::Labelled => plugin == "audio",
                PythonTensor::String => plugin::graph::is_sub_plugin(plugin),
                _ => false,
            },
            (DataClass::BlobSequence, _) => {
                matches!(self, Self::Image | Self::Audio | Self::Event)
            }
            (_, Self::Tensor(t)) => t.python != PythonTensor::Unreadable,
            _ => true,
        }
    }
}

fn buckets(encoded: &Encoded<'_>) -> Buckets {
    let (mut limits, mut counts) = (0, 0);
    for piece in encoded.pieces() {
        let mut fields = Fields::new(piece);
        while let Ok(Some((number, field))) = fields.next() {
            match number {
                6 => limits += fixed(field, 8),
                7 => counts += fixed(field, 8),
                _ => {}
            }
        }
    }
    if limits == counts {
        Buckets::Even
    } else if histogram::decode(&DataRef::Histogram(encoded.clone())).is_ok() {
        Buckets::Uneven
    } else {
        Buckets::Broken
    }
}
