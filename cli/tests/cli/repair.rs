//! `tfevents repair`.

use std::fs;
use std::path::Path;

use tfevents::{EventReader, record, repair};

use crate::support::{
    FILE, assert_documented, command, demo, fixture, only_file, run, scalar, tfevents, version,
    write_events,
};

/// The frames of an intact file.
fn frames(mut file: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let record::Split::Frame { payload } = record::split(file, record::MAX_PAYLOAD) {
        let (frame, rest) = file.split_at(payload.len() + record::OVERHEAD);
        frames.push(frame);
        file = rest;
    }
    assert!(file.is_empty());
    frames
}

fn salvage(file: &[u8]) -> (Vec<u8>, repair::Salvage) {
    let mut out = Vec::new();
    let salvage = repair::salvage(EventReader::new(file), &mut out).unwrap();
    (out, salvage)
}

#[test]
fn whichever_byte_is_damaged_all_other_records_come_back() {
    let file = fs::read(only_file(&fixture("torch/scalars"))).unwrap();
    let frames = frames(&file);
    let mut start = 0;
    for (i, frame) in frames.iter().enumerate() {
        let others = [&frames[..i], &frames[i + 1..]].concat().concat();
        for at in start..start + frame.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] ^= flip;
                let (saved, salvage) = salvage(&damaged);
                assert!(saved == others, "byte {at} of record {i}, {flip:#x}");
                assert!(!salvage.is_intact());
                assert_eq!(salvage.bytes + salvage.lost_bytes, file.len() as u64);
            }
        }
        start += frame.len();
    }
}

#[test]
fn values_beside_a_broken_one_are_saved() {
    // A tag that is not UTF-8 makes a value unusable, and TensorBoard gives up at it.
    let value = |tag: &[u8]| {
        let mut value = vec![0x0a, u8::try_from(tag.len()).unwrap()];
        value.extend(tag);
        value.extend(b"\x15\0\0\0\x3f");
        value
    };
    let build = |values: &[Vec<u8>]| {
        let mut summary = Vec::new();
        for value in values {
            summary.push(0x0a);
            summary.push(u8::try_from(value.len()).unwrap());
            summary.extend(value);
        }
        let mut event = vec![0x10, 7, 0x2a, u8::try_from(summary.len()).unwrap()];
        event.extend(summary);
        event
    };
    let mut file = Vec::new();
    let (good, bad) = (value(b"abc"), value(b"\xff"));
    record::frame(&mut file, &build(&[good.clone(), bad.clone()]));
    record::frame(&mut file, &build(&[bad]));
    let (saved, salvage) = salvage(&file);
    let mut expected = Vec::new();
    record::frame(&mut expected, &build(&[good]));
    assert_eq!(saved, expected);
    assert_eq!((salvage.health.records, salvage.health.damaged), (1, 2));
}

#[test]
fn intact_files_come_out_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = ["repair", "keras", "-o", out.to_str().unwrap()];
    let text = tfevents(fixture(""), &args).done();
    assert_eq!(text, "2 files, 2 intact; 2 written\n");
    for run in ["train", "validation"] {
        let old = only_file(&fixture("keras").join(run));
        let new = only_file(&out.join(run));
        assert_eq!(old.file_name(), new.file_name());
        assert_eq!(fs::read(old).unwrap(), fs::read(new).unwrap());
    }
    // What was written is never written over.
    let again = tfevents(fixture(""), &args);
    assert_eq!(again.status, 1);
    assert!(again.stderr.contains("not empty"), "{}", again.stderr);
}

#[test]
fn damage_is_told_and_the_rest_written() {
    let dir = demo();
    let text = tfevents(dir.path(), &["repair", "runs", "-o", "new"]).ended(3, "");
    assert_eq!(
        text,
        "runs/val/events.out.tfevents.1700000000.host.1.0: 2 records kept, 82 B lost\n  \
         record 2 at byte 88 (42 bytes): the payload's checksum is b7d9dbd6 where 919b4d5e would be right\n  \
         ends in 40 bytes of an unfinished record\n\
         2 files, 1 intact; 2 written\n"
    );
    let old = fs::read(dir.path().join("runs/val").join(FILE)).unwrap();
    let new = fs::read(dir.path().join("new/val").join(FILE)).unwrap();
    assert_eq!(new, old[..88]);
    let checked = tfevents(dir.path(), &["check", "new"]);
    assert_eq!(checked.status, 0, "{}", checked.stdout);
}

#[test]
fn json_is_as_documented() {
    let dir = demo();
    let json = tfevents(dir.path(), &["repair", "--json", "--dry-run", "runs/val"]).ended(3, "");
    assert_documented("tfevents repair --json --dry-run runs/val", &json);
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn in_place_keeps_a_backup_that_is_no_event_file() {
    let dir = demo();
    let val = dir.path().join("runs/val");
    let damaged = fs::read(val.join(FILE)).unwrap();
    let train = fs::read(dir.path().join("runs/train").join(FILE)).unwrap();

    let dry = tfevents(dir.path(), &["repair", "runs", "--in-place", "--dry-run"]);
    assert_eq!((dry.status, names(&val).len()), (3, 1));
    assert_eq!(fs::read(val.join(FILE)).unwrap(), damaged);

    let done = tfevents(dir.path(), &["repair", "runs", "--in-place"]);
    assert_eq!((done.status, &*done.stderr), (3, ""));
    let backup = FILE.replace("tfevents", "tf_events") + ".bak";
    assert_eq!(names(&val), [backup.clone(), FILE.to_owned()]);
    assert_eq!(fs::read(val.join(&backup)).unwrap(), damaged);
    assert_eq!(fs::read(val.join(FILE)).unwrap(), damaged[..88]);
    // The intact one is not touched.
    assert_eq!(names(&dir.path().join("runs/train")), [FILE]);
    assert_eq!(
        fs::read(dir.path().join("runs/train").join(FILE)).unwrap(),
        train
    );

    let again = tfevents(dir.path(), &["repair", "runs", "--in-place"]).done();
    assert_eq!(again, "2 files, 2 intact; 0 written\n");
    // A second backup would replace the first.
    fs::write(val.join(FILE), &damaged).unwrap();
    let refused = tfevents(dir.path(), &["repair", "runs", "--in-place"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("exists already"),
        "{}",
        refused.stderr
    );
    assert_eq!(fs::read(val.join(FILE)).unwrap(), damaged);
}

#[test]
fn the_input_is_never_the_output() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(FILE);
    write_events(&file, &[version("t"), scalar(1, "loss", 0.5)]);
    let before = fs::read(&file).unwrap();
    let refused = tfevents(dir.path(), &["repair", FILE, "-o", &format!("./{FILE}")]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("it is one of the event files"),
        "{}",
        refused.stderr
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn nothing_intact_is_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(FILE), b"no events at all, and long enough").unwrap();
    let output = tfevents(dir.path(), &["repair", ".", "-o", "new.tfevents"]);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("no file has an intact record"),
        "{}",
        output.stderr
    );
    assert_eq!(names(dir.path()), [FILE]);
}

#[test]
fn it_stands_in_a_pipe() {
    let dir = demo();
    let damaged = fs::read(dir.path().join("runs/val").join(FILE)).unwrap();
    let repair = |args: &[&str]| {
        let args = [&["repair", "-"], args].concat();
        run(command(dir.path(), &args), &damaged)
    };
    let text = repair(&["-o", "new.tfevents"]).ended(3, "");
    assert!(text.starts_with("-: 2 records kept, 82 B lost\n"), "{text}");
    assert_eq!(
        fs::read(dir.path().join("new.tfevents")).unwrap(),
        damaged[..88]
    );
    let path = format!("runs/val/{FILE}");
    let output = command(dir.path(), &["repair", &path, "-o", "-"])
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), &*output.stdout),
        (Some(3), &damaged[..88])
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("checksum"), "{stderr}");
    for wrong in [&["--in-place"][..], &["-o", "-", "--json"]] {
        assert_eq!(repair(wrong).status, 2);
    }
}
