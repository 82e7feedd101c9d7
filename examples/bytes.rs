//! Numbers out of bytes that come piece by piece, without files: in a browser, from a socket, in async code.
//!
//! `cargo run --example bytes`, and with `--target wasm32-unknown-unknown` it builds for a browser.

#![allow(clippy::print_stdout, reason = "an example says what it read")]

use std::error::Error;

use tfevents::record::{self, Damage, End, Item};
use tfevents::{EventRef, Value, plugin};

/// Stands in for what a browser downloads.
const FILE: &[u8] = include_bytes!(
    "../fixtures/torch/scalars/pair_a/events.out.tfevents.1795631863.fixture.26202.1"
);

/// An event file on its way here.
#[derive(Default)]
struct Download {
    records: record::Decoder,
    values: plugin::PointDecoder,
    /// Tag, step and value of all numbers so far.
    numbers: Vec<(String, i64, f64)>,
    damage: Vec<Damage>,
}

impl Download {
    /// Takes the bytes that came, however many they are, and reads the events that they complete.
    fn receive(&mut self, bytes: &[u8]) -> Result<(), tfevents::Error> {
        self.records.push(bytes);
        self.read()?;
        Ok(())
    }

    /// Nothing more will come: says how the file ends.
    fn finish(&mut self) -> Result<End, tfevents::Error> {
        self.records.finish();
        self.read()
    }

    fn read(&mut self) -> Result<End, tfevents::Error> {
        loop {
            let record = match self.records.next_item() {
                Item::Record(record) => record,
                Item::Damage(damage) => {
                    self.damage.push(damage);
                    continue;
                }
                Item::End(end) => return Ok(end),
            };
            let event = EventRef::parse(record.payload)?;
            for point in self.values.points(&event) {
                let point = point?;
                if let Value::Scalar(number) = point.value {
                    let tag = point.tag.to_owned();
                    self.numbers.push((tag, event.step, number.as_f64()));
                }
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut download = Download::default();
    for chunk in FILE.chunks(100) {
        download.receive(chunk)?;
    }
    let end = download.finish()?;
    for (tag, step, value) in &download.numbers {
        println!("{tag} {step} {value}");
    }
    println!("{} damaged places, {end}", download.damage.len());
    Ok(())
}
