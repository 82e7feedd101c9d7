//! Damaged records: what they cost, and what is said about them.

use tfevents::event::What;
use tfevents::proto::{self, Message as _, summary};
use tfevents::reader::{FileStatus, Follower};
use tfevents::record::{self, End};

use super::{defects, event, framed, scalar, scalars, steps, value, write};

/// The file, its steps, and its defects.
fn read(bytes: &[u8]) -> (Vec<i64>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("e.tfevents.1");
    write(&file, bytes);
    (steps(dir.path(), "."), defects(&file))
}

/// The state that a reader of a growing file sees.
fn status(bytes: &[u8]) -> FileStatus {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("e.tfevents.1");
    write(&file, bytes);
    let mut follower = Follower::new(&file);
    follower.poll(&mut |_| {});
    follower.status().clone()
}

/// Bytes of one record of [`scalars`] with a one-byte step.
const LEN: usize = 39;

#[test]
fn records_are_as_long_as_these_tests_think() {
    assert_eq!(framed(&scalar(1)).len(), LEN);
}

#[test]
fn a_torn_tail_waits() {
    let mut file = scalars([1, 2, 3]);
    file.truncate(file.len() - 5);
    assert_eq!(read(&file), (vec![1, 2], vec![]));
    assert!(matches!(
        status(&file),
        FileStatus::Waiting(End::Torn { len: 34 })
    ));
}

/// FAST marks the file dead for good, SLOW stops there: two thirds of this file are lost to both.
#[test]
fn a_bad_length_checksum_costs_one_record() {
    let mut file = scalars([1, 2, 3]);
    file[8] ^= 1;
    let (steps, defects) = read(&file);
    assert_eq!(steps, [2, 3]);
    assert_eq!(defects.len(), 1);
    assert!(
        defects[0].starts_with("record 0 at byte 0 (39 bytes): length checksum mismatch"),
        "{defects:?}"
    );
}

/// FAST accepts it silently, SLOW stops there.
#[test]
fn a_bad_payload_checksum_costs_one_record() {
    let mut file = scalars([1, 2, 3]);
    file[LEN + 30] ^= 1;
    let (steps, defects) = read(&file);
    assert_eq!(steps, [1, 3]);
    assert!(
        defects[0].starts_with("record 1 at byte 39 (39 bytes): payload checksum mismatch"),
        "{defects:?}"
    );
}

/// FAST gives up the file; SLOW's reload thread dies, and every run with it.
#[test]
fn a_record_that_is_no_event_costs_only_itself() {
    let mut file = scalars([1]);
    record::frame(&mut file, b"\xff\xff\xff");
    file.extend(scalars([2]));
    let (steps, defects) = read(&file);
    assert_eq!(steps, [1, 2]);
    assert!(
        defects[0].contains("record 1 at byte 39") && defects[0].contains("not an event"),
        "{defects:?}"
    );
}

/// As before in both loaders.
#[test]
fn a_tag_that_is_not_utf8_costs_only_itself() {
    let mut bad = scalar(7).encode_to_vec();
    let tag = bad.iter().rposition(|&b| b == b'x').unwrap();
    bad[tag] = 0xff;
    let mut file = scalars([1]);
    record::frame(&mut file, &bad);
    file.extend(scalars([2]));
    assert_eq!(read(&file).0, [1, 2]);
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("e.tfevents.1"), &file);
    let state = tfevents::LogdirState::load(dir.path(), tfevents::Selection::all()).unwrap();
    let broken = state
        .runs()
        .next()
        .unwrap()
        .files()
        .next()
        .unwrap()
        .broken_values()
        .to_vec();
    assert_eq!((broken.len(), broken[0].record), (1, 1));
}

/// FAST loses the rest of the file at NaN, and drops events at an infinity.
#[test]
fn wall_times_that_are_not_finite_cost_nothing() {
    let times = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let file: Vec<u8> = times
        .iter()
        .zip(1..)
        .flat_map(|(&wall_time, step)| {
            framed(&proto::Event {
                wall_time,
                ..scalar(step)
            })
        })
        .chain(scalars([4]))
        .collect();
    assert_eq!(read(&file), (vec![1, 2, 3, 4], vec![]));
}

#[test]
fn an_empty_record_is_an_empty_event() {
    let mut file = scalars([1]);
    record::frame(&mut file, b"");
    file.extend(scalars([2]));
    assert_eq!(read(&file), (vec![1, 2], vec![]));
}

/// FAST is dead at once, SLOW reads nothing.
#[test]
fn a_file_that_starts_in_mid_record_loses_only_that() {
    let file = scalars([1, 2, 3]);
    let (steps, defects) = read(&file[10..]);
    assert_eq!(steps, [2, 3]);
    assert_eq!(defects.len(), 1);
}

/// Reserved space: FAST is dead at once and stays so when it is overwritten.
#[test]
fn zeros_at_the_end_wait_and_are_no_damage() {
    let mut file = scalars([1]);
    file.resize(file.len() + (1 << 20), 0);
    assert_eq!(read(&file), (vec![1], vec![]));
    assert!(matches!(
        status(&file),
        FileStatus::Waiting(End::Zeros { len: 1_048_576 })
    ));
    file.extend(scalars([2]));
    let (steps, defects) = read(&file);
    assert_eq!(steps, [1, 2]);
    assert!(defects[0].contains("(1048576 bytes): zeros"), "{defects:?}");
}

/// 2^31−1: FAST takes 2.1 GB of memory. 2^40: both processes die. 2^63−1, 2^64−1: their readers are dead.
#[test]
fn hostile_lengths_cost_their_header() {
    for length in [i32::MAX as u64, 1 << 40, i64::MAX as u64, u64::MAX] {
        let mut file = scalars([1]);
        file.extend_from_slice(&length.to_le_bytes());
        let crc = crc32c::crc32c(&length.to_le_bytes()).rotate_right(15);
        file.extend_from_slice(&crc.wrapping_add(0xa282_ead8).to_le_bytes());
        file.extend(scalars([2, 3]));
        let (steps, defects) = read(&file);
        assert_eq!(steps, [1, 2, 3], "{length}");
        assert!(
            defects[0].contains("record 1 at byte 39 (12 bytes)"),
            "{defects:?}"
        );
    }
}

/// A writer was killed in mid-record, and another one appended to its file.
#[test]
fn a_record_torn_in_mid_file_costs_only_itself() {
    let mut file = scalars([1, 2]);
    file.truncate(LEN + 20);
    file.extend(scalars([3, 4]));
    let (steps, defects) = read(&file);
    assert_eq!(steps, [1, 3, 4]);
    assert_eq!(defects.len(), 1);
}

/// All readers ignore or keep these.
#[test]
fn unknown_fields_and_kinds_cost_nothing() {
    let mut known = scalar(1).encode_to_vec();
    known.extend_from_slice(b"\xa2\x06\x03abc\x7b\x08\x01\x7c");
    let mut file = Vec::new();
    record::frame(&mut file, &known);
    assert_eq!(read(&file), (vec![1], vec![]));
}

/// Two thirds of a file that stock TensorBoard gives up come back.
#[test]
fn one_damaged_record_in_a_thousand_costs_one_in_a_thousand() {
    let mut file = scalars(0..120);
    for i in [0, 40, 80] {
        file[i * LEN + 3] ^= 0x40;
    }
    let (steps, defects) = read(&file);
    assert_eq!((steps.len(), defects.len()), (117, 3));
}

/// A value that is broken inside leaves its neighbours in the same event alone.
#[test]
fn a_broken_value_leaves_its_neighbours() {
    let good = summary::Value {
        tag: "x".into(),
        value: Some(summary::value::Value::SimpleValue(1.0)),
        ..Default::default()
    };
    let mut payload = event(5, good).encode_to_vec();
    // A second value in the same summary whose tag runs past its end.
    let summary = payload.iter().position(|&b| b == 0x2a).unwrap();
    payload.extend_from_slice(b"\x0a\x02\x0a\x09");
    payload[summary + 1] += 4;
    let mut file = Vec::new();
    record::frame(&mut file, &payload);
    assert_eq!(read(&file).0, [5]);
}

/// The last `what` counts, as in every protobuf library.
#[test]
fn an_event_with_two_contents_has_the_last() {
    let mut payload = scalar(3).encode_to_vec();
    payload.extend_from_slice(b"\x1a\x0dbrain.Event:2");
    let parsed = tfevents::EventRef::parse(&payload).unwrap();
    assert_eq!(parsed.what, What::FileVersion("brain.Event:2"));
    let more = value(3, "x", summary::value::Value::SimpleValue(9.0)).encode_to_vec();
    payload.extend_from_slice(&more);
    assert!(matches!(
        tfevents::EventRef::parse(&payload).unwrap().what,
        What::Summary(_)
    ));
}
