use std::io;

use super::*;
use crate::record::{Damage, End, Fault, MAX_PAYLOAD, Record, frame};

/// Items with owned payloads, so that runs can be compared.
#[derive(Debug, PartialEq, Clone)]
enum Seen {
    Record(u64, u64, Vec<u8>),
    Damage(Damage),
    End(End),
}

fn drain<R: Read>(reader: &mut RecordReader<R>, seen: &mut Vec<Seen>) -> End {
    loop {
        match reader.next_item().unwrap() {
            Item::Record(r) => seen.push(Seen::Record(r.offset, r.index, r.payload.to_vec())),
            Item::Damage(d) => seen.push(Seen::Damage(d)),
            Item::End(end) => return end,
        }
    }
}

/// Reads to the end, then declares the end final and reads what that brings.
fn read_all(file: &[u8]) -> Vec<Seen> {
    let mut seen = Vec::new();
    let mut reader = RecordReader::with_capacity(file, 16);
    drain(&mut reader, &mut seen);
    reader.finish();
    let end = drain(&mut reader, &mut seen);
    seen.push(Seen::End(end));
    seen
}

/// A stream that pauses after every chunk, like a file that grows.
struct Growing<'a> {
    data: &'a [u8],
    chunk: usize,
    pause: bool,
}

impl Read for Growing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.pause = !self.pause;
        if self.pause {
            return Ok(0);
        }
        let n = self.chunk.min(self.data.len()).min(buf.len());
        buf[..n].copy_from_slice(&self.data[..n]);
        self.data = &self.data[n..];
        Ok(n)
    }
}

fn read_growing(file: &[u8], chunk: usize) -> Vec<Seen> {
    let mut seen = Vec::new();
    let input = Growing {
        data: file,
        chunk,
        pause: false,
    };
    let mut reader = RecordReader::with_capacity(input, 16);
    for _ in 0..2 * file.len() + 2 {
        drain(&mut reader, &mut seen);
    }
    reader.finish();
    let end = drain(&mut reader, &mut seen);
    seen.push(Seen::End(end));
    seen
}

fn three() -> Vec<u8> {
    let mut file = Vec::new();
    for payload in [&b"first"[..], &[7; 40], b"third record"] {
        frame(&mut file, payload);
    }
    file
}

#[test]
fn every_cut_returns_what_is_whole_and_knows_the_tail() {
    let file = three();
    let ends = [0, 21, 77, 105];
    for cut in 0..=file.len() {
        let seen = read_all(&file[..cut]);
        let whole = ends.iter().filter(|&&e| e > 0 && e <= cut).count();
        assert_eq!(seen.len(), whole + 1, "cut at {cut}: {seen:?}");
        let left = (cut - ends[whole]) as u64;
        let end = if left == 0 {
            End::Clean
        } else {
            End::Torn { len: left }
        };
        assert_eq!(seen[whole], Seen::End(end), "cut at {cut}");
    }
}

#[test]
fn every_flipped_bit_costs_one_record() {
    let file = three();
    let whole = read_all(&file);
    for bit in 0..file.len() * 8 {
        let mut bad = file.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let hit = [21, 77, 105].iter().position(|&end| bit / 8 < end).unwrap();
        let seen = read_all(&bad);
        for (i, record) in whole[..3].iter().enumerate().filter(|(i, _)| *i != hit) {
            assert_eq!(&seen[i], record, "bit {bit}");
        }
        assert!(
            matches!(seen[hit], Seen::Damage(_) | Seen::End(End::Torn { .. })),
            "bit {bit}: {seen:?}"
        );
    }
}

#[test]
fn how_the_stream_is_chopped_does_not_matter() {
    let mut cases = vec![three()];
    let mut torn_inside = three();
    torn_inside.splice(30..60, []);
    cases.push(torn_inside);
    let mut zeros = three();
    zeros.splice(21..21, [0; 100]);
    zeros.extend([0; 50]);
    cases.push(zeros);
    let mut garbage = b"not a record at all".to_vec();
    garbage.extend(three());
    garbage.extend(b"more of the same");
    cases.push(garbage);
    for bit in [3, 100, 21 * 8 + 1, 40 * 8, 100 * 8] {
        let mut flipped = three();
        flipped[bit / 8] ^= 1 << (bit % 8);
        cases.push(flipped);
    }
    for file in cases {
        let whole = read_all(&file);
        for chunk in [1, 7, 13, 64] {
            assert_eq!(read_growing(&file, chunk), whole, "chunks of {chunk}");
        }
    }
}

#[test]
fn a_record_torn_in_mid_file_costs_only_itself() {
    // The header promises 40 bytes, 10 exist, and another writer appended.
    let mut file = three();
    file.splice(21 + 12 + 10..77, []);
    let seen = read_all(&file);
    assert!(
        matches!(
            seen[1],
            Seen::Damage(Damage {
                offset: 21,
                len: 22,
                ..
            })
        ),
        "{seen:?}"
    );
    assert!(matches!(&seen[2], Seen::Record(43, 2, p) if p == b"third record"));
    assert_eq!(seen[3], Seen::End(End::Clean));
    // The same as the very last thing but one, where the promise runs past the end.
    let mut file = Vec::new();
    frame(&mut file, &[1; 500]);
    file.truncate(100);
    frame(&mut file, b"appended");
    let seen = read_all(&file);
    assert!(matches!(
        seen[0],
        Seen::Damage(Damage {
            offset: 0,
            len: 100,
            fault: Fault::Torn,
            ..
        })
    ));
    assert!(matches!(&seen[1], Seen::Record(100, 1, p) if p == b"appended"));
}

#[test]
fn zeros_wait_and_are_no_damage_at_the_end() {
    let mut file = three();
    file.extend(vec![0; 1 << 20]);
    let seen = read_all(&file);
    assert_eq!(seen[3], Seen::End(End::Zeros { len: 1 << 20 }));
    frame(&mut file, b"behind");
    let seen = read_all(&file);
    assert!(matches!(
        seen[3],
        Seen::Damage(Damage {
            offset: 105,
            len: 1_048_576,
            fault: Fault::Zeros,
            index: 3
        })
    ));
    assert!(matches!(&seen[4], Seen::Record(_, 4, p) if p == b"behind"));
}

#[test]
fn a_damaged_last_record_waits_until_the_end_is_final() {
    let mut file = three();
    *file.last_mut().unwrap() ^= 1;
    let mut reader = RecordReader::new(file.as_slice());
    let mut seen = Vec::new();
    assert!(matches!(
        drain(&mut reader, &mut seen),
        End::Damaged { len: 28, .. }
    ));
    assert_eq!(reader.offset(), 77);
    reader.finish();
    assert_eq!(drain(&mut reader, &mut seen), End::Clean);
    assert!(matches!(
        seen[2],
        Seen::Damage(Damage {
            offset: 77,
            len: 28,
            ..
        })
    ));
}

#[test]
fn a_forged_length_allocates_nothing() {
    let mut file = three();
    let length = (MAX_PAYLOAD - 1).to_le_bytes();
    file.extend_from_slice(&length);
    file.extend_from_slice(&crate::crc::masked(&length).to_le_bytes());
    file.extend_from_slice(b"little follows");
    let mut reader = RecordReader::with_capacity(file.as_slice(), 64);
    let mut seen = Vec::new();
    assert_eq!(drain(&mut reader, &mut seen), End::Torn { len: 26 });
    let allocated = reader.decoder.window.capacity();
    assert!(allocated <= 256, "{allocated} bytes allocated");

    let mut decoder = Decoder::new();
    for byte in file {
        decoder.push(&[byte]);
        while !matches!(decoder.next_item(), Item::End(_)) {}
    }
    let allocated = decoder.window.capacity();
    assert!(allocated <= 256, "{allocated} bytes allocated for pushes");
}

#[test]
fn counting_can_start_elsewhere() {
    let file = three();
    let mut reader = RecordReader::new(&file[21..]).starting_at(21, 1);
    assert!(matches!(
        reader.next_item().unwrap(),
        Item::Record(Record {
            offset: 21,
            index: 1,
            ..
        })
    ));
}
