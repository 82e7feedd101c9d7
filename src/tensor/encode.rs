//! Tensors as this crate stores them.

use super::DataType;
use crate::proto;
use crate::types::IntoScalar as _;

/// Dimensions as the format stores them.
pub(crate) fn shape_proto(dims: &[usize]) -> proto::TensorShapeProto {
    proto::TensorShapeProto {
        dim: dims
            .iter()
            .map(|&size| proto::tensor_shape_proto::Dim {
                size: i64::try_from(size).unwrap_or(i64::MAX),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

/// A tensor of byte strings.
pub(crate) fn string_tensor(shape: &[usize], string_val: Vec<Vec<u8>>) -> proto::TensorProto {
    proto::TensorProto {
        dtype: DataType::String as i32,
        tensor_shape: Some(shape_proto(shape)),
        string_val,
        ..Default::default()
    }
}

/// A tensor of little-endian elements, stored as TensorFlow does.
pub(crate) fn raw_tensor(
    dtype: DataType,
    shape: &[usize],
    tensor_content: Vec<u8>,
) -> proto::TensorProto {
    proto::TensorProto {
        dtype: dtype as i32,
        tensor_shape: Some(shape_proto(shape)),
        tensor_content,
        ..Default::default()
    }
}

/// A tensor of doubles.
pub(crate) fn double_tensor(shape: &[usize], values: &[f64]) -> proto::TensorProto {
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    raw_tensor(DataType::Double, shape, bytes)
}

/// One float, of shape `[]`; its bytes are the last of the message.
fn scalar_tensor(value: f32) -> proto::TensorProto {
    proto::TensorProto {
        dtype: DataType::Float as i32,
        tensor_shape: Some(shape_proto(&[])),
        float_val: vec![value],
        ..Default::default()
    }
}

/// One double that shows as a float: whoever goes by the type reads the float, which is the double rounded.
pub(crate) fn exact_scalar_tensor(value: f64) -> proto::TensorProto {
    let rounded = value.to_f32();
    let is_rounded = f64::from(rounded).to_bits() != value.to_bits();
    proto::TensorProto {
        double_val: is_rounded.then_some(value).into_iter().collect(),
        ..scalar_tensor(rounded)
    }
}

/// A tensor of floats.
pub(crate) fn float_tensor(
    shape: &[usize],
    values: impl IntoIterator<Item = f32>,
) -> proto::TensorProto {
    let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
    raw_tensor(DataType::Float, shape, bytes)
}
