//! What the fuzz targets check, as plain functions, so that a normal test can replay the inputs that were
//! found to matter.
//!
//! Each takes arbitrary bytes and panics where a promise of the library does not hold.

use std::io::Read;

use tfevents::event::{EventRef, What};
use tfevents::plugin::PointDecoder;
use tfevents::proto::{self, Message as _};
use tfevents::record::{self, Fault, Item, RecordReader, Split};
use tfevents::{LogdirState, Policy, Selection, Tensor};

mod edit;
mod onnx;
mod poll;
mod projector;
mod salvage;
mod skim;

pub use edit::{edit_identity, edits_change_nothing, merge};
pub use onnx::onnx;
pub use poll::poll;
pub use projector::projector_text;
pub use salvage::salvage;
pub use skim::skim;

/// A target: its name, and what it does with its input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("split", split),
    ("event", event),
    ("tensor", tensor),
    ("logdir", logdir),
    ("resync", resync),
    ("chop", chop),
    ("edit_identity", edit_identity),
    ("merge", merge),
    ("salvage", salvage),
    ("skim", skim),
    ("poll", poll),
    ("onnx", onnx),
    ("projector_text", projector_text),
];

/// Splitting never looks past its input; what it accepts frames to the same bytes; of a frame, no part passes for the
/// whole, and no changed bit goes unnoticed.
pub fn split(data: &[u8]) {
    match record::split(data, record::MAX_PAYLOAD) {
        Split::Frame { payload } => {
            let frame = framed(payload);
            assert_eq!(frame, data[..frame.len()]);
        }
        Split::NeedMore(n) => assert!(n > data.len()),
        Split::Fault(_) => assert!(data.len() >= record::HEADER_LEN),
    }
    // The first bytes say which part, and which bit: arbitrary bytes hardly ever have a checksum that holds.
    let Some((&place, payload)) = data.split_first_chunk() else {
        return;
    };
    let place = usize::from(u16::from_le_bytes(place));
    let mut frame = framed(payload);
    let limit = payload.len() as u64;
    assert_eq!(record::split(&frame, limit), Split::Frame { payload });
    if limit > 0 {
        let length = limit;
        let limit = limit - 1;
        let fault = Split::Fault(Fault::TooLong { length, limit });
        assert_eq!(record::split(&frame, limit), fault);
    }
    let part = &frame[..place % frame.len()];
    match record::split(part, limit) {
        Split::NeedMore(n) => assert!(n > part.len() && n <= frame.len()),
        other => panic!("{other:?} of a part"),
    }
    let byte = place / 8 % frame.len();
    frame[byte] ^= 1 << (place % 8);
    match record::split(&frame, record::MAX_PAYLOAD) {
        Split::Fault(_) => {}
        other => panic!("{other:?} with a changed bit"),
    }
    // What follows does not matter.
    frame = [&framed(payload), data].concat();
    assert_eq!(record::split(&frame, limit), Split::Frame { payload });
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    record::frame(&mut frame, payload);
    frame
}

/// The borrowed view and the generated types accept the same bytes and read the same from them.
pub fn event(data: &[u8]) {
    let theirs = proto::Event::decode(data);
    let ours = EventRef::parse(data);
    let Ok(view) = ours else {
        assert!(theirs.is_err(), "only prost accepts it");
        return;
    };
    let Ok(owned) = proto::Event::try_from(&view) else {
        assert!(theirs.is_err(), "only prost accepts what is inside");
        return;
    };
    match &theirs {
        Ok(theirs) => assert_eq!(owned.encode_to_vec(), theirs.encode_to_vec()),
        // A summary that a later content replaces is never looked into.
        Err(e) => assert!(
            contents(data) > 1 || e.to_string().contains("recursion"),
            "only ours accepts it: {e}"
        ),
    }
    if let (What::Summary(view), Ok(theirs)) = (&view.what, &theirs) {
        let Some(proto::event::What::Summary(theirs)) = &theirs.what else {
            panic!("another kind of event");
        };
        let values: Vec<_> = view.values().collect();
        assert_eq!(values.len(), theirs.value.len());
        for (ours, theirs) in values.into_iter().zip(&theirs.value) {
            assert_eq!(ours.expect("prost accepts it").tag, theirs.tag);
        }
        if let Some((tag, value)) = view.as_scalar() {
            assert_eq!(theirs.value.len(), 1);
            assert_eq!(theirs.value[0].tag, tag);
            let Some(proto::summary::value::Value::SimpleValue(v)) = theirs.value[0].value else {
                panic!("no plain number");
            };
            assert_eq!(v.to_bits(), value.to_bits());
        }
    }
    for point in PointDecoder::default().points(&view) {
        drop(point);
    }
}

/// How many of an event's fields are contents, of which the last one counts.
fn contents(mut data: &[u8]) -> usize {
    let varint = |data: &mut &[u8]| {
        let len = data.iter().position(|&b| b < 0x80)? + 1;
        let value = data[..len]
            .iter()
            .rev()
            .fold(0u64, |v, &b| v << 7 | u64::from(b & 0x7f));
        *data = &data[len..];
        Some(value)
    };
    let mut count = 0;
    while let Some(key) = varint(&mut data) {
        count += usize::from((3..=9).contains(&(key >> 3)));
        let len = match key & 7 {
            0 => varint(&mut data).map(|_| 0),
            1 => Some(8),
            2 => varint(&mut data),
            // A group: on with what is inside.
            3 | 4 => Some(0),
            5 => Some(4),
            _ => None,
        };
        let rest = len.and_then(|len| data.get(usize::try_from(len).ok()?..));
        let Some(rest) = rest else {
            break;
        };
        data = rest;
    }
    count
}

/// A tensor decodes to as many elements as its shape says, or not at all.
pub fn tensor(data: &[u8]) {
    let Ok(tensor) = Tensor::decode(data) else {
        return;
    };
    assert_eq!(tensor.len(), tensor.shape().iter().product::<usize>());
    // One element may stand for more than anybody wants to see.
    let seen = tensor.numbers().take(1 << 16).count();
    assert!(seen == 0 || seen == tensor.len().min(1 << 16));
    let seen = tensor.strings().take(1 << 16).count();
    assert!(seen == 0 || seen == tensor.len().min(1 << 16));
    assert_eq!(
        tensor.as_number().is_some(),
        tensor.len() == 1 && tensor.numbers().count() == 1
    );
}

/// A logdir of one arbitrary file loads, and every view of it can be taken.
pub fn logdir(data: &[u8]) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("events.out.tfevents.1");
    // Framed, so that the fuzzer gets behind the checksums; parted by a byte that it can place.
    let mut content = Vec::new();
    for payload in data.split(|&b| b == 0xfe) {
        record::frame(&mut content, payload);
    }
    content.extend_from_slice(data);
    std::fs::write(&file, &content).expect("a file");
    let state = LogdirState::load(dir.path(), Selection::all()).expect("a readable directory");
    for run in state.runs() {
        for series in run.series() {
            for policy in [Policy::Raw, Policy::Fast, Policy::Slow, Policy::LastWins] {
                let scalars = run.scalars(series.tag, policy).map_or(0, |s| s.len());
                let blobs = run.blobs(series.tag, policy).unwrap_or_default();
                assert!(scalars <= content.len() && blobs.len() <= content.len());
                for blob in blobs.iter().take(8) {
                    let blob = blob.read().expect("the file did not change");
                    drop(blob.value());
                }
            }
        }
    }
}

/// Whatever comes before an intact record, the record is returned.
pub fn resync(data: &[u8]) {
    let mut content = data.to_vec();
    let payload = b"a payload that no input holds by chance: 8f1d2c";
    record::frame(&mut content, payload);
    record::frame(&mut content, payload);
    let mut reader = RecordReader::with_capacity(content.as_slice(), 64);
    reader.finish();
    let mut found = 0;
    let mut end = 0;
    loop {
        match reader.next_item().expect("memory cannot fail") {
            Item::Record(record) => {
                assert_eq!(record.offset, end, "a gap that was not reported");
                end = record.offset + (record.payload.len() + record::OVERHEAD) as u64;
                found += u64::from(record.payload == payload);
            }
            Item::Damage(damage) => {
                assert_eq!(damage.offset, end, "a gap that was not reported");
                assert!(damage.len > 0);
                end = damage.offset + damage.len;
            }
            Item::End(_) => break,
        }
    }
    // An intact record in the input may hold all of what follows it, if its length says so.
    assert!(
        found == 2
            || content
                .windows(payload.len())
                .filter(|w| w == payload)
                .count()
                > 2
            || covers(data)
    );
}

/// Whether the input ends in a header whose checksum holds and whose record would take in what follows: then
/// its payload checksum holds, too, or the record is damaged and searched.
fn covers(data: &[u8]) -> bool {
    (0..data.len()).any(|at| {
        matches!(
            record::split(&data[at..], record::MAX_PAYLOAD),
            Split::NeedMore(_)
        ) && data.len() - at >= record::HEADER_LEN
    })
}

/// The same items come out however the bytes are cut into reads or pushes. The first bytes say how.
pub fn chop(data: &[u8]) {
    let Some((&[first, second], data)) = data.split_first_chunk() else {
        return;
    };
    // Intact records between the bytes, or there would be little to find.
    let mut content = Vec::new();
    for (i, piece) in data.split(|&b| b == 0xfe).enumerate() {
        if i % 2 == 0 {
            record::frame(&mut content, piece);
        } else {
            content.extend_from_slice(piece);
        }
    }
    // Long records are passed over, which must not depend on it either.
    for limit in [8, 40, record::MAX_RECORD] {
        let mut whole = RecordReader::new(content.as_slice()).max_record(limit);
        let whole = read(&mut whole, 1);
        let sizes = [usize::from(first) + 1, usize::from(second) + 1];
        let chopped = Chopped {
            data: &content,
            sizes,
            turn: 0,
        };
        let mut pieces = RecordReader::with_capacity(chopped, 16).max_record(limit);
        let rounds = 2 * content.len() + 3;
        assert_eq!(whole, read(&mut pieces, rounds));
        let pieces = record::Decoder::new().max_record(limit);
        assert_eq!(whole, decode(pieces, &content, sizes));
    }
}

/// Every item of bytes that are pushed piece by piece, then those of declaring the end final.
fn decode(mut decoder: record::Decoder, mut data: &[u8], sizes: [usize; 2]) -> Vec<String> {
    let mut sizes = sizes.iter().cycle();
    let mut items = Vec::new();
    let mut finished = false;
    loop {
        match decoder.next_item() {
            Item::End(end) if finished => {
                items.push(format!("{end:?}"));
                return items;
            }
            Item::End(_) if data.is_empty() => {
                decoder.finish();
                finished = true;
            }
            Item::End(_) => {
                let n = sizes.next().map_or(data.len(), |&n| n.min(data.len()));
                let (piece, rest) = data.split_at(n);
                decoder.push(piece);
                data = rest;
            }
            item => items.push(format!("{item:?}")),
        }
    }
}

/// Every item of `rounds` reads to the end, then those of declaring it final.
fn read<R: Read>(reader: &mut RecordReader<R>, rounds: usize) -> Vec<String> {
    let mut items = Vec::new();
    for round in 0..=rounds {
        if round == rounds {
            reader.finish();
        }
        loop {
            match reader.next_item().expect("memory cannot fail") {
                Item::End(end) if round == rounds => {
                    items.push(format!("{end:?}"));
                    break;
                }
                Item::End(_) => break,
                item => items.push(format!("{item:?}")),
            }
        }
    }
    items
}

/// A stream that ends after every read, and continues when asked again.
struct Chopped<'a> {
    data: &'a [u8],
    sizes: [usize; 2],
    turn: usize,
}

impl Read for Chopped<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.turn += 1;
        if self.turn % 2 == 1 {
            return Ok(0);
        }
        let n = self.sizes[self.turn / 2 % 2]
            .min(self.data.len())
            .min(buf.len());
        buf[..n].copy_from_slice(&self.data[..n]);
        self.data = &self.data[n..];
        Ok(n)
    }
}
