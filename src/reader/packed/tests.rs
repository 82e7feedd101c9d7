use std::io::{ErrorKind, Read as _, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::unpack;
use crate::record;

/// Compressed bytes, and after how many of them how many bytes must be there at least.
#[derive(Clone, Default)]
struct Packed {
    bytes: Vec<u8>,
    floor: Vec<(usize, usize)>,
    /// Where the file may end: there are whole members before.
    ends: Vec<usize>,
}

fn records() -> Vec<Vec<u8>> {
    let record = |step: u8| {
        let mut frame = Vec::new();
        record::frame(&mut frame, &[0x10, step, 0x10, step / 3]);
        frame
    };
    (0..12).map(record).collect()
}

/// Flushed after each record, so that each can be had as soon as all of its bytes are there.
fn deflated<W: Write>(
    mut encoder: W,
    len: impl Fn(&W) -> usize,
    end: impl FnOnce(W) -> Vec<u8>,
) -> Packed {
    let (mut floor, mut unpacked) = (Vec::new(), 0);
    for record in records() {
        encoder.write_all(&record).unwrap();
        encoder.flush().unwrap();
        unpacked += record.len();
        floor.push((len(&encoder), unpacked));
    }
    let bytes = end(encoder);
    let ends = vec![bytes.len()];
    Packed { bytes, floor, ends }
}

fn gzip() -> Packed {
    let encoder = flate2::GzBuilder::new()
        .filename("events")
        .comment("old")
        .extra(&b"abc"[..])
        .write(Vec::new(), Compression::best());
    let len = |e: &GzEncoder<Vec<u8>>| e.get_ref().len();
    deflated(encoder, len, |e| e.finish().unwrap())
}

fn zlib() -> Packed {
    let encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let len = |e: &ZlibEncoder<Vec<u8>>| e.get_ref().len();
    deflated(encoder, len, |e| e.finish().unwrap())
}

/// A frame with a window of 1 KiB, a block per record, and no checksum.
#[cfg(feature = "zstd")]
fn zstd() -> Packed {
    let mut packed = Packed::default();
    let mut unpacked = 0;
    packed.bytes.extend([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00]);
    let records = records();
    for (i, record) in records.iter().enumerate() {
        let header = record.len() << 3 | usize::from(i + 1 == records.len());
        packed.bytes.extend(&header.to_le_bytes()[..3]);
        packed.bytes.extend(record);
        unpacked += record.len();
        packed.floor.push((packed.bytes.len(), unpacked));
    }
    packed.ends.push(packed.bytes.len());
    packed
}

fn formats() -> Vec<Packed> {
    vec![
        gzip(),
        zlib(),
        #[cfg(feature = "zstd")]
        zstd(),
    ]
}

/// All that is unpacked, and how it ends: the same way if it is asked again.
fn unpacked(bytes: &[u8]) -> (Vec<u8>, Option<ErrorKind>) {
    let head = &bytes[..bytes.len().min(12)];
    let mut reader = unpack(head, || std::io::Cursor::new(bytes.to_vec())).unwrap();
    let mut all = Vec::new();
    let mut buf = [0; 7];
    let mut next = || reader.read(&mut buf).map(|len| buf[..len].to_vec());
    let end = loop {
        match next() {
            Ok(read) if read.is_empty() => break None,
            Ok(read) => all.extend(read),
            Err(e) => break Some(e.kind()),
        }
    };
    assert_eq!(next().err().map(|e| e.kind()), end);
    (all, end)
}

#[test]
fn wherever_a_file_is_cut_all_that_stands_before_comes_and_then_an_error() {
    let data = records().concat();
    for packed in formats() {
        for cut in 4..=packed.bytes.len() {
            let (all, end) = unpacked(&packed.bytes[..cut]);
            let due = packed.floor.iter().rfind(|(at, _)| *at <= cut);
            assert!(data.starts_with(&all));
            assert!(all.len() >= due.map_or(0, |(_, len)| *len), "{cut}");
            let expected = (!packed.ends.contains(&cut)).then_some(ErrorKind::UnexpectedEof);
            assert_eq!(end, expected, "{cut}");
        }
    }
}

#[test]
fn members_follow_each_other() {
    let data = records().concat();
    for packed in formats() {
        let whole = &packed.bytes;
        let twice = unpacked(&[&whole[..], whole].concat());
        assert_eq!(twice, ([&data[..], &data].concat(), None));
        let (all, end) = unpacked(&[&whole[..], whole, b"?junk"].concat());
        assert_eq!(all, [&data[..], &data].concat());
        assert_eq!(end, Some(ErrorKind::InvalidData));
        // Not even a member behind junk is read.
        let (all, _) = unpacked(&[&whole[..], b"?junk", whole].concat());
        assert_eq!(all, data);
    }
}

/// gzip itself and Python pass over them, too.
#[test]
fn zero_bytes_may_stand_between_members_of_gzip() {
    let data = records().concat();
    let (zeros, gzip) = ([0; 700], gzip().bytes);
    let all = unpacked(&[&gzip[..], &zeros, &gzip, &[0]].concat());
    assert_eq!(all, ([&data[..], &data].concat(), None));
    let (all, end) = unpacked(&[&gzip[..], &zeros, b"?junk"].concat());
    assert_eq!((all, end), (data, Some(ErrorKind::InvalidData)));
}

#[test]
fn a_wrong_checksum_loses_nothing() {
    let data = records().concat();
    for (packed, from_end) in [(gzip(), 8), (gzip(), 1), (zlib(), 4), (zlib(), 1)] {
        let mut bytes = packed.bytes;
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        assert_eq!(
            unpacked(&bytes),
            (data.clone(), Some(ErrorKind::InvalidData))
        );
    }
}

/// Damage ends the reading; all before it in the same buffer is given all the same.
#[test]
fn what_stands_before_damage_comes() {
    let data = records().concat();
    for packed in formats() {
        for (from, len) in &packed.floor[..packed.floor.len() - 1] {
            // Of the reserved type in both formats.
            let bytes = [&packed.bytes[..*from], &[0xff; 64]].concat();
            let (all, end) = unpacked(&bytes);
            assert_eq!(
                (&all[..], end),
                (&data[..*len], Some(ErrorKind::InvalidData))
            );
        }
    }
}

#[cfg(feature = "zstd")]
mod zstandard {
    use super::*;

    /// What the program `zstd` makes of `loss\n`, and of nothing; both have checksums.
    const LOSS: &[u8] = b"\x28\xb5\x2f\xfd\x04\x58\x29\x00\x00\x6c\x6f\x73\x73\x0a\xa9\x91\x0b\x08";
    const EMPTY: &[u8] = b"\x28\xb5\x2f\xfd\x24\x00\x01\x00\x00\x99\xe9\xd8\x51";
    const SKIPPED: &[u8] = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";

    #[test]
    fn empty_and_skippable_frames_hold_nothing() {
        for files in [
            &[EMPTY, LOSS][..],
            &[SKIPPED, LOSS],
            &[SKIPPED, SKIPPED, LOSS, SKIPPED],
            &[LOSS, EMPTY, EMPTY],
        ] {
            assert_eq!(unpacked(&files.concat()), (b"loss\n".to_vec(), None));
        }
        let cut = [LOSS, &SKIPPED[..10]].concat();
        let expected = (b"loss\n".to_vec(), Some(ErrorKind::UnexpectedEof));
        assert_eq!(unpacked(&cut), expected);
    }

    #[test]
    fn a_checksum_is_verified() {
        for at in LOSS.len() - 4..LOSS.len() {
            let mut bytes = LOSS.to_vec();
            bytes[at] ^= 1;
            let expected = (b"loss\n".to_vec(), Some(ErrorKind::InvalidData));
            assert_eq!(unpacked(&bytes), expected);
            let expected = (b"loss\n".to_vec(), Some(ErrorKind::UnexpectedEof));
            assert_eq!(unpacked(&LOSS[..at]), expected);
        }
    }

    /// How it ends, in words.
    fn end(bytes: &[u8]) -> (ErrorKind, String) {
        let mut reader = unpack(&bytes[..12], || std::io::Cursor::new(bytes.to_vec())).unwrap();
        let end = reader.read_to_end(&mut Vec::new()).unwrap_err();
        (end.kind(), end.to_string())
    }

    #[test]
    fn what_takes_another_program_is_not_damaged() {
        // A dictionary's number in 4 bytes; windows of 144 MiB and of 3.75 TiB.
        let dictionary = b"\x28\xb5\x2f\xfd\x07\x58\x39\x30\0\0\x29\0\0loss\n";
        let window = |descriptor| {
            let header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, descriptor];
            [&header[..], b"\x29\0\0loss\n"].concat()
        };
        for (file, needs, cure) in [
            (
                dictionary.to_vec(),
                "the dictionary 12345",
                "decompress it with `zstd -d -D DICTIONARY`",
            ),
            (
                window(17 << 3 | 1),
                "a window of 150994944 bytes, more than 134217728",
                "decompress it with `zstd -d --long=31`",
            ),
            (
                window(0xff),
                "a window of 4123168604160 bytes, more than 134217728",
                "even `zstd -d --long=31` cannot decompress it",
            ),
        ] {
            let data = "the Zstandard data needs";
            let expected = format!("{data} {needs} (after 0 decompressed bytes): {cure}");
            assert_eq!(end(&file), (ErrorKind::Unsupported, expected));
            let expected = format!("{data} {needs} (after 5 decompressed bytes): {cure}");
            let behind = [LOSS, &file].concat();
            assert_eq!(end(&behind), (ErrorKind::Unsupported, expected));
        }
        // As much as the program takes by itself.
        let expected = (b"loss\n".to_vec(), None);
        assert_eq!(unpacked(&window(17 << 3)), expected);
    }
}
