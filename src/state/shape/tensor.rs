//! What the loaders can make of a tensor, found out without looking at its elements.

use super::Blobs;
use crate::event::Encoded;
use crate::tensor::DataType;
use crate::wire::{self, Field, Fields};

/// What each of the loaders can do with a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TensorShape {
    pub(super) server: ServerTensor,
    pub(super) python: PythonTensor,
    /// How many strings it has; [`MANY`], or [`NO_STRINGS`] if that is not its type. A byte, because there may be as many
    /// shapes as points.
    strings: u8,
}

/// More strings than can be counted here.
const MANY: u8 = 254;
const NO_STRINGS: u8 = 255;

/// A tensor as the data server takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerTensor {
    /// A 32-bit float of rank 0, the only one that is a scalar.
    Scalar,
    /// One string of rank 0.
    String,
    /// Strings of rank 1.
    Strings,
    /// Strings of shape `[k, 2]`: sounds with their labels.
    Labelled,
    Other,
}

/// A tensor as NumPy takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PythonTensor {
    /// A single number of any type that JSON knows.
    Number,
    /// Strings of rank 1.
    Strings,
    /// One string of rank 0.
    String,
    /// Strings of shape `[k, 2]`.
    Labelled,
    Other,
    /// Elements that do not fit the shape, or a type that TensorBoard does not know.
    Unreadable,
}

/// A tensor's fields, its elements counted only.
#[derive(Default)]
struct Outline {
    dtype: i32,
    rank: usize,
    last_dim: i64,
    /// How many elements the known dimensions span; `None` if that is not a number.
    span: Option<usize>,
    /// Dimensions that are negative, which NumPy takes for unknown.
    unknown: usize,
    content: usize,
    floats: usize,
    doubles: usize,
    ints: usize,
    strings: usize,
    /// Real and imaginary parts.
    halves_of_complex: usize,
    longs: usize,
    bools: usize,
    halves_of_complex_double: usize,
    half_floats: usize,
    /// PyTorch stores halves as the bits of 32-bit floats, at which NumPy balks.
    wide_half: bool,
}

impl TensorShape {
    pub(super) fn of(encoded: &Encoded<'_>) -> Self {
        let mut outline = Outline {
            span: Some(1),
            ..Outline::default()
        };
        for piece in encoded.pieces() {
            if outline.merge(piece).is_err() {
                return Self {
                    server: ServerTensor::Other,
                    python: PythonTensor::Unreadable,
                    strings: NO_STRINGS,
                };
            }
        }
        Self {
            server: outline.server(),
            python: outline.python(),
            strings: outline.len_of_strings(),
        }
    }

    /// How many blobs it is handed out as: its strings, but for the labels of sounds.
    pub(super) fn blobs(self, plugin: &str) -> Blobs {
        match (self.python, self.strings) {
            (PythonTensor::Unreadable, _) | (_, NO_STRINGS) => Blobs::None,
            (_, MANY) => Blobs::Many,
            (PythonTensor::Labelled, n) if plugin == "audio" => Blobs::Known(n / 2),
            (_, n) => Blobs::Known(n),
        }
    }
}

impl Outline {
    fn merge(&mut self, bytes: &[u8]) -> crate::Result<()> {
        let mut fields = Fields::new(bytes);
        while let Some((number, field)) = fields.next()? {
            match number {
                1 => self.dtype = field.int32("dtype")?,
                2 => self.merge_shape(field.bytes("tensor_shape")?)?,
                4 => self.content = field.bytes("tensor_content")?.len(),
                5 => self.floats += fixed(field, 4),
                6 => self.doubles += fixed(field, 8),
                7 => self.ints += varints(field, |_| {}),
                8 => self.strings += 1,
                9 => self.halves_of_complex += fixed(field, 4),
                10 => self.longs += varints(field, |_| {}),
                11 => self.bools += varints(field, |_| {}),
                12 => self.halves_of_complex_double += fixed(field, 8),
                13 => {
                    let wide = &mut self.wide_half;
                    self.half_floats += varints(field, |half| *wide |= half > 0xffff);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn merge_shape(&mut self, bytes: &[u8]) -> crate::Result<()> {
        let mut dims = Fields::new(bytes);
        while let Some((number, field)) = dims.next()? {
            if number == 2 {
                let mut size = 0;
                let mut dim = Fields::new(field.bytes("a dimension")?);
                while let Some((number, field)) = dim.next()? {
                    if number == 1 {
                        size = field.int64("a size")?;
                    }
                }
                self.rank += 1;
                self.last_dim = size;
                match usize::try_from(size) {
                    Ok(size) => self.span = self.span.and_then(|span| span.checked_mul(size)),
                    Err(_) => self.unknown += 1,
                }
            }
        }
        Ok(())
    }

    fn len_of_strings(&self) -> u8 {
        let strings = match self.strings {
            _ if !self.is(DataType::String) => return NO_STRINGS,
            // A list of one stands for all.
            1 => self.span.unwrap_or(1),
            strings => strings,
        };
        u8::try_from(strings).unwrap_or(MANY).min(MANY)
    }

    fn is(&self, dtype: DataType) -> bool {
        self.dtype == dtype as i32
    }

    fn server(&self) -> ServerTensor {
        if self.is(DataType::Float) && self.rank == 0 {
            let raw = self.floats == 0 && self.content == 4;
            if self.floats == 1 || raw {
                return ServerTensor::Scalar;
            }
        }
        if self.is(DataType::String) {
            return match (self.rank, self.last_dim) {
                (0, _) if self.strings == 1 => ServerTensor::String,
                (1, _) => ServerTensor::Strings,
                (2, 2) => ServerTensor::Labelled,
                _ => ServerTensor::Other,
            };
        }
        ServerTensor::Other
    }

    fn python(&self) -> PythonTensor {
        let Some(len) = self.python_len() else {
            return PythonTensor::Unreadable;
        };
        let number = matches!(
            DataType::from_number(self.dtype),
            Some(
                DataType::Float
                    | DataType::Double
                    | DataType::Int8
                    | DataType::Int16
                    | DataType::Int32
                    | DataType::Int64
                    | DataType::Uint8
                    | DataType::Uint16
                    | DataType::Uint32
                    | DataType::Uint64
                    | DataType::Bool
                    | DataType::Half
            )
        );
        match (self.is(DataType::String), self.rank, self.last_dim) {
            (true, 0, _) => PythonTensor::String,
            (true, 1, _) => PythonTensor::Strings,
            (true, 2, 2) => PythonTensor::Labelled,
            _ if number && len == 1 => PythonTensor::Number,
            _ => PythonTensor::Other,
        }
    }

    /// How many elements the array has that TensorBoard makes of the tensor, if it makes one.
    fn python_len(&self) -> Option<usize> {
        let dtype = DataType::from_number(self.dtype)?;
        let (width, stored) = match dtype {
            DataType::Float => (4, Some(self.floats)),
            DataType::Double => (8, Some(self.doubles)),
            DataType::Int8 | DataType::Uint8 | DataType::Qint8 | DataType::Quint8 => {
                (1, Some(self.ints))
            }
            DataType::Int16 | DataType::Uint16 | DataType::Qint16 | DataType::Quint16 => {
                (2, Some(self.ints))
            }
            DataType::Int32 | DataType::Qint32 => (4, Some(self.ints)),
            DataType::Int64 => (8, Some(self.longs)),
            DataType::Bool => (1, Some(self.bools)),
            DataType::Half => (2, (!self.wide_half).then_some(self.half_floats)),
            DataType::Complex64 => (8, Some(self.halves_of_complex / 2)),
            DataType::Complex128 => (16, Some(self.halves_of_complex_double / 2)),
            DataType::String => (0, Some(self.strings)),
            // Their lists are not looked at.
            DataType::Uint32 => (4, None),
            DataType::Uint64 => (8, None),
            _ => return None,
        };
        let span = self.span?;
        let (stored, fills) = match self.content {
            0 => (stored?, true),
            content => (content.checked_div(width)?, false),
        };
        if !self.content.is_multiple_of(width) {
            return None;
        }
        match self.unknown {
            // A list of one stands for all.
            0 if stored == span || fills && stored == 1 => Some(span),
            1 if fills && stored == 1 => None,
            1 if stored.checked_rem(span) == Some(0) => Some(stored),
            _ => None,
        }
    }
}

/// How many varints a field adds to its list, each of which is shown to `look`.
fn varints(field: Field<'_>, mut look: impl FnMut(u64)) -> usize {
    let Ok(mut list) = field.bytes("a list") else {
        look(field.varint("a number").unwrap_or(0));
        return 1;
    };
    let mut count = 0;
    while let Some((value, len)) = wire::varint(list) {
        look(value);
        count += 1;
        list = list.get(len..).unwrap_or_default();
    }
    count
}

/// How many elements of a fixed width a field adds to its list.
pub(super) fn fixed(field: Field<'_>, width: usize) -> usize {
    field.bytes("a list").map_or(1, |list| list.len() / width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Message as _, TensorProto, TensorShapeProto, tensor_shape_proto::Dim};

    fn shape(dtype: DataType, dims: &[i64], tensor: TensorProto) -> TensorShape {
        let dim = |&size: &i64| Dim {
            size,
            ..Default::default()
        };
        let tensor = TensorProto {
            dtype: dtype as i32,
            tensor_shape: Some(TensorShapeProto {
                dim: dims.iter().map(dim).collect(),
                ..Default::default()
            }),
            ..tensor
        };
        TensorShape::of(&Encoded::from(&*tensor.encode_to_vec()))
    }

    fn floats(n: usize) -> TensorProto {
        TensorProto {
            float_val: vec![0.5; n],
            ..Default::default()
        }
    }

    fn content(n: usize) -> TensorProto {
        TensorProto {
            tensor_content: vec![0; n],
            ..Default::default()
        }
    }

    fn strings(n: usize) -> TensorProto {
        TensorProto {
            string_val: vec![b"a".to_vec(); n],
            ..Default::default()
        }
    }

    /// What `make_ndarray` of TensorBoard 2.21 does with NumPy 2.4.
    #[test]
    fn arrays_are_those_that_tensorboard_makes() {
        use PythonTensor::{Labelled, Number, Other, String, Strings, Unreadable};
        let int = || TensorProto {
            int_val: vec![-1],
            ..Default::default()
        };
        let half = |bits| TensorProto {
            half_val: vec![bits],
            ..Default::default()
        };
        let complex = |n| TensorProto {
            scomplex_val: vec![0.5; n],
            ..Default::default()
        };
        let unsigned = || TensorProto {
            uint32_val: vec![1],
            uint64_val: vec![1],
            ..Default::default()
        };
        for (dtype, dims, tensor, made) in [
            (DataType::Float, &[][..], floats(1), Number),
            (DataType::Float, &[1, 1, 1], floats(1), Number),
            (DataType::Float, &[], content(4), Number),
            (DataType::Float, &[], content(3), Unreadable),
            (DataType::Float, &[], floats(0), Unreadable),
            (DataType::Float, &[], floats(2), Unreadable),
            (DataType::Float, &[2, 3], floats(1), Other),
            (DataType::Float, &[2, 3], content(4), Unreadable),
            (DataType::Float, &[2, 3], floats(2), Unreadable),
            (DataType::Float, &[0], floats(0), Other),
            (DataType::Float, &[0], floats(1), Other),
            // A dimension that is not known, which is any that is negative.
            (DataType::Float, &[-1], floats(3), Other),
            (DataType::Float, &[-2, 3], content(24), Other),
            (DataType::Float, &[-1, 3], floats(7), Unreadable),
            (DataType::Float, &[-1, -1], floats(4), Unreadable),
            (DataType::Float, &[0, -1], floats(0), Unreadable),
            (DataType::Float, &[-1], floats(1), Unreadable),
            (DataType::Float, &[-1], content(4), Number),
            (DataType::Float, &[1 << 40, 1 << 40], floats(1), Unreadable),
            (DataType::Uint8, &[], int(), Number),
            (DataType::Qint8, &[], int(), Other),
            (DataType::Half, &[], half(0x3c00), Number),
            (DataType::Half, &[], half(0x3f80_0000), Unreadable),
            (DataType::Bfloat16, &[], half(0x3f80), Unreadable),
            (DataType::Uint32, &[], unsigned(), Unreadable),
            (DataType::Uint64, &[], unsigned(), Unreadable),
            (DataType::Uint32, &[], content(4), Number),
            (DataType::Uint64, &[], content(8), Number),
            (DataType::Complex64, &[], complex(2), Other),
            (DataType::Complex64, &[2], complex(4), Other),
            (DataType::Complex64, &[2], complex(6), Unreadable),
            (DataType::String, &[], strings(1), String),
            (DataType::String, &[3], strings(1), Strings),
            (DataType::String, &[2], strings(3), Unreadable),
            (DataType::String, &[1, 2], strings(2), Labelled),
            (DataType::String, &[2, 1], strings(2), Other),
            (DataType::String, &[], content(1), Unreadable),
            (DataType::Invalid, &[], floats(1), Unreadable),
            (DataType::Variant, &[], floats(1), Unreadable),
        ] {
            let python = shape(dtype, dims, tensor.clone()).python;
            assert_eq!(python, made, "{dtype:?} {dims:?} {tensor:?}");
        }
    }

    #[test]
    fn scalars_are_those_of_the_data_server() {
        let both = TensorProto {
            tensor_content: vec![0; 4],
            ..floats(2)
        };
        for (dtype, dims, tensor, taken) in [
            (DataType::Float, &[][..], floats(1), true),
            (DataType::Float, &[], content(4), true),
            (DataType::Float, &[1], floats(1), false),
            (DataType::Float, &[], floats(2), false),
            (DataType::Float, &[], both, false),
            (DataType::Float, &[], content(8), false),
            (DataType::Double, &[], content(8), false),
        ] {
            let server = shape(dtype, dims, tensor.clone()).server;
            assert_eq!(server == ServerTensor::Scalar, taken, "{dims:?} {tensor:?}");
        }
    }
}
