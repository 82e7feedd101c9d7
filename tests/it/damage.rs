//! What cut, flipped and forged bytes cost: the record they hit, and nothing else; no panic; no memory beyond
//! the bytes that exist.

use std::fs;
use std::ops::Range;

use tfevents::event::{DataRef, EventRef, What};
use tfevents::plugin::PointDecoder;
use tfevents::record::{
    self, Damage, End, Fault, HEADER_LEN, Item, OVERHEAD, Record, RecordReader,
};
use tfevents::{Tensor, proto};

use crate::support::{event_files, fixtures, memory};

/// What a read may hold beside as many bytes as the file has: the least buffer there is, and the sums of those
/// bytes that were searched.
fn slack(file: &[u8]) -> usize {
    OVERHEAD + 64 + file.len() / 64
}

/// A healthy file and where its records are.
struct Whole {
    name: String,
    bytes: Vec<u8>,
    frames: Vec<Range<usize>>,
}

impl Whole {
    fn new(name: String, bytes: Vec<u8>) -> Self {
        let mut frames = Vec::new();
        let mut reader = RecordReader::new(bytes.as_slice());
        let mut start = 0;
        while let Item::Record(record) = reader.next_item().unwrap() {
            let end = start + record.payload.len() + OVERHEAD;
            frames.push(start..end);
            start = end;
        }
        assert_eq!(start, bytes.len(), "{name} is damaged");
        Self {
            name,
            bytes,
            frames,
        }
    }

    fn record(&self, index: usize) -> Record<'_> {
        let frame = self.frames[index].clone();
        Record {
            offset: frame.start as u64,
            index: index as u64,
            payload: self.payload(&frame),
        }
    }

    fn payload(&self, frame: &Range<usize>) -> &[u8] {
        &self.bytes[frame.start + HEADER_LEN..frame.end - (OVERHEAD - HEADER_LEN)]
    }
}

/// All fixtures with at most so many bytes.
fn whole_files(limit: usize) -> Vec<Whole> {
    let root = fixtures();
    let mut files = event_files(&root);
    files.retain(|name| !name.starts_with("expected/"));
    let files = files.into_iter().map(|name| {
        let bytes = fs::read(root.join(&name)).unwrap();
        Whole::new(name, bytes)
    });
    files.filter(|file| file.bytes.len() <= limit).collect()
}

/// Reads to the end, says that the end is final, and reads what that brings; checks the memory it took.
fn read(file: &[u8], mut expect: impl FnMut(Item<'_>), of: &str) {
    let ((), peak) = memory::peak(|| {
        let mut reader = RecordReader::with_capacity(file, file.len());
        for _ in 0..2 {
            loop {
                let item = reader.next_item().unwrap();
                let last = matches!(item, Item::End(_));
                expect(item);
                if last {
                    break;
                }
            }
            reader.finish();
        }
    });
    assert!(
        peak <= file.len() + slack(file),
        "{of}: {peak} bytes to read {}",
        file.len()
    );
}

/// Every byte of a file up to 20 kB; of longer ones every byte within 32 of a record's start, and every 61st.
#[test]
fn a_cut_costs_the_record_it_hits() {
    for file in whole_files(usize::MAX) {
        let every = file.bytes.len() <= 20_000;
        let mut next = 0;
        for cut in 0..=file.bytes.len() {
            while file.frames.get(next).is_some_and(|f| f.end <= cut) {
                next += 1;
            }
            let start = next.checked_sub(1).map_or(0, |last| file.frames[last].end);
            let end = file.frames.get(next).map_or(start, |f| f.end);
            let near = cut - start < 32 || end.saturating_sub(cut) < 32;
            if every || near || cut % 61 == 0 {
                check_cut(&file, cut, next, cut - start);
            }
        }
    }
}

fn check_cut(file: &Whole, cut: usize, whole: usize, left: usize) {
    let of = format!("{} cut at {cut}", file.name);
    let end = match left as u64 {
        0 => End::Clean,
        len => End::Torn { len },
    };
    let mut seen = 0;
    let expect = |item: Item<'_>| {
        if seen < whole {
            assert_eq!(item, Item::Record(file.record(seen)), "{of}");
        } else {
            // Once for now, once for ever.
            assert_eq!(item, Item::End(end), "{of}");
        }
        seen += 1;
    };
    read(&file.bytes[..cut], expect, &of);
    assert_eq!(seen, whole + 2, "{of}");
}

/// Every bit of every file up to 1 kB.
#[test]
fn a_flipped_bit_costs_the_record_it_hits() {
    let files = whole_files(1 << 10);
    assert!(files.len() > 20);
    for mut file in files {
        for bit in 0..file.bytes.len() * 8 {
            file.bytes[bit / 8] ^= 1 << (bit % 8);
            check_flip(&file, bit);
            file.bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

fn check_flip(file: &Whole, bit: usize) {
    let of = format!("{}, bit {bit}", file.name);
    let hit = file.frames.partition_point(|f| f.end <= bit / 8);
    let frame = file.frames[hit].clone();
    let in_header = bit / 8 - frame.start < HEADER_LEN;
    let as_expected = |fault| match fault {
        Fault::LengthCrc { .. } => in_header,
        Fault::PayloadCrc { .. } => !in_header,
        _ => false,
    };
    let is_last = hit + 1 == file.frames.len();
    let len = frame.len() as u64;
    let mut seen = 0;
    let expect = |item: Item<'_>| {
        match item {
            // A last record may be one that is still being written, until the end is final.
            Item::End(End::Damaged { len: l, fault }) if is_last && seen == hit => {
                assert!(l == len && as_expected(fault), "{of}: {fault:?}, {l} bytes");
                return;
            }
            Item::Damage(damage) => {
                let expected = Damage {
                    offset: frame.start as u64,
                    len,
                    index: hit as u64,
                    fault: damage.fault,
                };
                assert_eq!((seen, damage), (hit, expected), "{of}");
                assert!(as_expected(damage.fault), "{of}: {:?}", damage.fault);
            }
            Item::Record(record) => {
                assert_ne!(seen, hit, "{of}");
                assert_eq!(record, file.record(seen), "{of}");
            }
            Item::End(end) => {
                assert_eq!(end, End::Clean, "{of}");
                assert!(seen >= file.frames.len(), "{of}: ends after {seen} items");
            }
        }
        seen += 1;
    };
    read(&file.bytes, expect, &of);
    let ends = if is_last { 1 } else { 2 };
    assert_eq!(seen, file.frames.len() + ends, "{of}");
}

/// A header whose checksum holds, but whose length was never written.
fn forged(length: u64) -> Vec<u8> {
    let length = length.to_le_bytes();
    let checksum = crc32c::crc32c(&length)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8);
    [&length[..], &checksum.to_le_bytes()].concat()
}

#[test]
fn a_forged_length_costs_no_memory_and_no_record() {
    for file in whole_files(4 << 10) {
        let size = file.bytes.len() as u64;
        for length in [
            0,
            40,
            size,
            size + 1,
            2 * size,
            1 << 20,
            1 << 30,
            record::MAX_PAYLOAD,
            record::MAX_PAYLOAD + 1,
            1 << 40,
            u64::MAX,
        ] {
            for at in 0..=file.frames.len() {
                let cut = at
                    .checked_sub(1)
                    .map_or(0, |before| file.frames[before].end);
                let (before, after) = file.bytes.split_at(cut);
                let bad = [before, &forged(length), after].concat();
                let of = format!("{}: a length of {length} at {cut}", file.name);
                let mut seen = 0;
                let expect = |item: Item<'_>| {
                    if let Item::Record(record) = item {
                        assert_eq!(record.payload, file.record(seen).payload, "{of}");
                        seen += 1;
                    }
                };
                read(&bad, expect, &of);
                assert_eq!(seen, file.frames.len(), "{of}");
            }
        }
    }
}

/// Many headers that each promise more than there is must not make a search start over at each.
#[test]
fn records_behind_many_forged_headers_are_found() {
    let mut file = forged(1 << 30).repeat(1 << 15);
    let offset = file.len() as u64;
    record::frame(&mut file, b"behind");
    let mut found = Vec::new();
    let mut reader = RecordReader::new(file.as_slice());
    reader.finish();
    loop {
        match reader.next_item().unwrap() {
            Item::Record(record) => found.push((record.offset, record.payload.to_vec())),
            Item::Damage(damage) => assert_eq!((damage.offset, damage.len), (0, offset)),
            Item::End(end) => break assert_eq!(end, End::Clean),
        }
    }
    assert_eq!(found, [(offset, b"behind".to_vec())]);
}

/// Everything that can be decoded out of a payload.
fn decode(payload: &[u8]) {
    let Ok(event) = EventRef::parse(payload) else {
        return;
    };
    if let What::Summary(summary) = &event.what {
        for value in summary.values().flatten() {
            match &value.data {
                DataRef::Tensor(tensor) => {
                    if let Ok(tensor) = Tensor::from_encoded(tensor) {
                        // As many as the shape claims, out of a single one perhaps.
                        tensor.numbers().take(1000).for_each(drop);
                        tensor.strings().take(1000).for_each(drop);
                        assert!(!tensor.to_string().is_empty());
                    }
                }
                DataRef::Histogram(histogram) => {
                    let _ = proto::merge::<proto::HistogramProto>(histogram.pieces());
                }
                _ => {}
            }
        }
    }
    let _ = proto::Event::try_from(&event);
    PointDecoder::default().points(&event).for_each(drop);
}

/// Payloads that are damaged although their checksum holds: every cut and every flipped bit of those up to 1 kB.
#[test]
fn damaged_payloads_decode_in_bounded_memory() {
    for file in whole_files(usize::MAX) {
        for (index, frame) in file.frames.iter().enumerate() {
            let mut payload = file.payload(frame).to_vec();
            if payload.len() > 1 << 10 {
                continue;
            }
            let check = |damaged: &[u8], what: &str, at: usize| {
                let ((), peak) = memory::peak(|| decode(damaged));
                // A packed list of one-byte numbers becomes one of eight bytes each in a growing vector, and
                // buckets of a histogram; one that claims thousands of equal rows gets them.
                let bound = 64 * damaged.len() + (256 << 10);
                assert!(
                    peak <= bound,
                    "{}, record {index}, {what} {at}: {peak} bytes to decode {}",
                    file.name,
                    damaged.len()
                );
            };
            for cut in 0..=payload.len() {
                check(&payload[..cut], "cut at", cut);
            }
            for bit in 0..payload.len() * 8 {
                payload[bit / 8] ^= 1 << (bit % 8);
                check(&payload, "bit", bit);
                payload[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}

/// Headers that are right, each promising all that follows: were every promise checked by itself, the time would
/// grow with the square of the damage, and this test would not end.
#[test]
fn many_forged_headers_cost_one_walk() {
    let mut file = Vec::new();
    record::frame(&mut file, b"before");
    let start = file.len();
    let mut promise = Vec::new();
    record::frame(&mut promise, &vec![0; 4 << 20]);
    for _ in 0..500_000 {
        file.extend_from_slice(&promise[..HEADER_LEN]);
    }
    let end = file.len();
    record::frame(&mut file, b"behind");
    let mut reader = RecordReader::new(file.as_slice());
    reader.finish();
    assert!(matches!(reader.next_item().unwrap(), Item::Record(r) if r.payload == b"before"));
    let (mut at, mut lost) = (start as u64, 0);
    loop {
        match reader.next_item().unwrap() {
            Item::Damage(damage) => {
                assert_eq!(damage.offset, at);
                at += damage.len;
                lost += 1;
            }
            Item::Record(record) => {
                assert_eq!(
                    (record.offset, record.payload),
                    (end as u64, &b"behind"[..])
                );
                break;
            }
            Item::End(end) => panic!("{end:?}"),
        }
    }
    assert!(lost > 0);
    assert_eq!(at, end as u64);
    assert_eq!(reader.next_item().unwrap(), Item::End(End::Clean));
}
