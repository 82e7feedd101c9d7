//! What input that was made to be expensive costs: work is counted, and must grow with the bytes alone.

use std::io;

use proptest::prelude::*;

use super::*;
use crate::crc;
use crate::record::{Fault, MAX_RECORD, frame, work};

/// A header that is right and promises so many bytes.
fn header(length: usize) -> Vec<u8> {
    let length = (length as u64).to_le_bytes();
    let crc = crc::masked(&length).to_le_bytes();
    [&length[..], &crc].concat()
}

/// So many right headers in a row, each of which promises what `length` says for its number.
fn headers(n: usize, length: impl Fn(usize) -> usize) -> Vec<u8> {
    (0..n).flat_map(|i| header(length(i))).collect()
}

/// The same with an intact record before each, so that each stands where a record is expected.
fn between_records(n: usize, length: impl Fn(usize) -> usize) -> Vec<u8> {
    let mut file = Vec::new();
    for i in 0..n {
        frame(&mut file, b"x");
        file.extend(header(length(i)));
    }
    file
}

/// A stream that brings so many bytes at a time.
struct Chunks<'a>(&'a [u8], usize);

impl Read for Chunks<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(self.0.len()).min(buf.len());
        buf[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

/// What decoding it all takes, where each push brings so many bytes or as many as are wanted.
fn cost_of_pushing(file: &[u8], limit: u64, chunk: Option<usize>) -> u64 {
    work::of(|| decode(file, limit, chunk)).1
}

/// What reading it all takes, beside the bytes themselves.
fn cost(file: &[u8], limit: u64, chunk: usize, finished: bool) -> u64 {
    let ((), work) = work::of(|| {
        let mut reader = RecordReader::with_capacity(Chunks(file, chunk), 64).max_record(limit);
        if finished {
            reader.finish();
        }
        while !matches!(reader.next_item().unwrap(), Item::End(_)) {}
    });
    work
}

/// Inputs of about `n` headers; each is as long as it is expensive.
fn inputs(n: usize) -> Vec<(&'static str, Vec<u8>)> {
    let long = |i: usize| 12 * n - 7 * i;
    let mut zeros = vec![0; 24 * n];
    for i in (0..zeros.len()).step_by(64) {
        zeros[i] = 1;
    }
    let behind = |mut file: Vec<u8>, more: usize| {
        file.resize(file.len() + more, 7);
        file
    };
    vec![
        ("one length", headers(n, |_| 12 * n * 6 / 10)),
        ("each another length", headers(n, long)),
        ("beyond the end", headers(n, |_| 1 << 30)),
        ("some hundred bytes", headers(n, |_| 600)),
        ("some thousand bytes", headers(n, |_| 8001)),
        ("between records", between_records(n, |_| 15 * n)),
        (
            "between records, one end",
            between_records(n, |i| 29 * (n - i)),
        ),
        (
            "with room behind",
            behind(between_records(n, |_| 30 * n), 30 * n),
        ),
        ("with more room", behind(headers(n, |_| 15 * n), 50 * n)),
        ("zeros with something in them", zeros),
    ]
}

#[test]
fn work_grows_with_the_bytes_whatever_they_are() {
    const N: usize = 4000;
    // Limits below, among and above the lengths above.
    for limit in [500, 5000, 12 * N as u64, 14 * N as u64, MAX_RECORD] {
        for (chunk, finished) in [(usize::MAX, true), (usize::MAX, false), (1000, true)] {
            for ((what, once), (_, twice)) in inputs(N).into_iter().zip(inputs(2 * N)) {
                let of = format!("{what}, at most {limit}, {chunk} at a time");
                let (a, b) = (
                    cost(&once, limit, chunk, finished),
                    cost(&twice, limit, chunk, finished),
                );
                let per_byte = b / twice.len() as u64;
                assert!(per_byte < 100, "{of}: {per_byte} for each byte");
                assert!(b < 5 * a / 2 + 10_000, "{of}: {a} for a half, {b} for all");
            }
        }
    }
}

/// Pushing costs no more than being read.
#[test]
fn pushing_takes_time_in_proportion_to_the_bytes() {
    for ((what, once), (_, twice)) in inputs(2_000).into_iter().zip(inputs(4_000)) {
        for limit in [1 << 10, MAX_RECORD] {
            for chunk in [Some(1), Some(61), None] {
                let of = format!("{what}, at most {limit}, {chunk:?} at a time");
                let (a, b) = (
                    cost_of_pushing(&once, limit, chunk),
                    cost_of_pushing(&twice, limit, chunk),
                );
                let per_byte = b / twice.len() as u64;
                assert!(per_byte < 100, "{of}: {per_byte} for each byte");
                assert!(b < 5 * a / 2 + 10_000, "{of}: {a} for a half, {b} for all");
            }
        }
    }
}

/// Nor does it cost more where nothing is taken in between.
#[test]
fn pushing_ahead_takes_time_in_proportion_to_the_bytes() {
    let cost = |n: usize| {
        let mut file = Vec::new();
        (0..n).for_each(|_| frame(&mut file, &[7; 40]));
        let (found, work) = work::of(|| {
            let mut decoder = Decoder::new();
            file.iter().for_each(|&byte| decoder.push(&[byte]));
            let mut found = 0;
            while let Item::Record(_) = decoder.next_item() {
                found += 1;
            }
            found
        });
        assert_eq!(found, n);
        (work, file.len() as u64)
    };
    let ((half, _), (whole, len)) = (cost(1000), cost(2000));
    assert!(whole < 20 * len, "{whole} for {len} bytes");
    assert!(whole < 5 * half / 2, "{half} for a half, {whole} for all");
}

/// Memory follows what may be held, also where many headers promise more.
#[test]
fn no_more_is_held_than_may_be() {
    for (what, file) in inputs(20_000) {
        for limit in [1 << 10, 16 << 10] {
            let mut reader = RecordReader::with_capacity(file.as_slice(), 64).max_record(limit);
            reader.finish();
            while !matches!(reader.next_item().unwrap(), Item::End(_)) {}
            let held = reader.decoder.window.capacity() as u64;
            assert!(held < 2 * limit, "{what}: {held} bytes for {limit}");

            let mut decoder = Decoder::new().max_record(limit);
            for chunk in file.chunks(61) {
                decoder.push(chunk);
                while !matches!(decoder.next_item(), Item::End(_)) {}
            }
            let held = decoder.window.capacity() as u64;
            assert!(held < 2 * limit, "{what}: {held} bytes pushed for {limit}");
        }
    }
}

#[derive(Clone, Debug)]
enum Bit {
    Record(usize),
    /// Records inside a record.
    Nested(usize),
    Header(usize),
    Garbage(Vec<u8>),
    Zeros(usize),
    Flip(usize),
    Cut(usize),
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let bit = prop_oneof![
        6 => (0usize..120).prop_map(Bit::Record),
        3 => (1usize..8).prop_map(Bit::Nested),
        3 => (0usize..200).prop_map(Bit::Header),
        1 => prop::collection::vec(any::<u8>(), 1..50).prop_map(Bit::Garbage),
        1 => (1usize..50).prop_map(Bit::Zeros),
        2 => (0usize..300).prop_map(Bit::Flip),
        2 => (1usize..60).prop_map(Bit::Cut),
    ];
    prop::collection::vec(bit, 1..20).prop_map(|bits| {
        let mut file = Vec::new();
        for bit in bits {
            match bit {
                Bit::Record(len) => frame(&mut file, &vec![b'r'; len]),
                Bit::Nested(n) => {
                    let mut inner = Vec::new();
                    (0..n).for_each(|i| frame(&mut inner, &vec![b'n'; i]));
                    frame(&mut file, &inner);
                }
                Bit::Header(length) => file.extend(header(length)),
                Bit::Garbage(bytes) => file.extend(bytes),
                Bit::Zeros(n) => file.resize(file.len() + n, 0),
                Bit::Flip(back) => {
                    let len = file.len();
                    if let Some(byte) = file.get_mut(len.saturating_sub(1 + back)) {
                        *byte ^= 4;
                    }
                }
                Bit::Cut(n) => file.truncate(file.len().saturating_sub(n)),
            }
        }
        file
    })
}

/// Everything up to the end, and again once that was declared final.
fn read(mut reader: RecordReader<impl Read>) -> Vec<String> {
    let mut items = Vec::new();
    for _ in 0..2 {
        loop {
            let item = reader.next_item().unwrap();
            items.push(format!("{item:?}"));
            if matches!(item, Item::End(_)) {
                break;
            }
        }
        reader.finish();
    }
    items
}

/// The same of bytes that are pushed, so many at a time or as many as are asked for.
fn decode(file: &[u8], limit: u64, chunk: Option<usize>) -> Vec<String> {
    let mut decoder = Decoder::new().max_record(limit);
    let mut items = Vec::new();
    let mut rest = file;
    loop {
        let end = loop {
            match decoder.next_item() {
                Item::End(end) => break format!("{:?}", Item::End(end)),
                item => items.push(format!("{item:?}")),
            }
        };
        if rest.is_empty() {
            items.push(end);
            break;
        }
        let n = chunk.unwrap_or(decoder.wanted()).min(rest.len());
        decoder.push(&rest[..n]);
        rest = &rest[n..];
    }
    decoder.finish();
    loop {
        let item = decoder.next_item();
        items.push(format!("{item:?}"));
        if matches!(item, Item::End(_)) {
            return items;
        }
    }
}

proptest! {
    /// Neither the size of reads nor knowing the end changes what is found under a limit, and every byte is
    /// accounted for.
    #[test]
    fn a_limit_is_kept_however_the_stream_is_chopped(
        file in file(), limit in 0u64..150, chunk in 1usize..80, finished: bool,
    ) {
        let reader = |chunk| {
            let mut reader = RecordReader::with_capacity(Chunks(&file, chunk), 16).max_record(limit);
            if finished {
                reader.finish();
            }
            reader
        };
        let whole = read(reader(usize::MAX));
        prop_assert_eq!(&whole, &read(reader(chunk)));
        let mut known = reader(chunk);
        known.ends_at(file.len() as u64);
        let known = read(known);
        // It may find more of what a torn long record hides, because it does not have to wait for its end.
        let records = |items: &[String]| items.iter().filter(|i| i.starts_with("Record")).count();
        prop_assert!(records(&known) >= records(&whole), "{known:?} {whole:?}");
    }

    /// A decoder finds what a reader finds, however its bytes come.
    #[test]
    fn a_decoder_finds_what_a_reader_finds(
        file in file(), limit in prop_oneof![0u64..150, Just(MAX_RECORD)], chunk in prop::option::of(1usize..80),
    ) {
        let whole = read(RecordReader::new(file.as_slice()).max_record(limit));
        prop_assert_eq!(whole, decode(&file, limit, chunk));
    }

    /// Fewer bytes than are wanted bring nothing.
    #[test]
    fn what_is_wanted_is_needed(file in file(), limit in prop_oneof![0u64..150, Just(MAX_RECORD)]) {
        let mut decoder = Decoder::new().max_record(limit);
        let mut rest = file.as_slice();
        while !rest.is_empty() {
            while !matches!(decoder.next_item(), Item::End(_)) {}
            let (few, more) = rest.split_at((decoder.wanted() - 1).min(rest.len()));
            decoder.push(few);
            prop_assert!(matches!(decoder.next_item(), Item::End(_)));
            let (one, more) = more.split_at(1.min(more.len()));
            decoder.push(one);
            rest = more;
        }
    }

    /// Of a file that is intact, a limit takes the long records, and nothing else.
    #[test]
    fn a_limit_costs_the_records_beyond_it(
        lens in prop::collection::vec(0usize..300, 1..12), limit in 0u64..300, chunk in 1usize..400,
    ) {
        let mut file = Vec::new();
        // Of each payload the second half is a record, too.
        for len in &lens {
            let mut inner = vec![b'p'; len / 2];
            frame(&mut inner, &vec![b'i'; len / 4]);
            frame(&mut file, &inner);
        }
        let reader = RecordReader::with_capacity(Chunks(&file, chunk), 16);
        let whole = read(reader);
        let reader = RecordReader::with_capacity(Chunks(&file, chunk), 16).max_record(limit);
        let limited = read(reader);
        prop_assert_eq!(whole.len(), limited.len());
        for ((whole, limited), len) in whole.iter().zip(&limited).zip(&lens) {
            let length = (len / 2 + len / 4 + OVERHEAD) as u64;
            if length <= limit {
                prop_assert_eq!(whole, limited);
            } else {
                let fault = format!("{:?}", Fault::Large { length, limit });
                prop_assert!(limited.starts_with("Damage") && limited.contains(&fault), "{}", limited);
            }
        }
    }
}
