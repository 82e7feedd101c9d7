//! What `export` writes, `import` reads, whatever it is called and packed with.

use std::fs;
use std::path::Path;

use crate::support::{
    all_event_files, command, fixture, run, scalar, tfevents, version, write_events,
};

#[test]
fn what_export_writes_import_reads() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b/c"] {
        let events = [
            version("t"),
            scalar(1, "train/loss", 0.5),
            scalar(2, "train/loss", f32::NAN),
            scalar(3, "acc", 0.1),
        ];
        let file = "events.out.tfevents.1700000000.import";
        write_events(dir.path().join("runs").join(run).join(file), &events);
    }
    let csv = |path: &str| tfevents(dir.path(), &["export", path]).done();
    let before = csv("runs");
    let formats = ["csv", "tsv", "jsonl"];
    #[cfg(feature = "parquet")]
    let packings = ["", ".gz", ".zst"];
    #[cfg(not(feature = "parquet"))]
    let packings = ["", ".gz"];
    for format in formats {
        for packing in packings {
            for wide in [&[][..], &["--wide"]] {
                let file = format!("x.{format}{packing}");
                let args = [&["export", "runs", "-o", &file, "--force"], wide].concat();
                tfevents(dir.path(), &args).done();
                let output = tfevents(dir.path(), &["import", &file, "-o", "new"]);
                assert_eq!((output.status, &*output.stderr), (0, ""), "{file} {wide:?}");
                let mut found: Vec<_> = csv("new").lines().map(str::to_owned).collect();
                let mut expected: Vec<_> = before.lines().map(str::to_owned).collect();
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{file} {wide:?}");
                fs::remove_dir_all(dir.path().join("new")).unwrap();
            }
        }
    }
    // Whatever it is called, it begins as such a file does.
    fs::rename(dir.path().join("x.jsonl.gz"), dir.path().join("y.jsonl")).unwrap();
    tfevents(dir.path(), &["import", "y.jsonl", "-o", "new"]).done();
    let packed = fs::read(dir.path().join("y.jsonl")).unwrap();
    fs::write(dir.path().join("cut.jsonl.gz"), &packed[..packed.len() - 9]).unwrap();
    let output = tfevents(dir.path(), &["import", "cut.jsonl.gz", "-o", "cut"]);
    assert_eq!(output.status, 1);
    let said = "the compressed data is damaged or cut short; get the whole file again";
    assert!(output.stderr.contains(said), "{}", output.stderr);
    assert!(!dir.path().join("cut").exists());
}

#[test]
fn the_names_of_downloads_say_run_and_tag_in_every_version_of_tensorboard() {
    let dir = tempfile::tempdir().unwrap();
    let csv = "Wall time,Step,Value\n1700000000.5,1,0.5\n";
    for name in [
        "run-train-tag-loss.csv",
        "run_train-tag-loss.csv",
        "run_train,tag_loss.csv",
        "run-train-tag-loss (1).csv",
    ] {
        fs::write(dir.path().join(name), csv).unwrap();
        tfevents(dir.path(), &["import", name, "-o", "new"]).done();
        let rows = tfevents(dir.path(), &["export", "new"]).done();
        assert_eq!(
            rows.lines().nth(1),
            Some("train,loss,1,1700000000.5,0.5"),
            "{name}: {rows}"
        );
        fs::remove_dir_all(dir.path().join("new")).unwrap();
    }
    // The newest page names the run only.
    fs::write(dir.path().join("train.csv"), csv).unwrap();
    let output = tfevents(dir.path(), &["import", "train.csv", "-o", "new"]);
    let note = "note: train.csv: the file's name gives no tag, so its values get the tag `Value`; to choose another, \
                rename the file to run-RUN-tag-TAG.csv\n";
    assert_eq!((output.status, &*output.stderr), (0, note));
}

/// Nobody who imports a table has to know what parsers call things.
#[test]
fn malformed_files_are_explained_in_our_words() {
    let dir = tempfile::tempdir().unwrap();
    let inputs: [(&str, &[u8], &str); 9] = [
        (
            "a.json",
            b"[{\"step\": 1,\n \"loss\": }]",
            "line 2, column 10",
        ),
        ("b.json", b"[{\"step\": 1", "ends too early, at line 1"),
        (
            "c.json",
            b"[\"\xff\"]",
            "is not UTF-8; save the file as UTF-8",
        ),
        (
            "d.jsonl",
            b"{\"step\": 1, \"loss\": ,}\n",
            "line 1: not valid JSON at column 21",
        ),
        (
            "e.jsonl",
            b"{\"step\": 1\n",
            "line 1: the JSON ends too early, at column 10",
        ),
        (
            "f.jsonl",
            b"{\"step\": 1} {}\n",
            "line 1: not valid JSON at column 13",
        ),
        ("g.csv", b"step,lo\xffss\n1,2\n", "is not UTF-8"),
        (
            "h.csv",
            b"step,loss\n1,\xff\n2,0.5\n",
            "line 2: the text is not UTF-8",
        ),
        (
            "i.csv",
            b"step,loss\n1,2,3\n",
            "line 2: 3 cells under 2 columns",
        ),
    ];
    for (name, content, said) in inputs {
        fs::write(dir.path().join(name), content).unwrap();
        let output = tfevents(dir.path(), &["import", name, "-o", "new"]);
        assert!([1, 3].contains(&output.status), "{name}");
        let stderr = output.stderr;
        assert!(
            stderr.contains(name) && stderr.contains(said),
            "{name}: {stderr}"
        );
        for foreign in [
            "expected",
            "EOF",
            "trailing",
            "at line 1 column",
            "CSV",
            "invalid UTF-8",
            "valid UTF-8",
            "stream",
        ] {
            assert!(!stderr.contains(foreign), "{name}: {stderr}");
        }
        let _ = fs::remove_dir_all(dir.path().join("new"));
    }
}

/// What `export` prints, in both of its forms.
fn exports(dir: &Path, path: &str) -> [String; 2] {
    ["csv", "jsonl"].map(|format| {
        let args = ["export", "--format", format, path];
        tfevents(dir, &args).stdout
    })
}

#[test]
fn what_was_exported_comes_back_the_same() {
    for file in all_event_files("import::exported::what_was_exported_comes_back_the_same") {
        let dir = tempfile::tempdir().unwrap();
        let file = file.to_str().unwrap();
        let [csv, jsonl] = exports(dir.path(), file);
        let jsonl: String = jsonl
            .split_inclusive('\n')
            .filter(|line| line.contains("\"kind\":\"scalar\"") && !line.contains("\"problem\""))
            .collect();
        for (format, text) in [("csv", csv), ("jsonl", jsonl)] {
            if text.lines().count() < 2 {
                continue;
            }
            let out = format!("new-{format}");
            let args = ["import", "-", "--exact", "--format", format, "-o", &out];
            let output = run(command(dir.path(), &args), text.as_bytes());
            assert_eq!((output.status, &*output.stderr), (0, ""), "{file}");
            let args = ["export", "--format", format, &out];
            assert_eq!(tfevents(dir.path(), &args).done(), text, "{file}");
        }
    }
}

#[test]
fn wide_tables_come_back_the_same() {
    let input = fixture("keras");
    for format in ["csv", "jsonl"] {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().to_str().unwrap();
        let args = ["export", "--wide", "--format", format];
        let wide = tfevents(&input, &[&args[..], &["."]].concat()).done();
        let import = ["import", "-", "--format", format, "-o", out];
        run(command(&input, &import), wide.as_bytes()).done();
        assert_eq!(tfevents(&input, &[&args[..], &[out]].concat()).done(), wide);
    }
}
