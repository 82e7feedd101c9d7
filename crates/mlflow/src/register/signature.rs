//! What a model takes and returns, as MLflow writes it down: it then refuses input of other names and types.

use std::collections::HashSet;

use serde::Serialize;
use tfevents::proto::onnx::tensor_proto::DataType;
use tfevents::proto::onnx::tensor_shape_proto::dimension;
use tfevents::proto::onnx::{GraphProto, ValueInfoProto};

/// The signature of a model.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Signature {
    /// None if MLflow cannot express one of them.
    pub(super) inputs: Option<Vec<TensorSpec>>,
    pub(super) outputs: Option<Vec<TensorSpec>>,
    /// What could not be expressed, and why.
    pub(super) left_out: Vec<String>,
}

/// A named tensor.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct TensorSpec {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) name: String,
    #[serde(rename = "tensor-spec")]
    spec: Spec,
}

#[derive(Debug, PartialEq, Serialize)]
struct Spec {
    dtype: &'static str,
    /// -1 is any size.
    shape: Vec<i64>,
}

impl Signature {
    pub(super) fn of(graph: &GraphProto) -> Self {
        let mut left_out = Vec::new();
        // Older files list the weights among the inputs.
        let sparse = graph.sparse_initializer.iter();
        let sparse = sparse.filter_map(|sparse| sparse.values.as_ref());
        let weights = graph.initializer.iter().chain(sparse);
        let weights: HashSet<_> = weights.map(|tensor| &*tensor.name).collect();
        let inputs = graph.input.iter();
        let inputs = inputs.filter(|input| !weights.contains(&*input.name));
        let inputs = specs("input", inputs, &mut left_out);
        let outputs = specs("output", graph.output.iter(), &mut left_out);
        Self {
            inputs,
            outputs,
            left_out,
        }
    }
}

fn specs<'g>(
    what: &str,
    values: impl Iterator<Item = &'g ValueInfoProto>,
    left_out: &mut Vec<String>,
) -> Option<Vec<TensorSpec>> {
    let specs = values.map(|value| {
        spec(value).map_err(|why| left_out.push(format!("{what} `{}`: {why}", value.name)))
    });
    // All of them, so that everything that is wrong is said.
    let specs: Vec<_> = specs.collect();
    specs.into_iter().collect::<Result<_, _>>().ok()
}

fn spec(value: &ValueInfoProto) -> Result<TensorSpec, &'static str> {
    let tensor = value
        .r#type
        .as_ref()
        .and_then(|kind| kind.tensor_type.as_ref());
    let tensor = tensor.ok_or("not a tensor")?;
    let dtype = dtype(tensor.elem_type()).ok_or("elements of a type that NumPy does not have")?;
    let shape = tensor
        .shape
        .as_ref()
        .ok_or("unknown number of dimensions")?;
    let size = |value: Option<&dimension::Value>| match value {
        Some(&dimension::Value::DimValue(size)) if size >= 0 => size,
        _ => -1,
    };
    Ok(TensorSpec {
        kind: "tensor",
        name: value.name.clone(),
        spec: Spec {
            dtype,
            shape: shape
                .dim
                .iter()
                .map(|dim| size(dim.value.as_ref()))
                .collect(),
        },
    })
}

/// What NumPy calls a type.
fn dtype(elements: DataType) -> Option<&'static str> {
    Some(match elements {
        DataType::Float => "float32",
        DataType::Double => "float64",
        DataType::Float16 => "float16",
        DataType::Int8 => "int8",
        DataType::Int16 => "int16",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::Uint8 => "uint8",
        DataType::Uint16 => "uint16",
        DataType::Uint32 => "uint32",
        DataType::Uint64 => "uint64",
        DataType::Bool => "bool",
        DataType::String => "str",
        DataType::Complex64 => "complex64",
        DataType::Complex128 => "complex128",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use tfevents::proto::onnx::{
        SparseTensorProto, TensorProto, TensorShapeProto, TypeProto, tensor_shape_proto::Dimension,
        type_proto,
    };

    use super::*;

    fn value(name: &str, elements: DataType, shape: Option<&[i64]>) -> ValueInfoProto {
        let dim = |&size: &i64| Dimension {
            value: Some(match size {
                -1 => dimension::Value::DimParam("batch".to_owned()),
                size => dimension::Value::DimValue(size),
            }),
        };
        let shape = shape.map(|shape| TensorShapeProto {
            dim: shape.iter().map(dim).collect(),
        });
        ValueInfoProto {
            name: name.to_owned(),
            r#type: Some(TypeProto {
                tensor_type: Some(type_proto::Tensor {
                    elem_type: elements.into(),
                    shape,
                }),
            }),
        }
    }

    fn json(specs: Option<&Vec<TensorSpec>>) -> String {
        serde_json::to_string(specs.unwrap()).unwrap()
    }

    #[test]
    fn inputs_and_outputs_are_tensors_and_weights_are_neither() {
        let weight = |name: &str| TensorProto {
            name: name.to_owned(),
            ..Default::default()
        };
        let graph = GraphProto {
            input: vec![
                value("x", DataType::Float, Some(&[-1, 3])),
                value("w", DataType::Float, Some(&[3, 2])),
                value("s", DataType::Float, Some(&[3, 2])),
                value("ids", DataType::Int64, Some(&[])),
            ],
            initializer: vec![weight("w")],
            sparse_initializer: vec![SparseTensorProto {
                values: Some(weight("s")),
                ..Default::default()
            }],
            output: vec![value("y", DataType::String, Some(&[-1]))],
            ..Default::default()
        };
        let signature = Signature::of(&graph);
        assert_eq!(
            json(signature.inputs.as_ref()),
            r#"[{"type":"tensor","name":"x","tensor-spec":{"dtype":"float32","shape":[-1,3]}},{"type":"tensor","name":"ids","tensor-spec":{"dtype":"int64","shape":[]}}]"#
        );
        assert_eq!(
            json(signature.outputs.as_ref()),
            r#"[{"type":"tensor","name":"y","tensor-spec":{"dtype":"str","shape":[-1]}}]"#
        );
        assert!(signature.left_out.is_empty());
    }

    #[test]
    fn what_mlflow_cannot_express_is_left_out_and_told() {
        let graph = GraphProto {
            input: vec![
                value("x", DataType::Float, Some(&[1])),
                value("half", DataType::Bfloat16, Some(&[1])),
                value("any", DataType::Float, None),
            ],
            output: vec![
                value("label", DataType::Int64, Some(&[-1])),
                ValueInfoProto {
                    name: "probabilities".to_owned(),
                    r#type: Some(TypeProto::default()),
                },
            ],
            ..Default::default()
        };
        let signature = Signature::of(&graph);
        assert_eq!((signature.inputs, signature.outputs), (None, None));
        assert_eq!(
            signature.left_out,
            [
                "input `half`: elements of a type that NumPy does not have",
                "input `any`: unknown number of dimensions",
                "output `probabilities`: not a tensor",
            ]
        );
    }
}
