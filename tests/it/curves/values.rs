//! Curves and meshes through a file.

use tfevents::plugin::mesh::{MeshData, Scene};
use tfevents::{Kind, Mesh, Number, PrCurve, SummaryWriter, Value};

use super::{each_point, points};

#[test]
fn nan_predictions_are_counted_beside_the_curve() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer
        .add_pr_curve("pr", [true, false, true], [0.9, 0.1, 0.5], 1)
        .unwrap();
    writer
        .add_pr_curve("pr", [true, false, true], [0.9, f32::NAN, f32::NAN], 2)
        .unwrap();
    let refused = writer.add_pr_curve("logits", [true], [3.5], 3);
    assert!(refused.unwrap_err().to_string().contains("probabilities"));
    writer.close().unwrap();

    let mut found = Vec::new();
    each_point(dir.path(), |_, step, point| {
        let number = match &point.value {
            Value::PrCurve(curve) => {
                Number::F64(curve.true_positives[0] + curve.false_positives[0])
            }
            Value::Scalar(number) => *number,
            other => panic!("{other:?}"),
        };
        found.push((point.tag.to_owned(), step, number));
    });
    assert_eq!(
        found,
        [
            ("pr".into(), 1, Number::F64(3.0)),
            ("pr".into(), 2, Number::F64(1.0)),
            ("pr/nan".into(), 2, Number::F32(2.0)),
        ]
    );
}

#[test]
fn a_curve_from_elsewhere_is_kept_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let curve = PrCurve {
        true_positives: vec![3.0, 2.0, 0.0],
        false_positives: vec![3.0, 1.0, 0.0],
        true_negatives: vec![0.0, 2.0, 3.0],
        false_negatives: vec![0.0, 1.0, 3.0],
        precision: vec![0.5, 0.25, 0.0],
        recall: vec![1.0, 0.75, 0.0],
    };
    writer.add_pr_curve_raw("raw", &curve, 0).unwrap();
    let ragged = PrCurve {
        recall: Vec::new(),
        ..curve.clone()
    };
    assert!(writer.add_pr_curve_raw("raw", &ragged, 1).is_err());
    writer.close().unwrap();
    let read = points(dir.path(), |point| match &point.value {
        Value::PrCurve(curve) => Some((**curve).clone()),
        _ => None,
    });
    assert_eq!(read, [curve]);
}

#[test]
fn the_parts_of_a_mesh_are_one_event() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let vertices = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.5, -2.0]];
    let mesh = Mesh::new(vertices)
        .faces([[0i64, 1, 2]])
        .unwrap()
        .colors([[1, 2, 3], [4, 5, 6], [255, 0, 9]])
        .unwrap()
        .scene(&Scene::default())
        .unwrap();
    writer.add_meshes("m", &[mesh.clone(), mesh], 4).unwrap();
    // A tag of one of its parts is taken.
    assert!(writer.add_scalar("m_FACE", 1, 5).is_err());
    writer.close().unwrap();

    let mut found = Vec::new();
    each_point(dir.path(), |number, step, point| {
        let Value::Mesh(part) = &point.value else {
            panic!("{point:?}");
        };
        assert_eq!((part.name.as_str(), part.samples), ("m", 2));
        assert_eq!((number, step, point.kind), (2, 4, Kind::Mesh));
        found.push((point.tag.to_owned(), part.data.clone()));
    });
    assert_eq!(
        found,
        [
            (
                "m_VERTEX".into(),
                MeshData::Vertices([vertices; 2].concat())
            ),
            ("m_FACE".into(), MeshData::Faces(vec![[0, 1, 2]; 2])),
            (
                "m_COLOR".into(),
                MeshData::Colors([[[1, 2, 3], [4, 5, 6], [255, 0, 9]]; 2].concat())
            ),
        ]
    );
}

/// TensorFlow 1 writes metadata with the first value of a tag only.
#[test]
fn a_part_without_metadata_is_what_its_series_was() {
    use tfevents::proto::{Event, Summary, event::What, summary};

    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add_mesh("m", &Mesh::new([[1.0; 3]]), 0).unwrap();
    writer.close().unwrap();
    let second = SummaryWriter::new(dir.path()).unwrap();
    let tensor = tfevents::proto::TensorProto {
        dtype: tfevents::tensor::DataType::Float as i32,
        tensor_shape: Some(tfevents::proto::TensorShapeProto {
            dim: [1, 1, 3]
                .map(|size| tfevents::proto::tensor_shape_proto::Dim {
                    size,
                    ..Default::default()
                })
                .to_vec(),
            ..Default::default()
        }),
        float_val: vec![2.0],
        ..Default::default()
    };
    let value = summary::Value {
        tag: "m_VERTEX".into(),
        value: Some(summary::value::Value::Tensor(tensor)),
        ..Default::default()
    };
    let event = Event {
        step: 1,
        what: Some(What::Summary(Summary { value: vec![value] })),
        ..Default::default()
    };
    second.add_event(&event).unwrap();
    second.close().unwrap();
    let data = points(dir.path(), |point| match &point.value {
        Value::Mesh(part) => Some((part.name.clone(), part.data.clone())),
        other => panic!("{other:?}"),
    });
    assert_eq!(
        data,
        [1.0, 2.0].map(|v| ("m".to_owned(), MeshData::Vertices(vec![[v; 3]])))
    );
}
