//! A kind that TensorBoard has no dashboard for: what is written is there to be shown, and is read back.

use serde_json::json;
use tfevents::plugin::{DataClass, Plugin, Plugins, PointDecoder, RawValue, Value};
use tfevents::tensor::{OwnedTensor, Tensor};
use tfevents::writer::EventWriter;
use tfevents::{
    Error, EventItem, EventReader, Kind, Logdir, LogdirState, Number, Policy, Result, RunItem,
    Selection, SummaryWriter, proto,
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

/// A value whose class is `CLASS`, and whose plugin is one of two.
#[derive(Debug, PartialEq)]
struct Odd<const CLASS: i32, const OURS: bool>(OwnedTensor);

impl<const CLASS: i32, const OURS: bool> Plugin for Odd<CLASS, OURS> {
    const NAME: &'static str = if OURS { "odd" } else { "scalars" };
    const DATA_CLASS: DataClass = DataClass::Other(CLASS);

    fn encode(&self) -> Result<OwnedTensor> {
        Ok(self.0.clone())
    }

    fn decode(_content: &[u8], tensor: &Tensor<'_>) -> Result<Self> {
        tensor
            .as_number()
            .map(|_| Self(1.0f32.into()))
            .ok_or_else(|| Error::decode("one number"))
    }
}

#[test]
fn what_the_class_s_store_does_not_take_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let (number, list) = (OwnedTensor::from(1.0f32), OwnedTensor::from([1.0f32, 2.0]));
    let texts = OwnedTensor::strings(&[2], ["a", "b"]).unwrap();
    let refused = |result: Result<()>| result.unwrap_err().to_string();
    for class_0 in [&number, &texts] {
        let error = refused(writer.add("0", &Odd::<0, true>(class_0.clone()), 0));
        assert!(error.contains("data class"), "{error}");
    }
    let error = refused(writer.add("9", &Odd::<9, true>(number.clone()), 0));
    assert!(error.contains("nothing of class 9"), "{error}");
    writer.add("1", &Odd::<1, true>(number.clone()), 0).unwrap();
    for other in [&list, &texts, &"a".into()] {
        let error = refused(writer.add("1", &Odd::<1, true>(other.clone()), 1));
        assert!(error.contains("a single number"), "{error}");
    }
    writer.add("3", &Odd::<3, true>(texts.clone()), 0).unwrap();
    for other in [&list, &number, &"a".into()] {
        let error = refused(writer.add("3", &Odd::<3, true>(other.clone()), 1));
        assert!(error.contains("byte strings"), "{error}");
    }
    // A plugin of TensorBoard's has its own class.
    writer
        .add("s", &Odd::<1, false>(number.clone()), 0)
        .unwrap();
    let error = refused(writer.add("t", &Odd::<2, false>(number), 0));
    assert!(error.contains("whose class is Scalar"), "{error}");
    writer.close().unwrap();
}

#[test]
fn content_of_another_plugin_is_not_handed_over() {
    let value = |plugin: &str, content: &str, step| {
        let mut value = tfevents::plugin::message("oven", &values()[0]).unwrap();
        value.metadata = Some(tfevents::plugin::metadata(plugin, content.into()));
        proto::Event {
            wall_time: 1.0,
            step,
            what: Some(proto::event::What::Summary(proto::Summary {
                value: vec![value],
            })),
            ..Default::default()
        }
    };
    let mut file = EventWriter::new(Vec::new(), 1.0).unwrap();
    for (event, unit) in [
        (value("thermometer", "C", 0), "C"),
        (value("other", "F", 1), "C"),
        (value("thermometer", "F", 2), "F"),
        (value("", "F", 3), "F"),
    ] {
        file.write_event(&event).unwrap();
        let mut decoder = PointDecoder::new(Plugins::new().with::<Temperatures>());
        let mut reader = EventReader::new(file.get_ref().as_slice());
        let mut last = None;
        while let EventItem::Event(event) = reader.next_item().unwrap() {
            for point in decoder.points(&event.event) {
                last = point.unwrap().value.get::<Temperatures>().cloned();
            }
        }
        assert_eq!(last.unwrap().unit, unit, "{event:?}");
    }
}
