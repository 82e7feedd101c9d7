//! What burn's own learner logs, what stock TensorBoard shows of it, and which checkpoints burn keeps.

use std::path::Path;
use std::sync::Arc;

use burn::train::logger::{InMemoryMetricLogger, MetricLogger as _};
use burn::train::metric::store::{EpochSummary, MetricsUpdate, NumericMetricUpdate, Split};
use burn::train::metric::{
    MetricAttributes, MetricDefinition, MetricEntry, MetricId, NumericAttributes, NumericEntry,
    SerializedEntry,
};
use serde_json::Value;
use tfevents::{Histogram, Image, Layout, LogdirState, Policy, Selection};
use tfevents_burn::TensorBoardLogger;

#[path = "../examples/digits/data.rs"]
mod data;
#[path = "../examples/digits/model.rs"]
mod model;
#[path = "../../../tests/support/stock.rs"]
mod stock;
#[path = "../examples/digits/train.rs"]
mod train;

use stock::Mode;

/// Steps and values of a scalar series, as TensorBoard shows them after a restart.
fn scalars(logdir: &Path, run: &str, tag: &str) -> Vec<(i64, f64)> {
    let state = LogdirState::load(logdir, Selection::all()).unwrap();
    let run = state.run(run).unwrap_or_else(|| panic!("no run {run}"));
    let scalars = run.scalars(tag, Policy::Slow).unwrap_or_default();
    let values = scalars.values.iter().map(|v| v.as_f64());
    scalars.steps.iter().copied().zip(values).collect()
}

fn steps(points: &[(i64, f64)]) -> Vec<i64> {
    points.iter().map(|point| point.0).collect()
}

fn definition(name: &str) -> MetricDefinition {
    let name = Arc::new(name.to_owned());
    MetricDefinition {
        metric_id: MetricId::new(Arc::clone(&name)),
        name,
        description: Some("how **wrong** it is".to_owned()),
        attributes: MetricAttributes::Numeric(NumericAttributes {
            unit: Some("nats".to_owned()),
            higher_is_better: false,
        }),
    }
}

fn numeric(name: &str, value: Option<NumericEntry>) -> NumericMetricUpdate {
    let serialized = value.as_ref().map_or_else(
        || SerializedEntry::not_available(None),
        |value| SerializedEntry::new(value.serialize(), value.serialize()),
    );
    let id = MetricId::new(Arc::new(name.to_owned()));
    NumericMetricUpdate::new(MetricEntry::new(id, serialized), value, None)
}

fn update(name: &str, value: NumericEntry) -> MetricsUpdate {
    MetricsUpdate::new(Vec::new(), vec![numeric(name, Some(value))])
}

#[test]
fn batches_are_counted_over_epochs_and_by_split() {
    let dir = tempfile::tempdir().unwrap();
    let mut logger = TensorBoardLogger::new(dir.path()).unwrap().every(2);
    let handle = logger.clone();
    logger.log_metric_definition(definition("Loss"));
    for epoch in 1..=2 {
        for batch in 0..3 {
            let value = f64::from(10 * epoch + batch);
            let epoch = epoch as usize;
            logger.log(
                update("Loss", NumericEntry::Value(value)),
                epoch,
                &Split::Train,
            );
        }
        let epoch = epoch as usize;
        logger.log(
            update("Loss", NumericEntry::Final(0.25)),
            epoch,
            &Split::Train,
        );
        logger.log_epoch_summary(EpochSummary::new(epoch, Split::Train));
        logger.log(
            update("Loss", NumericEntry::Value(7.0)),
            epoch,
            &Split::Valid,
        );
        logger.log_epoch_summary(EpochSummary::new(epoch, Split::Valid));
    }
    assert_eq!(handle.batches(&Split::Train), 6);
    handle.close().unwrap();
    assert_eq!(
        scalars(dir.path(), "train", "Loss"),
        [(2, 11.0), (4, 20.0), (6, 22.0)]
    );
    assert_eq!(scalars(dir.path(), "train", "epoch"), [(3, 1.0), (6, 2.0)]);
    assert_eq!(
        scalars(dir.path(), "train/epochs", "epoch/Loss"),
        [(1, 0.25), (2, 0.25)]
    );
    assert_eq!(scalars(dir.path(), "valid", "Loss"), [(2, 7.0)]);
    assert_eq!(
        scalars(dir.path(), "valid/epochs", "epoch/Loss"),
        [(1, 7.0), (2, 7.0)]
    );
}

#[test]
fn text_and_metrics_without_a_value_yet_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut logger = TensorBoardLogger::new(dir.path()).unwrap();
    for name in ["AUROC", "Words", "Plain"] {
        logger.log_metric_definition(definition(name));
    }
    let entry = |name: &str, formatted: &str, serialized: &str| {
        let id = MetricId::new(Arc::new(name.to_owned()));
        MetricEntry::new(
            id,
            SerializedEntry::new(formatted.to_owned(), serialized.to_owned()),
        )
    };
    let others = vec![
        entry("Words", "the *text*", "text"),
        entry("Plain", "0.5 of 2", "0.5,2"),
    ];
    let batch = MetricsUpdate::new(others, vec![numeric("AUROC", None)]);
    logger.log(batch, 1, &Split::Valid);
    logger.log(update("AUROC", NumericEntry::Final(0.9)), 1, &Split::Valid);
    logger.log_epoch_summary(EpochSummary::new(1, Split::Valid));
    logger.close().unwrap();
    assert_eq!(scalars(dir.path(), "valid", "AUROC"), []);
    assert_eq!(scalars(dir.path(), "valid", "Plain"), [(1, 0.5)]);
    assert_eq!(
        scalars(dir.path(), "valid/epochs", "epoch/AUROC"),
        [(1, f64::from(0.9f32))]
    );
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let epochs = state.run("valid/epochs").unwrap();
    assert!(epochs.series().any(|series| series.tag == "Words"));
}

#[test]
fn errors_are_kept_for_the_end_and_do_not_disturb_the_choice_of_checkpoints() {
    let dir = tempfile::tempdir().unwrap();
    let mut logger = TensorBoardLogger::new(dir.path().join("runs")).unwrap();
    // A file where the run should be.
    std::fs::write(dir.path().join("runs/train"), "").unwrap();
    logger.log_metric_definition(definition("Loss"));
    for value in [1.0, 2.0] {
        logger.log(update("Loss", NumericEntry::Value(value)), 1, &Split::Train);
    }
    let read = logger.read_numeric("Loss", 1, &Split::Train).unwrap();
    assert!(matches!(read[..], [NumericEntry::Final(1.5)]), "{read:?}");
    assert!(
        logger
            .read_numeric("Loss", 2, &Split::Train)
            .unwrap()
            .is_empty()
    );
    let error = logger.close().unwrap_err();
    assert!(error.is_io(), "{error}");
    let error = error.to_string();
    assert!(
        error.starts_with("the sink `TensorBoardLogger` failed 2 times, first with: "),
        "{error}"
    );
    assert!(logger.writer(&Split::Valid).is_err(), "closed");
}

/// The names of the checkpoints that burn kept of the model.
fn checkpoints(artifacts: &Path) -> Vec<String> {
    let files = std::fs::read_dir(artifacts.join("checkpoint")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("model")).collect();
    names.sort();
    names
}

/// The whole example: burn's learner, in TensorBoard, resumed after a checkpoint.
#[test]
fn a_training_is_shown_resumed_and_has_its_best_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let (logdir, artifacts) = (dir.path().join("runs"), dir.path().join("artifacts"));
    let logger = TensorBoardLogger::new(&logdir).unwrap();
    train::train(&artifacts, &logger, 3, None).unwrap();
    logger.close().unwrap();

    let loss = scalars(&logdir, "train", "Loss");
    assert_eq!(steps(&loss), (1..=30).collect::<Vec<_>>());
    assert!(loss[29].1 < 0.7 * loss[0].1, "{loss:?}");
    let rates = scalars(&logdir, "train", "Learning Rate");
    assert!(
        rates.windows(2).all(|pair| pair[1].1 < pair[0].1),
        "{rates:?}"
    );
    assert_eq!(scalars(&logdir, "train", "Iteration Speed").len(), 30);
    assert_eq!(
        steps(&scalars(&logdir, "valid", "Loss")),
        (1..=9).collect::<Vec<_>>()
    );

    // Burn keeps the last two epochs, and the best one by the loss on the validation data.
    let by_epoch = scalars(&logdir, "valid/epochs", "epoch/Loss");
    let best = by_epoch
        .iter()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap()
        .0;
    let kept = checkpoints(&artifacts);
    assert!(
        kept.contains(&format!("model-{best}.bpk")),
        "{best}: {kept:?}"
    );

    // After the second epoch again, with other values.
    let before = by_epoch;
    let mut logger = TensorBoardLogger::resume(&logdir, 2).unwrap();
    assert_eq!(logger.batches(&Split::Train), 20);
    for (epoch, value) in [(1, before[0].1), (2, before[1].1)] {
        let read = logger.read_numeric("Loss", epoch, &Split::Valid).unwrap();
        assert!(
            matches!(read[..], [NumericEntry::Final(v)] if v == value),
            "{read:?}"
        );
    }
    assert!(
        logger
            .read_numeric("Loss", 3, &Split::Valid)
            .unwrap()
            .is_empty()
    );
    train::train(&artifacts, &logger, 4, Some(2)).unwrap();
    logger.close().unwrap();
    let error = TensorBoardLogger::resume(&logdir, 9)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cannot resume after epoch 9: this run finished only epoch 4"),
        "{error}"
    );

    if stock::venv::is_unwanted() {
        return;
    }
    for mode in [Mode::Fast, Mode::Slow] {
        let shown = stock::ask(&logdir, mode, &[]);
        let points = |run: &str, tag: &str| {
            let points = shown["scalars"][run][tag]["points"].as_array().unwrap();
            let point = |p: &Value| (p[1].as_i64().unwrap(), p[2].as_f64().unwrap());
            points.iter().map(point).collect::<Vec<_>>()
        };
        assert_eq!(
            steps(&points("train", "Loss")),
            (1..=40).collect::<Vec<_>>(),
            "{mode:?}"
        );
        assert_eq!(
            steps(&points("valid", "Accuracy")),
            (1..=12).collect::<Vec<_>>()
        );
        assert_eq!(points("train", "epoch").last(), Some(&(40, 4.0)));
        assert_eq!(steps(&points("valid/epochs", "epoch/Loss")), [1, 2, 3, 4]);
        let description = shown["scalars"]["train"]["Accuracy"]["description"].to_string();
        assert!(
            description.contains("Higher is better."),
            "{mode:?}: {description}"
        );
        assert!(description.contains('%'), "{mode:?}: {description}");
        let histograms = shown["histograms"]["train"].as_object().unwrap();
        let tags: Vec<_> = histograms.keys().collect();
        assert_eq!(
            tags,
            [
                "hidden/bias",
                "hidden/weight",
                "output/bias",
                "output/weight"
            ]
        );
        // The first training's came after the epoch that was resumed. The fast loader drops it only where a step comes again.
        let pictures = shown["images"]["train"]["digit"]["points"]
            .as_array()
            .unwrap();
        let picture = |p: &Value| (p["step"].clone(), p["width"].clone(), p["height"].clone());
        let pictures: Vec<_> = pictures.iter().map(picture).collect();
        let side = Value::from(data::SIDE);
        let expected: &[i64] = match mode {
            Mode::Fast => &[30, 40],
            Mode::Slow => &[40],
        };
        let expected = expected
            .iter()
            .map(|&step| (step.into(), side.clone(), side.clone()));
        assert_eq!(pictures, expected.collect::<Vec<_>>(), "{mode:?}");
    }
}

/// Burn's own logger in memory, asked the same, chooses the same.
#[test]
fn burn_reads_what_its_own_loggers_would_say() {
    let dir = tempfile::tempdir().unwrap();
    let mut ours = TensorBoardLogger::new(dir.path()).unwrap();
    let mut theirs = InMemoryMetricLogger::new();
    let mut mean = [0.0; 3];
    for logger in [
        &mut ours as &mut dyn burn::train::logger::MetricLogger,
        &mut theirs,
    ] {
        logger.log_metric_definition(definition("Loss"));
        for epoch in 1..=3 {
            for batch in 1..=4usize {
                let entry = NumericEntry::Aggregated {
                    aggregated_value: (epoch * batch) as f64,
                    count: batch,
                };
                logger.log(update("Loss", entry), epoch, &Split::Valid);
            }
        }
        for (epoch, mean) in (1..=3).zip(&mut mean) {
            let (mut sum, mut count) = (0.0, 0);
            for entry in logger.read_numeric("Loss", epoch, &Split::Valid).unwrap() {
                let (value, weight) = match entry {
                    NumericEntry::Aggregated {
                        aggregated_value,
                        count,
                    } => (aggregated_value, count),
                    other => (other.current(), 1),
                };
                sum += value * weight as f64;
                count += weight;
            }
            let of_this = sum / count as f64;
            assert!(*mean == 0.0 || *mean == of_this);
            *mean = of_this;
        }
    }
    assert_eq!(mean, [3.0, 6.0, 9.0]);
}

#[test]
fn gradients_are_logged_beside_their_weights() {
    use burn::nn::LinearConfig;
    use burn::optim::GradientsParams;
    use burn::tensor::{Device, Tensor};

    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex().autodiff();
    let model = model::Model::new(&device);
    let output = model.forward(Tensor::ones([2, data::SIDE * data::SIDE], &device));
    let gradients = GradientsParams::from_grads(output.sum().backward(), &model);
    let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
    tfevents_burn::log_gradients(&writer, &model, &gradients, 1).unwrap();
    let linear = LinearConfig::new(2, 3).init(&device);
    tfevents_burn::log_module(&writer, &linear, 1).unwrap();
    let pixels: Vec<f32> = (0..120).map(|i| i as f32 / 120.0).collect();
    let images = Tensor::<1>::from_floats(&pixels[..], &device).reshape([2, 3, 4, 5]);
    tfevents_burn::log_images(&writer, "i", &images, 1).unwrap();
    let five = Tensor::zeros([5, 4, 3], &device);
    assert!(
        tfevents_burn::log_image(&writer, "i", &five, 1).is_err(),
        "five channels"
    );
    writer.close().unwrap();
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let run = state.run(".").unwrap();
    let mut tags: Vec<_> = run.series().map(|series| series.tag.to_owned()).collect();
    tags.sort();
    assert_eq!(
        tags,
        [
            "bias",
            "hidden/bias/grad",
            "hidden/weight/grad",
            "i",
            "output/bias/grad",
            "output/weight/grad",
            "weight"
        ]
    );

    let blob = |tag: &str| run.blobs(tag, Policy::Raw).unwrap()[0].read().unwrap();
    let is_histogram_of = |tag: &str, values: &[f32]| {
        let blob = blob(tag);
        let Ok(tfevents::Value::Histogram(found)) = blob.value() else {
            panic!("{tag} is no histogram")
        };
        assert_eq!(found, Histogram::new(values), "{tag}");
    };
    // Each of the two samples adds 1 to the sum for each of the ten outputs.
    is_histogram_of("output/bias/grad", &[2.0; 10]);
    let weights = linear.weight.val().into_data().try_to_vec::<f32>().unwrap();
    is_histogram_of("weight", &weights);

    let blob = blob("i");
    let Ok(tfevents::Value::Images(found)) = blob.value() else {
        panic!("no images")
    };
    let samples = pixels.chunks(60);
    let expected = samples.map(|sample| Image::new(sample, Layout::Chw, &[3, 4, 5]).unwrap());
    let expected: Vec<_> = expected.map(|image| image.as_bytes().to_vec()).collect();
    assert_eq!(found.samples, expected);
}

#[test]
fn only_a_training_that_was_logged_is_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let mistyped = dir.path().join("rnus");
    for nothing in [dir.path(), &mistyped] {
        let error = TensorBoardLogger::resume(nothing, 2)
            .unwrap_err()
            .to_string();
        assert!(
            error
                .contains("cannot resume after epoch 2: there are no runs `train` or `valid` here"),
            "{error}"
        );
    }
    assert!(!mistyped.exists());
}

#[test]
fn a_second_evaluation_does_not_hide_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let split = Split::Test(Some(Arc::new("noisy".to_owned())));
    let evaluate = |mut logger: TensorBoardLogger, values: [f64; 2]| {
        // As burn defines its `CpuUse`.
        logger.log_metric_definition(MetricDefinition {
            description: None,
            attributes: MetricAttributes::Numeric(NumericAttributes {
                unit: Some("%".to_owned()),
                higher_is_better: false,
            }),
            ..definition("CPU Usage")
        });
        for value in values {
            logger.log(update("CPU Usage", NumericEntry::Value(value)), 1, &split);
        }
        logger.log_epoch_summary(EpochSummary::new(1, split.clone()));
        logger.close().unwrap();
    };
    let mut training = TensorBoardLogger::new(dir.path()).unwrap();
    training.log_epoch_summary(EpochSummary::new(1, Split::Train));
    evaluate(training, [1.0, 2.0]);
    evaluate(
        TensorBoardLogger::resume(dir.path(), 1).unwrap(),
        [3.0, 4.0],
    );
    assert_eq!(
        scalars(dir.path(), "test/noisy", "CPU Usage"),
        [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)]
    );
}
