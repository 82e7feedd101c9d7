//! Records that are too long to be held in memory: they are verified, passed over and told.

use std::fs::{self, File};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flate2::Compression;
use flate2::write::GzEncoder;
use tfevents::reader::{Defect, DefectKind, SkimReader, SkimmedRecord};
use tfevents::record::{self, FOOTER_LEN, HEADER_LEN, OVERHEAD};
use tfevents::{EventItem, EventReader, Logdir, LogdirState, RunItem, Selection};

use super::{defects, scalars, state_steps, steps, value, write};
use crate::support::memory;

/// A header that is right.
fn header(length: u64) -> Vec<u8> {
    let length = length.to_le_bytes();
    [&length[..], &masked(crc32c::crc32c(&length))].concat()
}

fn masked(crc: u32) -> [u8; 4] {
    (crc.rotate_right(15).wrapping_add(0xa282_ead8)).to_le_bytes()
}

/// The steps and defects that either reader comes upon, and the state at the end.
macro_rules! walk {
    ($reader:ident) => {{
        let (mut steps, mut found) = (Vec::new(), Vec::new());
        loop {
            match $reader.next_item().unwrap() {
                EventItem::Event(record) => steps.push(SkimmedRecord::from(record).step()),
                EventItem::Damage(defect) => found.push(defect),
                EventItem::End(health) => break (steps, found, health.clone()),
            }
        }
    }};
}

/// 300 MiB of zeros in a record, between two scalars.
fn zeros_in_gzip() -> Vec<u8> {
    const LEN: u64 = 300 << 20;
    let zeros = vec![0; 1 << 20];
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    file.write_all(&scalars([1])).unwrap();
    file.write_all(&header(LEN)).unwrap();
    let mut crc = 0;
    for _ in 0..LEN / zeros.len() as u64 {
        file.write_all(&zeros).unwrap();
        crc = crc32c::crc32c_append(crc, &zeros);
    }
    file.write_all(&masked(crc)).unwrap();
    file.write_all(&scalars([2])).unwrap();
    file.finish().unwrap()
}

#[test]
fn a_bomb_of_zeros_takes_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("e.tfevents.gz");
    fs::write(&path, zeros_in_gzip()).unwrap();
    let ((steps, found, health), peak) = memory::peak(|| {
        let mut reader = EventReader::open(&path).unwrap();
        reader.finish();
        walk!(reader)
    });
    assert_eq!(steps, [1, 2]);
    assert_eq!(
        found[0].kind,
        DefectKind::Large {
            length: 300 << 20,
            limit: 256 << 20
        }
    );
    assert_eq!((found.len(), health.records), (1, 2));
    assert!(!health.is_clean());
    assert!(peak < 2 << 20, "{peak} bytes");
}

/// It has no blocks on the disk, but a header that promises most of it.
#[test]
fn a_sparse_file_takes_no_memory_even_where_nothing_is_verified() {
    const LEN: u64 = 600 << 20;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("e.tfevents");
    fs::write(&path, [scalars([1]), header(LEN - 1000)].concat()).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(LEN).unwrap();
    let ((steps, found, health), peak) = memory::peak(|| {
        let mut reader = SkimReader::open(&path).unwrap();
        walk!(reader)
    });
    assert_eq!(steps, [1]);
    assert!(found[0].to_string().contains("checksum"), "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(!health.is_clean());
    assert!(peak < 2 << 20, "{peak} bytes");
}

/// A scalar, a text of 5000 bytes, a scalar.
fn with_a_text() -> Vec<u8> {
    let text = tfevents::Text::new("x".repeat(5000));
    let text = tfevents::plugin::message("note", &text)
        .unwrap()
        .value
        .unwrap();
    let mut text = value(2, "note", text);
    let mut bytes = scalars([1]);
    text.step = 2;
    bytes.extend(super::framed(&text));
    bytes.extend(scalars([3]));
    bytes
}

#[test]
fn every_way_to_read_keeps_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("e.tfevents");
    write(&path, with_a_text());
    let is_large = |defect: &Defect| {
        assert_eq!(defect.record, 1);
        matches!(defect.kind, DefectKind::Large { limit: 1000, .. })
    };

    let mut reader = EventReader::open(&path).unwrap().max_record(1000);
    let (steps, found, _) = walk!(reader);
    assert_eq!((&*steps, found.len()), (&[1, 3][..], 1));
    assert!(is_large(&found[0]));

    let logdir = Logdir::open(dir.path()).unwrap().max_record(1000);
    let mut reader = logdir.runs()[0].read();
    let mut found = 0;
    while let Some(item) = reader.next_item().unwrap() {
        if let RunItem::Damage { defect, .. } = item {
            found += u32::from(is_large(&defect));
        }
    }
    assert_eq!(found, 1);

    let mut state = LogdirState::new(dir.path(), Selection::all()).max_record(1000);
    assert_eq!(state.poll().changed, ["."]);
    let run = state.runs().next().unwrap();
    assert_eq!(state_steps(&state, "."), [1, 3]);
    assert_eq!(run.series().count(), 1);
    let file = run.files().next().unwrap();
    assert!(is_large(&file.follower().health().defects[0]));

    let report = tfevents::check::run(&logdir.runs()[0]);
    let codes: Vec<_> = report.findings.iter().map(|f| f.problem.code()).collect();
    assert!(codes.contains(&"large_record"), "{codes:?}");

    // What is left of it when its body is passed over can be held.
    let mut reader = SkimReader::open(&path).unwrap().max_record(1000);
    let (steps, found, _) = walk!(reader);
    assert_eq!((steps.len(), found.len()), (3, 0), "{found:?}");

    // Nobody has to ask.
    assert_eq!(defects(&path), [""; 0]);
}

/// Whatever a header promises: more than is there, or as much as takes in what may be held.
#[test]
fn records_behind_a_torn_long_one_are_found() {
    for length in [1000, 5000, 1 << 20, 1 << 30] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.tfevents");
        let mut bytes = [scalars([1]), header(length), vec![7; 500]].concat();
        bytes.extend(scalars(2..100));
        write(&path, &bytes);
        for limit in [100, 1000, 1 << 20, u64::MAX] {
            if length == 1000 && limit == 100 {
                continue;
            }
            let mut reader = EventReader::open(&path).unwrap().max_record(limit);
            reader.finish();
            let (steps, found, _) = walk!(reader);
            assert_eq!(steps, Vec::from_iter(1..100), "{length} {limit}");
            assert_eq!(found[0].len as usize, HEADER_LEN + 500, "{length} {limit}");
        }
        assert_eq!(steps(dir.path(), ".").len(), 99);
    }
}

/// A record of just as many bytes as may be held is held.
#[test]
fn the_limit_is_exact() {
    let mut bytes = Vec::new();
    record::frame(&mut bytes, &[0x0a; 100]);
    for (limit, large) in [(99, true), (100, false)] {
        let mut reader = record::RecordReader::new(&*bytes).max_record(limit);
        let is_large = matches!(
            reader.next_item().unwrap(),
            record::Item::Damage(damage)
                if damage.len as usize == 100 + HEADER_LEN + FOOTER_LEN
                    && matches!(damage.fault, record::Fault::Large { .. })
        );
        assert_eq!(is_large, large);
    }
    assert_eq!(OVERHEAD, HEADER_LEN + FOOTER_LEN);
}

/// A selection is the caller's code, and runs in the threads that read.
#[test]
fn a_panic_while_reading_does_not_leave_a_run_short() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..40 {
        write(dir.path().join(format!("{i}/e.tfevents")), scalars([i]));
    }
    // Large enough to be read in pieces.
    write(dir.path().join("big/e.tfevents"), scalars(0..300_000));
    for selected in ["x", "big"] {
        let load = || {
            let selection = match selected {
                "x" => Selection::all().tags(|tag| panic!("what about {tag}?")),
                _ => Selection::all()
                    .runs(|run| run == "big")
                    .tags(|tag| panic!("what about {tag}?")),
            };
            let mut state = LogdirState::new(dir.path(), selection).threads(4);
            state.poll()
        };
        let panic = catch_unwind(AssertUnwindSafe(load)).unwrap_err();
        assert_eq!(
            panic.downcast_ref::<String>().map(String::as_str),
            Some("what about x?")
        );
    }
}

/// Of a window that a header claims, only what frames hold takes memory.
#[cfg(feature = "zstd")]
#[test]
fn a_forged_window_takes_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("e.tfevents.zst");
    let frame = |step| {
        let record = scalars([step]);
        // A window of 128 MiB, and a last block of bytes as they are.
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3];
        frame.extend(&(record.len() << 3 | 1).to_le_bytes()[..3]);
        [frame, record].concat()
    };
    fs::write(&path, [frame(1), frame(2), frame(3)].concat()).unwrap();
    let ((steps, found, _), peak) = memory::peak(|| {
        let mut reader = EventReader::open(&path).unwrap();
        walk!(reader)
    });
    assert_eq!((steps, found.len()), (vec![1, 2, 3], 0));
    assert!(peak < 1 << 20, "{peak} bytes");
}
