//! Whatever is logged, our reader and the generated types read back, and the bytes are those of protobuf.

use proptest::prelude::*;
use tfevents::plugin::{PointDecoder, Value};
use tfevents::proto::{Event, Message as _, Summary, event::What, summary};
use tfevents::{At, EventItem, EventReader, Number, Text};

use super::{patient, payloads, time};

/// One call of a method that logs.
#[derive(Clone, Debug)]
struct Call {
    tag: String,
    step: i64,
    wall_time: f64,
    value: Logged,
}

#[derive(Clone, Debug)]
enum Logged {
    Scalar(f32),
    Text(String),
    Histogram(Vec<f64>),
}

fn call() -> impl Strategy<Value = Call> {
    let value = prop_oneof![
        4 => proptest::num::f32::ANY.prop_map(Logged::Scalar),
        1 => any::<String>().prop_map(Logged::Text),
        1 => prop::collection::vec(any::<f64>(), 0..40).prop_map(Logged::Histogram),
    ];
    let step = prop_oneof![
        any::<i64>(),
        0..1000i64,
        Just(0),
        Just(i64::MAX),
        Just(i64::MIN)
    ];
    (
        any::<String>(),
        step,
        // The generated types leave out a -0.0 as if it were a 0.0, which nobody will miss.
        prop_oneof![any::<f64>(), Just(0.0)].prop_filter("no -0.0", |t| t.to_bits() != 1 << 63),
        value,
    )
        .prop_map(|(name, step, wall_time, value)| Call {
            // A tag holds one kind.
            tag: match &value {
                Logged::Scalar(_) => format!("s{name}"),
                Logged::Text(_) => format!("t{name}"),
                Logged::Histogram(_) => format!("h{name}"),
            },
            step,
            wall_time,
            value,
        })
        .prop_filter("wall times are finite", |call| call.wall_time.is_finite())
}

/// What protobuf makes of a scalar.
fn scalar_event(call: &Call, value: f32) -> Event {
    Event {
        wall_time: call.wall_time,
        step: call.step,
        what: Some(What::Summary(Summary {
            value: vec![summary::Value {
                tag: call.tag.clone(),
                value: Some(summary::value::Value::SimpleValue(value)),
                ..Default::default()
            }],
        })),
        ..Default::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_logged_is_read_back(calls in prop::collection::vec(call(), 0..30)) {
        let dir = tempfile::tempdir().unwrap();
        let writer = patient(dir.path());
        for call in &calls {
            let at = At::from(call.step).at(time(call.wall_time));
            match &call.value {
                Logged::Scalar(value) => writer.add_scalar(&call.tag, *value, at),
                Logged::Text(text) => writer.add_text(&call.tag, Text::new(text), at),
                // Not-numbers would become points of their own.
                Logged::Histogram(values) => {
                    writer.add_histogram(&call.tag, finite(values), at)
                }
            }
            .unwrap();
        }
        writer.close().unwrap();

        let payloads = payloads(writer.path());
        prop_assert_eq!(payloads.len(), 2 + calls.len());
        for payload in &payloads {
            let event = Event::decode(&payload[..]).unwrap();
            prop_assert_eq!(&event.encode_to_vec(), payload);
        }
        for (call, payload) in calls.iter().zip(&payloads[2..]) {
            if let Logged::Scalar(value) = call.value {
                prop_assert_eq!(&scalar_event(call, value).encode_to_vec(), payload);
            }
        }

        let mut reader = EventReader::open(writer.path()).unwrap();
        let mut decoder = PointDecoder::default();
        let mut calls = calls.iter();
        while let EventItem::Event(record) = reader.next_item().unwrap() {
            for point in decoder.points(&record.event) {
                let point = point.unwrap();
                let call = calls.next().unwrap();
                prop_assert_eq!(point.tag, &call.tag);
                prop_assert_eq!(record.event.step, call.step);
                prop_assert_eq!(record.event.wall_time.as_secs().to_bits(), call.wall_time.to_bits());
                prop_assert!(same(&point.value, &call.value), "{:?} of {:?}", point, call);
            }
        }
        prop_assert!(calls.next().is_none());
    }
}

fn finite(values: &[f64]) -> impl Iterator<Item = f64> + Clone {
    values.iter().copied().filter(|v| v.is_finite())
}

fn same(read: &Value<'_>, logged: &Logged) -> bool {
    match (read, logged) {
        (Value::Scalar(Number::F32(read)), Logged::Scalar(logged)) => {
            read.to_bits() == logged.to_bits()
        }
        (Value::Text(read), Logged::Text(logged)) => {
            read.shape.is_empty() && read.cells == [logged.as_bytes()]
        }
        (Value::Histogram(read), Logged::Histogram(logged)) => {
            let count = finite(logged).count();
            read.count() == count as f64 && read.buckets().len() == if count == 0 { 0 } else { 30 }
        }
        _ => false,
    }
}
