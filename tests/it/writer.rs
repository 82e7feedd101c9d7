//! What was logged reaches the file: byte for byte, once, from any thread, and whatever ends the writer.

use std::path::Path;
use std::process::Command;

use tfevents::proto::event::What;
use tfevents::proto::summary::value;
use tfevents::proto::{Event, Message as _};
use tfevents::{EventItem, EventReader, SummaryWriter, WallTime};

mod bytes;
mod event_writer;
mod faults;
mod fork;
mod guards;
mod handles;
mod kill;
mod limits;
mod processes;
mod property;
mod resume;
#[cfg(all(unix, feature = "signals"))]
mod signals;
mod threads;

/// A scalar as it is in a file: tag, step, value.
type Scalar = (String, i64, f32);

/// A writer that writes when it must: when asked, and at its end.
fn patient(dir: &Path) -> SummaryWriter {
    SummaryWriter::builder(dir)
        .flush_interval(std::time::Duration::MAX)
        .open()
        .unwrap()
}

/// The payloads of a file that is whole, as far as it goes now.
fn payloads(path: &Path) -> Vec<Vec<u8>> {
    let mut reader = EventReader::open(path).unwrap();
    let mut payloads = Vec::new();
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(event) => payloads.push(event.payload.to_vec()),
            EventItem::Damage(defect) => panic!("{}: {defect}", path.display()),
            EventItem::End(health) => {
                assert!(health.is_clean(), "{}: {}", path.display(), health.end);
                return payloads;
            }
        }
    }
}

/// Its events.
fn events(path: &Path) -> Vec<Event> {
    let payloads = payloads(path);
    let events = payloads.iter().map(|payload| Event::decode(&payload[..]));
    events.map(Result::unwrap).collect()
}

/// Its scalars, in their order, after the two events that every file starts with.
fn scalars(path: &Path) -> Vec<Scalar> {
    let events = events(path);
    assert!(matches!(events[0].what, Some(What::FileVersion(_))));
    assert!(matches!(events[1].what, Some(What::SessionLog(_))));
    let values = events[2..].iter().flat_map(|event| match &event.what {
        Some(What::Summary(summary)) => summary.value.iter().map(|value| (event.step, value)),
        other => panic!("{other:?} among scalars"),
    });
    values
        .map(|(step, value)| match value.value {
            Some(value::Value::SimpleValue(number)) => (value.tag.clone(), step, number),
            ref other => panic!("{other:?} among scalars"),
        })
        .collect()
}

/// Runs one of these tests again, in a process of its own that knows by `variable` what it is to do.
fn run_again(mut command: Command, name: &str, variable: &str, dir: &Path) {
    let output = command
        .args(["--exact", &format!("writer::{name}"), "--nocapture"])
        .env(variable, dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The same, with no more to it.
fn alone(name: &str, variable: &str, dir: &Path) {
    let command = Command::new(std::env::current_exe().unwrap());
    run_again(command, name, variable, dir);
}

fn time(secs: f64) -> WallTime {
    WallTime::from_secs(secs)
}
