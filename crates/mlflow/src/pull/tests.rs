//! The runs of MLflow's own file store, as event files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::{
    At, EventItem, EventReader, Image, Layout, Number, Status, SummaryWriter, Text, Value,
};

use super::*;
use crate::api::artifacts::File as ArtifactFile;
use crate::api::metrics::Point;
use crate::mapping::Content;
use crate::mapping::loss::LossKind;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mlruns")
}

/// A value as it is to be read: tag, step, time in milliseconds, and what it is.
type Read = (String, i64, f64, String);

fn pull(runs: &Runs, name: &str, options: &PullOptions) -> (RunToPull, Pulled, Vec<Read>) {
    let run = runs
        .list()
        .into_iter()
        .find(|run| run.name == name)
        .unwrap();
    let mut file = Vec::new();
    let pulled = runs.write(&run, options, &mut file, &|_| {}).unwrap();
    let (mut reader, mut decoder) = (EventReader::new(&*file), PointDecoder::default());
    let mut values = Vec::new();
    loop {
        match reader.next_item().unwrap() {
            EventItem::Event(record) => {
                let millis = (record.event.wall_time.as_secs() * 1000.0).round();
                for point in decoder.points(&record.event) {
                    let point = point.unwrap();
                    let value = match &point.value {
                        Value::Scalar(number) => format!("{number:?}"),
                        Value::Images(image) => format!("{:?}x{:?}", image.width, image.height),
                        Value::Audio(_) => "audio".to_owned(),
                        Value::Text(text) => text.to_text().collect(),
                        Value::HParams(event) => match &**event {
                            HParamsEvent::SessionStart { hparams, .. } => {
                                format!("{:?}", hparams.values)
                            }
                            HParamsEvent::SessionEnd { status, time } => {
                                format!("{} {}", status.name(), time.as_secs() > 1.7e9)
                            }
                            other => format!("{other:?}"),
                        },
                        other => format!("{other:?}"),
                    };
                    values.push((point.tag.to_string(), record.event.step, millis, value));
                }
            }
            EventItem::Damage(damage) => panic!("{damage:?}"),
            EventItem::End(_) => return (run, pulled, values),
        }
    }
}

fn of<'v>(values: &'v [Read], tag: &str) -> Vec<(i64, &'v str)> {
    let values = values.iter().filter(|(of, ..)| of == tag);
    values
        .map(|(_, step, _, value)| (*step, &**value))
        .collect()
}

fn count(losses: &Losses, kind: LossKind) -> u64 {
    let loss = losses.iter().find(|(of, _)| *of == kind);
    loss.map_or(0, |(_, loss)| loss.count)
}

#[test]
fn a_run_of_a_file_store_is_written_whole() {
    let runs = Runs::in_directory(&fixture()).unwrap();
    assert!(runs.losses().is_empty(), "{:?}", runs.losses());
    assert_eq!(runs.deleted(), 1);
    let (run, pulled, values) = pull(&runs, "first: run", &PullOptions::default());
    let id: String = run.id.chars().take(8).collect();
    assert_eq!(run.place, format!("café: one # two/first: run-{id}"));
    assert!(
        run.file_name.starts_with("events.out.tfevents.1") && run.file_name.ends_with(".mlflow")
    );

    let expected: Vec<_> = [
        0.1,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e300,
        -0.0,
        2.0 / 3.0,
    ]
    .into_iter()
    .zip(-2..)
    .map(|(value, step): (f64, i64)| {
        let fits = !value.is_finite() || value == 0.0;
        #[expect(clippy::cast_possible_truncation, reason = "these are small")]
        let number = if fits {
            Number::F32(value as f32)
        } else {
            Number::F64(value)
        };
        (step, format!("{number:?}"))
    })
    .collect();
    let loss = of(&values, "train/loss");
    assert_eq!(
        loss,
        expected
            .iter()
            .map(|(step, value)| (*step, &**value))
            .collect::<Vec<_>>()
    );
    let times = values
        .iter()
        .filter(|(tag, ..)| tag == "train/loss")
        .map(|(_, _, time, _)| *time);
    assert!(times.eq((-2i32..5).map(|step| 1_700_000_000_000.0 + 10.0 * f64::from(step))));
    assert_eq!(of(&values, "half")[1], (1, "F32(0.5)"));
    assert_eq!(
        of(&values, "system/cpu_utilization_percentage"),
        [(0, "F32(12.5)")]
    );

    let [(0, session)] = of(&values, "_hparams_/session_start_info")[..] else {
        panic!("{values:?}");
    };
    for part in [
        "\"lr\": Number(0.1)",
        "\"nesterov\": Bool(true)",
        "\"seed\": Text(\"007\")",
        "two\\nlines",
    ] {
        assert!(session.contains(part), "{session}");
    }
    assert_eq!(
        of(&values, "_hparams_/session_end_info"),
        [(0, "success true")]
    );
    assert_eq!(of(&values, "note"), [(0, "**note** é")]);
    assert_eq!(
        of(&values, "samples/a b"),
        [(0, "Some(4)xSome(3)"), (5, "Some(4)xSome(3)")]
    );
    assert_eq!(of(&values, "figure"), [(0, "Some(2)xSome(2)")]);
    assert_eq!(of(&values, "sounds/beep"), [(0, "audio")]);
    assert_eq!(
        (pulled.points, pulled.metrics, pulled.at_one_step),
        (18, 5, 1)
    );
    assert_eq!(
        (pulled.params, pulled.texts, pulled.images, pulled.audio),
        (5, 1, 3, 1)
    );
    // config.yaml is neither a picture nor a sound nor a text.
    assert_eq!(count(&pulled.losses, LossKind::Artifact), 1);
}

#[test]
fn damaged_lines_are_told_and_cost_no_others() {
    let runs = Runs::in_directory(fixture().parent().unwrap()).unwrap();
    let (_, pulled, values) = pull(&runs, "first: run", &PullOptions::default());
    assert_eq!(of(&values, "cut"), [(0, "F32(1.0)"), (2, "F32(2.0)")]);
    assert_eq!(count(&pulled.losses, LossKind::Damage), 4);
}

#[test]
fn runs_inside_of_others_and_failed_ones_are_known_as_such() {
    let runs = Runs::in_directory(&fixture()).unwrap();
    let list = runs.list();
    let [outer, inner, failed] = &list[..] else {
        panic!("{list:?}");
    };
    assert!(
        inner.place.starts_with(&format!("{}/inner-", outer.place)),
        "{inner:?}"
    );
    assert_eq!(failed.name, "failed");
    let (_, pulled, values) = pull(&runs, "failed", &PullOptions::default());
    assert_eq!(
        of(&values, "_hparams_/session_end_info"),
        [(0, "failure true")]
    );
    assert_eq!((pulled.points, pulled.params), (1, 0));
    // Without parameters a run that succeeded is no row in a table of them.
    let (_, _, values) = pull(&runs, "inner", &PullOptions::default());
    assert_eq!(values.len(), 1);
}

#[test]
fn steps_are_counted_where_none_were_given() {
    let runs = Runs::in_directory(&fixture()).unwrap();
    let steps = |steps| {
        let options = PullOptions {
            steps,
            ..PullOptions::default()
        };
        let (_, pulled, values) = pull(&runs, "first: run", &options);
        let steps = |tag| {
            of(&values, tag)
                .iter()
                .map(|(step, _)| *step)
                .collect::<Vec<_>>()
        };
        (steps("flat"), steps("half"), pulled.at_one_step)
    };
    assert_eq!(steps(Steps::Stored), (vec![0; 4], vec![0, 1, 2, 3], 1));
    assert_eq!(steps(Steps::Index), (vec![0, 1, 2, 3], vec![0, 1, 2, 3], 0));
}

#[test]
fn filters_leave_out_what_is_not_wanted() {
    let runs = Runs::in_directory(&fixture()).unwrap();
    let options = PullOptions {
        wants: Box::new(|tag, kind| kind == Kind::Image || tag == "half"),
        ..PullOptions::default()
    };
    let (_, pulled, _) = pull(&runs, "first: run", &options);
    assert_eq!(
        (pulled.points, pulled.images, pulled.params, pulled.texts),
        (4, 3, 0, 0)
    );
}

#[test]
fn what_is_not_a_store_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = Runs::in_directory(dir.path()).unwrap_err().to_string();
    assert!(error.contains("EXPERIMENT/RUN/meta.yaml"), "{error}");
    let error = Runs::in_directory(&dir.path().join("missing")).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

/// What a damaged `meta.yaml` said is lost, and nothing else.
#[test]
fn a_run_whose_description_is_damaged_is_still_there() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("1/0123456789abcdef");
    fs::create_dir_all(run.join("metrics")).unwrap();
    fs::write(dir.path().join("1/meta.yaml"), "name: exp\n").unwrap();
    fs::write(run.join("meta.yaml"), "run_id: 'ab").unwrap();
    fs::write(run.join("metrics/loss"), "5 0.5 1\n").unwrap();
    let runs = Runs::in_directory(dir.path()).unwrap();
    assert_eq!(count(runs.losses(), LossKind::Damage), 1);
    assert_eq!(runs.list()[0].place, "exp/01234567");
    let (_, pulled, values) = pull(&runs, "", &PullOptions::default());
    assert_eq!(
        (of(&values, "loss"), pulled.points),
        (vec![(1, "F32(0.5)")], 1)
    );
}

/// The order of sessions, numbers beyond a page, and the largest number.
#[test]
fn long_metrics_are_streamed_and_the_largest_number_is_an_infinity() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("1/ab");
    fs::create_dir_all(run.join("metrics")).unwrap();
    fs::write(dir.path().join("1/meta.yaml"), "name: exp\n").unwrap();
    fs::write(run.join("meta.yaml"), "run_id: ab\nstatus: 1\n").unwrap();
    let mut lines: String = (0..30_000).map(|i| format!("{i} 0.5 {i}\n")).collect();
    lines += "30000 0.1 30000\n30001 1.7976931348623157e+308 30001\n";
    fs::write(run.join("metrics/loss"), lines).unwrap();
    let runs = Runs::in_directory(dir.path()).unwrap();
    let (_, pulled, values) = pull(&runs, "", &PullOptions::default());
    assert_eq!(pulled.points, 30_002);
    let loss = of(&values, "loss");
    assert_eq!(
        loss[29_999..],
        [
            (29_999, "F32(0.5)"),
            (30_000, "F64(0.1)"),
            (30_001, "F32(inf)")
        ]
    );
    assert_eq!(count(&pulled.losses, LossKind::Infinity), 1);
    assert_eq!(params::status(&runs.records[0]), None::<Status>);
}

/// Artifacts in memory.
#[derive(Debug)]
struct Artifacts(BTreeMap<String, Vec<u8>>);

impl Store for Artifacts {
    fn points(
        &self,
        _: &Record,
        _: &str,
        _: &mut Losses,
        _: &mut dyn FnMut(Point) -> Result<()>,
    ) -> Result<()> {
        Ok(())
    }

    fn list(&self, _: &Record, _: &str) -> Result<Vec<ArtifactFile>> {
        let files = self.0.iter().map(|(path, bytes)| ArtifactFile {
            path: path.clone(),
            is_dir: false,
            file_size: i64::try_from(bytes.len()).ok(),
        });
        Ok(files.collect())
    }

    fn open(&self, _: &Record, path: &str) -> Result<Box<dyn io::Read>> {
        Ok(Box::new(io::Cursor::new(self.0[path].clone())))
    }
}

/// What is in a file: tag, step, exact time, and the value.
fn exactly(file: &[u8]) -> Vec<(String, i64, u64, String)> {
    let (mut reader, mut decoder) = (EventReader::new(file), PointDecoder::default());
    let mut values = Vec::new();
    while let EventItem::Event(record) = reader.next_item().unwrap() {
        let time = record.event.wall_time.as_secs().to_bits();
        for point in decoder.points(&record.event) {
            let point = point.unwrap();
            let value = serde_json::to_string(&point.value).unwrap();
            values.push((point.tag.to_string(), record.event.step, time, value));
        }
    }
    values.sort();
    values
}

/// Makes artifacts of an event file as `push` does, and an event file of these.
fn there_and_back(file: &[u8]) -> (Pulled, Vec<u8>) {
    let mut made = crate::mapping::artifacts::Artifacts::new("run").unwrap();
    let mut reader = EventReader::new(file);
    let mut files = Vec::new();
    while let EventItem::Event(record) = reader.next_item().unwrap() {
        files.extend(made.event(&record.event, |_, _| true).unwrap().files);
    }
    files.extend(made.grown().unwrap());
    let files = files.into_iter().map(|file| {
        let bytes = match file.content {
            Content::Bytes(bytes) => bytes,
            Content::File(path) => fs::read(path).unwrap(),
        };
        (file.path, bytes)
    });
    let store = Artifacts(files.collect());
    let mut back = Vec::new();
    let (run, options) = (Record::default(), PullOptions::default());
    let pulled = events::write(&store, &run, &options, &mut back, &|_| {}).unwrap();
    (pulled, back)
}

#[test]
fn what_push_kept_comes_back_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let at = |step: i64| At::from(step).at(1_700_000_000.123_456_7 + step as f64);
    for step in [-1, 3, 3] {
        let values = [0.1, 0.7, step as f64];
        writer.add_histogram("w/a (b)", values, at(step)).unwrap();
        let text = format!("*{step}* a|b\n");
        writer
            .add_text("notes/a", Text::new(text), at(step))
            .unwrap();
    }
    let table = Text::table([["a", "b"], ["c\nd", "é"]]).unwrap();
    writer.add_text("table", table, at(2)).unwrap();
    let (labels, predictions) = ([true, false, true], [0.9, 0.4, 0.3]);
    writer
        .add_pr_curve("curve", labels, predictions, at(1))
        .unwrap();
    let image = Image::new(&[9u8; 6], Layout::Hw, &[2, 3]).unwrap();
    let long = "x".repeat(300);
    writer.add_image(&long, image, at(7)).unwrap();
    let path = writer.path().to_owned();
    writer.close().unwrap();
    let file = fs::read(path).unwrap();
    let (pulled, back) = there_and_back(&file);
    assert_eq!(exactly(&back), exactly(&file));
    assert!(pulled.losses.is_empty(), "{:?}", pulled.losses);
    assert_eq!(
        (pulled.histograms, pulled.pr_curves, pulled.texts),
        (3, 1, 4)
    );
}
