//! Old forms of values, and what becomes of metadata.

use tfevents::plugin::Value;
use tfevents::proto::{self, DataType, summary, summary_metadata::PluginData};
use tfevents::{Kind, LogdirState, Number, Policy, Selection};

use super::{event, framed, write};

fn tensor(dtype: DataType, tensor: proto::TensorProto) -> summary::value::Value {
    summary::value::Value::Tensor(proto::TensorProto {
        dtype: dtype as i32,
        ..tensor
    })
}

fn metadata(plugin_name: &str) -> proto::SummaryMetadata {
    proto::SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: plugin_name.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// A logdir of one run whose tag `x` holds these values at steps 0, 1, ….
fn logged(
    values: Vec<(
        Option<proto::SummaryMetadata>,
        Option<summary::value::Value>,
    )>,
) -> (tempfile::TempDir, LogdirState) {
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = values
        .into_iter()
        .zip(0..)
        .flat_map(|((metadata, value), step)| {
            framed(&event(
                step,
                summary::Value {
                    tag: "x".into(),
                    metadata,
                    value,
                    ..Default::default()
                },
            ))
        })
        .collect();
    write(dir.path().join("e.tfevents.1"), bytes);
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    (dir, state)
}

/// FAST hides all of these; SLOW shows them, through Python's numbers.
#[test]
fn any_single_number_is_a_scalar_in_its_own_type() {
    let big = (1i64 << 53) + 1;
    let cases = [
        (
            tensor(
                DataType::Double,
                proto::TensorProto {
                    double_val: vec![0.1],
                    ..Default::default()
                },
            ),
            Number::F64(0.1),
        ),
        (
            tensor(
                DataType::Int64,
                proto::TensorProto {
                    int64_val: vec![big],
                    ..Default::default()
                },
            ),
            Number::I64(big),
        ),
        (
            tensor(
                DataType::Half,
                proto::TensorProto {
                    half_val: vec![0x3800],
                    ..Default::default()
                },
            ),
            Number::F32(0.5),
        ),
        (
            tensor(
                DataType::Bool,
                proto::TensorProto {
                    bool_val: vec![true],
                    ..Default::default()
                },
            ),
            Number::Bool(true),
        ),
        (
            tensor(
                DataType::Uint64,
                proto::TensorProto {
                    uint64_val: vec![u64::MAX],
                    tensor_shape: Some(proto::TensorShapeProto {
                        dim: vec![proto::tensor_shape_proto::Dim {
                            size: 1,
                            ..Default::default()
                        }],
                        ..Default::default()
                    }),
                    ..Default::default()
                },
            ),
            Number::U64(u64::MAX),
        ),
    ];
    for (value, number) in cases {
        let (_dir, state) = logged(vec![(Some(metadata("scalars")), Some(value))]);
        let run = state.run(".").unwrap();
        let all = run.scalars("x", Policy::Raw).unwrap();
        assert_eq!(all.values.number(0), Some(number));
        assert_eq!(run.scalars("x", Policy::Slow).unwrap().len(), 1);
        assert_eq!(run.scalars("x", Policy::Fast).unwrap().len(), 0, "{number}");
    }
}

/// Both loaders lose the series for ever if its first value lacks metadata.
#[test]
fn metadata_that_comes_late_says_what_the_series_is() {
    let text = |text: &str| {
        tensor(
            DataType::String,
            proto::TensorProto {
                string_val: vec![text.into()],
                ..Default::default()
            },
        )
    };
    let (_dir, state) = logged(vec![
        (None, Some(text("a"))),
        (Some(metadata("text")), Some(text("b"))),
    ]);
    let run = state.run(".").unwrap();
    assert_eq!(run.series().next().unwrap().kind, Kind::Text);
    let blobs = run.blobs("x", Policy::Raw).unwrap();
    assert_eq!(blobs.len(), 2);
    let first = blobs[0].read().unwrap();
    let Value::Text(first) = first.value().unwrap() else {
        panic!("{first:?}");
    };
    assert_eq!(first.cells, [b"a"]);
    assert!(run.blobs("x", Policy::Fast).is_none() && run.blobs("x", Policy::Slow).is_none());
}

/// FAST throws the metadata of such values away; SLOW keeps these two.
#[test]
fn names_and_descriptions_of_old_values_are_kept() {
    let described = proto::SummaryMetadata {
        display_name: "Loss".into(),
        summary_description: "**mean**".into(),
        ..Default::default()
    };
    let (_dir, state) = logged(vec![(
        Some(described),
        Some(summary::value::Value::SimpleValue(1.0)),
    )]);
    let series = state.run(".").unwrap().series().next().unwrap();
    assert_eq!(series.metadata.display_name, "Loss");
    assert_eq!(series.metadata.description, "**mean**");
}

/// FAST keeps the first kind and drops the rest; SLOW fails the whole request.
#[test]
fn a_tag_of_two_kinds_is_two_series() {
    let histogram = summary::value::Value::Histo(proto::HistogramProto {
        bucket_limit: vec![1.0],
        bucket: vec![1.0],
        ..Default::default()
    });
    let number = summary::value::Value::SimpleValue(1.0);
    let (_dir, state) = logged(vec![(None, Some(number)), (None, Some(histogram))]);
    let run = state.run(".").unwrap();
    let kinds: Vec<_> = run.series().map(|s| s.kind).collect();
    assert_eq!(kinds, [Kind::Scalar, Kind::Histogram]);
    assert_eq!(run.scalars("x", Policy::Fast).unwrap().steps, [0]);
    assert!(run.blobs("x", Policy::Fast).is_none());
    assert_eq!(run.blobs("x", Policy::Raw).unwrap().len(), 1);
}

/// SLOW answers the whole dashboard with an error.
#[test]
fn a_value_without_a_value_costs_nothing() {
    let number = summary::value::Value::SimpleValue(2.0);
    let (_dir, state) = logged(vec![
        (Some(metadata("scalars")), None),
        (None, Some(number)),
    ]);
    let run = state.run(".").unwrap();
    assert_eq!(run.scalars("x", Policy::Raw).unwrap().steps, [1]);
}
