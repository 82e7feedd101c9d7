//! The training itself, by burn's own learner.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use burn::data::dataloader::DataLoaderBuilder;
use burn::data::dataset::Dataset as _;
use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::AdamConfig;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::metric::store::Split;
use burn::train::metric::{AccuracyMetric, IterationSpeedMetric, LearningRateMetric, LossMetric};
use burn::train::{Learner, SupervisedTraining};
use tfevents_burn::{TensorBoardLogger, log_image, log_module};

use super::data::{DigitBatcher, SIDE, digits};
use super::model::Model;

/// Trains up to an epoch, from the start or after the checkpoint of an earlier one.
pub fn train(
    artifacts: &Path,
    logger: &TensorBoardLogger,
    epochs: usize,
    after: Option<usize>,
) -> Result<Model, Box<dyn Error>> {
    let device = Device::flex().autodiff();
    let train = DataLoaderBuilder::new(DigitBatcher)
        .batch_size(32)
        .shuffle(7)
        .build(digits(320, 1));
    let valid = DataLoaderBuilder::new(DigitBatcher)
        .batch_size(32)
        .build(digits(96, 2));

    let mut training = SupervisedTraining::new(artifacts, train, Arc::clone(&valid))
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .metric_train_numeric(LearningRateMetric::new())
        .metric_train_numeric(IterationSpeedMetric::new())
        .with_metric_logger(logger.clone())
        .with_default_checkpointers()
        .with_application_logger(None)
        .num_epochs(epochs);
    if let Some(epoch) = after {
        training = training.checkpoint(epoch);
    }
    let learner = Learner::new(
        Model::new(&device),
        AdamConfig::new().init(),
        ExponentialLrSchedulerConfig::new(0.02, 0.98).init()?,
    );
    let model = training.launch(learner).model;

    // Whatever else belongs into the run, at the step that it has reached.
    let writer = logger.writer(&Split::Train)?;
    let step = logger.batches(&Split::Train);
    log_module(&writer, &model, step)?;
    let digit = digits(8, 3).get(3)?;
    let pixels = TensorData::new(digit.pixels, [1, SIDE, SIDE]);
    log_image(&writer, "digit", &Tensor::from_data(pixels, &device), step)?;
    Ok(model)
}
