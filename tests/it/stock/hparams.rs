//! Hyperparameters: the table, with and without an experiment.

use std::path::Path;
use std::thread;

use serde_json::{Value, json};
use tfevents::plugin::hparams::Dataset;
use tfevents::{Experiment, HParam, HParams, Metric, SummaryWriter, Sweep};

use super::tensorboard::{self, Mode};
use super::{list, shown, writer};

const RUN: &str = "hparams";

pub(super) fn log(dir: &Path) {
    let experiment = Experiment::new()
        .hparam(
            HParam::number("rate")
                .interval(0.0..=0.5)
                .display_name("Rate η"),
        )
        .hparam(
            HParam::text("optimizer")
                .one_of(["adam", "sgd"])
                .description("Which"),
        )
        .hparam(HParam::bool("nesterov"))
        .hparam(HParam::number("seed"))
        .metric(Metric::new("loss").dataset(Dataset::Training))
        .metric(
            Metric::new("loss")
                .group("eval")
                .display_name("Loss")
                .dataset(Dataset::Validation),
        )
        .metric(Metric::new("later"));
    let sweep = Sweep::new(dir, experiment).unwrap();
    let hparams = |optimizer: &str| {
        HParams::new()
            .with("rate", 0.1f32)
            .with("optimizer", optimizer)
            .with("nesterov", optimizer == "sgd")
    };

    let first = sweep.trial("adam", hparams("adam")).unwrap();
    for step in 0..3 {
        first
            .writer()
            .add_scalar("loss", 1.0 / f64::from(step + 1), step)
            .unwrap();
    }
    let eval = writer(&dir.join("adam/eval"));
    eval.add_scalar("loss", 0.75, 2).unwrap();
    eval.close().unwrap();
    first.finish().unwrap();

    // Two seeds are one row.
    for seed in 0..2 {
        let hparams = hparams("sgd").with("seed", seed).group("sgd");
        let trial = sweep.trial(&format!("sgd {seed}"), hparams).unwrap();
        trial.writer().add_scalar("loss", seed, 5).unwrap();
        // Not finished, so a failure.
    }

    // One that TensorBoard is asked about before it has a metric, or an end.
    let going_on = sweep
        .trial("going on", hparams("adam").with("seed", f64::NAN))
        .unwrap();
    // Closing the session would end it.
    going_on.writer().close().unwrap();
}

fn groups(answer: &Value) -> Vec<(&str, &Value)> {
    let mut groups: Vec<_> = list(&answer["hparams"]["session_groups"]["sessionGroups"])
        .iter()
        .map(|group| (group["name"].as_str().unwrap(), group))
        .collect();
    groups.sort_by_key(|(name, _)| *name);
    groups
}

/// Metrics of a session or of a group of them: group, tag, step, value.
fn metrics(of: &Value) -> Vec<Value> {
    let metrics = list(&of["metricValues"]).iter();
    metrics
        .map(|m| {
            json!([
                m["name"]["group"],
                m["name"]["tag"],
                m["trainingStep"],
                m["value"]
            ])
        })
        .collect()
}

#[test]
fn the_columns_are_those_that_were_declared() {
    let hparam = |name: &str, kind: &str, differs: bool| json!({"name": name, "type": kind, "differs": differs, "displayName": "", "description": ""});
    let with = |mut json: Value, name: &str, value: Value| {
        json[name] = value;
        json
    };
    let interval = json!({"minValue": 0.0, "maxValue": 0.5});
    let rate = with(
        hparam("rate", "DATA_TYPE_FLOAT64", true),
        "domainInterval",
        interval,
    );
    let optimizer = hparam("optimizer", "DATA_TYPE_STRING", true);
    let optimizer = with(optimizer, "domainDiscrete", json!(["adam", "sgd"]));
    let nesterov = hparam("nesterov", "DATA_TYPE_BOOL", true);
    let nesterov = with(nesterov, "domainDiscrete", json!([false, true]));
    let expected = json!([
        nesterov,
        with(optimizer, "description", json!("Which")),
        with(rate, "displayName", json!("Rate η")),
        hparam("seed", "DATA_TYPE_FLOAT64", false),
    ]);
    let metric = |group: &str, tag: &str, display_name: &str, dataset: &str| {
        json!({"name": {"group": group, "tag": tag}, "displayName": display_name,
            "description": "", "datasetType": dataset})
    };
    for shown in shown() {
        let experiment = &shown.answer["hparams"]["experiment"];
        assert_eq!(experiment["hparamInfos"], expected, "{:?}", shown.mode);
        assert_eq!(
            experiment["metricInfos"],
            json!([
                metric("", "loss", "", "DATASET_TRAINING"),
                metric("eval", "loss", "Loss", "DATASET_VALIDATION"),
                metric("", "later", "", "DATASET_UNKNOWN"),
            ]),
            "{:?}",
            shown.mode
        );
    }
}

#[test]
fn the_rows_are_the_trials() {
    for shown in shown() {
        let groups = groups(&shown.answer);
        let names: Vec<_> = groups.iter().map(|(name, _)| *name).collect();
        let (adam, going_on) = (format!("{RUN}/adam"), format!("{RUN}/going on"));
        assert_eq!(names, [adam.as_str(), going_on.as_str(), "sgd"]);
        let [(_, adam), (_, going_on), (_, sgd)] = groups[..] else {
            panic!("three groups");
        };

        let values = json!({"rate": 0.1, "optimizer": "adam", "nesterov": false});
        assert_eq!(adam["hparams"], values, "{:?}", shown.mode);
        let third = f64::from(1.0f32 / 3.0);
        let expected = [
            json!(["", "loss", 2, third]),
            json!(["eval", "loss", 2, 0.75]),
        ];
        assert_eq!(metrics(adam), expected);
        assert_eq!(adam["sessions"][0]["status"], "STATUS_SUCCESS");
        let time = |name: &str| adam["sessions"][0][name].as_f64().unwrap();
        assert!(0.0 < time("startTimeSecs") && time("startTimeSecs") <= time("endTimeSecs"));

        // What there is of a session that has only begun; NaN is an empty cell.
        assert_eq!(going_on["hparams"], values);
        assert!(metrics(going_on).is_empty());
        assert_eq!(going_on["sessions"][0]["status"], "STATUS_UNKNOWN");

        assert_eq!(metrics(sgd), [json!(["", "loss", 5, 0.5])], "an average");
        let sessions = list(&sgd["sessions"]);
        assert_eq!(sessions.len(), 2);
        for (i, session) in sessions.iter().enumerate() {
            assert_eq!(session["name"], format!("{RUN}/sgd {i}"));
            assert_eq!(session["status"], "STATUS_FAILURE");
            assert_eq!(metrics(session), [json!(["", "loss", 5, i as f64])]);
        }
    }
}

/// An experiment is inferred only where no run has one, so this takes a logdir of its own.
#[test]
fn without_an_experiment_every_value_and_scalar_is_a_column() {
    if shown().next().is_none() {
        return;
    }
    let logdir = tempfile::tempdir().unwrap();
    let run = |name: &str| SummaryWriter::new(logdir.path().join(name)).unwrap();
    let hparams = HParams::new()
        .with("lr", 0.1)
        .with("name", "a")
        .with("flag", true)
        .with("mixed", 1)
        .with("none", None::<f64>);
    run("a")
        .add_hparams(hparams, [("acc", 0.5), ("test/loss", 0.25)], 9)
        .unwrap();
    let second = run("b");
    let hparams = HParams::new().with("lr", 0.2).with("mixed", "x");
    let session = second.start_session(hparams).unwrap();
    second.add_scalar("acc", 0.75, 3).unwrap();
    session.finish().unwrap();

    let logdir = logdir.path();
    let answers = thread::scope(|scope| {
        [Mode::Fast, Mode::Slow]
            .map(|mode| scope.spawn(move || tensorboard::ask(logdir, mode)))
            .map(|asked| asked.join().unwrap())
    });
    for answer in answers {
        let experiment = &answer["hparams"]["experiment"];
        let mut columns: Vec<_> = list(&experiment["hparamInfos"])
            .iter()
            .map(|info| json!([info["name"], info["type"]]))
            .collect();
        columns.sort_by_key(Value::to_string);
        assert_eq!(
            columns,
            [
                json!(["flag", "DATA_TYPE_BOOL"]),
                json!(["lr", "DATA_TYPE_FLOAT64"]),
                json!(["mixed", "DATA_TYPE_STRING"]),
                json!(["name", "DATA_TYPE_STRING"]),
            ]
        );
        let groups = groups(&answer);
        let [("a", a), ("b", b)] = groups[..] else {
            panic!("{groups:?}");
        };
        assert_eq!(
            a["hparams"],
            json!({"lr": 0.1, "name": "a", "flag": true, "mixed": 1.0})
        );
        let expected = [
            json!(["", "acc", 9, 0.5]),
            json!(["", "test/loss", 9, 0.25]),
        ];
        assert_eq!(metrics(a), expected);
        assert_eq!(metrics(b), [json!(["", "acc", 3, 0.75])]);
        assert_eq!(b["sessions"][0]["status"], "STATUS_SUCCESS");
    }
}
