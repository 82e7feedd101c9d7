//! Runs at which a loader stops, whatever is in them.

use std::fs;
use std::path::Path;

use tfevents::proto::summary::value::Value;
use tfevents::{proto, record};

use crate::stock::blank::Row;
use crate::stock::blank::files::{old, scalar, write};

fn row(
    name: &'static str,
    says: [&'static str; 2],
    codes: &'static [&'static str],
    write: fn(&Path),
) -> Row {
    Row {
        name,
        write: Box::new(write),
        tab: "runs",
        fast: says[0],
        slow: says[1],
        codes,
    }
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "run like a tfevents file",
            ["shown", "all 500"],
            &["run_name"],
            |dir| write(dir, &[scalar("x", 1)]),
        ),
        row(
            "run with no event",
            ["shown", "stops reading"],
            &["not_an_event"],
            |dir| {
                write(dir, &[scalar("x", 1)]);
                let file = dir.join("events.out.tfevents.1700000000.host.1.0");
                let mut bytes = fs::read(&file).unwrap();
                record::frame(&mut bytes, b"\x0a");
                fs::write(file, bytes).unwrap();
            },
        ),
        row(
            "run with a tag in Latin-1",
            ["shown", "stops reading"],
            &["broken_value"],
            |dir| {
                write(dir, &[scalar("x", 1)]);
                let file = dir.join("events.out.tfevents.1700000000.host.1.0");
                let mut bytes = fs::read(&file).unwrap();
                // A step, and a summary of one value with a tag and a number.
                let event = b"\x10\x02\x2a\x0a\x0a\x08\x0a\x01\xfc\x15\0\0\0\x3f";
                record::frame(&mut bytes, event);
                fs::write(file, bytes).unwrap();
            },
        ),
        row(
            "run with a histogram that lacks edges",
            ["shown", "stops reading"],
            &["histogram_edges", "nothing_left"],
            |dir| {
                let histogram = proto::HistogramProto {
                    bucket_limit: vec![1.],
                    bucket: vec![1., 1., 3.],
                    ..Default::default()
                };
                write(dir, &[old(Value::Histo(histogram)), scalar("y", 1)]);
            },
        ),
        row(
            "run with such a histogram among scalars",
            ["shown", "stops reading"],
            &["histogram_edges", "two_kinds"],
            |dir| {
                let histogram = proto::HistogramProto {
                    bucket_limit: vec![1.],
                    bucket: vec![1., 1., 3.],
                    ..Default::default()
                };
                write(dir, &[scalar("x", -1), old(Value::Histo(histogram))]);
            },
        ),
        #[cfg(target_os = "linux")]
        row(
            "run in Latin-1",
            ["shown", "stops reading"],
            &["run_name_utf8"],
            |dir| {
                use std::os::unix::ffi::OsStrExt as _;
                let name = std::ffi::OsStr::from_bytes(b"\xfc");
                write(&dir.join(name), &[scalar("x", 1)]);
            },
        ),
    ]
}
