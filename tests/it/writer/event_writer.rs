//! Event files that go elsewhere than into a logdir.

use std::io::{self, Write};

use tfevents::plugin::histogram::Histogram;
use tfevents::plugin::scalar::Scalar;
use tfevents::writer::EventWriter;
use tfevents::{At, EventItem, EventReader, SummaryWriter, Text, proto};

use super::{events, time};

fn at(step: i64) -> At {
    At::new(step).at(time(
        1_700_000_000.5 + f64::from(i32::try_from(step).unwrap()),
    ))
}

/// The events of a file in memory, which has to be free of damage.
fn read(mut file: &[u8]) -> Vec<proto::Event> {
    use tfevents::proto::Message as _;

    let mut reader = EventReader::new(&mut file);
    let mut events = Vec::new();
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(e) => events.push(proto::Event::decode(e.payload).unwrap()),
            EventItem::End(_) => return events,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn it_writes_what_a_summary_writer_writes() {
    let dir = tempfile::tempdir().unwrap();
    let summary = SummaryWriter::builder(dir.path())
        .clock(|| time(1_700_000_000.25))
        .open()
        .unwrap();
    let mut plain = EventWriter::new(Vec::new(), time(1_700_000_000.25)).unwrap();
    let described = Scalar::new(0.25).description("x");
    let weights = Histogram::new([1.0, 2.0, 3.0]);
    for step in 0..3 {
        summary.add_scalar("loss", f32::NAN, at(step)).unwrap();
        plain.add_scalar("loss", f32::NAN, at(step)).unwrap();
        summary.add("described", &described, at(step)).unwrap();
        plain.add("described", &described, at(step)).unwrap();
        summary.add("weights", &weights, at(step)).unwrap();
        plain.add("weights", &weights, at(step)).unwrap();
    }
    summary.close().unwrap();
    let mut theirs = events(summary.path());
    // A summary writer marks the start of a session, which is of use where runs are resumed.
    let start = theirs.remove(1);
    assert!(matches!(
        start.what,
        Some(proto::event::What::SessionLog(_))
    ));
    assert_eq!(
        format!("{:?}", read(plain.get_ref())),
        format!("{theirs:?}")
    );
}

#[test]
fn what_is_refused_leaves_the_file_as_it_was() {
    let mut writer = EventWriter::new(Vec::new(), time(1.0)).unwrap();
    writer.add_scalar("a", 1.0, at(0)).unwrap();
    let before = writer.get_ref().clone();
    let text = Text::new("x");
    for (refused, why) in [
        (writer.add("a", &text, at(1)), "scalar series"),
        (writer.add_scalar("", 1.0, at(1)), "must not be empty"),
        (
            writer.add("b", &[][..] as &[tfevents::Image], at(1)),
            "no images",
        ),
        (
            writer.add_event(&proto::Event {
                wall_time: f64::NAN,
                ..Default::default()
            }),
            "a wall time of NaN",
        ),
    ] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(*writer.get_ref(), before);
    writer.add_scalar("a", 2.0, at(1)).unwrap();
    assert_eq!(read(&writer.into_inner()).len(), 3);
}

/// Takes so many bytes.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_output_s_errors_come_back() {
    let head = EventWriter::new(Vec::new(), time(1.0)).unwrap();
    let len = head.get_ref().len();
    let error = EventWriter::new(Full(len - 1), time(1.0)).unwrap_err();
    assert!(error.is_io());
    let mut writer = EventWriter::new(Full(len), time(1.0)).unwrap();
    assert!(writer.add_scalar("a", 1.0, at(0)).unwrap_err().is_io());
    // Behind a torn record TensorBoard reads nothing.
    writer.get_mut().0 = usize::MAX;
    assert!(writer.add_scalar("a", 1.0, at(1)).unwrap_err().is_io());
    assert!(writer.add_scalar("", 1.0, at(1)).unwrap_err().is_io());
    assert!(writer.flush().unwrap_err().is_io());
}

#[test]
fn a_refused_event_claims_no_tags() {
    let scalar = |tag: &str| proto::summary::Value {
        tag: tag.into(),
        value: Some(proto::summary::value::Value::SimpleValue(1.0)),
        ..Default::default()
    };
    let text = |tag: &str| tfevents::plugin::message(tag, &Text::new("a")).unwrap();
    let mut writer = EventWriter::new(Vec::new(), 1_700_000_000.0).unwrap();
    let len = writer.get_ref().len();
    for values in [
        vec![scalar("a"), scalar("")],
        vec![scalar("a"), text("b"), scalar("b")],
        vec![scalar("a"), text("a")],
    ] {
        let event = proto::Event {
            wall_time: 1.0,
            what: Some(proto::event::What::Summary(proto::Summary {
                value: values,
            })),
            ..Default::default()
        };
        assert!(writer.add_event(&event).is_err(), "{event:?}");
    }
    assert_eq!(writer.get_ref().len(), len);
    writer.add("a", &Text::new("free"), at(0)).unwrap();
    writer.add_scalar("b", 1.0, at(0)).unwrap();
}
