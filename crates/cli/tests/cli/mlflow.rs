//! `tfevents mlflow`, as far as it needs no server. Those that do are tested in the crate `tfevents-mlflow`.

use std::path::Path;

use tempfile::TempDir;
use tfevents::Text;

use crate::support::{FILE, Output, command, plugin, run, scalar, version, write_events};

fn logdir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let events = [
        version("t"),
        scalar(1, "lr=0.1", 0.5),
        scalar(1, "loss", f32::INFINITY),
        scalar(2, "loss", 0.25),
        plugin(1, "note", &Text::new("x")),
    ];
    write_events(dir.path().join("runs/a").join(FILE), &events);
    write_events(dir.path().join("runs/b").join(FILE), &[]);
    dir
}

/// Without what whoever runs the tests has set.
fn mlflow(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut program = command(dir, &[&["mlflow", "push"], args].concat());
    for name in ["TRACKING_URI", "EXPERIMENT_NAME", "RUN_ID"] {
        program.env_remove(format!("MLFLOW_{name}"));
    }
    program.envs(variables.iter().copied());
    run(program, b"")
}

#[cfg(feature = "mlflow")]
#[test]
fn a_dry_run_tells_what_becomes_of_what_without_a_server() {
    let dir = logdir();
    let output = mlflow(
        dir.path(),
        &["runs", "-n", "--best", "min:loss", "--utc"],
        &[],
    );
    assert_eq!(output.status, 3);
    for line in [
        "a becomes the run a: FINISHED, since ",
        "  description from the text note\n",
        "  metric loss: 2 points\n",
        "  metric loss.min: 1 point\n",
        "  metric loss.min.step: 1 point\n",
        "  metric lr=0.1 as lr_x3D_0.1: 1 point\n",
        "  artifact text/note/1.md\n",
    ] {
        assert!(output.stdout.contains(line), "{line}: {}", output.stdout);
    }
    for line in [
        "note: b: no events yet, so nothing would be pushed\n",
        "warning: a: infinite, which MLflow stores as the largest number: loss at step 1: inf\n",
    ] {
        assert!(output.stderr.contains(line), "{line}: {}", output.stderr);
    }
    let output = mlflow(dir.path(), &["runs", "-n", "--json", "--tag", "loss"], &[]);
    let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        (&document["version"], &document["dry_run"]),
        (&1.into(), &true.into())
    );
    let run = &document["runs"][0];
    assert_eq!(run["losses"]["infinity"], 1);
    assert_eq!(run["metrics"].as_array().unwrap().len(), 1);
    assert_eq!(run["metrics"][0]["points"], 2);
}

#[cfg(feature = "mlflow")]
#[test]
fn filters_mean_the_same_as_elsewhere() {
    let dir = logdir();
    for (args, said) in [
        (&["--run", "c"][..], "no run matches `c`"),
        (
            &["--run", "a", "--tag", "los"],
            "no tag matches `los`; did you mean `loss`?",
        ),
        (&["--kind", "images"], "no series of kind image; found"),
    ] {
        // Where nothing is left, no server is asked.
        let nobody = ["runs", "--tracking-uri", "http://127.0.0.1:1"];
        for what in [&["runs", "-n", "--json"][..], &nobody] {
            let args = [what, args].concat();
            let output = mlflow(dir.path(), &args, &[]);
            assert_eq!(output.status, 3, "{args:?}: {}", output.stderr);
            assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
            assert_eq!(output.stdout, "", "{args:?}");
        }
    }
}

#[cfg(feature = "mlflow")]
#[test]
fn what_is_missing_or_wrong_is_said_before_anything_is_sent() {
    let dir = logdir();
    let nobody = ("MLFLOW_TRACKING_URI", "http://ada:secret@127.0.0.1:1");
    for (args, variables, status, said) in [
        (
            &["runs"][..],
            &[][..],
            1,
            "--tracking-uri, or set MLFLOW_TRACKING_URI",
        ),
        (
            &["runs"],
            &[nobody],
            1,
            "nothing listens at http://127.0.0.1:1;",
        ),
        (
            &["runs"],
            &[
                nobody,
                ("MLFLOW_EXPERIMENT_NAME", ""),
                ("MLFLOW_RUN_ID", ""),
            ],
            1,
            "nothing listens at http://127.0.0.1:1;",
        ),
        (
            &["runs", "--tracking-uri", "sqlite:///x"],
            &[],
            1,
            "is a store, not a server",
        ),
        (
            &["runs", "--run-name", "x"],
            &[nobody],
            2,
            "--run-name is for one run",
        ),
        (
            &["runs"],
            &[nobody, ("MLFLOW_RUN_ID", "0a")],
            2,
            "MLFLOW_RUN_ID",
        ),
        (
            &["runs", "--best", "loss"],
            &[nobody],
            2,
            "expected max:TAG or min:TAG",
        ),
        (&["nowhere"], &[nobody], 1, "`nowhere` does not exist"),
        (
            &["runs", "--watch"],
            &[nobody, ("MLFLOW_RUN_ID", "0a")],
            2,
            "--run-id (or MLFLOW_RUN_ID) is for one",
        ),
        (
            &["runs", "--watch", "--tracking-uri", "sqlite:///x"],
            &[("MLFLOW_RUN_ID", "")],
            1,
            "is a store, not a server",
        ),
        (
            &["runs", "--tracking-uri", "localhost:5000"],
            &[],
            1,
            "must begin with http:// or https://",
        ),
        (
            &["runs", "-n", "--best", "max:loss,min:los"],
            &[],
            3,
            "--best: no tag `los`; did you mean `loss`?",
        ),
    ] {
        let output = mlflow(dir.path(), args, variables);
        let text = output.stdout + &output.stderr;
        assert_eq!(output.status, status, "{args:?}: {text}");
        assert!(text.contains(said), "{args:?}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[cfg(not(feature = "mlflow"))]
#[test]
fn a_program_without_it_says_what_adds_it() {
    let dir = logdir();
    let output = mlflow(dir.path(), &["runs"], &[]);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("--features mlflow"),
        "{}",
        output.stderr
    );
}
