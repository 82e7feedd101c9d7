//! A kind that TensorBoard has no dashboard for: what is written is there to be shown, and is read back.

use serde_json::json;
use tfevents::plugin::{DataClass, Plugin, Plugins, PointDecoder, RawValue, Value};
use tfevents::tensor::{OwnedTensor, Tensor};
use tfevents::{
    Error, Kind, Logdir, LogdirState, Number, Policy, Result, RunItem, Selection, SummaryWriter,
};

use super::environment;
use super::tensorboard::{Mode, provided};
use crate::support::skipped;

/// Degrees in several places.
#[derive(Clone, Debug, PartialEq)]
struct Temperatures {
    unit: &'static str,
    degrees: Vec<f64>,
}

impl Plugin for Temperatures {
    const NAME: &'static str = "thermometer";

    fn content(&self) -> Vec<u8> {
        self.unit.into()
    }

    fn encode(&self) -> Result<OwnedTensor> {
        if self.degrees.is_empty() {
            return Err(Error::argument("no temperature was measured"));
        }
        OwnedTensor::new(&[self.degrees.len()], self.degrees.iter().copied())
    }

    fn decode(content: &[u8], tensor: &Tensor<'_>) -> Result<Self> {
        let unit = match content {
            b"C" => "C",
            b"F" => "F",
            _ => return Err(Error::decode("temperatures are in C or F")),
        };
        let degrees = tensor.numbers().map(Number::as_f64).collect();
        Ok(Self { unit, degrees })
    }
}

/// A kind that states no class.
#[derive(Debug, PartialEq)]
struct Other;

impl Plugin for Other {
    const NAME: &'static str = "other";
    const DATA_CLASS: DataClass = DataClass::Unknown;

    fn encode(&self) -> Result<OwnedTensor> {
        Ok("other".into())
    }

    fn decode(_content: &[u8], _tensor: &Tensor<'_>) -> Result<Self> {
        Ok(Self)
    }
}

fn values() -> Vec<Temperatures> {
    let of = |degrees: &[f64]| Temperatures {
        unit: "F",
        degrees: degrees.into(),
    };
    vec![of(&[32.0, 451.0]), of(&[-459.67]), of(&[0.1, 0.2, 0.3])]
}

fn logged() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("run")).unwrap();
    for (value, step) in values().iter().zip(0..) {
        writer.add("oven", value, step).unwrap();
    }
    let error = writer.add("other", &Other, 0).unwrap_err().to_string();
    assert!(error.contains("data class"), "{error}");
    let none = Temperatures {
        unit: "F",
        degrees: Vec::new(),
    };
    let error = writer.add("oven", &none, 3).unwrap_err();
    assert_eq!(error.to_string(), "no temperature was measured");
    writer.close().unwrap();
    dir
}

#[test]
fn both_loaders_hand_it_out() {
    let dir = logged();
    if environment::is_unwanted() {
        skipped("stock::own_kind", "TFEVENTS_SKIP_STOCK is set");
        return;
    }
    for mode in [Mode::Fast, Mode::Slow] {
        let runs = provided(dir.path(), mode);
        let oven = &runs["run"]["tensors"]["thermometer"]["oven"];
        assert_eq!(oven["content"], json!({"bytes": "Rg=="}));
        let points = oven["points"].as_array().unwrap();
        let points: Vec<_> = points.iter().map(|p| (&p[0], &p[2]["values"])).collect();
        let expected = [
            json!([32.0, 451.0]),
            json!([-459.67]),
            json!([0.1, 0.2, 0.3]),
        ];
        let steps = [json!(0), json!(1), json!(2)];
        let expected: Vec<_> = steps.iter().zip(&expected).collect();
        assert_eq!(points, expected, "{mode:?}");
    }
}

#[test]
fn it_is_read_back_in_its_own_type() {
    let dir = logged();
    let plugins = Plugins::new().with::<Temperatures>();
    let mut decoder = PointDecoder::new(plugins.clone());
    let mut found = Vec::new();
    let logdir = Logdir::open(dir.path()).unwrap();
    let mut reader = logdir.runs()[0].read();
    while let Some(item) = reader.next_item().unwrap() {
        let RunItem::Event { event, .. } = item else {
            continue;
        };
        for point in decoder.points(&event.event) {
            let point = point.unwrap();
            assert_eq!(point.kind, Kind::Other);
            found.push(point.value.get::<Temperatures>().unwrap().clone());
        }
    }
    assert_eq!(found, values());

    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let points = state
        .run("run")
        .unwrap()
        .blobs("oven", Policy::Raw)
        .unwrap();
    let blob = points[1].read().unwrap();
    let value = blob.value_with(&plugins).unwrap();
    assert_eq!(value.get(), Some(&values()[1]));
    assert_eq!(value.get::<Other>(), None);
    assert!(matches!(
        blob.value().unwrap(),
        Value::Raw(RawValue { problem: None, .. })
    ));
}

#[test]
fn a_value_that_is_none_is_kept_with_the_problem() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let value = Temperatures {
        unit: "K",
        degrees: vec![1.0],
    };
    writer.add("oven", &value, 0).unwrap();
    writer.close().unwrap();
    let plugins = Plugins::new().with::<Temperatures>();
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let points = state.run(".").unwrap().blobs("oven", Policy::Raw).unwrap();
    let blob = points[0].read().unwrap();
    let Value::Raw(raw) = blob.value_with(&plugins).unwrap() else {
        panic!("{blob:?}");
    };
    assert_eq!(raw.problem.as_deref(), Some("temperatures are in C or F"));
}

#[test]
fn a_tag_stays_one_plugins() {
    #[derive(Debug, PartialEq)]
    struct Hygrometer;

    impl Plugin for Hygrometer {
        const NAME: &'static str = "hygrometer";

        fn encode(&self) -> Result<OwnedTensor> {
            Ok(0.5f32.into())
        }

        fn decode(_content: &[u8], _tensor: &Tensor<'_>) -> Result<Self> {
            Ok(Self)
        }
    }

    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add("oven", &values()[0], 0).unwrap();
    let error = writer.add("oven", &Hygrometer, 1).unwrap_err().to_string();
    assert!(
        error.contains("\"thermometer\" and cannot take one of \"hygrometer\""),
        "{error}"
    );
    writer.add("oven", &values()[1], 1).unwrap();
    writer.add("air", &Hygrometer, 1).unwrap();
    writer.close().unwrap();
}
