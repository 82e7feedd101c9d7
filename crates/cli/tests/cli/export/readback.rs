//! Tables as Python reads them, held against what TensorBoard's own API gives of the same logdir.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use tempfile::TempDir;
use tfevents::plugin::{DataClass, Plugin};
use tfevents::tensor::OwnedTensor;
use tfevents::{Number, SummaryWriter, Tensor, WallTime};

use crate::python::ask;
use crate::support::{fixture, scalar, tfevents, version, write_events};

/// Names that paths, engines or formats are likely to stumble over.
const RUNS: [&str; 12] = [
    ".",
    "001",
    "1e5",
    "NA",
    "null",
    "a/b",
    "a_b",
    "lr=0.1,opt=adam",
    "with space",
    "100%25",
    "größe 損失 🎉",
    "quote\"'s",
];

/// Seconds that a 64-bit float holds and a 32-bit one does not.
const NOW: f64 = 1_700_000_000.123_456_7;

/// A scalar in a type that few writers use.
#[derive(Debug, PartialEq)]
struct Typed(OwnedTensor);

impl Plugin for Typed {
    const NAME: &'static str = "scalars";
    const DATA_CLASS: DataClass = DataClass::Scalar;

    fn encode(&self) -> tfevents::Result<OwnedTensor> {
        Ok(self.0.clone())
    }

    fn decode(_content: &[u8], tensor: &Tensor<'_>) -> tfevents::Result<Self> {
        let number = tensor.as_number().map(Number::as_f64);
        let number = number.ok_or_else(|| tfevents::Error::decode("not one number"))?;
        Ok(Self(number.into()))
    }
}

fn log(dir: &Path, salt: f32) {
    let writer = SummaryWriter::builder(dir)
        .clock(|| WallTime::from_secs(NOW))
        .open()
        .unwrap();
    for (step, value) in [0.1, f32::NAN, f32::INFINITY, -0.0, 1e-42, f32::MAX]
        .into_iter()
        .enumerate()
    {
        writer.add_scalar("loss", value + salt, step).unwrap();
    }
    writer
        .add_scalar("train/größe 損失", salt, i64::MAX)
        .unwrap();
    writer
        .add_scalar("a,\"b\"|c", f32::NEG_INFINITY, 7)
        .unwrap();
    for step in 0..3 {
        let v = f64::from(step) + 0.1 + 0.2;
        writer.add("double", &Typed(v.into()), step).unwrap();
        let v = (1 << 53) + 1 + i64::from(step);
        writer.add("integer", &Typed(v.into()), step).unwrap();
    }
    writer.close().unwrap();
}

/// The tables that the script reads.
fn export(runs: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("logdir")).unwrap();
    for (i, run) in runs.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        log(&dir.path().join("logdir").join(run), i as f32);
    }
    for name in ["csv", "parquet", "arrow", "npz"] {
        let output = format!("scalars.{name}");
        tfevents(dir.path(), &["export", "logdir", "--output", &output]).done();
    }
    let args = ["export", "logdir", "--partition", "run", "--output", "hive"];
    tfevents(dir.path(), &args).done();
    dir
}

#[derive(Debug, Deserialize, PartialEq)]
struct Row(String, String, i64, String, String);

impl Row {
    fn value(&self) -> f64 {
        self.4.parse().unwrap()
    }

    fn bits(&self) -> [u64; 2] {
        [self.3.parse::<f64>().unwrap(), self.value()].map(f64::to_bits)
    }
}

/// What each reader finds.
#[derive(Deserialize)]
struct Answer {
    integers: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    rows: BTreeMap<String, Vec<Row>>,
}

fn read_back(tables: &Path) -> Option<Answer> {
    ask("readback.py", &[&tables.join("logdir"), tables])
}

fn assert_same(answer: &Answer, runs: usize) {
    let theirs = &answer.rows["tensorboard"];
    assert_eq!(theirs.len(), 14 * runs);
    assert_eq!(answer.rows.len(), 1 + 3 + 4 + 3 + 1 + 7);
    for (reader, ours) in &answer.rows {
        assert_eq!(ours.len(), theirs.len(), "{reader}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            let what = format!("{reader}: {ours:?} for {theirs:?}");
            let at = |row: &Row| (row.0.clone(), row.1.clone(), row.2);
            assert_eq!(at(ours), at(theirs), "{what}");
            if reader.ends_with("csv") && theirs.1 != "double" {
                // As few digits as identify the 32-bit float.
                #[expect(clippy::cast_possible_truncation, reason = "meant")]
                let single = |row: &Row| (row.value() as f32).to_bits();
                assert_eq!(single(ours), single(theirs), "{what}");
                assert_eq!(ours.bits()[0], theirs.bits()[0], "{what}");
            } else {
                assert_eq!(ours.bits(), theirs.bits(), "{what}");
            }
        }
    }
}

#[test]
fn every_reader_finds_what_tensorboard_finds() {
    let tables = export(&RUNS);
    let Some(answer) = read_back(tables.path()) else {
        return;
    };
    assert_same(&answer, RUNS.len());
    // Floats hold every other integer beyond 2^53.
    let mut exact: Vec<_> = (1..=3)
        .flat_map(|i| vec![((1_i64 << 53) + i).to_string(); RUNS.len()])
        .collect();
    exact.sort();
    for (reader, integers) in &answer.integers {
        assert_eq!(integers, &exact, "{reader}");
    }
    assert_eq!(answer.integers.len(), 4);
}

/// Without any other name among them, engines take such runs for numbers.
#[test]
fn runs_that_are_numbers_keep_their_names() {
    let runs = ["001", "02", "13"];
    let tables = export(&runs);
    if let Some(answer) = read_back(tables.path()) {
        assert_same(&answer, runs.len());
    }
}

#[test]
fn partitions_are_named_for_every_engine() {
    let tables = export(&RUNS);
    let mut names: Vec<_> = fs::read_dir(tables.path().join("hive"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(
        names.contains(&"run=lr%3D0%2E1%2Copt%3Dadam".to_owned()),
        "{names:?}"
    );
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_%".contains(c);
    for name in &names {
        assert!(
            name.strip_prefix("run=").unwrap().chars().all(plain),
            "{name}"
        );
    }
    assert_eq!(names.len(), RUNS.len());
}

#[test]
fn tables_of_every_kind_are_the_same_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    for kind in ["histogram", "text", "hparams", "pr_curve", "mesh"] {
        let table = dir.path().join(kind);
        for format in ["csv", "parquet", "arrow", "npz"] {
            let output = table.with_extension(format);
            let args = ["export", "tf2", "keras", "--kind", kind, "--output"];
            let args = [&args[..], &[output.to_str().unwrap()]].concat();
            let output = tfevents(fixture(""), &args);
            // One of the texts is not UTF-8, which these formats cannot hold.
            let expected = if kind == "text" { 3 } else { 0 };
            assert_eq!(output.status, expected, "{}", output.stderr);
        }
        let Some(answer) = ask::<BTreeMap<String, Vec<serde_json::Value>>>("kinds.py", &[&table])
        else {
            return;
        };
        let csv = &answer["csv"];
        assert!(csv.len() > 1, "{kind}: {csv:?}");
        for (format, rows) in &answer {
            assert_eq!(rows, csv, "{kind} as {format}");
        }
        assert_eq!(answer.len(), 4);
    }
}

/// More files than the first zip files could have.
#[test]
fn numpy_finds_all_of_many_arrays() {
    let dir = tempfile::tempdir().unwrap();
    let value = |i: u16| f32::from(i);
    let events = (0..22_000).map(|i| scalar(1, &format!("tag/{i:05}"), value(i)));
    let events: Vec<_> = std::iter::once(version("t")).chain(events).collect();
    write_events(dir.path().join("run/events.out.tfevents.1"), &events);
    tfevents(dir.path(), &["export", "run", "-o", "out.npz"]).done();
    let answer = ask::<(usize, Vec<f32>)>("many_arrays.py", &[&dir.path().join("out.npz")]);
    if let Some((arrays, values)) = answer {
        assert_eq!(arrays, 3 * 22_000 + 3);
        assert!(values.into_iter().eq((0..22_000).map(value)));
    }
}
