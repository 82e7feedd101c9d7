//! Every example is run as a person would run it, and what it left behind is read.

use std::path::Path;
use std::process::Command;

use tfevents::check;
use tfevents::state::RunState;
use tfevents::{Kind, Logdir, LogdirState, Policy, Selection, Value};

use crate::support::root;

#[path = "../support/example.rs"]
mod example;

mod curves;
mod graphs;
mod media;
mod runs;

/// Runs an example in `dir`, and returns what it printed.
fn run(example: &str, dir: &Path) -> String {
    run_with("", example, &[], dir)
}

/// The same for an example that needs features of the library, or takes arguments.
pub(crate) fn run_with(features: &str, example: &str, args: &[&str], dir: &Path) -> String {
    let output = Command::new(example::build(&root(), features, example))
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{example} failed: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_has_its_test() {
    let folder = root().join("examples");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let tested = [
        "audio.rs",
        "bytes.rs",
        "custom_layout.rs",
        "embedding.rs",
        "gallery.rs",
        "graph.rs",
        "histogram.rs",
        "hparams_sweep.rs",
        "images.rs",
        "mesh.rs",
        "multi_thread.rs",
        "onnx.rs",
        "pr_curve.rs",
        "profile.rs",
        "resume.rs",
        "scalar.rs",
        "soak.rs",
        "text_table.rs",
        "train",
        "video.rs",
    ];
    assert_eq!(names, tested);
}

#[test]
fn scalar_logs_curves_that_share_a_chart() {
    let dir = tempfile::tempdir().unwrap();
    run("scalar", dir.path());
    let state = LogdirState::load(dir.path().join("runs"), Selection::all()).unwrap();
    let run = state.run("scalar").unwrap();
    for tag in ["loss", "accuracy", "waves/sin", "waves/cos"] {
        assert!(
            run.scalars(tag, Policy::Fast).unwrap().len() >= 200,
            "{tag}"
        );
    }
    let described = run.series().find(|s| s.tag == "accuracy").unwrap();
    assert!(described.metadata.description.contains("correct"));
}

#[test]
fn histogram_logs_every_kind_of_bucket() {
    let dir = tempfile::tempdir().unwrap();
    run("histogram", dir.path());
    let state = LogdirState::load(dir.path().join("runs"), Selection::all()).unwrap();
    let run = state.run("histogram").unwrap();
    for (tag, count) in [
        ("weights", 5000.0),
        ("weights by magnitude", 5000.0),
        ("counted elsewhere", 35.0),
    ] {
        let blobs = run.blobs(tag, Policy::Fast).unwrap();
        let last = blobs.last().unwrap().read().unwrap();
        let Value::Histogram(histogram) = last.value().unwrap() else {
            panic!("{tag}");
        };
        assert_eq!(histogram.count(), count, "{tag}");
    }
}

#[test]
fn gallery_fills_every_tab() {
    let dir = tempfile::tempdir().unwrap();
    run("gallery", dir.path());
    let state = LogdirState::load(dir.path().join("runs"), Selection::all()).unwrap();
    assert_eq!(state.runs().len(), 3);
    for run in state.runs() {
        let mut kinds: Vec<_> = run.series().map(|series| series.kind).collect();
        kinds.sort();
        kinds.dedup();
        let all = Kind::ALL
            .iter()
            .copied()
            .filter(|kind| *kind != Kind::Other);
        assert_eq!(kinds, all.collect::<Vec<_>>(), "{}", run.name());
        assert!(run.dir().join("projector_config.pbtxt").exists());
    }
    // And TensorBoard shows all of it.
    let logdir = Logdir::open(dir.path().join("runs")).unwrap();
    let mut reports: Vec<_> = logdir.runs().iter().map(check::run).collect();
    check::together(&mut reports);
    for report in reports {
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

#[test]
fn train_learns_and_logs_every_kind() {
    const EPOCHS: usize = 150;
    let dir = tempfile::tempdir().unwrap();
    let printed = run("train", dir.path());

    let state = LogdirState::load(dir.path().join("runs"), Selection::all()).unwrap();
    let runs: Vec<_> = state.runs().map(RunState::name).collect();
    assert_eq!(runs, ["spirals-1/train", "spirals-1/validation"]);
    for file in state.runs().flat_map(RunState::files) {
        assert!(file.follower().health().is_clean(), "{file:?}");
        let name = file.path().file_name().unwrap().to_str().unwrap();
        assert!(printed.contains(name), "{name} is missing in:\n{printed}");
    }

    let series = |run| {
        let series = state.run(run).unwrap().series();
        series.map(|s| (s.tag, s.kind, s.len)).collect::<Vec<_>>()
    };
    assert_eq!(
        series("spirals-1/train"),
        [
            ("__run_graph__", Kind::Graph, 1),
            ("accuracy", Kind::Scalar, EPOCHS + 1),
            ("hidden1/biases", Kind::Histogram, EPOCHS + 1),
            ("hidden1/weights", Kind::Histogram, EPOCHS + 1),
            ("hidden2/biases", Kind::Histogram, EPOCHS + 1),
            ("hidden2/weights", Kind::Histogram, EPOCHS + 1),
            ("learning_rate", Kind::Scalar, EPOCHS),
            ("loss", Kind::Scalar, EPOCHS + 1),
            ("output/biases", Kind::Histogram, EPOCHS + 1),
            ("output/weights", Kind::Histogram, EPOCHS + 1),
            ("settings", Kind::Text, 1),
        ]
    );
    assert_eq!(
        series("spirals-1/validation"),
        [
            ("accuracy", Kind::Scalar, EPOCHS + 1),
            ("confusion", Kind::Text, 1),
            ("decision_boundary", Kind::Image, EPOCHS / 10 + 1),
            ("loss", Kind::Scalar, EPOCHS + 1),
        ]
    );

    let validation = state.run("spirals-1/validation").unwrap();
    let accuracy = validation.scalars("accuracy", Policy::Raw).unwrap();
    assert_eq!(accuracy.steps.last(), Some(&(EPOCHS as i64)));
    let last = accuracy.values.to_f64()[EPOCHS];
    assert!(last > 0.95, "an accuracy of {last} is not much");
    let line = format!("Validation accuracy: {:.1} %", 100.0 * last);
    assert!(printed.contains(&line), "{line} is missing in:\n{printed}");

    let weights = state.run("spirals-1/train").unwrap();
    let weights = weights.blobs("hidden2/weights", Policy::Raw).unwrap();
    let blob = weights[EPOCHS].read().unwrap();
    let Value::Histogram(histogram) = blob.value().unwrap() else {
        panic!("{blob:?}");
    };
    assert_eq!(histogram.count(), 32.0 * 32.0);
}
