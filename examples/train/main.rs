//! Trains a small network to tell two spirals apart, and logs everything worth seeing.
//!
//! ```sh
//! cargo run --release --example train          # logs below runs/
//! cargo run --release --example train LOGDIR
//! ```
//!
//! Training and validation are two runs with the same tags, so TensorBoard draws them into the same charts.
//! The network is in `network.rs`, the data in `spirals.rs`, its pictures and its graph in `view.rs`; what
//! concerns this crate is here.

#![allow(clippy::print_stdout, reason = "a program that reports to a person")]

mod network;
mod spirals;
mod view;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use network::{Evaluation, Network};
use spirals::{Rng, Sample};
use tfevents::plugin::PointDecoder;
use tfevents::{Logdir, RunItem, SummaryWriter};

const SEED: u64 = 7;
const TRAIN_SAMPLES: usize = 600;
const VALIDATION_SAMPLES: usize = 500;
/// How far points stray from their spiral; the spirals are 1/3 apart.
const NOISE: f32 = 0.06;
const LAYERS: [usize; 4] = [2, 32, 32, 1];
const EPOCHS: usize = 150;
const BATCH: usize = 20;
const LEARNING_RATE: f32 = 0.01;
/// A picture takes more room than a number, so there is one only after so many epochs.
const EPOCHS_PER_PICTURE: usize = 10;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let logdir = PathBuf::from(env::args_os().nth(1).unwrap_or_else(|| "runs".into()));
    let dir = new_directory(&logdir)?;
    let accuracy = train(&dir)?;
    println!("\nValidation accuracy: {:.1} %\n", 100.0 * accuracy);
    report(&dir)?;
    println!("\nLook at it:\n  tensorboard --logdir {}", logdir.display());
    Ok(())
}

/// Trains in a run of its own and returns the accuracy at the end.
fn train(dir: &Path) -> Result<f32> {
    let mut rng = Rng::new(SEED);
    let mut train = spirals::sample(TRAIN_SAMPLES, NOISE, &mut rng);
    let validation = spirals::sample(VALIDATION_SAMPLES, NOISE, &mut rng);
    let mut network = Network::new(&LAYERS, &mut rng);

    let train_log = SummaryWriter::new(dir.join("train"))?;
    let validation_log = SummaryWriter::new(dir.join("validation"))?;
    train_log.add_text("settings", settings(), 0)?;
    train_log.add_graph(&view::graph(&network))?;

    println!("epoch   train loss  accuracy   validation loss  accuracy");
    let mut evaluation = Evaluation::default();
    for epoch in 0..=EPOCHS {
        // Epoch 0 shows the network as it was made.
        if epoch > 0 {
            let learning_rate = learning_rate(epoch);
            rng.shuffle(&mut train);
            for batch in train.chunks(BATCH) {
                network.learn(batch, learning_rate);
            }
            train_log.add_scalar("learning_rate", learning_rate, epoch)?;
        }

        let on_train = log_evaluation(&train_log, &network, &train, epoch)?;
        evaluation = log_evaluation(&validation_log, &network, &validation, epoch)?;
        for layer in &network.layers {
            let name = &layer.name;
            train_log.add_histogram(&format!("{name}/weights"), layer.weights(), epoch)?;
            train_log.add_histogram(&format!("{name}/biases"), layer.biases(), epoch)?;
        }
        if epoch % EPOCHS_PER_PICTURE == 0 {
            let picture = view::decision_boundary(&network, &validation)?;
            validation_log.add_image("decision_boundary", &picture, epoch)?;
        }
        if epoch % 25 == 0 {
            println!(
                "{epoch:5}   {:10.4}  {:6.1} %   {:15.4}  {:6.1} %",
                on_train.loss,
                100.0 * on_train.accuracy(),
                evaluation.loss,
                100.0 * evaluation.accuracy(),
            );
        }
    }
    validation_log.add_text("confusion", view::confusion(&evaluation)?, EPOCHS)?;

    // Dropping a writer would do as well, but could not tell of a full disk.
    train_log.close()?;
    validation_log.close()?;
    Ok(evaluation.accuracy())
}

/// The same tags for both runs, so that their curves meet in one chart.
fn log_evaluation(
    log: &SummaryWriter,
    network: &Network,
    samples: &[Sample],
    epoch: usize,
) -> Result<Evaluation> {
    let evaluation = network.evaluate(samples);
    log.add_scalar("loss", evaluation.loss, epoch)?;
    log.add_scalar("accuracy", evaluation.accuracy(), epoch)?;
    Ok(evaluation)
}

/// Falls from [`LEARNING_RATE`] to almost 0 along half a cosine.
fn learning_rate(epoch: usize) -> f32 {
    let done = (epoch - 1) as f32 / EPOCHS as f32;
    LEARNING_RATE * 0.5 * (1.0 + (done * std::f32::consts::PI).cos())
}

/// Markdown, which TensorBoard's Text dashboard shows as a table.
fn settings() -> String {
    format!(
        "| setting | value |\n\
         |---|---|\n\
         | layers | {LAYERS:?} |\n\
         | training samples | {TRAIN_SAMPLES} |\n\
         | validation samples | {VALIDATION_SAMPLES} |\n\
         | noise | {NOISE} |\n\
         | epochs | {EPOCHS} |\n\
         | batch size | {BATCH} |\n\
         | learning rate | {LEARNING_RATE}, cosine decay |\n\
         | seed | {SEED} |\n"
    )
}

/// Makes `spirals-1`, `spirals-2` and so on, so that each training stands beside the ones before.
fn new_directory(logdir: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(logdir)?;
    let mut number = 1;
    loop {
        let dir = logdir.join(format!("spirals-{number}"));
        match fs::create_dir(&dir) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| dir),
        }
    }
}

/// Reads everything back, and says what there is.
fn report(dir: &Path) -> Result<()> {
    println!("Wrote to {}:", dir.display());
    for run in Logdir::open(dir)?.runs() {
        let (mut events, mut values) = (0, 0);
        let mut decoder = PointDecoder::default();
        let mut reader = run.read();
        while let Some(item) = reader.next_item()? {
            match item {
                RunItem::Event { event, .. } => {
                    events += 1;
                    for point in decoder.points(&event.event) {
                        point?;
                        values += 1;
                    }
                }
                RunItem::FileEnd { file, health } if health.is_clean() => {
                    let kilobytes = (file.metadata()?.len() + 500) / 1000;
                    let name = file.strip_prefix(dir)?.display();
                    println!("  {name}: {events} events, {values} values, {kilobytes} kB");
                }
                other => return Err(format!("{}: {other:?}", run.name()).into()),
            }
        }
    }
    Ok(())
}
