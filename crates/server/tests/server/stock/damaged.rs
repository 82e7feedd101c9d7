//! A logdir in which each run has a damaged place, or a file that TensorFlow's profiler left.

use std::fs::{self, File};
use std::path::Path;

use tfevents::proto::event::What;
use tfevents::proto::summary::value::Value as Data;
use tfevents::proto::summary::{Image, Value};
use tfevents::proto::{Event, Summary};
use tfevents::writer::EventWriter;

pub(super) const RUN_OF_PICTURE: &str = "picture";
pub(super) const RUN_OF_SCALAR: &str = "scalar";
pub(super) const RUN_OF_HEADER: &str = "header";

const STEPS: i64 = 10;
/// The one whose record is damaged.
pub(super) const STEP: i64 = 4;

/// Of a record, before what it holds: its length, and the checksum of that.
const HEADER: usize = 12;
const FOOTER: usize = 4;

pub(super) fn log(logdir: &Path) {
    let large = |step: i64| {
        Data::Image(Image {
            height: 1,
            width: 1,
            colorspace: 3,
            encoded_image_string: vec![u8::try_from(step).unwrap(); 20_000],
        })
    };
    let number = |step: i64| Data::SimpleValue(f32::from(i8::try_from(step).unwrap()));
    // In the middle of the picture; in the last byte, which is of the value; in the length.
    run(&logdir.join(RUN_OF_PICTURE), large, |_, end| end - 10_000);
    run(&logdir.join(RUN_OF_SCALAR), number, |_, end| end - 1);
    run(&logdir.join(RUN_OF_HEADER), number, |start, _| start);
    // Older than what it is beside. Alone, it makes its directory a run.
    let marker = "events.out.tfevents.1600000000.host.profile-empty";
    for dir in [RUN_OF_SCALAR, "alone"] {
        let dir = logdir.join(dir);
        fs::create_dir_all(&dir).unwrap();
        let file = File::create(dir.join(marker)).unwrap();
        let mut writer = EventWriter::new(file, 1_600_000_000.0).unwrap();
        writer.flush().unwrap();
    }
}

/// Writes a run, and changes a bit of a record. `place` says where, by the first byte of the record and the one behind
/// what it holds.
fn run(dir: &Path, value: impl Fn(i64) -> Data, place: impl Fn(usize, usize) -> usize) {
    fs::create_dir(dir).unwrap();
    let path = dir.join("events.out.tfevents.1700000000.host");
    let mut time = 1_700_000_000.0;
    let mut writer = EventWriter::new(File::create(&path).unwrap(), time).unwrap();
    for step in 0..STEPS {
        time += 1.0;
        let value = Value {
            tag: "damaged".to_owned(),
            value: Some(value(step)),
            ..Value::default()
        };
        let event = Event {
            wall_time: time,
            step,
            what: Some(What::Summary(Summary { value: vec![value] })),
            ..Event::default()
        };
        writer.write_event(&event).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);

    let mut bytes = fs::read(&path).unwrap();
    let len = |at: usize| {
        let len = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        usize::try_from(len).unwrap()
    };
    // The first record holds no step.
    let start = (0..=STEP).fold(0, |at, _| at + HEADER + len(at) + FOOTER);
    let at = place(start, start + HEADER + len(start));
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}
