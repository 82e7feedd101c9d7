//! Values as the tensors that TensorBoard makes arrays of.

use tfevents::event::{DataRef, Encoded};
use tfevents::proto::{
    DataType, Message as _, TensorProto, TensorShapeProto, tensor_shape_proto::Dim,
};
use tfevents::state::BlobPoint;
use tfevents::{Result, Tensor, Value};

/// The bytes of the tensor that a value is or becomes. `None` for what is none, and for what no array can be made of:
/// TensorBoard would fail for the whole series.
pub(crate) fn of_point(point: &BlobPoint) -> Result<Option<Vec<u8>>> {
    let blob = point.read()?;
    let Some(value) = blob.stored()? else {
        return Ok(None);
    };
    Ok(match &value.data {
        DataRef::Tensor(encoded) => of_tensor(encoded),
        // Only their metadata matter, as with hyperparameters, but without a value nobody would see them.
        DataRef::None => Some(floats(&[0], Vec::new())),
        DataRef::Histogram(_) => match blob.value()? {
            Value::Histogram(histogram) => {
                let rows = histogram.buckets().iter();
                let rows = rows.flat_map(|b| [b.left, b.right, b.count]);
                #[expect(clippy::cast_possible_truncation, reason = "as in TensorBoard")]
                let rows: Vec<_> = rows.map(|number| number as f32).collect();
                Some(floats(&[rows.len() / 3, 3], rows))
            }
            _ => None,
        },
        _ => None,
    })
}

/// The number that a value is, of a series of scalars that is held as tensors.
pub(crate) fn number_of_point(point: &BlobPoint) -> Option<tfevents::Number> {
    let blob = point.read().ok()?;
    match blob.stored().ok()??.data {
        DataRef::Tensor(encoded) => Tensor::from_encoded(&encoded).ok()?.as_number(),
        DataRef::Simple(value) => Some(tfevents::Number::F32(value)),
        _ => None,
    }
}

/// One message, also where a writer stored it in pieces.
fn of_tensor(encoded: &Encoded<'_>) -> Option<Vec<u8>> {
    Tensor::from_encoded(encoded).ok()?;
    Some(encoded.pieces().collect::<Vec<_>>().concat())
}

fn floats(shape: &[usize], values: Vec<f32>) -> Vec<u8> {
    let dim = |&size: &usize| Dim {
        size: i64::try_from(size).unwrap_or(i64::MAX),
        ..Dim::default()
    };
    let tensor = TensorProto {
        dtype: DataType::Float.into(),
        tensor_shape: Some(TensorShapeProto {
            dim: shape.iter().map(dim).collect(),
            ..TensorShapeProto::default()
        }),
        float_val: values,
        ..TensorProto::default()
    };
    tensor.encode_to_vec()
}
