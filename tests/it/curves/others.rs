//! Files by other writers, against what their scripts logged.

use tfevents::plugin::custom_scalars::{Category, Chart, ChartContent, Series};
use tfevents::plugin::hparams::{Dataset, HParamKind, HParamValue, HParamsEvent, Status};
use tfevents::{ChartLayout, Experiment, HParam, HParams, Metric, Value};

use super::{hparams_of, layouts_of, points};
use crate::support::fixtures;

#[test]
fn tensorflow_declares_an_experiment() {
    let kind = |hparam: HParam, kind, differs| HParam {
        kind,
        differs,
        ..hparam
    };
    // TensorFlow never says that something differs.
    let number = |hparam| kind(hparam, HParamKind::Number, false);
    let expected = Experiment {
        time_created: 1.5e9.into(),
        ..Experiment::new()
            .hparam(number(
                HParam::number("units")
                    .one_of([16, 32])
                    .display_name("Units"),
            ))
            .hparam(number(
                HParam::number("rate")
                    .interval(0.0..=0.5)
                    .description("Dropout"),
            ))
            .hparam(number(HParam::number("depth").interval(1.0..=4.0)))
            .hparam(kind(
                HParam::text("optimizer").one_of(["adam", "sgd"]),
                HParamKind::Text,
                false,
            ))
            .hparam(kind(HParam::bool("nesterov"), HParamKind::Bool, false))
            .metric(
                Metric::new("accuracy")
                    .display_name("Accuracy")
                    .dataset(Dataset::Validation),
            )
    };
    assert_eq!(
        hparams_of(&fixtures().join("tf2/hparams")),
        [HParamsEvent::Experiment(expected)]
    );
    let session = HParams::new()
        .with("units", 32)
        .with("rate", 0.1)
        .with("depth", 2)
        .with("optimizer", "sgd")
        .with("nesterov", true)
        .with("unlisted", "x")
        .group("trial1");
    assert_eq!(
        hparams_of(&fixtures().join("tf2/hparams/trial1")),
        [HParamsEvent::SessionStart {
            hparams: session,
            time: (1.5e9 + 1.0).into()
        }]
    );
}

/// They write no tensor, and the metadata alone is the value.
#[test]
fn pytorch_and_tensorboardx_write_sessions_that_end_at_once() {
    for (writer, flag) in [
        ("tensorboardx", HParamValue::Bool(true)),
        ("torch", HParamValue::Number(1.0)),
    ] {
        let events = hparams_of(&fixtures().join(writer).join("hparams/trial1"));
        let [HParamsEvent::Experiment(experiment), start, end] = &events[..] else {
            panic!("{writer}: {events:?}");
        };
        let names: Vec<_> = experiment.hparams.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names, ["lr", "units", "name", "flag"], "{writer}");
        assert_eq!(experiment.metrics, [Metric::new("metric/accuracy")]);
        let hparams = HParams::new()
            .with("lr", 0.1)
            .with("units", 16)
            .with("name", "adam")
            // PyTorch takes a truth value for a number.
            .with("flag", flag);
        assert_eq!(
            *start,
            HParamsEvent::SessionStart {
                hparams,
                time: 0.0.into()
            }
        );
        let status = Status::Success;
        assert_eq!(
            *end,
            HParamsEvent::SessionEnd {
                status,
                time: 0.0.into()
            }
        );
    }
}

#[test]
fn layouts_are_read_chart_by_chart() {
    let lines = |patterns: &[&str]| {
        Some(ChartContent::Multiline(
            patterns.iter().map(|&p| p.to_owned()).collect(),
        ))
    };
    let chart = |title: &str, content| Chart {
        title: title.to_owned(),
        content,
    };
    let series = Series::new("loss/mean", "loss/low", "loss/high");
    let expected = ChartLayout::new()
        .category(
            Category::new("Lines")
                .closed()
                .chart(chart("all", lines(&["loss.*", "accuracy"]))),
        )
        .category(
            Category::new("Margins")
                .chart(Chart::margin("loss", [series]))
                .chart(chart("empty", None)),
        );
    assert_eq!(
        layouts_of(&fixtures().join("tf2/custom_scalars")),
        [expected]
    );

    for writer in ["tensorboardx", "torch"] {
        let run = fixtures().join(writer).join("custom_scalars");
        let expected = ChartLayout::new()
            .category(Category::new("Lines").chart(chart("all", lines(&["a", "b.*"]))))
            .category(
                Category::new("Margins")
                    .chart(Chart::margin("one", [Series::new("a", "low", "high")])),
            );
        assert_eq!(layouts_of(&run), [expected], "{writer}");
    }
    let shorthand = fixtures().join("tensorboardx/custom_scalars/shorthand");
    assert_eq!(
        layouts_of(&shorthand)[0].categories[0],
        Category::new("C").chart(chart("T", lines(&["a", "b"])))
    );
}

#[test]
fn curves_of_tensorflow_equal_ours() {
    use tfevents::PrCurve;

    let labels = [true, false, true, true, false, false];
    let predictions = [0.9, 0.8, 0.6, 0.4, 0.3, 0.1];
    let mut ours = PrCurve::with_thresholds(labels, predictions, 5).unwrap();
    // The file holds floats.
    for row in [&mut ours.precision, &mut ours.recall] {
        row.iter_mut().for_each(|v| *v = f64::from(*v as f32));
    }
    let theirs = points(&fixtures().join("tf2/pr_curves"), |point| {
        match &point.value {
            Value::PrCurve(curve) if point.tag == "curve/pr_curves" => Some((**curve).clone()),
            _ => None,
        }
    });
    assert_eq!(theirs, [ours.clone(), ours]);
}

#[test]
fn meshes_have_their_names_whatever_their_tags() {
    for (writer, tags, config) in [
        (
            "tf2",
            ["VERTEX", "FACE", "COLOR"],
            r#"{"camera": {"cls": "PerspectiveCamera", "fov": 75}}"#,
        ),
        ("torch", ["VERTEX", "FACE", "COLOR"], r#"{"lights": []}"#),
        ("tensorboardx", ["1", "2", "3"], r#"{"lights": []}"#),
    ] {
        let parts = points(
            &fixtures().join(writer).join("meshes"),
            |point| match &point.value {
                Value::Mesh(part) if part.name == "tetrahedron" => {
                    Some((point.tag.to_owned(), part.json_config.clone()))
                }
                _ => None,
            },
        );
        let mut found: Vec<_> = parts.iter().map(|(tag, _)| tag.as_str()).collect();
        found.sort_unstable();
        let mut expected = tags.map(|tag| format!("tetrahedron_{tag}"));
        expected.sort_unstable();
        assert_eq!(found, expected, "{writer}");
        for (_, found) in parts {
            assert_eq!(found, config, "{writer}");
        }
    }
}
