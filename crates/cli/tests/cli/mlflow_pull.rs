//! `tfevents mlflow pull` without a server.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{scalar, tfevents, write_events};

/// What MLflow's own file store wrote.
fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../mlflow/tests/fixtures/mlruns")
}

/// What is said of the run that waits in the trash.
const NOTE: &str = "note: 1 deleted run left out\n";

fn pull(dir: &Path, args: &[&str]) -> crate::support::Output {
    let store = store();
    let store = store.to_str().unwrap();
    tfevents(dir, &[&["mlflow", "pull", store], args].concat())
}

#[test]
fn every_run_is_written_and_damage_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let output = pull(dir.path(), &["-o", "runs"]);
    assert_eq!(output.status, 3, "{}", output.stderr);
    assert!(
        output.stdout.contains("3 files in 3 runs"),
        "{}",
        output.stdout
    );
    for told in [
        "1 deleted run left out",
        "damaged, and left out: line 2 of",
        "and 3 more",
        "artifacts not copied: `config.yaml`",
        "--step index counts them",
    ] {
        assert!(output.stderr.contains(told), "{told}: {}", output.stderr);
    }
    let rows = tfevents(dir.path(), &["export", "runs", "--tag", "train/loss"]).done();
    assert!(
        rows.contains(",0.6666666666666666,") || rows.contains(",0.6666666666666666\n"),
        "{rows}"
    );
    let table = tfevents(
        dir.path(),
        &["table", "runs", "-c", "@lr", "@nesterov", "--json"],
    )
    .stdout;
    assert!(table.contains("0.1") && table.contains("true"), "{table}");
}

#[test]
fn nothing_is_replaced_unless_that_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["--run", "*/inner-*", "-o", "runs"];
    pull(dir.path(), &args).ended(0, NOTE);
    let before = tfevents(dir.path(), &["export", "runs"]).done();
    let again = pull(dir.path(), &args);
    assert_eq!(again.status, 1);
    assert!(
        again.stderr.contains("`runs`: not empty"),
        "{}",
        again.stderr
    );
    pull(dir.path(), &[&args[..], &["--force"]].concat()).ended(0, NOTE);
    assert_eq!(tfevents(dir.path(), &["export", "runs"]).done(), before);
}

#[test]
fn filters_choose_runs_tags_and_kinds() {
    let dir = tempfile::tempdir().unwrap();
    let output = pull(
        dir.path(),
        &["--tag", "half", "--kind", "scalar", "-o", "runs"],
    );
    assert!(output.stdout.contains("4 of 4 values"), "{}", output.stdout);
    assert!(
        output.stdout.contains("left out 2 files"),
        "{}",
        output.stdout
    );
    // No directory is made for what has nothing in it.
    let experiments = fs::read_dir(dir.path().join("runs")).unwrap();
    let runs = experiments.flat_map(|dir| fs::read_dir(dir.unwrap().path()).unwrap());
    assert_eq!(runs.count(), 1);
    for none in [["--tag", "nope"], ["--run", "nope"]] {
        let output = pull(dir.path(), &[&none[..], &["-o", "none"]].concat());
        assert_eq!(output.status, 3, "{}", output.stderr);
        assert!(!dir.path().join("none").exists());
    }
}

/// A store does not say how large its runs are, so they are counted.
#[cfg(unix)]
#[test]
fn how_far_it_is_is_shown_on_a_terminal() {
    let store = store();
    let shown = |flags: &[&str]| {
        let dir = tempfile::tempdir().unwrap();
        let args = ["mlflow", "pull", store.to_str().unwrap(), "-o", "runs"];
        let mut program = crate::support::command(dir.path(), &[&args[..], flags].concat());
        program
            .env("TFEVENTS_TEST_IMPATIENT", "1")
            .env("TERM", "xterm");
        let (written, _) = crate::pty::stderr_on_terminal(program);
        String::from_utf8(written).unwrap()
    };
    let bar = shown(&[]);
    for part in ["1/3 runs", "points/s"] {
        assert!(bar.contains(part), "{part}: {bar:?}");
    }
    // What is drawn last is nothing.
    let (_, end) = bar.rsplit_once(" runs ").unwrap();
    assert!(end.contains("\x1b[2K"), "{end:?}");
    assert!(!shown(&["--no-progress"]).contains("/3 runs"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let output = pull(dir.path(), &["--dry-run", "--json", "-o", "runs"]);
    assert!(
        output.stdout.contains("\"dry_run\": true"),
        "{}",
        output.stdout
    );
    assert!(!dir.path().join("runs").exists());
}

#[test]
fn the_address_may_be_that_of_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let (store, args) = (store(), ["mlflow", "pull", "--dry-run", "--tracking-uri"]);
    for uri in [
        store.display().to_string(),
        format!("file://{}", store.display()),
    ] {
        let output = tfevents(dir.path(), &[&args[..], &[&uri]].concat());
        assert!(output.stdout.contains("3 runs"), "{}", output.stderr);
    }
}

#[test]
fn wrong_usage_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    for (args, status, told) in [
        (
            &["--tracking-uri", "http://127.0.0.1:9"][..],
            2,
            "--experiment",
        ),
        (
            &["--experiment", "x", "--tracking-uri", "http://127.0.0.1:9"],
            1,
            "nothing listens",
        ),
        (
            &["--experiment", "x", "--tracking-uri", ""],
            1,
            "MLFLOW_TRACKING_URI",
        ),
        (&["empty"], 1, "EXPERIMENT/RUN/meta.yaml"),
    ] {
        fs::create_dir_all(dir.path().join("empty")).unwrap();
        let output = tfevents(
            dir.path(),
            &[&["mlflow", "pull", "-o", "runs"], args].concat(),
        );
        assert_eq!(output.status, status, "{}", output.stderr);
        assert!(output.stderr.contains(told), "{}", output.stderr);
    }
}

/// What was stored as it is comes back as it is: embeddings always, event files where that is asked for.
#[test]
fn stored_files_come_back_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("mlruns/1/0123456789abcdef");
    let put = |path: &str, bytes: &[u8]| {
        let path = run.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let events = dir.path().join("events");
    write_events(&events, &[scalar(1, "loss", 0.5), scalar(2, "loss", 0.25)]);
    let events = fs::read(events).unwrap();
    put("../meta.yaml", b"name: exp\n");
    put(
        "meta.yaml",
        b"run_id: 0123456789abcdef\nrun_name: a.tfevents\nstart_time: 5000\n",
    );
    put("metrics/loss", b"5 0.5 1\n");
    put("artifacts/tfevents/events.out.tfevents.7.host", &events);
    put("artifacts/projector/a/tensors.tsv", b"1\t2\n");
    let place = "exp/a.tf_events-01234567";
    let pull = |flags: &[&str], out: &str| {
        let args = [&["mlflow", "pull", "mlruns", "-o", out], flags].concat();
        tfevents(dir.path(), &args)
    };
    let written = pull(&[], "new");
    assert!(
        written.stderr.contains("event files of 1 run"),
        "{}",
        written.stderr
    );
    assert!(
        written.stdout.starts_with("1 of 1 value"),
        "{}",
        written.stdout
    );
    let taken = pull(&["--with-event-files"], "old");
    assert!(
        taken
            .stdout
            .starts_with("2 of 2 values written to 2 files in 1 run"),
        "{}",
        taken.stdout
    );
    let read = |out: &str, path: &str| fs::read(dir.path().join(out).join(place).join(path));
    assert_eq!(read("old", "events.out.tfevents.7.host").unwrap(), events);
    assert!(read("new", "events.out.tfevents.0000000005.mlflow").is_ok());
    assert!(read("old", "events.out.tfevents.0000000005.mlflow").is_err());
    for out in ["new", "old"] {
        assert_eq!(read(out, "a/tensors.tsv").unwrap(), b"1\t2\n");
    }
    let scalars = pull(&["--kind", "scalar"], "scalars");
    assert!(
        scalars.stdout.contains("1 file in 1 run"),
        "{}",
        scalars.stdout
    );
}

#[test]
fn what_is_not_a_model_is_refused_before_anything_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("net.onnx"), "hello").unwrap();
    let id = "0".repeat(32);
    let args = [
        "mlflow",
        "register",
        &id,
        "net.onnx",
        "--name",
        "n",
        "--tracking-uri",
        "http://127.0.0.1:9",
    ];
    let output = tfevents(dir.path(), &args);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("`net.onnx`: not an ONNX model"),
        "{}",
        output.stderr
    );
    let output = tfevents(
        dir.path(),
        &[
            "mlflow",
            "register",
            "nope",
            "net.onnx",
            "--name",
            "n",
            "--tracking-uri",
            "http://127.0.0.1:9",
        ],
    );
    assert!(
        output.stderr.contains("neither a run directory nor the id"),
        "{}",
        output.stderr
    );
}
