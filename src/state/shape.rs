//! The outer form of a value, by which TensorBoard's data server decides whether to show it.

use crate::event::{DataRef, Encoded};
use crate::proto::{DataClass, DataType};
use crate::wire::Fields;

/// As much of a value's form as matters to the data server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `simple_value`.
    Simple,
    /// `histo` whose two lists are of one length.
    Histogram,
    /// An image, a sound, or an event of its own.
    Blob,
    /// A tensor that the data server takes for a scalar.
    FloatScalar,
    /// A string tensor of rank 0 with one string.
    OneString,
    /// A string tensor of rank 1, or of shape `[k, 2]`.
    Strings { rank: u8 },
    /// Any other tensor.
    Tensor,
    /// Nothing that it could show.
    Other,
    /// No value: the data server puts an empty tensor in its place.
    None,
}

pub(crate) fn of(data: &DataRef<'_>) -> Shape {
    match data {
        DataRef::Simple(_) => Shape::Simple,
        DataRef::Image(_) | DataRef::Audio(_) => Shape::Blob,
        DataRef::Histogram(encoded) => histogram(encoded),
        DataRef::Tensor(encoded) => tensor(encoded).unwrap_or(Shape::Tensor),
        DataRef::None => Shape::None,
        DataRef::ObsoleteHistogram(_) => Shape::Other,
    }
}

fn histogram(encoded: &Encoded<'_>) -> Shape {
    let (mut limits, mut counts) = (0, 0);
    for piece in encoded.pieces() {
        let mut fields = Fields::new(piece);
        while let Ok(Some((number, field))) = fields.next() {
            let len = field.bytes("a packed list").map_or(8, <[u8]>::len);
            match number {
                6 => limits += len,
                7 => counts += len,
                _ => {}
            }
        }
    }
    if limits == counts {
        Shape::Histogram
    } else {
        Shape::Other
    }
}

/// Walks a tensor's fields without looking into its elements.
fn tensor(encoded: &Encoded<'_>) -> Option<Shape> {
    let (mut dtype, mut rank, mut last_dim, mut content, mut floats, mut strings) =
        (0, 0u8, 0, 0, 0, 0usize);
    for piece in encoded.pieces() {
        let mut fields = Fields::new(piece);
        while let Some((number, field)) = fields.next().ok()? {
            match number {
                1 => dtype = field.int32("dtype").ok()?,
                2 => {
                    let mut dims = Fields::new(field.bytes("tensor_shape").ok()?);
                    while let Some((number, field)) = dims.next().ok()? {
                        if number == 2 {
                            rank = rank.saturating_add(1);
                            last_dim = 0;
                            let mut dim = Fields::new(field.bytes("a dimension").ok()?);
                            while let Some((number, field)) = dim.next().ok()? {
                                if number == 1 {
                                    last_dim = field.int64("a size").ok()?;
                                }
                            }
                        }
                    }
                }
                4 => content = field.bytes("tensor_content").ok()?.len(),
                5 => floats += field.bytes("float_val").map_or(4, <[u8]>::len),
                8 => strings += 1,
                _ => {}
            }
        }
    }
    let string = dtype == DataType::String as i32;
    Some(match rank {
        0 if dtype == DataType::Float as i32 && (floats == 4 || content == 4) => Shape::FloatScalar,
        0 if string && strings == 1 => Shape::OneString,
        1 if string => Shape::Strings { rank },
        2 if string && last_dim == 2 => Shape::Strings { rank },
        _ => Shape::Tensor,
    })
}

impl Shape {
    /// Whether the data server shows such a value in a series of this class and plugin.
    pub(crate) fn shown(self, class: DataClass, plugin: &str) -> bool {
        match class {
            DataClass::Scalar => matches!(self, Self::Simple | Self::FloatScalar),
            DataClass::Tensor => matches!(
                self,
                Self::Histogram
                    | Self::FloatScalar
                    | Self::OneString
                    | Self::Strings { .. }
                    | Self::Tensor
                    | Self::None
            ),
            DataClass::BlobSequence => match self {
                Self::Blob | Self::Strings { rank: 1 } => true,
                Self::Strings { .. } => plugin == "audio",
                Self::OneString => plugin.starts_with("graph_"),
                _ => false,
            },
            DataClass::Unknown => false,
        }
    }
}
