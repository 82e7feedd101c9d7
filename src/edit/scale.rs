//! Scalars in another unit.

use crate::error::Result;
use crate::event::{DataRef, ValueRef};
use crate::plugin::scalar;
use crate::proto::Message as _;
use crate::tensor::{DataType, Tensor, double_tensor, exact_scalar_tensor, float_tensor};
use crate::types::Number;

/// A number in the form that it was stored in.
#[derive(Debug, PartialEq)]
pub(crate) enum Scaled {
    Simple(f32),
    /// A serialized tensor.
    Tensor(Vec<u8>),
}

/// A value multiplied, if it is a scalar; `plugin` is whose series it is part of.
#[expect(
    clippy::cast_possible_truncation,
    reason = "32-bit floats stay such: see `Rules::scale`"
)]
pub(super) fn scaled(value: &ValueRef<'_>, plugin: &str, factor: f64) -> Result<Option<Scaled>> {
    let Ok(number) = scalar::decode(&value.data) else {
        return Ok(None);
    };
    let product = number.as_f64() * factor;
    Ok(match &value.data {
        DataRef::Simple(_) => Some(Scaled::Simple(product as f32)),
        DataRef::Tensor(encoded) if plugin == "scalars" => {
            let tensor = Tensor::from_encoded(encoded)?;
            let scaled = match number {
                Number::F32(_) => float_tensor(tensor.shape(), [product as f32]),
                // As visible as before.
                _ if tensor.dtype() == Some(DataType::Float) => exact_scalar_tensor(product),
                _ => double_tensor(tensor.shape(), &[product]),
            };
            Some(Scaled::Tensor(scaled.encode_to_vec()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{self, DataType};

    /// What becomes of a tensor of one element when it is halved: its type and content.
    fn halved(tensor: &proto::TensorProto) -> Option<(i32, Vec<u8>)> {
        let value = proto::summary::Value {
            value: Some(proto::summary::value::Value::Tensor(tensor.clone())),
            ..Default::default()
        };
        let bytes = value.encode_to_vec();
        let value = ValueRef::parse(&bytes).unwrap();
        match scaled(&value, "scalars", 0.5).unwrap()? {
            Scaled::Tensor(tensor) => {
                let tensor = proto::TensorProto::decode(&*tensor).unwrap();
                Some((tensor.dtype, tensor.tensor_content))
            }
            Scaled::Simple(_) => None,
        }
    }

    #[test]
    fn floats_keep_their_type_and_integers_become_doubles() {
        let double = |v: f64| Some((DataType::Double as i32, v.to_le_bytes().to_vec()));
        let float = |v: f32| Some((DataType::Float as i32, v.to_le_bytes().to_vec()));
        assert_eq!(halved(&float_tensor(&[], [3.0])), float(1.5));
        assert_eq!(halved(&double_tensor(&[1], &[0.2])), double(0.1));
        let integer = proto::TensorProto {
            dtype: DataType::Int64 as i32,
            int64_val: vec![3],
            ..Default::default()
        };
        assert_eq!(halved(&integer), double(1.5));
        let half = proto::TensorProto {
            dtype: DataType::Half as i32,
            half_val: vec![0x3c00],
            ..Default::default()
        };
        assert_eq!(halved(&half), float(0.5));
    }
}
