//! `tfevents repair`.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use tfevents::proto::{self, Message as _};
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

/// Cut off by a full disk, or followed by something else.
#[test]
fn what_can_be_unpacked_of_a_compressed_file_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<_> = (0..500).map(|step| scalar(step, "loss", 0.5)).collect();
    let plain = dir.path().join("plain");
    write_events(&plain, &events);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&fs::read(plain).unwrap()).unwrap();
    let whole = encoder.finish().unwrap();
    for file in [
        &whole[..whole.len() / 2],
        &[&whole[..], b"something else"].concat(),
    ] {
        let path = dir.path().join("runs/a/e.tfevents.gz");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, file).unwrap();
        let read = tfevents(dir.path(), &["export", "runs"]);
        let tailed = tfevents(dir.path(), &["tail", "--no-follow", "runs"]);
        let told = tailed.stderr.matches("the gzip data").count();
        assert_eq!((tailed.status, told), (3, 1), "{}", tailed.stderr);
        let checked = tfevents(dir.path(), &["check", "runs"]).stdout;
        assert!(
            checked.contains("cannot be decompressed to its end: "),
            "{checked}"
        );
        assert!(!checked.contains("permissions"), "{checked}");
        for args in [
            &["repair", "runs", "-o", "out"][..],
            &["repair", "--in-place", "runs"],
        ] {
            let repaired = tfevents(dir.path(), args);
            assert_eq!(repaired.status, 3, "{}", repaired.stderr);
            assert!(
                repaired.stdout.contains("the rest cannot be read: "),
                "{}",
                repaired.stdout
            );
            let to = if args.contains(&"out") { "out" } else { "runs" };
            let kept = tfevents(dir.path(), &["export", to]);
            let lines = |output: &str| -> Vec<String> {
                let lines = output
                    .lines()
                    .map(|line| line.split_once(',').unwrap().1.to_owned());
                lines.collect()
            };
            assert_eq!(kept.status, 0, "{}", kept.stderr);
            assert!(kept.stdout.lines().count() > 10);
            assert_eq!(lines(&kept.stdout), lines(&read.stdout));
        }
        for logdir in ["out", "runs"] {
            fs::remove_dir_all(dir.path().join(logdir)).unwrap();
        }
    }
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
         record 2 at byte 88 (42 bytes): payload checksum mismatch: stored b7d9dbd6, computed 919b4d5e\n  \
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
fn a_dry_run_without_destination_counts_what_a_copy_would_be() {
    let dir = demo();
    let last = |args: &[&str]| {
        let text = tfevents(dir.path(), args).ended(3, "");
        text.lines().last().unwrap().to_owned()
    };
    let base = ["repair", "runs", "--dry-run"];
    assert_eq!(last(&base), "2 files, 1 intact; 2 to be written, 330 B");
    assert_eq!(
        last(&[&base[..], &["--in-place"]].concat()),
        "2 files, 1 intact; 1 to be written"
    );
}

#[test]
fn counts_of_files_are_grouped_in_thousands() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..1000 {
        fs::write(dir.path().join(format!("{i}.tfevents")), []).unwrap();
    }
    let text = tfevents(dir.path(), &["repair", ".", "--dry-run"]).done();
    assert_eq!(
        text,
        "1,000 files, 1,000 intact; 1,000 to be written, 0 B\n"
    );
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
        refused.stderr.contains("already exists"),
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
        refused.stderr.contains("it is one of the inputs"),
        "{}",
        refused.stderr
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn nothing_intact_is_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(FILE), b"no events at all, and long enough").unwrap();
    let output = tfevents(dir.path(), &["repair", FILE, "-o", "new.tfevents"]);
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

/// A file whose last records are damaged: its bytes, and those that are intact.
fn damaged(events: i64) -> (Vec<u8>, Vec<u8>) {
    let mut file = Vec::new();
    let mut intact = 0;
    for step in 0..events {
        intact = file.len();
        record::frame(&mut file, &scalar(step, "loss", 0.5).encode_to_vec());
    }
    let torn = file[intact..].to_vec();
    file.extend_from_slice(&torn[..torn.len() - 1]);
    file[intact + 20] ^= 1;
    let intact = file[..intact].to_vec();
    (file, intact)
}

fn backup() -> String {
    FILE.replace("tfevents", "tf_events") + ".bak"
}

#[test]
fn an_interrupted_repair_goes_on() {
    let (damaged, intact) = damaged(5);
    let dir = tempfile::tempdir().unwrap();
    let [file, backup] = [FILE.to_owned(), backup()].map(|name| dir.path().join(name));
    let args = ["repair", ".", "--in-place"];
    for is_copy in [false, true] {
        fs::write(&file, &damaged).unwrap();
        // It was killed when the file had both names; or the second one is that of a copy, without links.
        if is_copy {
            fs::copy(&file, &backup).unwrap();
            let modified = fs::metadata(&file).unwrap().modified().unwrap();
            let copy = fs::File::options().write(true).open(&backup).unwrap();
            copy.set_modified(modified).unwrap();
        } else {
            fs::hard_link(&file, &backup).unwrap();
        }
        tfevents(dir.path(), &args).ended(3, "");
        assert_eq!(fs::read(&file).unwrap(), intact);
        assert_eq!(fs::read(&backup).unwrap(), damaged);
        fs::remove_file(&backup).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn all_names_get_the_repaired_file() {
    use tfevents::reader::FileId;

    let (damaged, intact) = damaged(5);
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let [second, link] = [".2", ".3"].map(|end| format!("{FILE}{end}"));
    let args = ["repair", ".", "--in-place"];
    let is_repaired = || {
        for name in [FILE, &second, &link] {
            assert_eq!(fs::read(path(name)).unwrap(), intact, "{name}");
            assert_eq!(
                FileId::of(&path(name)).unwrap(),
                FileId::of(&path(FILE)).unwrap()
            );
        }
        assert_eq!(fs::read(path(&backup())).unwrap(), damaged);
        assert_eq!(names(dir.path()), [&backup(), FILE, &second, &link]);
    };
    fs::write(path(FILE), &damaged).unwrap();
    fs::hard_link(path(FILE), path(&second)).unwrap();
    std::os::unix::fs::symlink(FILE, path(&link)).unwrap();
    assert_eq!(tfevents(dir.path(), &args).status, 3);
    is_repaired();
    let again = tfevents(dir.path(), &args);
    assert_eq!(again.stdout, "1 file, 1 intact; 0 written\n");

    // It was killed when one of the names had the repaired file.
    fs::remove_file(path(&second)).unwrap();
    fs::hard_link(path(&backup()), path(&second)).unwrap();
    let again = tfevents(dir.path(), &args);
    assert_eq!(again.status, 3, "{}", again.stderr);
    is_repaired();
}

#[test]
fn one_file_that_cannot_be_replaced_keeps_no_other_from_it() {
    let (damaged, intact) = damaged(5);
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b", "c"] {
        fs::create_dir(dir.path().join(run)).unwrap();
        fs::write(dir.path().join(run).join(FILE), &damaged).unwrap();
    }
    let kept = dir.path().join("b").join(backup());
    fs::write(&kept, "of another file").unwrap();
    let output = tfevents(dir.path(), &["repair", ".", "--in-place", "--json"]);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("already exists"),
        "{}",
        output.stderr
    );
    assert!(
        output
            .stderr
            .ends_with("error: 1 file could not be replaced\n")
    );
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    for (file, run) in ["a", "b", "c"].iter().enumerate() {
        let content = fs::read(dir.path().join(run).join(FILE)).unwrap();
        let expected = if *run == "b" { &damaged } else { &intact };
        assert_eq!(&content, expected, "{run}");
        assert_eq!(json["files"][file]["left_alone"].is_null(), *run != "b");
    }
    assert_eq!(fs::read(kept).unwrap(), b"of another file");
}

#[cfg(target_os = "linux")]
#[test]
fn what_somebody_writes_to_stays_as_it_is() {
    use std::io::Write as _;

    let (damaged, intact) = damaged(5);
    let dir = tempfile::tempdir().unwrap();
    for run in ["live", "dead"] {
        fs::create_dir(dir.path().join(run)).unwrap();
        fs::write(dir.path().join(run).join(FILE), &damaged).unwrap();
    }
    let live = dir.path().join("live").join(FILE);
    let mut writer = fs::File::options().append(true).open(&live).unwrap();
    let output = tfevents(dir.path(), &["repair", ".", "--in-place"]);
    assert_eq!(output.status, 3);
    let said = format!(
        "warning: `./live/{FILE}` is left unchanged: process {} (",
        std::process::id()
    );
    assert!(output.stderr.starts_with(&said), "{}", output.stderr);
    assert_eq!(
        fs::read(dir.path().join("dead").join(FILE)).unwrap(),
        intact
    );
    writer.write_all(b"more").unwrap();
    assert_eq!(fs::read(&live).unwrap(), [&*damaged, b"more"].concat());
    assert_eq!(names(live.parent().unwrap()), [FILE]);
    // Once it is closed it can be repaired, but not if it has to rest.
    drop(writer);
    let idle = tfevents(dir.path(), &["repair", ".", "--in-place", "--idle", "1h"]);
    assert_eq!(idle.status, 3);
    assert!(idle.stderr.contains("it was modified "), "{}", idle.stderr);
    assert_eq!(names(live.parent().unwrap()), [FILE]);
    tfevents(dir.path(), &["repair", ".", "--in-place"]).ended(3, "");
    assert_eq!(fs::read(&live).unwrap(), intact);
}

#[test]
fn a_repaired_file_is_as_old_and_as_open_as_it_was() {
    let (damaged, _) = damaged(5);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    fs::write(&path, damaged).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(old).unwrap();
    drop(file);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    }
    let before = fs::metadata(&path).unwrap();
    tfevents(dir.path(), &["repair", FILE, "--in-place"]).ended(3, "");
    let after = fs::metadata(&path).unwrap();
    assert_ne!(before.len(), after.len());
    assert_eq!(after.modified().unwrap(), old);
    assert_eq!(after.permissions(), before.permissions());
}

/// Damaged files, one a run.
struct Damaged {
    dir: tempfile::TempDir,
    runs: usize,
    damaged: Vec<u8>,
    intact: Vec<u8>,
}

impl Damaged {
    fn new(runs: usize) -> Self {
        let (damaged, intact) = damaged(500);
        let dir = tempfile::tempdir().unwrap();
        for run in 0..runs {
            let run = dir.path().join(run.to_string());
            fs::create_dir(&run).unwrap();
            fs::write(run.join(FILE), &damaged).unwrap();
        }
        Self {
            dir,
            runs,
            damaged,
            intact,
        }
    }

    fn start(&self) -> std::process::Child {
        let mut command = command(self.dir.path(), &["repair", ".", "--in-place"]);
        let null = std::process::Stdio::null;
        command.stdout(null()).stderr(null()).spawn().unwrap()
    }

    /// How many are repaired; none is lost, and what is under way nobody takes for an event file.
    fn repaired(&self) -> usize {
        let is_repaired = |run: usize| {
            let run = self.dir.path().join(run.to_string());
            let others = names(&run).into_iter().filter(|name| *name != FILE);
            assert!(!others.clone().any(|name| name.contains("tfevents")));
            let content = fs::read(run.join(FILE)).unwrap();
            if content == self.damaged {
                return false;
            }
            assert!(content == self.intact, "neither the one nor the other");
            assert!(fs::read(run.join(backup())).unwrap() == self.damaged);
            true
        };
        (0..self.runs).filter(|&run| is_repaired(run)).count()
    }
}

#[test]
fn a_repair_that_is_killed_loses_nothing_and_can_be_repeated() {
    let start = std::time::Instant::now();
    Damaged::new(10).start().wait().unwrap();
    let whole = start.elapsed();
    let (mut killed, mut part_done) = (0, 0);
    for round in 0..60 {
        let files = Damaged::new(10);
        let mut child = files.start();
        std::thread::sleep(whole * (round * 37 % 60) / 60);
        child.kill().unwrap();
        child.wait().unwrap();
        let repaired = files.repaired();
        killed += usize::from(repaired < 10);
        part_done += usize::from((1..10).contains(&repaired));
        tfevents(files.dir.path(), &["repair", ".", "--in-place"]);
        assert_eq!(files.repaired(), 10);
    }
    // That is up to how fast the machine is just now, but not at all as a rule would be a mistake above.
    println!("{killed} of 60 were killed in time, {part_done} of them half-way");
}

#[test]
fn several_repairs_at_once_lose_nothing() {
    for _ in 0..25 {
        let files = Damaged::new(4);
        let mut children = [(); 3].map(|()| files.start());
        for child in &mut children {
            let status = child.wait().unwrap().code();
            assert!([Some(0), Some(3)].contains(&status), "{status:?}");
        }
        assert_eq!(files.repaired(), 4);
    }
}

#[test]
fn a_time_that_is_none_becomes_that_of_a_neighbour() {
    let dir = tempfile::tempdir().unwrap();
    let times = [
        (f64::NAN, 11.0),
        (f64::INFINITY, 11.0),
        (11.0, 11.0),
        (f64::NAN, 11.0),
        (13.0, 13.0),
        (f64::NEG_INFINITY, 13.0),
    ];
    let events = |time: fn((f64, f64)) -> f64| {
        let event = |(step, times)| proto::Event {
            wall_time: time(times),
            ..scalar(step, "loss", 0.5)
        };
        let version = proto::Event {
            wall_time: time((f64::NAN, 11.0)),
            ..version("t")
        };
        let events = (0..).zip(times).map(event);
        [version].into_iter().chain(events).collect::<Vec<_>>()
    };
    write_events(dir.path().join("run").join(FILE), &events(|(bad, _)| bad));
    write_events(dir.path().join("expected"), &events(|(_, good)| good));
    let text = tfevents(dir.path(), &["repair", "run", "-o", "new.tfevents"]).ended(3, "");
    assert_eq!(
        text,
        format!(
            "run/{FILE}: 7 records kept, 0 B lost\n  5 events had a NaN or infinite wall time, and got that of a \
             neighbouring event\n1 file, 0 intact; 1 written\n"
        )
    );
    let expected = fs::read(dir.path().join("expected")).unwrap();
    assert_eq!(fs::read(dir.path().join("new.tfevents")).unwrap(), expected);
    assert_eq!(tfevents(dir.path(), &["check", "run"]).status, 3);
    tfevents(dir.path(), &["check", "new.tfevents"]).done();
    // In place, too, and told where results go to standard output.
    let piped = command(dir.path(), &["repair", "run", "-o", "-"])
        .output()
        .unwrap();
    assert_eq!(
        (piped.status.code(), piped.stdout),
        (Some(3), expected.clone())
    );
    assert!(
        String::from_utf8(piped.stderr)
            .unwrap()
            .contains("5 events had")
    );
    tfevents(dir.path(), &["repair", "run", "--in-place"]).ended(3, "");
    assert_eq!(
        fs::read(dir.path().join("run").join(FILE)).unwrap(),
        expected
    );
}

/// `cat` of two compressed files, filled up to whole blocks in between, as on tapes.
#[test]
fn members_of_gzip_may_have_zero_bytes_between_them() {
    use std::io::Write as _;
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    let mut parts = Vec::new();
    for step in [1, 2] {
        write_events(&path, &[scalar(step, "loss", 0.5)]);
        parts.push(fs::read(&path).unwrap());
    }
    let [first, second] = [&parts[0], &parts[1]].map(|part| gzip(part));
    fs::write(&path, [&first[..], &[0; 512], &second].concat()).unwrap();
    let report = tfevents(dir.path(), &["repair", FILE, "-o", "new"]).done();
    assert!(report.contains("1 file, 1 intact"), "{report}");
    assert_eq!(fs::read(dir.path().join("new")).unwrap(), parts.concat());

    // What else there is, nobody can tell.
    fs::write(&path, [&first[..], b"junk", &second].concat()).unwrap();
    let output = tfevents(dir.path(), &["repair", FILE, "--dry-run"]);
    assert_eq!(output.status, 3);
    assert!(
        output.stdout.contains("1 record kept, the rest lost"),
        "{}",
        output.stdout
    );
}
