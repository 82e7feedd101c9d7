//! What lies beside the event files of a logdir, in the verbs that list it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;
use tfevents::record;

use crate::support::{FILE, scalar, tfevents, version, write_events};

/// A run with a profile, a debugger's dump, other tools' files, and events under another name.
fn logdir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("t"),
        scalar(1, "loss", 0.5),
        scalar(2, "loss", 0.25),
    ];
    write_events(dir.path().join("runs/a").join(FILE), &events);
    write_events(dir.path().join("runs/a/log.2024"), &events);
    let put = |path: &str, content: &[u8]| {
        let path = dir.path().join("runs/a").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    put("plugins/profile/2026_01_31/host.xplane.pb", &[0; 4_400_000]);
    put("tfdbg_events.1700000000.host.metadata", b"abc");
    put("tfdbg_events.1700000000.host.graphs", b"abcdef");
    let mut vdl = Vec::new();
    record::frame(&mut vdl, b"\x0a\x01x");
    put("vdlrecords.1700000000.log", &vdl);
    put(
        &format!("{FILE}.meta"),
        b"fileFormatVersion: 2\nguid: 0123\n",
    );
    let copy = fs::read(dir.path().join("runs/a").join(FILE)).unwrap();
    put(&format!("{FILE}.sagemaker-uploaded"), &copy);
    dir
}

const LISTED: &[&str] = &[
    "runs/a: 1 profile session, 4.4 MB: Profile tab, needs xprof",
    "runs/a: 1 debugger dump, 9 B: Debugger V2 tab, needs tensorflow",
    "runs/a: 1 VisualDL file, 19 B: shown by VisualDL, not by TensorBoard",
    "runs/a: 1 Unity .meta file, 32 B: written by the Unity editor",
    "runs/a: 1 SageMaker marker, ",
    "runs/a: 1 file of events, ",
];

/// The text without its line breaks.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn dumps_and_other_tools_files_are_listed() {
    let dir = logdir();
    for (verb, status) in [("inspect", 0), ("du", 0), ("check", 3)] {
        let text = joined(&tfevents(dir.path(), &[verb, "runs"]).ended(status, ""));
        for line in LISTED {
            assert!(text.contains(line), "{verb}: {line}: {text}");
        }
        let json = tfevents(dir.path(), &[verb, "--json", "runs"]).ended(status, "");
        let json: Json = serde_json::from_str(&json).unwrap();
        let kinds: Vec<_> = json["beside"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| b["kind"].clone())
            .collect();
        let wanted = [
            "profile",
            "debugger",
            "visualdl",
            "unity_meta",
            "sagemaker",
            "unnamed_events",
        ];
        assert_eq!(kinds, wanted, "{verb}");
        assert_eq!(json["beside"][0]["bytes"], 4_400_000);
        assert_eq!(json["beside"][0]["directory"], "runs/a");
    }
    // None of them counts as an event file, and so nothing is damaged, or there twice.
    let text = tfevents(dir.path(), &["check", "runs"]).ended(3, "");
    assert!(
        text.ends_with("1 run, 1 file: 1 not shown by TensorBoard, 1 warning, 4 notes\n"),
        "{text}"
    );
    let text = tfevents(dir.path(), &["inspect", "runs"]).done();
    assert!(text.contains("2 points in 1 run and 1 file"), "{text}");
}

#[test]
fn only_what_is_beside_the_wanted_runs_is_listed() {
    let dir = logdir();
    write_events(
        dir.path().join("runs/b").join(FILE),
        &[version("t"), scalar(1, "loss", 0.5)],
    );
    let text = tfevents(dir.path(), &["inspect", "runs", "--run", "b"]).done();
    assert!(!text.contains("beside"), "{text}");
    let text = tfevents(dir.path(), &["inspect", "runs/[a]*"]).done();
    assert!(text.contains("1 profile session"), "{text}");
}

#[test]
fn where_there_are_no_events_what_there_is_is_named() {
    let dir = logdir();
    fs::remove_file(dir.path().join("runs/a").join(FILE)).unwrap();
    fs::remove_file(
        dir.path()
            .join("runs/a")
            .join(format!("{FILE}.sagemaker-uploaded")),
    )
    .unwrap();
    let output = tfevents(dir.path(), &["inspect", "runs"]);
    assert_eq!(output.status, 1);
    for part in [
        "runs: no event files found",
        LISTED[0],
        "TensorBoard requires `tfevents` in the name",
    ] {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
    let output = tfevents(dir.path(), &["inspect", "runs/a/vdlrecords.1700000000.log"]);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("1 VisualDL file: shown by VisualDL"),
        "{}",
        output.stderr
    );
    // A file of events counts by its own path, whatever its name.
    let text = tfevents(dir.path(), &["inspect", "runs/a/log.2024"]).done();
    assert!(text.contains("2 points"), "{text}");
}

#[test]
fn what_there_is_instead_of_events_is_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    for run in 0..9 {
        let run = dir.path().join(format!("run{run}"));
        fs::create_dir(&run).unwrap();
        fs::write(run.join("a.tfevents.1.jsonl"), "{\"step\": 1}\n").unwrap();
    }
    let output = tfevents(dir.path(), &["inspect", "."]);
    assert_eq!(output.status, 1);
    let stderr = output.stderr;
    assert_eq!(stderr.matches("1 JSON file").count(), 5, "{stderr}");
    assert!(
        stderr.contains("and other programs' files in 4 more places (list them with -v)\n"),
        "{stderr}"
    );
}

#[test]
fn a_renamed_original_is_an_event_file() {
    let dir = logdir();
    let run = dir.path().join("runs/a");
    let marked = format!("{FILE}.sagemaker-uploaded");
    assert!(Path::new(&run.join(&marked)).exists());
    fs::remove_file(run.join(FILE)).unwrap();
    let text = tfevents(dir.path(), &["inspect", "runs"]).done();
    assert!(
        text.contains(&marked) && text.contains("2 points"),
        "{text}"
    );
}

/// Files with event files' usual names, and what they are.
fn called_like_event_files() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let framed = |payload: &[u8]| {
        let mut bytes = Vec::new();
        record::frame(&mut bytes, payload);
        bytes
    };
    let dump = b"\x09\0\0\0\0\0\0\xf0\x3f\x1a\x17\x0a\x06v2.210\x12\x0ddebug.Event:1";
    let vdl = b"\x0a\x10\x08\x01\x12\x04loss\x18\x80\x08\x25\0\0\0\x3f".as_slice();
    let xplane = b"\x0a\x80\x02\x08\x01\x12\x09/host:CPU\x1a\xf0\x01";
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    vec![
        ("a JSON file", "json", b"{\"step\": 1}\n".to_vec()),
        ("a JSON file", "json", b"{}".to_vec()),
        ("a text file", "text", b"step,loss\n1,0.5\n".to_vec()),
        ("a Git LFS pointer", "git_lfs", pointer.into()),
        (
            "a ZIP archive",
            "zip",
            b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0".to_vec(),
        ),
        (
            "an HDF5 file",
            "hdf5",
            b"\x89HDF\r\n\x1a\n\0\0\0\0\0\0".to_vec(),
        ),
        (
            "a profile",
            "stray_profile",
            [&xplane[..], &[7; 300]].concat(),
        ),
        (
            "a VisualDL file",
            "visualdl",
            [framed(vdl), framed(vdl)].concat(),
        ),
        ("a debugger dump", "debugger", framed(dump)),
    ]
}

#[test]
fn a_file_that_is_only_called_like_an_event_file_is_named_for_what_it_is() {
    for (what, code, content) in called_like_event_files() {
        let dir = tempfile::tempdir().unwrap();
        write_events(
            dir.path().join("runs/a").join(FILE),
            &[version("t"), scalar(1, "loss", 0.5)],
        );
        let other = dir.path().join("runs/b").join(FILE);
        fs::create_dir_all(other.parent().unwrap()).unwrap();
        fs::write(&other, content).unwrap();
        for verb in ["inspect", "du", "check", "export"] {
            let output = tfevents(dir.path(), &[verb, "runs"]);
            let said = joined(&format!("{}{}", output.stdout, output.stderr));
            assert!(
                said.contains(&format!("this is {what}, not an event file")),
                "{verb} {what}: {said}"
            );
            if verb == "du" && what != "a debugger dump" {
                let noun = what.split_once(' ').unwrap().1;
                let listed = format!("runs/b: 1 {noun}, ");
                assert!(output.stdout.contains(&listed), "{what}: {said}");
                assert!(!said.contains("damaged"), "{what}: {said}");
            }
            for part in ["is damaged", "no intact record", "checksum"] {
                assert!(!said.contains(part), "{verb} {what}: {said}");
            }
        }
        let json = tfevents(dir.path(), &["inspect", "--json", "runs"]).ended(3, "");
        let json: Json = serde_json::from_str(&json).unwrap();
        let file = |run: usize| &json["runs"][run]["files"][0]["foreign"];
        assert_eq!((file(0), file(1)), (&Json::Null, &code.into()), "{what}");
    }
}

/// Whatever the name, a file that begins with an event is an event file.
#[test]
fn a_tail_names_what_never_held_events() {
    let dir = tempfile::tempdir().unwrap();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    fs::create_dir(dir.path().join("a")).unwrap();
    fs::write(dir.path().join("a").join(FILE), pointer).unwrap();
    let output = tfevents(dir.path(), &["tail", "--no-follow", "--json", "."]);
    assert_eq!(output.status, 3);
    for said in [output.stdout, output.stderr] {
        assert!(
            said.contains("this is a Git LFS pointer, not an event file")
                && said.contains("git lfs pull"),
            "{said}"
        );
    }
}

#[test]
fn names_of_other_tools_that_say_tfevents_are_other_tools_files_unless_they_hold_events() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/a");
    write_events(run.join(FILE), &[version("t"), scalar(1, "loss", 0.5)]);
    for name in ["vdlrecords.tfevents.1.log", "x.tfevents.2.xplane.pb"] {
        fs::write(run.join(name), b"\x0a\x01x").unwrap();
    }
    write_events(
        run.join("vdlrecords.tfevents.3.log"),
        &[version("t"), scalar(2, "loss", 0.25)],
    );
    let text = joined(&tfevents(dir.path(), &["inspect", "runs"]).done());
    for part in [
        "1 VisualDL file",
        "1 profile, 3 B",
        "2 points in 1 run and 2 files",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn compressed_events_under_another_name_are_named_too() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("runs/a");
    write_events(run.join(FILE), &[version("t"), scalar(1, "loss", 0.5)]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&fs::read(run.join(FILE)).unwrap()).unwrap();
    fs::write(run.join("events.gz"), gzip.finish().unwrap()).unwrap();
    for verb in ["inspect", "du", "check"] {
        let text = joined(&tfevents(dir.path(), &[verb, "runs"]).stdout);
        assert!(
            text.contains("runs/a: 1 file of events, "),
            "{verb}: {text}"
        );
    }
}
