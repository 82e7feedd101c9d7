//! Runs at which a loader stops, whatever is in them.

use std::fs;
use std::path::Path;

use tfevents::record;

use crate::stock::blank::Row;
use crate::stock::blank::files::{scalar, write};

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
    ]
}
