//! The runs of MLflow's own file store, as event files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tfevents::event::What;
use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::{At, EventItem, EventReader, Image, Layout, Number, Status, SummaryWriter, Value};

use super::*;
use crate::api::artifacts::File as ArtifactFile;
use crate::api::metrics::Point;
use crate::mapping::Content;
use crate::mapping::loss::LossKind;
use crate::mapping::params::Params;

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
    let contents = runs.open(&run).unwrap();
    let pulled = contents.write(options, &mut file, &|_| {}).unwrap();
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
    let values = [(Kind::Image, 3), (Kind::Audio, 1), (Kind::Text, 1)];
    assert_eq!((pulled.params, pulled.values), (5, values.into()));
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
    assert_eq!((pulled.points, pulled.params), (4, 0));
    assert_eq!(pulled.values, [(Kind::Image, 3)].into());
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

    fn open(&self, _: &Record, file: &ArtifactFile) -> Result<Box<dyn io::Read>> {
        Ok(Box::new(io::Cursor::new(self.0[&file.path].clone())))
    }
}

/// What the events in a file are: tag, step, exact time, and the value with all that is said about it; but for what
/// metrics have of these, and for marks of a file.
fn exactly(files: &[Vec<u8>]) -> Vec<(String, i64, u64, String)> {
    let mut decoder = PointDecoder::default();
    let mut values = Vec::new();
    for file in files {
        let mut reader = EventReader::new(&**file);
        reader.finish();
        loop {
            let record = match reader.next_item().unwrap() {
                EventItem::Event(record) => record,
                EventItem::Damage(_) => continue,
                EventItem::End(_) => break,
            };
            let mut add = |tag: &str, value: String| {
                let time = record.event.wall_time.as_secs().to_bits();
                values.push((tag.to_owned(), record.event.step, time, value));
            };
            if let What::LogMessage(log) = &record.event.what {
                add("", format!("{log:?}"));
            }
            for point in decoder.points(&record.event).flatten() {
                let value = serde_json::to_string(&point.value).unwrap();
                // What is said of the graph of a `MetaGraphDef` is that of any graph.
                let tag = point.tag.replace("__meta_graph__", "__run_graph__");
                if point.kind != Kind::Scalar {
                    add(&tag, format!("{value} {:?}", point.metadata));
                }
            }
        }
    }
    values.sort();
    values
}

/// What `push` makes of event files, and an event file that is made of that. `change` may do something in between.
fn there_and_back(
    files: &[Vec<u8>],
    change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>),
) -> (Pulled, Vec<u8>) {
    let mut made = crate::mapping::artifacts::Artifacts::new("run").unwrap();
    let (mut artifacts, mut run) = (Vec::new(), Record::default());
    for file in files {
        let mut reader = EventReader::new(&**file);
        reader.finish();
        loop {
            let record = match reader.next_item().unwrap() {
                EventItem::Event(record) => record,
                EventItem::Damage(_) => continue,
                EventItem::End(_) => break,
            };
            artifacts.extend(made.event(&record.event, |_, _| true).unwrap().files);
            for point in PointDecoder::default().points(&record.event).flatten() {
                let Value::HParams(event) = point.value else {
                    continue;
                };
                match *event {
                    HParamsEvent::SessionStart { hparams, .. } => {
                        let params = Params::of(&hparams.values, &mut Losses::default());
                        artifacts.extend(params.files);
                        run.params = params.entries;
                    }
                    HParamsEvent::SessionEnd { status, .. } => {
                        let is_failed = status == Status::Failure;
                        run.status = if is_failed { "FAILED" } else { "FINISHED" }.to_owned();
                    }
                    _ => {}
                }
            }
        }
    }
    artifacts.extend(made.grown().unwrap());
    let artifacts = artifacts.into_iter().map(|file| {
        let bytes = match file.content {
            Content::Bytes(bytes) => bytes,
            Content::File(path) => fs::read(path).unwrap(),
        };
        (file.path, bytes)
    });
    let mut artifacts = artifacts.collect();
    change(&mut artifacts);
    let runs = Runs {
        store: Box::new(Artifacts(artifacts)),
        records: vec![run],
        deleted: 0,
        losses: Losses::default(),
    };
    let contents = runs.open(&runs.list()[0]).unwrap();
    let mut back = Vec::new();
    let pulled = contents
        .write(&PullOptions::default(), &mut back, &|_| {})
        .unwrap();
    (pulled, back)
}

/// Of files by all the writers that there are samples of.
#[test]
fn what_push_kept_comes_back_exactly() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut values = 0;
    for run in tfevents::Logdir::open(root).unwrap().runs() {
        let files: Vec<_> = run
            .files()
            .iter()
            .map(|file| fs::read(file).unwrap())
            .collect();
        let (pulled, back) = there_and_back(&files, |_| {});
        let (before, after) = (exactly(&files), exactly(&[back]));
        values += before.len();
        let (name, losses) = (run.name(), &pulled.losses);
        assert_eq!(after, before, "{name}");
        assert!(losses.is_empty(), "{name}: {losses:?}");
    }
    assert!(values > 100);
}

fn logged(log: impl FnOnce(&SummaryWriter)) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    log(&writer);
    let path = writer.path().to_owned();
    writer.close().unwrap();
    fs::read(path).unwrap()
}

/// Several pictures or sounds of a step are one value also where only the names of their files say so.
#[test]
fn pictures_of_a_step_stay_together() {
    let file = logged(|writer| {
        let picture = |gray: u8| Image::new(&[gray; 6], Layout::Hw, &[2, 3]).unwrap();
        let at = At::from(3).at(1_700_000_000.125);
        writer
            .add_images("a/b", &[picture(1), picture(2), picture(2)], at)
            .unwrap();
        writer.add_image("a/b/0", picture(4), at).unwrap();
    });
    let is_kept = |path: &String| path.starts_with("tfevents/");
    let (pulled, back) = there_and_back(std::slice::from_ref(&file), |files| {
        files.retain(|path, _| !is_kept(path));
    });
    assert_eq!(exactly(&[back]), exactly(&[file]));
    assert_eq!(pulled.values, [(Kind::Image, 2)].into());
}

/// What is not there, or damaged, costs nothing else.
#[test]
fn a_missing_file_costs_its_value() {
    let file = logged(|writer| {
        for step in 0..2 {
            let image = Image::new(&[9u8; 6], Layout::Hw, &[2, 3]).unwrap();
            writer.add_image("p", image, step).unwrap();
            writer.add_text("t", "x", step).unwrap();
        }
    });
    let (pulled, back) = there_and_back(&[file], |files| {
        files.retain(|path, _| !path.contains("+step+1+"));
        files
            .get_mut("tfevents/text/t.jsonl")
            .unwrap()
            .truncate(100);
    });
    assert_eq!(exactly(&[back]).len(), 3);
    assert_eq!(pulled.values, [(Kind::Image, 1), (Kind::Text, 2)].into());
    for kind in [LossKind::Unreadable, LossKind::Damage] {
        assert_eq!(count(&pulled.losses, kind), 1, "{:?}", pulled.losses);
    }
}

/// A description is of any series; a long parameter is a file.
#[test]
fn descriptions_and_long_parameters_come_back() {
    let long = "x".repeat(7000);
    let file = logged(|writer| {
        let hparams = tfevents::HParams::new()
            .with("long", &*long)
            .with("n", "1")
            .group("g");
        writer.start_session(hparams).unwrap().finish().unwrap();
    });
    let (pulled, back) = there_and_back(std::slice::from_ref(&file), |_| {});
    assert_eq!(exactly(&[back]), exactly(std::slice::from_ref(&file)));
    assert_eq!(pulled.params, 2);
    // Without the session, as where hyperparameters came from elsewhere.
    let (_, back) = there_and_back(&[file], |files| {
        files.retain(|path, _| path.starts_with("params/"));
    });
    let sessions = exactly(&[back]);
    let (.., session) = sessions
        .iter()
        .find(|(tag, ..)| tag.ends_with("start_info"))
        .unwrap();
    assert!(
        session.contains(&long) && session.contains("\"n\":1.0"),
        "{session}"
    );
}
