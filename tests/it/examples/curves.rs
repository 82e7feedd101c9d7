//! The examples of curves, meshes, charts and hyperparameters.

use tfevents::plugin::hparams::{HParamValue, HParamsEvent, Status};
use tfevents::plugin::mesh::MeshData;
use tfevents::state::RunState;
use tfevents::{Kind, LogdirState, Policy, Selection, Value};

use super::media::{last, load, series};
use super::run;

#[test]
fn pr_curve_gets_better_with_every_step() {
    let (state, _dir) = load("pr_curve");
    assert_eq!(
        series(&state, "pr_curve"),
        ["animal/bird", "animal/cat", "animal/dog", "any animal"].map(|tag| (
            tag.into(),
            Kind::PrCurve,
            5
        ))
    );
    let run = state.run("pr_curve").unwrap();
    let mut before = 0.0;
    for blob in run.blobs("any animal", Policy::Raw).unwrap() {
        let blob = blob.read().unwrap();
        let Value::PrCurve(curve) = blob.value().unwrap() else {
            panic!("{blob:?}");
        };
        assert_eq!(curve.true_positives[0], 500.0);
        assert_eq!(curve.false_positives[0], 1000.0);
        // Precision over recall, each threshold a step of the sum.
        let area: f64 = (1..curve.recall.len())
            .map(|i| (curve.recall[i - 1] - curve.recall[i]) * curve.precision[i - 1])
            .sum();
        assert!(area > before, "{area} after {before}");
        before = area;
    }
    assert!(before > 0.7, "an area of {before} is not much");
}

#[test]
fn mesh_logs_faces_points_and_a_batch() {
    let (state, _dir) = load("mesh");
    assert_eq!(
        series(&state, "mesh"),
        [
            "ball_COLOR",
            "ball_FACE",
            "ball_VERTEX",
            "samples_FACE",
            "samples_VERTEX",
            "spiral_VERTEX"
        ]
        .map(|tag| (tag.into(), Kind::Mesh, 6))
    );
    let part = |tag| {
        last(&state, "mesh", tag, |value| match value {
            Value::Mesh(part) => Some(part),
            _ => None,
        })
    };
    let MeshData::Faces(faces) = part("ball_FACE").data else {
        panic!("no faces");
    };
    assert_eq!(faces.len(), 2 * 24 * 48);
    let MeshData::Vertices(vertices) = part("samples_VERTEX").data else {
        panic!("no vertices");
    };
    assert_eq!(vertices.len(), 2 * 25 * 48);
    assert!(part("spiral_VERTEX").json_config.contains("PointsMaterial"));
}

#[test]
fn custom_layout_draws_what_it_logs() {
    let (state, _dir) = load("custom_layout");
    let layout = last(
        &state,
        "custom_layout",
        "custom_scalars__config__",
        |value| match value {
            Value::CustomScalars(layout) => Some(layout),
            _ => None,
        },
    );
    let charts: Vec<_> = layout
        .categories
        .iter()
        .flat_map(|category| category.charts.iter().map(|chart| chart.title.as_str()))
        .collect();
    assert_eq!(charts, ["loss", "per layer", "mean and range", "waves"]);
    let scalars = series(&state, "custom_layout");
    let scalars = scalars.iter().filter(|(_, kind, _)| *kind == Kind::Scalar);
    assert_eq!(scalars.count(), 2 + 3 + 3 + 2);
}

#[test]
fn hparams_sweep_has_failures_and_successes() {
    let dir = tempfile::tempdir().unwrap();
    let printed = run("hparams_sweep", dir.path());
    let state = LogdirState::load(dir.path().join("runs"), Selection::all()).unwrap();
    let mut runs: Vec<_> = state.runs().map(RunState::name).collect();
    assert_eq!(runs.remove(0), "hparams_sweep");
    assert_eq!(runs.len(), 6);
    for run in runs {
        let event = |tag| {
            last(&state, run, tag, |value| match value {
                Value::HParams(event) => Some(*event),
                _ => None,
            })
        };
        let HParamsEvent::SessionStart { hparams, .. } = event("_hparams_/session_start_info")
        else {
            panic!("{run}");
        };
        let HParamsEvent::SessionEnd { status, .. } = event("_hparams_/session_end_info") else {
            panic!("{run}");
        };
        let (optimizer, rate) = run.rsplit_once('/').unwrap().1.split_once(' ').unwrap();
        assert_eq!(hparams.values["optimizer"], HParamValue::from(optimizer));
        assert_eq!(hparams.values["rate"].to_string(), rate);
        let diverges = (optimizer, rate) == ("sgd", "1.1");
        let expected = if diverges {
            Status::Failure
        } else {
            Status::Success
        };
        assert_eq!(status, expected, "{run}");
        let outcome = if diverges {
            "diverged at step 13"
        } else {
            "done"
        };
        assert!(
            printed.contains(&format!("{optimizer} {rate}: {outcome}\n")),
            "{printed}"
        );
    }
}
