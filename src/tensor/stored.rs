//! Tensors as files hold them.

use std::borrow::Cow;

use byteorder::{ByteOrder as _, LittleEndian};

use super::{DataType, Elements, Strings, Tensor};
use crate::error::{Error, Result};
use crate::event::Encoded;
use crate::types::IntoScalar as _;
use crate::wire::{self, Field, Fields};

/// A single element stands for a whole shape of at most so many: no writer means more, and a few bytes could fill a
/// disk.
const MAX_FILLED: usize = 1 << 20;
/// More dimensions TensorFlow does not have.
pub(super) const MAX_RANK: usize = 254;

/// How many elements a tensor of this shape has, unless there can be no such tensor. As in NumPy, a dimension of 0 does
/// not make up for others that are too large.
pub(super) fn size(shape: &[usize]) -> Option<usize> {
    let mut sides = shape.iter().filter(|&&dim| dim != 0);
    let size = sides.try_fold(1usize, |size, &dim| size.checked_mul(dim))?;
    i64::try_from(size).ok()?;
    Some(if shape.contains(&0) { 0 } else { size })
}

/// A `TensorProto` as stored, its typed lists not yet matched with its shape.
#[derive(Default)]
pub(super) struct Stored<'a> {
    dtype: i32,
    dims: Vec<i64>,
    content: &'a [u8],
    lists: Lists<'a>,
}

#[derive(Default)]
struct Lists<'a> {
    float: Vec<f32>,
    double: Vec<f64>,
    int: Vec<i32>,
    /// How many; they stay where they are.
    strings: usize,
    scomplex: Vec<f32>,
    int64: Vec<i64>,
    boolean: Vec<bool>,
    dcomplex: Vec<f64>,
    half: Vec<i32>,
    uint32: Vec<u32>,
    uint64: Vec<u64>,
    float8: &'a [u8],
}

impl<'a> Stored<'a> {
    pub(super) fn merge(&mut self, bytes: &'a [u8]) -> Result<()> {
        let mut fields = Fields::new(bytes);
        while let Some((number, field)) = fields.next()? {
            match number {
                1 => self.dtype = field.int32("dtype")?,
                2 => self.merge_shape(field.bytes("tensor_shape")?)?,
                4 => self.content = field.bytes("tensor_content")?,
                _ => self.lists.merge(number, field)?,
            }
        }
        Ok(())
    }

    fn merge_shape(&mut self, bytes: &'a [u8]) -> Result<()> {
        let mut fields = Fields::new(bytes);
        while let Some((number, field)) = fields.next()? {
            match number {
                2 => {
                    let mut size = 0;
                    let mut dim = Fields::new(field.bytes("a dimension")?);
                    while let Some((number, field)) = dim.next()? {
                        match number {
                            1 => size = field.int64("a dimension's size")?,
                            2 => {
                                field.string("a dimension's name")?;
                            }
                            _ => {}
                        }
                    }
                    if self.dims.len() == MAX_RANK {
                        let what = format!("a tensor of more than {MAX_RANK} dimensions");
                        return Err(Error::decode(what));
                    }
                    self.dims.push(size);
                }
                // TensorBoard goes by the dimensions all the same.
                3 => {
                    field.varint("unknown_rank")?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn resolve(self, encoded: &Encoded<'a>) -> Result<Tensor<'a>> {
        let mut shape = Vec::with_capacity(self.dims.len());
        for &dim in &self.dims {
            let dim = usize::try_from(dim)
                .map_err(|_| Error::decode(format!("a tensor dimension of {dim} is not a size")))?;
            shape.push(dim);
        }
        let len = size(&shape)
            .ok_or_else(|| Error::decode(format!("impossible tensor shape {shape:?}")))?;
        let (elements, exact) = if self.content.is_empty() {
            (self.lists.take(self.dtype, encoded)?, false)
        } else {
            (raw(self.dtype, self.content)?, true)
        };
        let stored = elements.len();
        let opaque = matches!(elements, Elements::Opaque(_)) && !is_float8(self.dtype);
        if stored != len && !opaque && (exact || stored != 1 || len == 0) {
            return Err(Error::decode(format!(
                "a tensor of shape {shape:?} needs {len} elements but has {stored}"
            )));
        }
        if stored == 1 && len > MAX_FILLED && !opaque {
            return Err(Error::decode(format!(
                "a tensor of shape {shape:?} has a single element, which can stand for at most {MAX_FILLED}"
            )));
        }
        Ok(Tensor {
            dtype: self.dtype,
            shape,
            len,
            elements,
        })
    }
}

/// Floats; or, of a [`Scalar::exact`](crate::Scalar::exact), the double that the float was rounded from.
fn floats(float: Vec<f32>, double: Vec<f64>) -> Elements<'static> {
    match (&*float, &*double) {
        (&[rounded], &[exact])
            if exact.to_f32().to_bits() == rounded.to_bits()
                && f64::from(rounded).to_bits() != exact.to_bits() =>
        {
            Elements::F64(double)
        }
        _ => Elements::F32(float),
    }
}

impl<'a> Lists<'a> {
    fn merge(&mut self, number: u32, field: Field<'a>) -> Result<()> {
        match number {
            5 => repeat(field, &mut self.float, fixed32),
            6 => repeat(field, &mut self.double, fixed64),
            7 => repeat(field, &mut self.int, int32),
            8 => {
                field.bytes("string_val")?;
                self.strings += 1;
                Ok(())
            }
            9 => repeat(field, &mut self.scomplex, fixed32),
            10 => repeat(field, &mut self.int64, |f| f.int64("int64_val")),
            11 => repeat(field, &mut self.boolean, |f| Ok(f.varint("bool_val")? != 0)),
            12 => repeat(field, &mut self.dcomplex, fixed64),
            13 => repeat(field, &mut self.half, int32),
            16 => repeat(field, &mut self.uint32, |f| {
                int32(f).map(i32::cast_unsigned)
            }),
            17 => repeat(field, &mut self.uint64, |f| f.varint("uint64_val")),
            18 => {
                self.float8 = field.bytes("float8_val")?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The list that belongs to `dtype`, narrowed to its type as every reader does.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the format widens small integers to 32 bits"
    )]
    fn take(self, dtype: i32, encoded: &Encoded<'a>) -> Result<Elements<'a>> {
        use DataType as D;
        // PyTorch's add_tensor puts bytes here.
        let small = if self.int.is_empty() {
            self.uint32.iter().map(|v| v.cast_signed()).collect()
        } else {
            self.int
        };
        Ok(match DataType::from_number(dtype).unwrap_or_default() {
            D::Float => floats(self.float, self.double),
            D::Double => Elements::F64(self.double),
            D::Int8 | D::Qint8 => Elements::I8(small.iter().map(|&v| v as i8).collect()),
            D::Uint8 | D::Quint8 => Elements::U8(small.iter().map(|&v| v as u8).collect()),
            D::Int16 | D::Qint16 => Elements::I16(small.iter().map(|&v| v as i16).collect()),
            D::Uint16 | D::Quint16 => Elements::U16(small.iter().map(|&v| v as u16).collect()),
            D::Int32 | D::Qint32 => Elements::I32(small),
            D::Int64 => Elements::I64(self.int64),
            D::Uint32 => Elements::U32(self.uint32),
            D::Uint64 => Elements::U64(self.uint64),
            D::Bool => Elements::Bool(self.boolean),
            D::String => Elements::Strings(Strings::new(encoded.clone(), self.strings)),
            D::Complex64 => Elements::C64(pairs(&self.scomplex)?),
            D::Complex128 => Elements::C128(pairs(&self.dcomplex)?),
            // PyTorch's add_tensor puts the bits of an f32 here: more than 16 of them.
            D::Half | D::Bfloat16 if self.half.iter().any(|&v| v.cast_unsigned() > 0xffff) => {
                Elements::F32(
                    self.half
                        .iter()
                        .map(|&v| f32::from_bits(v.cast_unsigned()))
                        .collect(),
                )
            }
            D::Half => Elements::F16(self.half.iter().map(|&v| v as u16).collect()),
            D::Bfloat16 => Elements::BF16(self.half.iter().map(|&v| v as u16).collect()),
            _ => Elements::Opaque(Cow::Borrowed(self.float8)),
        })
    }
}

/// Real and imaginary parts out of a list in which they take turns.
fn pairs<T: Copy>(list: &[T]) -> Result<Vec<[T; 2]>> {
    match list.as_chunks() {
        (pairs, []) => Ok(pairs.to_vec()),
        _ => Err(Error::decode("a complex number lacks its imaginary part")),
    }
}

fn fixed32(f: Field<'_>) -> Result<f32> {
    f.float("a float of a tensor")
}

fn fixed64(f: Field<'_>) -> Result<f64> {
    f.double("a double of a tensor")
}

fn int32(f: Field<'_>) -> Result<i32> {
    f.int32("an integer of a tensor")
}

/// Collects a repeated number, packed or not: readers must take both, even mixed.
fn repeat<T: Scalar>(
    field: Field<'_>,
    list: &mut Vec<T>,
    one: impl Fn(Field<'_>) -> Result<T>,
) -> Result<()> {
    let Field::Bytes(mut packed) = field else {
        list.push(one(field)?);
        return Ok(());
    };
    if let Some(size) = T::FIXED {
        if !packed.len().is_multiple_of(size) {
            return Err(Error::decode(format!(
                "{} packed bytes are not a whole number of {size}-byte elements",
                packed.len()
            )));
        }
        list.reserve_exact(packed.len() / size);
        for bytes in packed.chunks_exact(size) {
            list.push(one(T::field(bytes))?);
        }
        return Ok(());
    }
    // Each ends in the one byte that has no high bit.
    list.reserve_exact(packed.iter().filter(|&&byte| byte < 0x80).count());
    while !packed.is_empty() {
        let (value, len) = wire::varint(packed)
            .ok_or_else(|| Error::decode("a packed varint is truncated or too long"))?;
        list.push(one(Field::Varint(value))?);
        packed = &packed[len..];
    }
    Ok(())
}

/// The element types of packed lists, by wire form.
trait Scalar {
    const FIXED: Option<usize> = None;
    fn field(bytes: &[u8]) -> Field<'_> {
        Field::Bytes(bytes)
    }
}
impl Scalar for f32 {
    const FIXED: Option<usize> = Some(4);
    fn field(bytes: &[u8]) -> Field<'_> {
        Field::Fixed32(LittleEndian::read_u32(bytes))
    }
}
impl Scalar for f64 {
    const FIXED: Option<usize> = Some(8);
    fn field(bytes: &[u8]) -> Field<'_> {
        Field::Fixed64(LittleEndian::read_u64(bytes))
    }
}
impl Scalar for i32 {}
impl Scalar for i64 {}
impl Scalar for u32 {}
impl Scalar for u64 {}
impl Scalar for bool {}

fn is_float8(dtype: i32) -> bool {
    (24..=28).contains(&dtype)
}

/// Elements out of `tensor_content`.
fn raw<'a>(dtype: i32, content: &'a [u8]) -> Result<Elements<'a>> {
    use DataType as D;
    let dtype = DataType::from_number(dtype).unwrap_or_default();
    let size = match dtype {
        D::Int16 | D::Qint16 | D::Uint16 | D::Quint16 | D::Half | D::Bfloat16 => 2,
        D::Float | D::Int32 | D::Qint32 | D::Uint32 => 4,
        D::Double | D::Int64 | D::Uint64 | D::Complex64 => 8,
        D::Complex128 => 16,
        _ => 1,
    };
    if !content.len().is_multiple_of(size) {
        return Err(Error::decode(format!(
            "{} bytes of tensor content are not a whole number of {size}-byte elements",
            content.len()
        )));
    }
    let n = content.len() / size;
    Ok(match dtype {
        D::Float => Elements::F32(f32s(content)),
        D::Double => Elements::F64(f64s(content)),
        D::Int8 | D::Qint8 => Elements::I8(content.iter().map(|b| b.cast_signed()).collect()),
        D::Uint8 | D::Quint8 => Elements::U8(Cow::Borrowed(content)),
        D::Int16 | D::Qint16 => {
            let mut v = vec![0; n];
            LittleEndian::read_i16_into(content, &mut v);
            Elements::I16(v)
        }
        D::Uint16 | D::Quint16 => Elements::U16(u16s(content)),
        D::Half => Elements::F16(u16s(content)),
        D::Bfloat16 => Elements::BF16(u16s(content)),
        D::Int32 | D::Qint32 => {
            let mut v = vec![0; n];
            LittleEndian::read_i32_into(content, &mut v);
            Elements::I32(v)
        }
        D::Uint32 => {
            let mut v = vec![0; n];
            LittleEndian::read_u32_into(content, &mut v);
            Elements::U32(v)
        }
        D::Int64 => {
            let mut v = vec![0; n];
            LittleEndian::read_i64_into(content, &mut v);
            Elements::I64(v)
        }
        D::Uint64 => {
            let mut v = vec![0; n];
            LittleEndian::read_u64_into(content, &mut v);
            Elements::U64(v)
        }
        D::Bool => Elements::Bool(content.iter().map(|&b| b != 0).collect()),
        D::Complex64 => Elements::C64(f32s(content).as_chunks().0.to_vec()),
        D::Complex128 => Elements::C128(f64s(content).as_chunks().0.to_vec()),
        D::String => {
            return Err(Error::decode(
                "strings in raw tensor content cannot be separated",
            ));
        }
        _ => Elements::Opaque(Cow::Borrowed(content)),
    })
}

fn f32s(content: &[u8]) -> Vec<f32> {
    let mut v = vec![0.0; content.len() / 4];
    LittleEndian::read_f32_into(content, &mut v);
    v
}

fn f64s(content: &[u8]) -> Vec<f64> {
    let mut v = vec![0.0; content.len() / 8];
    LittleEndian::read_f64_into(content, &mut v);
    v
}

fn u16s(content: &[u8]) -> Vec<u16> {
    let mut v = vec![0; content.len() / 2];
    LittleEndian::read_u16_into(content, &mut v);
    v
}
