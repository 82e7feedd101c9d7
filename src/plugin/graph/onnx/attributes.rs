//! What is listed beside a node: its attributes, and the types of its values.

use crate::plugin::graph::Attribute;
use crate::proto::onnx::attribute_proto::AttributeType;
use crate::proto::onnx::tensor_proto::DataType as OnnxType;
use crate::proto::onnx::{AttributeProto, TensorProto};
use crate::tensor::DataType;

/// The attribute as TensorBoard can list it: subgraphs are drawn instead, tensors stand by type and shape.
pub(super) fn attribute_value(attribute: &AttributeProto) -> Option<Attribute> {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    Some(match attribute_type(attribute) {
        AttributeType::Float => attribute.f.into(),
        AttributeType::Int => attribute.i.into(),
        AttributeType::String => text(&attribute.s).into(),
        AttributeType::Floats => attribute.floats.clone().into(),
        AttributeType::Ints => attribute.ints.clone().into(),
        AttributeType::Strings => attribute
            .strings
            .iter()
            .map(text)
            .collect::<Vec<_>>()
            .into(),
        AttributeType::Tensor => attribute.t.as_ref().map(tensor_text)?.into(),
        AttributeType::Tensors => {
            let tensors: Vec<_> = attribute.tensors.iter().map(tensor_text).collect();
            tensors.into()
        }
        _ => return None,
    })
}

/// What an attribute holds. Files from before ONNX stated the type show it by the one field that is set.
fn attribute_type(attribute: &AttributeProto) -> AttributeType {
    match attribute.r#type() {
        AttributeType::Undefined if attribute.t.is_some() => AttributeType::Tensor,
        AttributeType::Undefined if !attribute.ints.is_empty() => AttributeType::Ints,
        AttributeType::Undefined if !attribute.floats.is_empty() => AttributeType::Floats,
        AttributeType::Undefined if !attribute.strings.is_empty() => AttributeType::Strings,
        AttributeType::Undefined if !attribute.tensors.is_empty() => AttributeType::Tensors,
        AttributeType::Undefined if !attribute.s.is_empty() => AttributeType::String,
        AttributeType::Undefined if attribute.f != 0.0 => AttributeType::Float,
        AttributeType::Undefined if attribute.g.is_none() && attribute.graphs.is_empty() => {
            AttributeType::Int
        }
        stated => stated,
    }
}

fn tensor_text(tensor: &TensorProto) -> String {
    format!("{} {:?}", tensor.data_type().as_str_name(), tensor.dims)
}

/// The element type by its other name; the few that TensorFlow does not have are unknown.
pub(super) fn dtype(onnx: i32) -> Option<DataType> {
    Some(match OnnxType::try_from(onnx).ok()? {
        OnnxType::Undefined
        | OnnxType::Float8e8m0
        | OnnxType::Float6e2m3
        | OnnxType::Float6e3m2 => return None,
        OnnxType::Float => DataType::Float,
        OnnxType::Uint8 => DataType::Uint8,
        OnnxType::Int8 => DataType::Int8,
        OnnxType::Uint16 => DataType::Uint16,
        OnnxType::Int16 => DataType::Int16,
        OnnxType::Int32 => DataType::Int32,
        OnnxType::Int64 => DataType::Int64,
        OnnxType::String => DataType::String,
        OnnxType::Bool => DataType::Bool,
        OnnxType::Float16 => DataType::Half,
        OnnxType::Double => DataType::Double,
        OnnxType::Uint32 => DataType::Uint32,
        OnnxType::Uint64 => DataType::Uint64,
        OnnxType::Complex64 => DataType::Complex64,
        OnnxType::Complex128 => DataType::Complex128,
        OnnxType::Bfloat16 => DataType::Bfloat16,
        OnnxType::Float8e4m3fn => DataType::Float8E4m3fn,
        OnnxType::Float8e4m3fnuz => DataType::Float8E4m3fnuz,
        OnnxType::Float8e5m2 => DataType::Float8E5m2,
        OnnxType::Float8e5m2fnuz => DataType::Float8E5m2fnuz,
        OnnxType::Uint4 => DataType::Uint4,
        OnnxType::Int4 => DataType::Int4,
        OnnxType::Float4e2m1 => DataType::Float4E2m1fn,
        OnnxType::Uint2 => DataType::Uint2,
        OnnxType::Int2 => DataType::Int2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::onnx::GraphProto;

    #[test]
    fn attributes_of_old_files_show_their_type_by_their_field() {
        let attribute = |set: &dyn Fn(&mut AttributeProto)| {
            let mut attribute = AttributeProto::default();
            set(&mut attribute);
            attribute_value(&attribute)
        };
        assert_eq!(
            attribute(&|a| a.ints = vec![1, 2]),
            Some(Attribute::Ints(vec![1, 2]))
        );
        assert_eq!(attribute(&|a| a.f = 0.5), Some(Attribute::Float(0.5)));
        assert_eq!(
            attribute(&|a| a.s = b"x".to_vec()),
            Some(Attribute::Text("x".into()))
        );
        assert_eq!(attribute(&|_| ()), Some(Attribute::Int(0)));
        assert_eq!(attribute(&|a| a.g = Some(GraphProto::default())), None);
        let stated = attribute(&|a| a.r#type = AttributeType::Float as i32);
        assert_eq!(stated, Some(Attribute::Float(0.0)));
        let tensor = attribute(&|a| {
            a.t = Some(TensorProto {
                data_type: OnnxType::Int8 as i32,
                dims: vec![2, 3],
                ..Default::default()
            });
        });
        assert_eq!(tensor, Some(Attribute::Text("INT8 [2, 3]".into())));
    }
}
