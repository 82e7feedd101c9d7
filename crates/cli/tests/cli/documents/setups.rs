//! What is there before the commands of a document are run.

use std::fs;
use std::path::Path;

use tfevents::plugin::hparams::HParamValue;
use tfevents::{Image, Layout, proto};

use crate::support::{FILE, hparams, plugin, scalar, version, write_events};

/// A sweep of two optimizers over three seeds, of which one diverges; a run that crashed and went on; and what
/// TensorBoard shows nothing of.
pub(super) fn recipes(dir: &Path) {
    for (i, optimizer) in ["adam", "sgd"].into_iter().enumerate() {
        for seed in 0..3 {
            let settings = session(&[
                ("optimizer", optimizer.into()),
                ("lr", [0.001, 0.1][i].into()),
                ("seed", f64::from(seed).into()),
            ]);
            let pixels = Image::new(&[0x80u8; 64 * 64], Layout::Hw, &[64, 64]).unwrap();
            let mut events = vec![version("demo"), settings, plugin(0, "sample", &pixels)];
            let diverges = (i, seed) == (1, 2);
            events.extend((0..60).flat_map(|step| training(step, i, seed, diverges)));
            let run = format!("runs/{optimizer}-seed{seed}");
            write_events(dir.join(run).join(FILE), &events);
        }
    }
    interrupted(&dir.join("crashed/exp1"));
    let silent = dir.join("silent");
    write_events(silent.join("exp1").join(FILE), &[]);
    write_events(silent.join("exp2").join(FILE), &curve("loss", 0..10));
    damage_first_value(&silent.join("exp2").join(FILE));
    fs::create_dir_all(silent.join("exp3")).unwrap();
    fs::write(silent.join("exp3/log.txt"), "step 0 loss 2.5\n").unwrap();
}

/// The logdirs of the recipes, and logs of other programs.
#[cfg(all(feature = "parquet", feature = "pdf"))]
pub(super) fn readme(dir: &Path) {
    recipes(dir);
    fs::write(dir.join("train.log"), "step 0 loss 2.5\nstep 1 loss 1.5\n").unwrap();
    let state = crate::support::fixture("imports/trainer_state.json");
    fs::copy(state, dir.join("trainer_state.json")).unwrap();
}

/// Four runs of two learning rates, with a loss and what is measured of it.
pub(super) fn sweep(dir: &Path) {
    for (i, (name, lr)) in [("exp1", 0.1), ("exp2", 0.1), ("exp3", 0.2), ("exp4", 0.2)]
        .into_iter()
        .enumerate()
    {
        let settings = [
            ("lr", lr.into()),
            ("batch_size", 32.0.into()),
            ("opt", ["adam", "sgd"][i % 2].into()),
            ("seed", [0.0, 1.0][i % 2].into()),
        ];
        let mut events = vec![version("demo"), session(&settings)];
        events.extend((0..10_i16).flat_map(|i| {
            let (at, step) = (f32::from(i) / 9.0, 200 * i64::from(i));
            let values = [
                ("loss", 2.0 - 1.9 * at),
                ("val/loss", 2.0 - 1.95 * at),
                ("val/acc", 0.95 * at),
            ];
            values.map(|(tag, value)| scalar(step, tag, value))
        }));
        write_events(dir.join("runs").join(name).join(FILE), &events);
    }
}

/// Hyperparameters that were logged when everything began.
fn session(settings: &[(&str, HParamValue)]) -> proto::Event {
    proto::Event {
        wall_time: 1_700_000_000.0,
        ..hparams(settings)
    }
}

/// The first file ends in the middle of a record; the second one starts at the last checkpoint.
fn interrupted(run: &Path) {
    let first = run.join(FILE);
    write_events(&first, &curve("loss", 0..45));
    let bytes = fs::read(&first).unwrap();
    fs::write(&first, &bytes[..bytes.len() - 7]).unwrap();
    let second = "events.out.tfevents.1700000060.host.2.0";
    write_events(run.join(second), &curve("loss", 30..60));
}

fn curve(tag: &str, steps: std::ops::Range<i16>) -> Vec<proto::Event> {
    let values = steps.map(|step| scalar(step.into(), tag, 2.0 * (-f32::from(step) / 20.0).exp()));
    std::iter::once(version("demo")).chain(values).collect()
}

/// Flips a bit behind the version.
fn damage_first_value(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let version = 12 + usize::from(bytes[0]) + 4;
    bytes[version + 12] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[expect(clippy::cast_precision_loss, reason = "steps are small")]
fn training(step: i64, optimizer: usize, seed: u32, diverges: bool) -> Vec<proto::Event> {
    let at = step as f32;
    let speed = [12.0, 20.0][optimizer];
    let noise = |salt: u32| noise(step.unsigned_abs() as u32 + 1000 * seed + 7777 * salt);
    let loss = 2.3 * (-at / speed).exp() + 0.1 + 0.02 * noise(1);
    let loss = if diverges && step >= 40 {
        f32::NAN
    } else {
        loss
    };
    let mut events = vec![scalar(step, "train/loss", loss)];
    if step % 10 == 9 {
        let acc = 0.95 - 0.3 * (-at / speed).exp() - 0.02 * optimizer as f32 + 0.01 * noise(2);
        let acc = if diverges && step >= 40 { 0.1 } else { acc };
        events.push(scalar(step, "val/loss", loss * 1.1 + 0.01 * noise(3)));
        events.push(scalar(step, "val/acc", acc));
    }
    events
}

/// From -1 to 1, and always the same.
#[expect(clippy::cast_precision_loss, reason = "noise")]
fn noise(seed: u32) -> f32 {
    let mut x = seed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b;
    for _ in 0..3 {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    (x >> 8) as f32 / (1 << 23) as f32 - 1.0
}
