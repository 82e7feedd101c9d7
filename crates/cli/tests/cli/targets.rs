//! Where verbs write.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{FILE, age, files, fixture, scalar, tfevents, version, write_events};

/// Verbs that copy runs, each into a directory.
const COPIES: [&[&str]; 9] = [
    &["filter"],
    &["rename", "--prefix-tag", "x/"],
    &["merge", "--on-conflict", "suffix"],
    &["merge", "--into", "all"],
    &["compact"],
    &["split", "--by", "file"],
    &["split", "--by", "restart"],
    &["split", "--by", "prefix"],
    &["repair"],
];

/// Two runs, `a` and `b`, of one scalar each.
fn two_runs() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (run, value) in [("a", 1.0), ("b", 2.0)] {
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(&path, &[version("t"), scalar(1, "train/loss", value)]);
        age(&path);
    }
    dir
}

/// Makes sure that a call failed and changed nothing.
#[track_caller]
fn assert_refused(dir: &Path, args: &[&str], problem: &str) {
    let before = files(dir);
    let output = tfevents(dir, args);
    assert_eq!(output.status, 1, "{args:?}: {}", output.stderr);
    assert!(
        output.stderr.contains(problem),
        "{args:?}: {}",
        output.stderr
    );
    assert_eq!(files(dir), before, "{args:?}");
}

/// A logdir, and a mirror of it below the directory that the program is started in, as `rsync -R` makes it.
#[cfg(unix)]
#[test]
fn two_paths_that_become_one_are_refused() {
    let dir = two_runs();
    let absolute = dir.path().join("runs").canonicalize().unwrap();
    let mirror = absolute.strip_prefix("/").unwrap();
    for (run, value) in [("a", 10.0), ("b", 20.0)] {
        let path = dir.path().join(mirror).join(run).join(FILE);
        write_events(&path, &[version("t"), scalar(1, "train/loss", value)]);
        age(&path);
    }
    let paths = [absolute.to_str().unwrap(), mirror.to_str().unwrap()];
    let problem = "would both be called";
    for verb in COPIES {
        if verb[0] != "merge" {
            let args = [verb, &paths, &["-o", "new/"]].concat();
            assert_refused(dir.path(), &args, problem);
        }
    }
    let prune = ["prune", "--run", "*", "--trash", "T", "--yes"];
    assert_refused(dir.path(), &[&prune[..], &paths].concat(), problem);
    assert_refused(
        dir.path(),
        &[&prune[..5], &["--dry-run"], &paths].concat(),
        problem,
    );
}

#[test]
fn runs_that_become_one_are_refused() {
    let dir = two_runs();
    let called = "would both be called `";
    for new in ["a/", "./a", "/a", "a//", "././a/."] {
        let args = ["rename", "runs", "--sub-run", "^b$", new, "-o", "new"];
        assert_refused(dir.path(), &args, called);
        let args = ["rename", "runs", "--sub-run", "^b$", new, "--dry-run"];
        assert_refused(dir.path(), &args, called);
    }
    let csv = |runs: &[&str]| {
        let rows = runs.iter().map(|run| format!("{run},loss,1,0.5\n"));
        format!("run,tag,step,value\n{}", rows.collect::<String>())
    };
    for runs in [
        ["a", "a/"],
        ["./a", "a"],
        ["../a", "__/a"],
        ["a//b", "/a/b"],
    ] {
        fs::write(dir.path().join("in.csv"), csv(&runs)).unwrap();
        assert_refused(dir.path(), &["import", "in.csv", "-o", "new"], called);
    }
    // As paths, these are different.
    fs::write(
        dir.path().join("in.csv"),
        csv(&["a", "a/b", "ab", "__", "..."]),
    )
    .unwrap();
    tfevents(dir.path(), &["import", "in.csv", "-o", "new"]).done();
    assert_eq!(files(&dir.path().join("new")).len(), 5);
}

#[test]
fn a_run_is_not_put_in_the_place_of_a_file() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["", "a"] {
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(&path, &[version("t"), scalar(1, "loss", 1.0)]);
    }
    let args = ["rename", "runs", "--sub-run", "^a$", FILE, "-o", "new"];
    assert_refused(dir.path(), &args, "would both be written to");
}

#[test]
fn the_same_run_twice_is_refused() {
    let dir = two_runs();
    let mut pairs = vec![["runs", "runs"], ["runs", "./runs/b/"], ["runs/a", "runs"]];
    if cfg!(unix) {
        #[cfg(unix)]
        std::os::unix::fs::symlink("runs", dir.path().join("link")).unwrap();
        pairs.push(["link", "runs/a"]);
    }
    for paths in pairs {
        let out = ["-o", "new/"];
        for verb in COPIES {
            let args = [verb, &paths, &out].concat();
            assert_refused(dir.path(), &args, "was given twice");
        }
        for how in [&["--trash", "T"][..], &["--delete"]] {
            let args = [&["prune", "--run", "*", "--yes"], how, &paths].concat();
            assert_refused(dir.path(), &args, "was given twice");
        }
    }
}

#[test]
fn an_existing_file_is_never_replaced() {
    for verb in COPIES.into_iter().filter(|verb| verb[0] != "split") {
        let dir = two_runs();
        fs::write(dir.path().join("precious"), "only copy").unwrap();
        let file = format!("runs/a/{FILE}");
        for input in ["runs/a", &*file] {
            let args = [verb, &[input, "-o", "precious"]].concat();
            assert_refused(dir.path(), &args, "already exists");
            #[cfg(unix)]
            {
                let link = dir.path().join("dangling");
                let _ = fs::remove_file(&link);
                std::os::unix::fs::symlink("nowhere", link).unwrap();
                let args = [verb, &[input, "-o", "dangling"]].concat();
                assert_refused(dir.path(), &args, "already exists");
            }
        }
        let args = [verb, &[&*file, "-o", "sub/new"]].concat();
        tfevents(dir.path(), &args).done();
        let all = files(dir.path());
        assert!(all[Path::new("sub/new")].len() > 50);
        assert_eq!(all[Path::new("precious")], b"only copy");
    }
}

/// Of which only the first part would be looked at, and made.
#[test]
fn no_output_is_a_url() {
    let dir = two_runs();
    let copies = COPIES.iter().map(|args| (*args, "-o", "x"));
    let others = [
        (&["export"][..], "-o", "x.csv"),
        (&["export", "--format", "jsonl"], "--media", "x"),
        (&["plot"], "-o", "x.svg"),
        #[cfg(feature = "report")]
        (&["report"], "-o", "x.html"),
        (&["reduce", "--group", "*"], "-o", "x"),
        (&["prune", "--run", "*", "--yes"], "--trash", "x"),
    ];
    for (args, output, name) in copies.chain(others) {
        for place in ["s3://bucket", "dbfs:"] {
            let url = format!("{place}/{name}");
            let args = [args, &["runs", output, &url]].concat();
            assert_refused(dir.path(), &args, &format!("`{url}` is a URL"));
            assert!(!dir.path().join("s3:").exists() && !dir.path().join("dbfs:").exists());
        }
    }
    let problem = "`s3://bucket/x` is a URL";
    assert_refused(dir.path(), &["man", "-o", "s3://bucket/x"], problem);
}

/// It will not come to be, so nothing waits for it.
#[test]
fn no_input_is_a_url() {
    let dir = two_runs();
    for verb in ["inspect", "export", "tail", "check"] {
        let output = tfevents(dir.path(), &[verb, "s3://bucket/x"]);
        assert_eq!(output.status, 1, "{verb}: {}", output.stderr);
        let problem = "`s3://bucket/x` is a URL, but only local files can be read";
        assert!(output.stderr.contains(problem), "{verb}: {}", output.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_stays_one() {
    use std::os::unix::fs::FileTypeExt as _;
    for verb in COPIES.into_iter().filter(|verb| verb[0] != "split") {
        let dir = two_runs();
        let args = [verb, &["runs/a", "-o", "/dev/null"]].concat();
        tfevents(dir.path(), &args).done();
        let device = fs::metadata("/dev/null").unwrap().file_type();
        assert!(device.is_char_device());
    }
}

#[test]
fn an_empty_directory_of_the_users_stays() {
    for verb in COPIES {
        let dir = tempfile::tempdir().unwrap();
        // No intact record: nothing to write.
        fs::create_dir_all(dir.path().join("runs/a")).unwrap();
        fs::write(dir.path().join("runs/a").join(FILE), "garbage, all of it").unwrap();
        for out in ["own/", "own", "own/new/deeper"] {
            fs::create_dir_all(dir.path().join("own")).unwrap();
            let args = [verb, &["runs", "-o", out]].concat();
            assert_ne!(tfevents(dir.path(), &args).status, 0, "{args:?}");
            assert!(dir.path().join("own").is_dir(), "{args:?}");
            fs::remove_dir_all(dir.path().join("own")).unwrap();
        }
    }
    let dir = two_runs();
    fs::create_dir(dir.path().join("own")).unwrap();
    for (out, exists) in [
        ("own/", true),
        ("own", true),
        ("new/", false),
        ("new", false),
    ] {
        let args = ["filter", "runs", "--step", "99", "-o", out];
        let told = "error: nothing is left after --step\n";
        assert_eq!(tfevents(dir.path(), &args).ended(3, told), "");
        assert_eq!(dir.path().join(out).exists(), exists);
    }
}

#[test]
fn names_that_no_file_system_takes_become_such_that_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let long = "q".repeat(300);
    let tags = [
        "a\0b/loss",
        &format!("{long}/loss"),
        &format!("{long}q/loss"),
        "ok/loss",
    ];
    let events = tags.iter().map(|tag| scalar(1, tag, 1.0));
    let events: Vec<_> = std::iter::once(version("t")).chain(events).collect();
    write_events(dir.path().join("runs/x").join(FILE), &events);
    let told = |args: &[&str]| {
        let output = tfevents(dir.path(), args);
        assert_eq!(output.status, 0, "{}", output.stderr);
        output
            .stderr
            .matches("no directory can have its name")
            .count()
    };
    assert_eq!(told(&["split", "runs", "--by", "prefix", "-o", "new"]), 3);
    let csv = tfevents(dir.path(), &["export", "new"]).done();
    assert_eq!(csv.matches(",loss,1,").count(), tags.len(), "{csv}");
    assert!(csv.contains("x/a%00b,loss"), "{csv}");

    // Names of directories may be that long, but not with a number behind them.
    let run = "r".repeat(255);
    let steps = [1, 2, 1].map(|step| scalar(step, "loss", 1.0));
    write_events(dir.path().join("long").join(&run).join(FILE), &steps);
    let split = ["split", "long", "--by", "restart", "-o", "pieces"];
    assert_eq!(told(&split), 1);
    let pieces = fs::read_dir(dir.path().join("pieces")).unwrap().count();
    assert_eq!(pieces, 2);
    for verb in COPIES {
        let args = [verb, &["long", "-o", "copy/"]].concat();
        let pieces = usize::from(verb.contains(&"restart"));
        assert_eq!(told(&args), pieces, "{args:?}");
        fs::remove_dir_all(dir.path().join("copy")).unwrap();
    }
    let jsonl = "{\"run\": \"a\\u0000b\", \"step\": 1, \"loss\": 0.5}\n";
    fs::write(dir.path().join("in.jsonl"), jsonl).unwrap();
    assert_eq!(told(&["import", "in.jsonl", "-o", "imported"]), 1);
    assert!(dir.path().join("imported/a%00b").is_dir());
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_unicode_are_no_obstacle() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let dir = tempfile::tempdir().unwrap();
    let names: [&[u8]; 3] = [b"a\xffb", &[0xff; 100], &[0xfe; 100]];
    for name in names {
        let path = dir
            .path()
            .join("runs")
            .join(OsStr::from_bytes(name))
            .join(FILE);
        write_events(path, &[version("t"), scalar(1, "train/loss", 1.0)]);
    }
    for verb in COPIES {
        let args = [verb, &["runs", "-o", "new/"]].concat();
        let output = tfevents(dir.path(), &args);
        // As text, two of them are longer than a name can be.
        let mut told = output.stderr.lines();
        assert!(
            told.all(|line| line.starts_with("note: the run `\\xf")),
            "{}",
            output.stderr
        );
        assert_eq!(output.status, 0);
        let csv = tfevents(dir.path(), &["export", "new"]).done();
        assert_eq!(csv.matches("loss,1,").count(), 3, "{args:?}: {csv}");
        fs::remove_dir_all(dir.path().join("new")).unwrap();
    }
}

/// Writes a run with files beside its events.
fn run_with(dir: &Path, run: &str, others: &[(&str, &str)]) {
    let path = dir.join("runs").join(run);
    write_events(
        path.join(FILE),
        &[version("t"), scalar(1, "train/loss", 1.0)],
    );
    for (name, content) in others {
        fs::create_dir_all(path.join(name).parent().unwrap()).unwrap();
        fs::write(path.join(name), content).unwrap();
    }
}

const EMBEDDING: &str =
    "embeddings { tensor_path: 'emb.bytes' sprite { image_path: 'x/sprite.png' } }";

#[test]
fn copies_take_along_what_belongs_to_runs_and_tell_what_they_leave_behind() {
    let dir = tempfile::tempdir().unwrap();
    let embedding = [
        ("projector_config.pbtxt", EMBEDDING),
        ("emb.bytes", "1234"),
        ("x/sprite.png", "png"),
    ];
    run_with(dir.path(), "emb", &embedding);
    let profile = "plugins/profile/1/host.xplane.pb";
    run_with(dir.path(), "prof", &[(profile, "spans")]);
    let lightning = [
        ("hparams.yaml", "lr: 0.1"),
        (".hydra/config.yaml", "lr: 0.1"),
        ("metrics.csv", "step"),
        ("checkpoints/last.ckpt", "large"),
        ("checkpoints/best.ckpt", "large"),
        ("checkpoints/config.json", "of the model"),
    ];
    run_with(dir.path(), "lightning", &lightning);
    // Half made by another call.
    run_with(dir.path(), "plain", &[(".new-x-YIYQcN.partial/lock", "")]);
    // Beside all runs.
    let above = dir.path().join("runs").join(profile);
    fs::create_dir_all(above.parent().unwrap()).unwrap();
    fs::write(above, "spans of all").unwrap();

    for verb in COPIES {
        let to = |run: &str| match verb {
            ["merge", "--into", _] => "all".to_owned(),
            _ => run.to_owned(),
        };
        let args = [verb, &["runs", "-o", "new/"]].concat();
        let stderr = "note: lightning: not copied: checkpoints/ (3 files)\n";
        let report = tfevents(dir.path(), &args).ended(0, stderr);
        assert!(
            verb[0] == "repair" || report.contains("; 8 other files copied along"),
            "{report}"
        );
        let new = files(&dir.path().join("new"));
        let expected = [
            ("emb", &embedding[..]),
            ("lightning", &lightning[..3]),
            ("prof", &[(profile, "spans")]),
        ];
        for (run, others) in expected {
            for (name, content) in others {
                let path = Path::new(&to(run)).join(name);
                assert_eq!(new[&path], content.as_bytes(), "{args:?}: {path:?}");
            }
        }
        assert_eq!(new[Path::new(profile)], b"spans of all");
        fs::remove_dir_all(dir.path().join("new")).unwrap();

        let args = [verb, &["runs", "--dry-run", "--json", "--run", "lightning"]].concat();
        let output = tfevents(dir.path(), &args);
        let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let list = |files: &[&str]| serde_json::json!({"run": "lightning", "directory": "runs/lightning", "files": files});
        assert_eq!(
            json["taken_along"][0],
            list(&[".hydra/config.yaml", "hparams.yaml", "metrics.csv"])
        );
        let left =
            ["best.ckpt", "config.json", "last.ckpt"].map(|name| format!("checkpoints/{name}"));
        let left: Vec<_> = left.iter().map(String::as_str).collect();
        assert_eq!(
            json["left_behind"],
            serde_json::json!([list(&left)]),
            "{args:?}"
        );
        // Of what is beside a file nobody asked for a copy.
        let file = format!("runs/emb/{FILE}");
        let args = [verb, &[&*file, "--dry-run", "--json"]].concat();
        let json = tfevents(dir.path(), &args).done();
        assert!(
            json.contains("\"taken_along\": []") && json.contains("\"left_behind\": []"),
            "{json}"
        );
    }
    // One event file has nothing beside it.
    let args = ["filter", "runs", "--run", "emb", "-o", "one.tfevents"];
    let output = tfevents(dir.path(), &args);
    assert_eq!(output.status, 3);
    let told =
        "emb: not copied: emb.bytes, projector_config.pbtxt, x/ (1 file), which TensorBoard shows";
    assert!(output.stderr.contains(told), "{}", output.stderr);
}

/// TensorBoard refuses links that lead out of the directory of the configuration, and names that do.
#[cfg(unix)]
#[test]
fn files_of_embeddings_become_files_beside_their_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let absolute = dir.path().canonicalize().unwrap().join("runs/emb/own.tsv");
    let config = format!(
        "embeddings {{ tensor_path: \"{}\" metadata_path: 'link.tsv' bookmarks_path: \"../shared/marks.txt\" }}\n\
         embeddings {{ tensor_path: \"secret.tsv\" metadata_path: \"../../outside.tsv\" }}\n",
        absolute.display()
    );
    run_with(
        dir.path(),
        "emb",
        &[("projector_config.pbtxt", &config), ("own.tsv", "1\t2")],
    );
    run_with(dir.path(), "shared/x", &[]);
    for (name, content) in [
        ("runs/shared/words.tsv", "a"),
        ("runs/shared/marks.txt", "b"),
        ("outside.tsv", "secret"),
    ] {
        fs::write(dir.path().join(name), content).unwrap();
    }
    for (link, to) in [
        ("link.tsv", "../shared/words.tsv"),
        ("secret.tsv", "../../outside.tsv"),
    ] {
        std::os::unix::fs::symlink(to, dir.path().join("runs/emb").join(link)).unwrap();
    }
    let output = tfevents(dir.path(), &["filter", "runs", "--run", "emb", "-o", "new"]);
    assert!(
        output
            .stderr
            .contains("not copied: ../../outside.tsv, secret.tsv"),
        "{}",
        output.stderr
    );
    let new = dir.path().join("new/emb");
    for entry in fs::read_dir(&new).unwrap() {
        assert!(!entry.unwrap().file_type().unwrap().is_symlink());
    }
    let projector = tfevents::Projector::open(&new).unwrap().unwrap();
    let [first, second] = &*projector.config().embeddings else {
        panic!("{:?}", projector.config());
    };
    assert_eq!(projector.vectors(first).unwrap().values, [1.0, 2.0]);
    assert_eq!(first.tensor_path, "own.tsv");
    assert_eq!(first.metadata_path, "link.tsv");
    assert_eq!(first.bookmarks_path, "projector/shared/marks.txt");
    for (name, content) in [("link.tsv", "a"), ("projector/shared/marks.txt", "b")] {
        assert_eq!(fs::read_to_string(new.join(name)).unwrap(), content);
    }
    assert_eq!(second.tensor_path, "secret.tsv");
    assert!(!new.join("secret.tsv").exists() && !new.join("outside.tsv").exists());
}

#[test]
fn of_two_that_would_have_one_place_the_first_goes_along() {
    let dir = tempfile::tempdir().unwrap();
    for (run, lr) in [("a", "0.1"), ("b", "0.1"), ("c", "0.2")] {
        run_with(dir.path(), run, &[("params.json", lr)]);
    }
    let args = ["merge", "runs", "--into", "all", "-o", "new"];
    let stderr = "note: c: not copied: params.json\n";
    tfevents(dir.path(), &args).ended(0, stderr);
    let new = files(&dir.path().join("new"));
    assert_eq!(new[Path::new("all/params.json")], b"0.1");
    let args = ["rename", "runs", "--sub-run", "^", "new/", "-o", "renamed"];
    tfevents(dir.path(), &args).done();
    let new = files(&dir.path().join("renamed"));
    assert_eq!(new[Path::new("new/c/params.json")], b"0.2");
}

#[test]
fn copies_of_what_other_writers_made_have_their_embeddings() {
    let dir = tempfile::tempdir().unwrap();
    let others = fixture("tensorboardx/projector");
    let before = files(&others);
    assert!(before.len() > 5);
    let args = ["filter", others.to_str().unwrap(), "-o", "new"];
    tfevents(dir.path(), &args).done();
    assert_eq!(files(&dir.path().join("new")), before);
}
