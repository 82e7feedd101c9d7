//! The file's name and its bytes.

use tfevents::plugin::scalar::Scalar;
use tfevents::proto::event::What;
use tfevents::proto::session_log::SessionStatus;
use tfevents::{At, SummaryWriter};

use super::{events, time};

/// A file's name taken apart: seconds, host, process, number, suffix.
fn parts(writer: &SummaryWriter, suffix: &str) -> (String, String, u32, u64) {
    let name = writer.path().file_name().unwrap().to_str().unwrap();
    let rest = name.strip_prefix("events.out.tfevents.").unwrap();
    let rest = rest.strip_suffix(suffix).unwrap();
    let (secs, rest) = rest.split_once('.').unwrap();
    let (rest, uid) = rest.rsplit_once('.').unwrap();
    let (host, pid) = rest.rsplit_once('.').unwrap();
    (
        secs.to_owned(),
        host.to_owned(),
        pid.parse().unwrap(),
        uid.parse().unwrap(),
    )
}

#[test]
fn the_name_tells_when_where_and_by_whom() {
    let dir = tempfile::tempdir().unwrap();
    let open = |dir: &str, suffix: &str| {
        SummaryWriter::builder(dir)
            .clock(|| time(1_700_000_000.75))
            .filename_suffix(suffix)
            .open()
            .unwrap()
    };
    let one = open(dir.path().join("one").to_str().unwrap(), ".worker-0");
    let two = open(dir.path().join("two").to_str().unwrap(), "");
    assert_eq!(one.path().parent(), Some(&*dir.path().join("one")));
    let (secs, host, pid, uid) = parts(&one, ".worker-0");
    assert_eq!(secs, "1700000000");
    // A system of which nothing is known has no call for it.
    if cfg!(not(tfevents_portable)) {
        assert_eq!(host, gethostname::gethostname().to_str().unwrap());
    }
    assert_eq!(pid, std::process::id());
    let (_, _, _, next) = parts(&two, "");
    assert!(next > uid, "{next} follows {uid}");
}

#[test]
fn a_file_starts_with_its_version_and_a_session() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .clock(|| time(1_700_000_000.25))
        .start_step(-12)
        .open()
        .unwrap();
    writer.close().unwrap();
    let [version, start] = &events(writer.path())[..] else {
        panic!("a writer that logged nothing writes two events");
    };
    assert_eq!((version.wall_time, version.step), (1_700_000_000.25, 0));
    assert_eq!(
        version.what,
        Some(What::FileVersion("brain.Event:2".into()))
    );
    let by = &version.source_metadata.as_ref().unwrap().writer;
    assert_eq!(*by, format!("tfevents {}", env!("CARGO_PKG_VERSION")));
    assert_eq!((start.wall_time, start.step), (1_700_000_000.25, -12));
    let Some(What::SessionLog(session)) = &start.what else {
        panic!("{start:?}");
    };
    assert_eq!(session.status(), SessionStatus::Start);
}

/// CRC-32C bit by bit, so that the bytes below owe nothing to the code under test.
fn masked_crc(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0x82f6_3b78 * (crc & 1));
        }
    }
    (!crc).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn record(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_le_bytes();
    [
        &length,
        &masked_crc(&length).to_le_bytes()[..],
        payload,
        &masked_crc(payload).to_le_bytes(),
    ]
    .concat()
}

#[test]
fn a_whole_file_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .clock(|| time(1_700_000_000.0))
        .start_step(7)
        .open()
        .unwrap();
    let later = At::from(7).at(time(1_700_000_000.5));
    writer.add_scalar("loss", 0.5, later).unwrap();
    writer.add("loss", &Scalar::new(0.5), later).unwrap();
    writer.add_scalar("x", 0.0, -5).unwrap();
    let epoch = At::from(0).at(time(0.0));
    writer.add_text("txt", "hello", epoch).unwrap();
    writer.close().unwrap();

    const NOW: &[u8] = b"\x09\0\0\0\x40\xfc\x54\xd9\x41";
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let by = [b"tfevents ", version].concat();
    let [by_len, source_len] = [by.len(), by.len() + 2].map(|len| u8::try_from(len).unwrap());
    let expected = [
        // wall_time, file_version, source_metadata { writer }
        record(
            &[
                NOW,
                b"\x1a\x0dbrain.Event:2\x52",
                &[source_len, 0x0a, by_len],
                &by,
            ]
            .concat(),
        ),
        // wall_time, step 7, session_log { START }
        record(&[NOW, b"\x10\x07\x3a\x02\x08\x01"].concat()),
        // wall_time, step 7, a simple_value: framing and all as TensorFlow has it
        b"\x1a\0\0\0\0\0\0\0\x12\x9b\xd8\x2d\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10\x07\
          \x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f\x95\x83\xbd\xba"
            .to_vec(),
        // the same number as a tensor with metadata
        b"\x30\0\0\0\0\0\0\0\x95\xf5\xd0\x5f\x09\0\0\x20\x40\xfc\x54\xd9\x41\x10\x07\
          \x2a\x23\x0a\x21\x0a\x04loss\x42\x0a\x08\x01\x12\0\x2a\x04\0\0\0\x3f\
          \x4a\x0d\x0a\x09\x0a\x07scalars\x20\x01\x3d\xfb\x04\x45"
            .to_vec(),
        // a negative step takes ten bytes; a zero is written, because a oneof must say which it is
        record(
            &[
                NOW,
                b"\x10\xfb\xff\xff\xff\xff\xff\xff\xff\xff\x01\x2a\x0a\x0a\x08\x0a\x01x\x15\0\0\0\0",
            ]
            .concat(),
        ),
        // neither the time 0 nor the step 0 is written
        record(
            b"\x2a\x20\x0a\x1e\x0a\x03txt\x42\x0b\x08\x07\x12\0\x42\x05hello\
              \x4a\x0a\x0a\x06\x0a\x04text\x20\x02",
        ),
    ];
    let written = std::fs::read(writer.path()).unwrap();
    let mut rest = &written[..];
    for (i, record) in expected.iter().enumerate() {
        let (start, behind) = rest.split_at(record.len().min(rest.len()));
        assert_eq!(start, record, "record {i}");
        rest = behind;
    }
    assert_eq!(rest, b"");
}
