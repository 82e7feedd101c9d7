//! A decoder finds in bytes what a reader finds in a stream, however the bytes are cut into pushes.

use std::fs;
use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use tfevents::record::{self, Decoder, End, Item, MAX_RECORD, RecordReader};

use crate::support::{corpus, event_files, fixtures, skipped};

/// All event files below `root`: their names and bytes.
fn files_in(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut names = event_files(root);
    // What others read in them is kept beside them, under the same names.
    names.retain(|name| !name.contains(".jsonl"));
    names
        .into_iter()
        .map(|name| {
            let bytes = fs::read(root.join(&name)).unwrap();
            (name, bytes)
        })
        .collect()
}

/// Pushes `file` in pieces of these sizes, over and over, and compares each item with what a reader finds, up to
/// the end and again once that is declared final. Returns how many records there were.
fn compare(file: &[u8], limit: u64, sizes: &[usize], of: &str) -> usize {
    let mut reader = RecordReader::new(file).max_record(limit);
    let mut decoder = Decoder::new().max_record(limit);
    let mut sizes = sizes.iter().cycle();
    let mut rest = file;
    let mut records = 0;
    for _ in 0..2 {
        loop {
            let expected = reader.next_item().unwrap();
            let found = loop {
                match decoder.next_item() {
                    Item::End(_) if !rest.is_empty() => {
                        let n = rest.len().min(*sizes.next().unwrap());
                        let (piece, behind) = rest.split_at(n);
                        decoder.push(piece);
                        rest = behind;
                    }
                    item => break item,
                }
            };
            assert_eq!(found, expected, "{of}");
            records += usize::from(matches!(found, Item::Record(_)));
            if matches!(found, Item::End(_)) {
                break;
            }
        }
        assert_eq!(decoder.offset(), reader.offset(), "{of}");
        assert_eq!(decoder.index(), reader.index(), "{of}");
        reader.finish();
        decoder.finish();
    }
    records
}

fn compare_all(root: &Path) {
    let mut records = 0;
    for (name, file) in files_in(root) {
        for sizes in [&[1][..], &[7, 1, 12, 300], &[4096], &[usize::MAX]] {
            records += compare(&file, MAX_RECORD, sizes, &name);
        }
        // Some of the records are then too long to be held.
        compare(&file, 200, &[11, 90], &name);
    }
    assert!(records > 1000, "{records} records");
}

#[test]
fn fixtures_may_come_in_any_pieces() {
    compare_all(&fixtures());
}

#[test]
fn files_in_the_wild_may_come_in_any_pieces() {
    match corpus() {
        Some(root) => compare_all(&root),
        None => skipped(
            "decoder::files_in_the_wild_may_come_in_any_pieces",
            "the corpus is neither at TFEVENTS_CORPUS nor at ../shared/corpus",
        ),
    }
}

/// Something that goes wrong with a file, at a place that is a share of its length.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Zeros(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

impl Damage {
    fn strategy() -> impl Strategy<Value = Self> {
        let at = any::<Index>;
        prop_oneof![
            4 => (at(), 0u8..8).prop_map(|(at, bit)| Self::Flip(at, bit)),
            2 => (at(), 1usize..200).prop_map(|(at, n)| Self::Remove(at, n)),
            1 => (at(), prop::collection::vec(any::<u8>(), 1..80))
                .prop_map(|(at, bytes)| Self::Insert(at, bytes)),
            1 => (at(), 1usize..100).prop_map(|(at, n)| Self::Zeros(at, n)),
            2 => (at(), 1usize..500).prop_map(|(at, n)| Self::Repeat(at, n)),
            1 => at().prop_map(Self::Cut),
        ]
    }

    fn apply(&self, file: &mut Vec<u8>) {
        // A place, and at most so many bytes from there on.
        let len = file.len();
        let place = |at: &Index| at.index(len + 1);
        let range = |at: &Index, n: usize| -> Range<usize> {
            let start = place(at);
            start..(start + n).min(len)
        };
        match self {
            Self::Flip(at, bit) => {
                if let Some(byte) = file.get_mut(place(at)) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Remove(at, n) => drop(file.drain(range(at, *n))),
            Self::Insert(at, bytes) => {
                let at = place(at);
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Zeros(at, n) => file[range(at, *n)].fill(0),
            Self::Repeat(at, n) => {
                let range = range(at, *n);
                let again = file[range.clone()].to_vec();
                file.splice(range.end..range.end, again);
            }
            Self::Cut(at) => file.truncate(place(at)),
        }
    }
}

#[test]
fn damaged_files_may_come_in_any_pieces() {
    let mut files = files_in(&fixtures());
    files.retain(|(_, file)| file.len() < 20_000);
    let values = (
        any::<Index>(),
        prop::collection::vec(Damage::strategy(), 0..6),
        prop_oneof![0u64..400, Just(MAX_RECORD)],
        prop::collection::vec(prop_oneof![1usize..40, 1usize..3000], 1..8),
    );
    let config = ProptestConfig::with_cases(2000);
    proptest!(config, |((which, damage, limit, sizes) in values)| {
        let (name, mut file) = which.get(&files).clone();
        for damage in &damage {
            damage.apply(&mut file);
        }
        compare(&file, limit, &sizes, &name);
    });
}

/// As a program does that reads a socket to its end and looks afterwards.
#[test]
fn nothing_need_be_taken_between_pushes() {
    let (_, file) = files_in(&fixtures().join("torch/scalars")).swap_remove(0);
    let mut reader = RecordReader::new(file.as_slice());
    let mut decoder = Decoder::new();
    file.chunks(3).for_each(|piece| decoder.push(piece));
    loop {
        let item = decoder.next_item();
        assert_eq!(item, reader.next_item().unwrap());
        if let Item::End(end) = item {
            break assert_eq!(end, End::Clean);
        }
    }
}

/// Whoever goes on elsewhere may be told a place that no stream has.
#[test]
fn counting_starts_anywhere_without_overflow() {
    let (_, file) = files_in(&fixtures().join("torch/scalars")).swap_remove(0);
    for place in [0, 1 << 40, i64::MAX as u64, u64::MAX] {
        let mut decoder = Decoder::new().starting_at(place, place);
        decoder.push(&file);
        let mut records = 0;
        while let Item::Record(record) = decoder.next_item() {
            assert!(record.offset >= place.min(i64::MAX as u64));
            records += 1;
        }
        assert!(records > 1);
        assert!(matches!(decoder.next_item(), Item::End(End::Clean)));
    }
}

#[test]
fn counting_may_start_anew_amid_damage() {
    let mut file = vec![30; 9];
    record::frame(&mut file, b"whole");
    let mut decoder = Decoder::new().starting_at(1000, 7);
    decoder.push(&file[..20]);
    assert!(matches!(decoder.next_item(), Item::End(_)));
    let mut decoder = decoder.starting_at(0, 0);
    assert!(matches!(decoder.next_item(), Item::End(_)));
    decoder.push(&file[20..]);
    // What was ruled out before is not there any more.
    let Item::Record(record) = decoder.next_item() else {
        panic!("{decoder:?}");
    };
    assert_eq!((record.offset, record.index), (0, 0));
    assert_eq!(record.payload, b"whole");
}
