//! `tfevents prune`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use tempfile::TempDir;

use crate::support::{
    FILE, age, assert_documented, command, run, scalar, tfevents, version, write_events,
};

/// A logdir with a short run, a long one and one that is bad.
fn logdir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |run: &str, steps: std::ops::Range<i64>, acc: f32| {
        let mut events = vec![version("t")];
        events.extend(steps.map(|step| scalar(step, "acc", acc)));
        let path = dir.path().join("runs").join(run).join(FILE);
        write_events(&path, &events);
        age(&path);
    };
    write("long", 0..20, 0.9);
    write("seeds/bad", 0..20, 0.05);
    write("seeds/short", 0..2, 0.9);
    dir
}

fn runs(dir: &TempDir) -> Vec<PathBuf> {
    let logdir = tfevents::Logdir::open(dir.path().join("runs")).unwrap();
    logdir.runs().iter().map(|run| run.name().into()).collect()
}

/// The folder of the only call.
fn trash(dir: &Path) -> PathBuf {
    let mut entries = fs::read_dir(dir).unwrap();
    let entry = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none());
    entry
}

#[test]
fn what_goes_is_in_the_trash_and_comes_back() {
    let dir = logdir();
    let short = dir.path().join("runs/seeds/short");
    let before = fs::read(short.join(FILE)).unwrap();
    let args = ["prune", "runs", "--points", "<10"];
    let plan = tfevents(dir.path(), &[&args[..], &["--dry-run"]].concat()).done();
    assert_eq!(
        plan,
        "run          points   size           last event\n\
         seeds/short       2  125 B  2023-11-14 22:13:21\n\
         1 run (1 file, 125 B) to be moved to runs.trash\n"
    );
    assert!(!dir.path().join("runs.trash").exists());

    let done = tfevents(dir.path(), &[&args[..], &["--yes"]].concat()).done();
    assert!(
        done.contains("\n1 run (1 file, 125 B) moved to runs.trash/20"),
        "{done}"
    );
    assert_eq!(runs(&dir), [Path::new("long"), Path::new("seeds/bad")]);
    assert!(!short.exists());
    let folder = trash(&dir.path().join("runs.trash"));
    assert_eq!(
        fs::read(folder.join("seeds/short").join(FILE)).unwrap(),
        before
    );

    // From anywhere, and after the trash was moved.
    let moved = dir.path().join("it's elsewhere");
    fs::rename(&folder, &moved).unwrap();
    if cfg!(unix) {
        let restore = || {
            Command::new("sh")
                .arg(moved.join("RESTORE.sh"))
                .output()
                .unwrap()
        };
        assert!(restore().status.success());
        assert_eq!(fs::read(short.join(FILE)).unwrap(), before);
        assert!(restore().status.success());
        // Nothing is written over.
        fs::write(moved.join("seeds/short").join(FILE), "new").unwrap();
        assert!(!restore().status.success());
        assert_eq!(fs::read(short.join(FILE)).unwrap(), before);
    }
}

#[test]
fn all_conditions_have_to_hold() {
    let dir = logdir();
    let going = |args: &[&str]| {
        let json = [&["prune", "runs", "--dry-run", "--json"], args].concat();
        let json = tfevents(dir.path(), &json).done();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let runs = json["runs"].as_array().unwrap().iter();
        runs.map(|run| run["run"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(going(&["--where", "last:acc < 0.1"]), ["seeds/bad"]);
    assert_eq!(going(&["--run", "seeds/*"]), ["seeds/bad", "seeds/short"]);
    assert_eq!(
        going(&["--run", "seeds/*", "--points", ">10"]),
        ["seeds/bad"]
    );
    assert_eq!(going(&["--older-than", "30d"]).len(), 3);
    assert_eq!(
        going(&["--older-than", "30d", "--exclude-run", "long"]).len(),
        2
    );
    // Whoever mistypes what is to be kept must not lose it.
    let slip = [
        "prune",
        "runs",
        "--older-than",
        "30d",
        "--exclude-run",
        "lnog",
        "--yes",
    ];
    let slip = tfevents(dir.path(), &slip);
    assert_eq!(slip.status, 3, "{}", slip.stderr);
    let two = ["--where", "max:acc<1", "--where", "count:acc=2"];
    assert_eq!(going(&two), ["seeds/short"]);
    // A 32-bit 0.9 is 0.9.
    assert_eq!(going(&["--where", "acc >= 0.9"]), ["long", "seeds/short"]);
}

#[test]
fn values_that_select_a_run_are_shown() {
    let dir = logdir();
    let args = ["prune", "runs", "--dry-run", "--where", "min:acc < 0.1"];
    let args = [&args[..], &["--where", "step > 3 or acc > 5"]].concat();
    let text = tfevents(dir.path(), &args).done();
    assert!(text.contains("  min:acc = 0.05, step = 19\n"), "{text}");
    let json = tfevents(dir.path(), &[&args[..], &["--json"]].concat()).done();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!([
        {"of": "min:acc", "value": 0.05},
        {"of": "step", "value": 19},
    ]);
    assert_eq!(json["runs"][0]["because"], expected);
}

#[test]
fn nothing_goes_unasked() {
    let dir = logdir();
    let unasked = tfevents(dir.path(), &["prune", "runs", "--points", "<10"]);
    assert_eq!(unasked.status, 2);
    assert!(unasked.stderr.contains("pass --yes"), "{}", unasked.stderr);
    assert_eq!(runs(&dir).len(), 3);
    let none = tfevents(dir.path(), &["prune", "runs", "--points", "<1"]);
    assert_eq!(none.ended(3, "error: nothing is left after --points\n"), "");
    assert_eq!(tfevents(dir.path(), &["prune", "runs"]).status, 2);
    let slip = ["prune", "runs", "--where", "last:ac<1", "--yes"];
    tfevents(dir.path(), &slip).ended(3, "error: no tag matches `ac`; did you mean `acc`?\n");
    let wrong = tfevents(dir.path(), &["prune", "runs", "--points", "100"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("missing <"), "{}", wrong.stderr);
}

#[test]
fn deleting_takes_event_files_and_empty_directories_only() {
    let dir = logdir();
    fs::write(dir.path().join("runs/seeds/bad/checkpoint"), "weights").unwrap();
    let args = ["prune", "runs", "--run", "seeds/*", "--delete", "--yes"];
    tfevents(dir.path(), &args).done();
    assert_eq!(runs(&dir), [Path::new("long")]);
    assert!(dir.path().join("runs/seeds/bad/checkpoint").exists());
    assert!(!dir.path().join("runs/seeds/short").exists());
    assert!(!dir.path().join("runs.trash").exists());
}

#[test]
fn runs_that_are_written_stay() {
    let dir = logdir();
    let path = dir.path().join("runs/seeds/short").join(FILE);
    File::options()
        .append(true)
        .open(&path)
        .unwrap()
        .set_modified(SystemTime::now())
        .unwrap();
    let args = ["prune", "runs", "--run", "seeds/*", "--yes"];
    let output = tfevents(dir.path(), &args);
    assert_eq!(output.status, 3);
    assert!(
        output
            .stderr
            .starts_with("warning: seeds/short stays: it was modified "),
        "{}",
        output.stderr
    );
    assert_eq!(runs(&dir), [Path::new("long"), Path::new("seeds/short")]);
    tfevents(dir.path(), &[&args[..], &["--idle", "0s"]].concat()).done();
    assert_eq!(runs(&dir), [Path::new("long")]);
}

#[test]
fn what_is_damaged_is_not_counted_out() {
    let dir = logdir();
    let path = dir.path().join("runs/seeds/short").join(FILE);
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    fs::write(&path, &bytes).unwrap();
    age(&path);
    let output = tfevents(dir.path(), &["prune", "runs", "--points", "<10", "--yes"]);
    assert_eq!(output.status, 3);
    assert!(
        output
            .stderr
            .contains("seeds/short stays: it is too damaged"),
        "{}",
        output.stderr
    );
    assert!(path.exists());
    // An unfinished record at the end is how a run ends that was killed.
    bytes[60] ^= 1;
    bytes.truncate(bytes.len() - 3);
    fs::write(&path, &bytes).unwrap();
    age(&path);
    let output = tfevents(dir.path(), &["prune", "runs", "--points", "<10", "--yes"]);
    assert_eq!(output.status, 3);
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn what_links_lead_to_stays() {
    let dir = logdir();
    let outside = dir.path().join("outside").join(FILE);
    write_events(&outside, &[version("t")]);
    age(&outside);
    std::os::unix::fs::symlink("../outside", dir.path().join("runs/link")).unwrap();
    let file = dir
        .path()
        .join("runs/seeds/short")
        .join(format!("{FILE}.link"));
    std::os::unix::fs::symlink("../../../outside/x", &file).unwrap();
    fs::rename(&outside, dir.path().join("outside/x")).unwrap();
    write_events(&outside, &[version("t")]);
    age(&outside);
    let output = tfevents(dir.path(), &["prune", "runs", "--points", "<10", "--yes"]);
    assert_eq!(output.status, 3);
    assert!(output.stderr.contains("link stays"), "{}", output.stderr);
    assert!(
        output.stderr.contains("seeds/short stays"),
        "{}",
        output.stderr
    );
    assert!(outside.exists() && dir.path().join("outside/x").exists());
    assert_eq!(runs(&dir).len(), 4);
}

#[test]
fn the_trash_is_no_part_of_the_logdir() {
    let dir = logdir();
    for trash in ["runs", "runs/trash", "runs/../runs/a/b"] {
        let args = [
            "prune", "runs", "--points", "<10", "--yes", "--trash", trash,
        ];
        let refused = tfevents(dir.path(), &args);
        assert_eq!(refused.status, 2);
        assert!(
            refused.stderr.contains("is inside `runs`"),
            "{}",
            refused.stderr
        );
    }
    // Beside a run there are others.
    let args = ["prune", "runs/long", "--points", ">10", "--yes"];
    let refused = tfevents(dir.path(), &args);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("--trash DIR"), "{}", refused.stderr);
    assert_eq!(runs(&dir).len(), 3);
    let args = [
        "prune",
        "runs/long",
        "--points",
        ">10",
        "--yes",
        "--trash",
        "archive",
    ];
    tfevents(dir.path(), &args).done();
    assert!(trash(&dir.path().join("archive")).join(FILE).exists());
    // From inside, the name of the logdir is not on the command line.
    let inside = dir.path().join("runs");
    tfevents(inside, &["prune", ".", "--points", "<10", "--yes"]).done();
    assert!(dir.path().join("runs.trash").is_dir());
}

#[test]
fn the_answer_of_a_pipe_does_not_count() {
    let dir = logdir();
    let output = run(
        command(dir.path(), &["prune", "runs", "--points", "<10"]),
        b"y\n",
    );
    assert_eq!(output.status, 2);
    assert_eq!(runs(&dir).len(), 3);
}

#[test]
fn json_is_as_documented() {
    let dir = logdir();
    let args = ["prune", "--json", "--dry-run", "--points", "<10", "runs"];
    let json = tfevents(dir.path(), &args).done();
    assert_documented("tfevents prune --json --dry-run --points '<10' runs", &json);
}

#[test]
fn a_file_goes_and_comes_back_with_all_of_its_names() {
    let dir = logdir();
    let short = dir.path().join("runs/seeds/short");
    let other = short.join(format!("{FILE}.v2"));
    let before = fs::read(short.join(FILE)).unwrap();
    let warning = format!(
        "warning: runs/seeds/short/{FILE}.v2: is another name for `runs/seeds/short/{FILE}` and is read once; \
         TensorBoard shows its points twice\n"
    );
    let args = ["prune", "runs", "--run", "seeds/short", "--yes"];
    for how in [&["--trash", "t"][..], &["--delete"]] {
        fs::hard_link(short.join(FILE), &other).unwrap();
        let done = tfevents(dir.path(), &[&args[..], how].concat());
        assert_eq!(done.stderr, warning);
        assert!(
            done.stdout.contains("\n1 run (1 file, 125 B) "),
            "{}",
            done.stdout
        );
        assert!(!short.exists());
        if how.len() == 1 || !cfg!(unix) {
            break;
        }
        let folder = trash(&dir.path().join("t"));
        let there = folder.join("seeds/short");
        assert!(is_one_file(
            &there.join(FILE),
            &there.join(format!("{FILE}.v2"))
        ));
        // As on another disk, and as where each name was copied on its own.
        fs::copy(there.join(FILE), there.join("copy")).unwrap();
        fs::rename(there.join("copy"), there.join(FILE)).unwrap();
        let script = folder.join("RESTORE.sh");
        assert!(Command::new("sh").arg(script).status().unwrap().success());
        assert_eq!(fs::read(short.join(FILE)).unwrap(), before);
        assert!(is_one_file(&short.join(FILE), &other));
        assert!(!there.join(FILE).exists() && !there.join(format!("{FILE}.v2")).exists());
        fs::remove_file(&other).unwrap();
        age(&short.join(FILE));
    }
}

fn is_one_file(a: &Path, b: &Path) -> bool {
    let [a, b] = [a, b].map(|path| tfevents::reader::FileId::of(path).unwrap());
    a == b
}

#[cfg(unix)]
#[test]
fn a_run_with_a_link_to_its_own_file_stays() {
    let dir = logdir();
    let link = dir
        .path()
        .join("runs/seeds/short")
        .join(format!("{FILE}.v2"));
    std::os::unix::fs::symlink(FILE, &link).unwrap();
    let args = [
        "prune",
        "runs",
        "--run",
        "seeds/short",
        "--yes",
        "--idle",
        "0s",
    ];
    let output = tfevents(dir.path(), &args);
    assert_eq!(output.status, 3);
    assert!(
        output
            .stderr
            .contains(".v2` is a symbolic link, or inside one"),
        "{}",
        output.stderr
    );
    assert!(link.exists());
}

#[cfg(unix)]
#[test]
fn links_that_will_lead_nowhere_are_told() {
    let dir = logdir();
    std::os::unix::fs::symlink("seeds/short", dir.path().join("runs/latest")).unwrap();
    fs::create_dir(dir.path().join("runs/best")).unwrap();
    let link = dir.path().join("runs/best").join(FILE);
    std::os::unix::fs::symlink(Path::new("../seeds/short").join(FILE), link).unwrap();
    // None leads to this one.
    let args = ["prune", "runs", "--run", "long", "--dry-run", "--json"];
    assert!(
        tfevents(dir.path(), &args)
            .done()
            .contains(r#""links": [],"#)
    );
    let args = ["prune", "runs", "--run", "seeds/short", "--json"];
    let note = |link: &str| {
        format!("note: seeds/short: the symbolic link `{link}` will no longer lead to its events\n")
    };
    let best = format!("runs/best/{FILE}");
    for how in ["--dry-run", "--yes"] {
        let output = tfevents(dir.path(), &[&args[..], &[how]].concat());
        assert_eq!(output.stderr, note(&best) + &note("runs/latest"));
        let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(
            json["runs"][0]["links"],
            serde_json::json!([best, "runs/latest"])
        );
    }
}
