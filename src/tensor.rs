//! Reads and writes tensors, in every form in which files hold them.
//!
//! A `TensorProto` holds its elements either as raw little-endian bytes or in one of a dozen typed lists, and
//! a list of one stands for a whole shape. [`Tensor`] hides that.

use std::borrow::Cow;
use std::fmt;
use std::iter::repeat_n;

use crate::error::Result;
use crate::event::Encoded;
use crate::types::Number;

mod data_type;
mod encode;
mod owned;
mod stored;
mod strings;

use stored::Stored;

pub use data_type::DataType;
pub(crate) use encode::{
    double_tensor, exact_scalar_tensor, float_tensor, raw_tensor, string_tensor,
};
pub use owned::{Element, OwnedTensor};
pub use strings::Strings;

/// A tensor that was read: its shape, and its elements in their own type.
///
/// # Examples
///
/// ```
/// use tfevents::{Number, Tensor};
///
/// // DT_FLOAT, shape [3], a single 0.5 that stands for all three
/// let tensor = Tensor::decode(b"\x08\x01\x12\x04\x12\x02\x08\x03\x2a\x04\0\0\0\x3f")?;
/// assert_eq!(tensor.shape(), [3]);
/// assert_eq!(tensor.numbers().collect::<Vec<_>>(), [Number::F32(0.5); 3]);
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<'a> {
    dtype: i32,
    shape: Vec<usize>,
    len: usize,
    elements: Elements<'a>,
}

/// The stored elements of a [`Tensor`], row-major, in their own type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Elements<'a> {
    /// `DT_FLOAT`.
    F32(Vec<f32>),
    /// `DT_DOUBLE`; also the `DT_FLOAT` of a [`Scalar::exact`](crate::Scalar::exact).
    F64(Vec<f64>),
    /// `DT_INT8` and `DT_QINT8`.
    I8(Vec<i8>),
    /// `DT_INT16` and `DT_QINT16`.
    I16(Vec<i16>),
    /// `DT_INT32` and `DT_QINT32`.
    I32(Vec<i32>),
    /// `DT_INT64`.
    I64(Vec<i64>),
    /// `DT_UINT8` and `DT_QUINT8`.
    U8(Cow<'a, [u8]>),
    /// `DT_UINT16` and `DT_QUINT16`.
    U16(Vec<u16>),
    /// `DT_UINT32`.
    U32(Vec<u32>),
    /// `DT_UINT64`.
    U64(Vec<u64>),
    /// `DT_BOOL`.
    Bool(Vec<bool>),
    /// `DT_HALF`: IEEE 754 binary16 bit patterns.
    F16(Vec<u16>),
    /// `DT_BFLOAT16`: the upper halves of `f32` bit patterns.
    BF16(Vec<u16>),
    /// `DT_COMPLEX64`: real and imaginary parts.
    C64(Vec<[f32; 2]>),
    /// `DT_COMPLEX128`: real and imaginary parts.
    C128(Vec<[f64; 2]>),
    /// `DT_STRING`: byte strings of any content.
    Strings(Strings<'a>),
    /// Any other type, one byte an element where the format says so (8-bit floats), else undecoded.
    Opaque(Cow<'a, [u8]>),
}

impl<'a> Tensor<'a> {
    /// Reads a serialized [`TensorProto`](crate::proto::TensorProto).
    ///
    /// The rules are TensorBoard's: raw bytes win over a typed list, a list of one fills the shape, and any
    /// other number of elements than the shape's is an error. So is a list of one for a shape of more than 2^20
    /// elements: what a tensor holds is in proportion to its bytes. Two habits of PyTorch are read as they were
    /// meant: half-precision elements stored as `f32` bit patterns, and bytes in the list for `uint32`.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a message; an unknown or impossible shape; elements that do not match it.
    pub fn decode(bytes: &'a [u8]) -> Result<Self> {
        Self::from_encoded(&bytes.into())
    }

    /// The same for a tensor inside an event.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn from_encoded(encoded: &Encoded<'a>) -> Result<Self> {
        let mut stored = Stored::default();
        for piece in encoded.pieces() {
            stored.merge(piece)?;
        }
        stored.resolve(encoded)
    }

    /// The element type, or `None` for a number that this version does not know.
    #[must_use]
    pub fn dtype(&self) -> Option<DataType> {
        DataType::from_number(self.dtype)
    }

    /// The dimensions, outermost first; none for a single element.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many elements the shape has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether some dimension is 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What is stored. One element may stand for all [`len`](Self::len) of them.
    #[must_use]
    pub fn elements(&self) -> &Elements<'a> {
        &self.elements
    }

    /// The elements as numbers, [`len`](Self::len) of them; none if they are strings, complex or opaque.
    pub fn numbers(&self) -> impl Iterator<Item = Number> + '_ {
        let stored = self.elements.len();
        let len = if self.elements.number(0).is_some() {
            self.len
        } else {
            0
        };
        (0..len).filter_map(move |i| self.elements.number(if stored == 1 { 0 } else { i }))
    }

    /// All elements as doubles; `None` if they are not numbers, or if one of them stands for so many that
    /// nobody can have meant it.
    pub(crate) fn to_f64s(&self) -> Option<Vec<f64>> {
        const MAX_FILLED: usize = 1 << 14;
        if self.len > self.elements.len() && self.len > MAX_FILLED {
            return None;
        }
        let numbers: Vec<_> = self.numbers().map(Number::as_f64).collect();
        (numbers.len() == self.len).then_some(numbers)
    }

    /// The one number of a tensor with a single element, whatever its rank.
    #[must_use]
    pub fn as_number(&self) -> Option<Number> {
        if self.len == 1 {
            self.elements.number(0)
        } else {
            None
        }
    }

    /// The byte strings of a `DT_STRING` tensor, [`len`](Self::len) of them; none for other types.
    pub fn strings(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let strings = match &self.elements {
            Elements::Strings(strings) => Some(strings),
            _ => None,
        };
        // Finding it walks the whole message, so one that stands for a whole shape is looked for once.
        let single = strings.filter(|strings| strings.len() == 1);
        let filling = single.and_then(|strings| strings.iter().next());
        let filled = filling
            .into_iter()
            .flat_map(|string| repeat_n(string, self.len));
        let each = strings.filter(|strings| strings.len() != 1);
        filled.chain(each.into_iter().flat_map(Strings::iter))
    }
}

impl Elements<'_> {
    /// How many elements are stored, which is 1 where one stands for a whole shape.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::I8(v) => v.len(),
            Self::I16(v) => v.len(),
            Self::I32(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::U8(v) | Self::Opaque(v) => v.len(),
            Self::U16(v) | Self::F16(v) | Self::BF16(v) => v.len(),
            Self::U32(v) => v.len(),
            Self::U64(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::C64(v) => v.len(),
            Self::C128(v) => v.len(),
            Self::Strings(v) => v.len(),
        }
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One element as a number, if it is one.
    #[must_use]
    pub fn number(&self, i: usize) -> Option<Number> {
        Some(match self {
            Self::F32(v) => Number::F32(*v.get(i)?),
            Self::F64(v) => Number::F64(*v.get(i)?),
            Self::I8(v) => Number::I64((*v.get(i)?).into()),
            Self::I16(v) => Number::I64((*v.get(i)?).into()),
            Self::I32(v) => Number::I64((*v.get(i)?).into()),
            Self::I64(v) => Number::I64(*v.get(i)?),
            Self::U8(v) => Number::U64((*v.get(i)?).into()),
            Self::U16(v) => Number::U64((*v.get(i)?).into()),
            Self::U32(v) => Number::U64((*v.get(i)?).into()),
            Self::U64(v) => Number::U64(*v.get(i)?),
            Self::Bool(v) => Number::Bool(*v.get(i)?),
            Self::F16(v) => Number::F32(half_to_f32(*v.get(i)?)),
            Self::BF16(v) => Number::F32(f32::from_bits(u32::from(*v.get(i)?) << 16)),
            Self::C64(_) | Self::C128(_) | Self::Strings(_) | Self::Opaque(_) => return None,
        })
    }
}

/// Type and shape, as in `DT_FLOAT [2, 3]`.
impl fmt::Display for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dtype() {
            Some(dtype) => write!(f, "{}", dtype.name())?,
            None => write!(f, "dtype {}", self.dtype)?,
        }
        write!(f, " {:?}", self.shape)
    }
}

/// IEEE 754 binary16 to binary32; exact for every value.
fn half_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    match exponent {
        // Subnormal: a multiple of 2^-24.
        #[expect(clippy::cast_precision_loss, reason = "ten bits fit")]
        0 => {
            let magnitude = fraction as f32 * (1.0 / 16_777_216.0);
            if sign == 0 { magnitude } else { -magnitude }
        }
        0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}
