//! Values of every form in which any writer stores them, and of some in which none does.

use tfevents::proto::{self, DataType, summary::value::Value, tensor_shape_proto::Dim};

use super::dice::Dice;

/// How a value is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// Forms before tensors.
    Simple,
    Histogram,
    Image,
    Audio,
    Obsolete,
    /// A number as a tensor: of the usual type, and of any other.
    Float,
    Number,
    /// A `[k, 3]` tensor of buckets.
    Buckets,
    /// Strings of rank 0, 1 and 2.
    String,
    Strings,
    Pairs,
    Table,
    /// Numbers of rank 1 and 2.
    Vector,
    Matrix,
    /// Tensors that cannot be.
    Odd,
    /// No value.
    Nothing,
}

pub(super) const FORMS: &[Form] = &[
    Form::Simple,
    Form::Histogram,
    Form::Image,
    Form::Audio,
    Form::Obsolete,
    Form::Float,
    Form::Number,
    Form::Buckets,
    Form::String,
    Form::Strings,
    Form::Pairs,
    Form::Table,
    Form::Vector,
    Form::Matrix,
    Form::Odd,
    Form::Nothing,
];

/// A value that no other one equals: `id` is in it.
pub(super) fn value(dice: &mut Dice, form: Form, id: i32) -> Option<Value> {
    // One in a few is not UTF-8.
    let end = *dice.pick::<&[u8]>(&[b"", b"", b"", b"\xff"]);
    let text = |n: usize| -> Vec<Vec<u8>> {
        let texts = (0..n).map(|i| [format!("{id}/{i}").as_bytes(), end].concat());
        texts.collect()
    };
    let number = f64::from(id);
    Some(match form {
        Form::Simple => Value::SimpleValue(id as f32),
        Form::Histogram => Value::Histo(histogram(dice, number)),
        Form::Image => Value::Image(proto::summary::Image {
            width: 3,
            height: id,
            colorspace: 1,
            encoded_image_string: text(1).remove(0),
        }),
        Form::Audio => Value::Audio(proto::summary::Audio {
            sample_rate: 8000.0,
            num_channels: 1,
            length_frames: 1,
            encoded_audio_string: text(1).remove(0),
            content_type: "audio/wav".into(),
        }),
        Form::Obsolete => Value::ObsoleteOldStyleHistogram(vec![1, 2]),
        Form::Float => tensor(
            DataType::Float,
            &[],
            proto::TensorProto {
                float_val: vec![id as f32],
                ..Default::default()
            },
        ),
        Form::Number => one(dice, id),
        Form::Buckets => buckets(dice, number),
        Form::String => strings(&[], text(1)),
        Form::Strings => {
            let n = dice.below(4);
            strings(&[n as i64], text(n))
        }
        Form::Pairs => {
            let n = dice.below(3);
            strings(&[n as i64, 2], text(2 * n))
        }
        Form::Table => {
            let (rows, columns) = (1 + dice.below(2), 1 + dice.below(3));
            strings(&[rows as i64, columns as i64], text(rows * columns))
        }
        Form::Vector => floats(&[2], &[number, 0.5]),
        Form::Matrix => floats(&[2, 2], &[number, 0.25, 0.5, 0.75]),
        Form::Odd => odd(dice, id),
        Form::Nothing => return None,
    })
}

fn tensor(dtype: DataType, dims: &[i64], tensor: proto::TensorProto) -> Value {
    let dim = |&size: &i64| Dim {
        size,
        ..Default::default()
    };
    Value::Tensor(proto::TensorProto {
        dtype: dtype as i32,
        tensor_shape: Some(proto::TensorShapeProto {
            dim: dims.iter().map(dim).collect(),
            ..Default::default()
        }),
        ..tensor
    })
}

fn floats(dims: &[i64], values: &[f64]) -> Value {
    tensor(
        DataType::Double,
        dims,
        proto::TensorProto {
            double_val: values.to_vec(),
            ..Default::default()
        },
    )
}

fn strings(dims: &[i64], values: Vec<Vec<u8>>) -> Value {
    tensor(
        DataType::String,
        dims,
        proto::TensorProto {
            string_val: values,
            ..Default::default()
        },
    )
}

/// Also with fewer and with more edges than counts.
fn histogram(dice: &mut Dice, id: f64) -> proto::HistogramProto {
    let mut counts: Vec<f64> = (0..dice.below(5)).map(|_| dice.below(3) as f64).collect();
    if let Some(last) = counts.last_mut() {
        *last *= id;
    }
    let edges = match dice.below(12) {
        0 => counts.len() + 1,
        1 => counts.len().saturating_sub(1),
        2 => counts.len().saturating_sub(2),
        _ => counts.len(),
    };
    proto::HistogramProto {
        min: -2.5,
        max: id,
        num: counts.iter().sum(),
        bucket_limit: (0..edges).map(|i| i as f64 - 1.0).collect(),
        bucket: counts,
        ..Default::default()
    }
}

fn buckets(dice: &mut Dice, id: f64) -> Value {
    let n = dice.below(3);
    let rows: Vec<f64> = (0..n)
        .flat_map(|i| [i as f64, (i + 1) as f64, id])
        .collect();
    if dice.percent(50) {
        return floats(&[n as i64, 3], &rows);
    }
    let raw: Vec<u8> = rows
        .iter()
        .flat_map(|row| (*row as f32).to_le_bytes())
        .collect();
    tensor(
        DataType::Float,
        &[n as i64, 3],
        proto::TensorProto {
            tensor_content: raw,
            ..Default::default()
        },
    )
}

/// A single number of any type, in a list or as raw bytes, at rank 0 or above.
fn one(dice: &mut Dice, id: i32) -> Value {
    let mut proto = proto::TensorProto::default();
    let raw = dice.percent(40);
    let dims: &[i64] = dice.pick::<&[i64]>(&[&[], &[], &[1], &[1, 1]]);
    let dtype = *dice.pick(&[
        DataType::Float,
        DataType::Double,
        DataType::Int32,
        DataType::Int64,
        DataType::Uint8,
        DataType::Bool,
        DataType::Half,
        DataType::Uint32,
        DataType::Uint64,
        DataType::Bfloat16,
    ]);
    // Small enough for all of them.
    let small = (id % 100) as u8;
    let bytes: Vec<u8> = match dtype {
        DataType::Float => (id as f32).to_le_bytes().to_vec(),
        DataType::Double => f64::from(id).to_le_bytes().to_vec(),
        DataType::Int32 | DataType::Uint32 => id.to_le_bytes().to_vec(),
        DataType::Int64 | DataType::Uint64 => i64::from(id).to_le_bytes().to_vec(),
        DataType::Bool => vec![small % 2],
        DataType::Half | DataType::Bfloat16 => 0x3c00u16.to_le_bytes().to_vec(),
        _ => vec![small],
    };
    if raw {
        proto.tensor_content = bytes;
        return tensor(dtype, dims, proto);
    }
    match dtype {
        DataType::Float => proto.float_val = vec![id as f32],
        DataType::Double => proto.double_val = vec![id.into()],
        DataType::Int64 => proto.int64_val = vec![id.into()],
        DataType::Bool => proto.bool_val = vec![small % 2 == 1],
        // PyTorch's way of storing halves among them.
        DataType::Half => proto.half_val = vec![*dice.pick(&[0x3c00, 0x3f80_0000])],
        DataType::Bfloat16 => proto.half_val = vec![0x3f80],
        DataType::Uint32 => proto.uint32_val = vec![u32::try_from(id).unwrap()],
        DataType::Uint64 => proto.uint64_val = vec![u64::try_from(id).unwrap()],
        DataType::Int32 => proto.int_val = vec![id],
        _ => proto.int_val = vec![small.into()],
    }
    tensor(dtype, dims, proto)
}

fn odd(dice: &mut Dice, id: i32) -> Value {
    let number = f64::from(id);
    let list = |n: usize| -> Vec<Vec<u8>> { (0..n).map(|i| vec![b'a' + i as u8]).collect() };
    match dice.below(16) {
        0 => Value::Tensor(proto::TensorProto::default()),
        1 => floats(&[0], &[]),
        2 => floats(&[], &[]),
        3 => floats(&[], &[number, 1.0]),
        4 => floats(&[2, 3], &[number]),
        5 => floats(&[2, 3], &[number, 1.0]),
        6 => floats(&[-1], &[number, 1.0]),
        7 => strings(&[3], list(1)),
        8 => strings(&[2], list(3)),
        9 => strings(&[], list(2)),
        10 => strings(&[0], list(1)),
        11 => strings(&[1, 1, 1], list(1)),
        12 => tensor(
            DataType::Complex64,
            &[],
            proto::TensorProto {
                scomplex_val: vec![id as f32, 1.0],
                ..Default::default()
            },
        ),
        13 => tensor(
            DataType::String,
            &[],
            proto::TensorProto {
                tensor_content: b"text".to_vec(),
                ..Default::default()
            },
        ),
        14 => tensor(
            DataType::Float,
            &[],
            proto::TensorProto {
                float_val: vec![id as f32, 2.0],
                tensor_content: 1.5f32.to_le_bytes().to_vec(),
                ..Default::default()
            },
        ),
        _ => tensor(DataType::Variant, &[], proto::TensorProto::default()),
    }
}
