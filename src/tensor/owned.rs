//! Tensors to be written.

use super::stored::{MAX_RANK, size};
use super::{DataType, raw_tensor, string_tensor};
use crate::error::{Error, Result};
use crate::proto::{Message as _, TensorProto};

/// A tensor to write, which owns its elements. Reading gives a [`Tensor`](super::Tensor).
///
/// # Examples
///
/// ```
/// use tfevents::{OwnedTensor, Tensor};
///
/// let matrix = OwnedTensor::new(&[2, 3], [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// let bytes = matrix.encode();
/// assert_eq!(Tensor::decode(&bytes)?.shape(), [2, 3]);
///
/// let labels = OwnedTensor::strings(&[2], ["cat", "dog"])?;
/// let number = OwnedTensor::from(180.0f32);
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedTensor(TensorProto);

impl OwnedTensor {
    /// Numbers in row-major order, in their own type.
    ///
    /// # Errors
    ///
    /// More or fewer elements than the shape has, and a shape that no tensor can have.
    pub fn new<T: Element>(shape: &[usize], elements: impl IntoIterator<Item = T>) -> Result<Self> {
        let mut content = Vec::new();
        let mut len = 0;
        for element in elements {
            element.put(&mut content);
            len += 1;
        }
        check(shape, len)?;
        Ok(Self(raw_tensor(T::DATA_TYPE, shape, content)))
    }

    /// Texts, or byte strings of any content, in row-major order.
    ///
    /// # Errors
    ///
    /// More or fewer elements than the shape has, and a shape that no tensor can have.
    pub fn strings(
        shape: &[usize],
        elements: impl IntoIterator<Item = impl Into<Vec<u8>>>,
    ) -> Result<Self> {
        let elements: Vec<_> = elements.into_iter().map(Into::into).collect();
        check(shape, elements.len())?;
        Ok(Self(string_tensor(shape, elements)))
    }

    /// The serialized [`TensorProto`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.0.encode_to_vec()
    }

    /// The type of its elements.
    #[must_use]
    pub fn dtype(&self) -> DataType {
        DataType::from_number(self.0.dtype).unwrap_or_default()
    }

    /// Its dimensions.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        let dims = self.0.tensor_shape.iter().flat_map(|shape| &shape.dim);
        dims.map(|dim| usize::try_from(dim.size).unwrap_or(usize::MAX))
            .collect()
    }

    pub(crate) fn into_proto(self) -> TensorProto {
        self.0
    }
}

fn check(shape: &[usize], len: usize) -> Result<()> {
    if shape.len() > MAX_RANK {
        return Err(Error::argument(format!(
            "a tensor has at most {MAX_RANK} dimensions, not {}",
            shape.len()
        )));
    }
    if size(shape) == Some(len) {
        return Ok(());
    }
    Err(Error::argument(format!(
        "a tensor of shape {shape:?} cannot hold {len} elements"
    )))
}

/// A single number, of shape `[]`.
impl<T: Element> From<T> for OwnedTensor {
    fn from(number: T) -> Self {
        let mut content = Vec::new();
        number.put(&mut content);
        Self(raw_tensor(T::DATA_TYPE, &[], content))
    }
}

/// A list of numbers, of shape `[n]`.
impl<T: Element + Copy> From<&[T]> for OwnedTensor {
    fn from(numbers: &[T]) -> Self {
        let mut content = Vec::new();
        for number in numbers {
            number.put(&mut content);
        }
        Self(raw_tensor(T::DATA_TYPE, &[numbers.len()], content))
    }
}

/// A list of numbers, of shape `[n]`.
impl<T: Element + Copy, const N: usize> From<&[T; N]> for OwnedTensor {
    fn from(numbers: &[T; N]) -> Self {
        numbers.as_slice().into()
    }
}

/// A list of numbers, of shape `[n]`.
impl<T: Element + Copy> From<&Vec<T>> for OwnedTensor {
    fn from(numbers: &Vec<T>) -> Self {
        numbers.as_slice().into()
    }
}

/// A list of numbers, of shape `[n]`.
impl<T: Element + Copy> From<Vec<T>> for OwnedTensor {
    fn from(numbers: Vec<T>) -> Self {
        numbers.as_slice().into()
    }
}

/// A list of numbers, of shape `[n]`.
impl<T: Element + Copy, const N: usize> From<[T; N]> for OwnedTensor {
    fn from(numbers: [T; N]) -> Self {
        numbers.as_slice().into()
    }
}

/// A copy.
impl From<&Self> for OwnedTensor {
    fn from(tensor: &Self) -> Self {
        tensor.clone()
    }
}

/// A single text, of shape `[]`.
impl From<&str> for OwnedTensor {
    fn from(text: &str) -> Self {
        Self(string_tensor(&[], vec![text.into()]))
    }
}

/// A single text, of shape `[]`.
impl From<String> for OwnedTensor {
    fn from(text: String) -> Self {
        Self(string_tensor(&[], vec![text.into()]))
    }
}

/// A type of numbers that tensors hold. It cannot be implemented for others.
pub trait Element: sealed::Element {}

impl<T: sealed::Element> Element for T {}

mod sealed {
    use super::DataType;

    pub trait Element {
        const DATA_TYPE: DataType;

        /// Appends its little-endian bytes.
        fn put(self, out: &mut Vec<u8>);
    }

    macro_rules! elements {
        ($($(#[$if:meta])? $type:ty: $data_type:ident),* $(,)?) => {
            $(
                $(#[$if])?
                impl Element for $type {
                    const DATA_TYPE: DataType = DataType::$data_type;

                    fn put(self, out: &mut Vec<u8>) {
                        out.extend_from_slice(&self.to_le_bytes());
                    }
                }
            )*
        };
    }

    elements! {
        f32: Float, f64: Double, i8: Int8, i16: Int16, i32: Int32, i64: Int64,
        u8: Uint8, u16: Uint16, u32: Uint32, u64: Uint64,
        #[cfg(feature = "half")] half::f16: Half,
        #[cfg(feature = "half")] half::bf16: Bfloat16,
    }

    impl Element for bool {
        const DATA_TYPE: DataType = DataType::Bool;

        fn put(self, out: &mut Vec<u8>) {
            out.push(self.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::{Elements, Tensor};

    #[test]
    fn numbers_keep_their_type() {
        let decoded = |tensor: OwnedTensor| {
            let bytes = tensor.encode();
            let tensor = Tensor::decode(&bytes).unwrap();
            (format!("{tensor}"), format!("{:?}", tensor.elements()))
        };
        let (shape, elements) = decoded(OwnedTensor::new(&[1, 2], [-1i16, 2]).unwrap());
        assert_eq!((&*shape, &*elements), ("DT_INT16 [1, 2]", "I16([-1, 2])"));
        let (shape, elements) = decoded(true.into());
        assert_eq!((&*shape, &*elements), ("DT_BOOL []", "Bool([true])"));
        let (shape, elements) = decoded(u64::MAX.into());
        assert_eq!(
            (&*shape, &*elements),
            ("DT_UINT64 []", "U64([18446744073709551615])")
        );
        let (shape, _) = decoded(OwnedTensor::new(&[0, 5], [0f64; 0]).unwrap());
        assert_eq!(shape, "DT_DOUBLE [0, 5]");
    }

    #[test]
    fn lists_are_tensors_of_rank_1() {
        let list = OwnedTensor::new(&[3], [1i64, -2, 3]).unwrap();
        assert_eq!(OwnedTensor::from([1i64, -2, 3]), list);
        assert_eq!(OwnedTensor::from(vec![1i64, -2, 3]), list);
        assert_eq!(OwnedTensor::from(&[1i64, -2, 3][..]), list);
        assert_eq!(OwnedTensor::from(&list), list);
    }

    #[test]
    fn strings_are_bytes() {
        let tensor = OwnedTensor::strings(&[2], [&b"\xff"[..], b""]).unwrap();
        let bytes = tensor.encode();
        let tensor = Tensor::decode(&bytes).unwrap();
        let Elements::Strings(strings) = tensor.elements() else {
            panic!("{tensor}");
        };
        assert_eq!(*strings, [&b"\xff"[..], b""]);
        assert_eq!(OwnedTensor::from(String::from("a")), OwnedTensor::from("a"));
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let huge = 1 << (usize::BITS / 2 + 1);
        for (shape, fits) in [
            (vec![0, 5, 2], true),
            (vec![5, 2, 0], true),
            (vec![0, huge, huge], false),
            (vec![huge, huge, 0], false),
            (vec![huge, 0, huge], false),
            (vec![0, usize::MAX], false),
            (vec![usize::MAX, 0], false),
            ([1; MAX_RANK].to_vec(), true),
            ([1; MAX_RANK + 1].to_vec(), false),
        ] {
            let len = usize::from(!shape.contains(&0));
            let tensor = OwnedTensor::new(&shape, vec![1u8; len]);
            let texts = OwnedTensor::strings(&shape, vec!["a"; len]);
            assert_eq!((tensor.is_ok(), texts.is_ok()), (fits, fits), "{shape:?}");
            for tensor in [tensor, texts].into_iter().flatten() {
                assert_eq!(tensor.shape(), shape);
                let bytes = tensor.encode();
                let read = Tensor::decode(&bytes).unwrap();
                assert_eq!(read.shape(), shape);
                assert_eq!(read.dtype(), Some(tensor.dtype()));
            }
        }
    }

    #[test]
    fn shapes_fit() {
        for shape in [&[3][..], &[], &[usize::MAX, 2]] {
            let error = OwnedTensor::new(shape, [1u8, 2]).unwrap_err().to_string();
            assert!(error.contains("cannot hold 2 elements"), "{error}");
        }
    }
}
