//! Runs of a server as event files: those that MLflow's own client logged, and those that were pushed.

use std::fs::{self, File};
use std::path::Path;

use serde_json::Value;
use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::HParamsEvent;
use tfevents::{
    At, EventItem, EventReader, HParams, Image, Layout, Logdir, SummaryWriter, Text, Value as Logs,
};
use tfevents_mlflow::{Mlflow, Options, PullOptions, Source};

use crate::everything;
use crate::server::Server;
use crate::stock::{self, Mode};

/// What was logged: tag, step, time in milliseconds, and the value.
type Logged = Vec<(String, i64, i64, String)>;

/// Pulls an experiment into a directory, and reads it.
fn pulled(server: &Server, experiment: &str, dir: &Path) -> Logged {
    pull(server, experiment, dir, &PullOptions::default());
    read(dir)
}

/// Pulls an experiment into a directory, and says what its runs are called there.
fn pull(server: &Server, experiment: &str, dir: &Path, options: &PullOptions) -> Vec<String> {
    let mlflow = Mlflow::new(server.uri()).unwrap();
    let runs = mlflow.runs_in(experiment).unwrap();
    for run in runs.list() {
        let contents = runs.open(&run).unwrap();
        let create = |path: &str| {
            let path = dir.join(&run.place).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            File::create_new(path).unwrap()
        };
        let file = create(&run.file_name);
        contents.write(options, file, &|_| {}).unwrap();
        for file in contents.copied().iter().filter(|file| !file.is_events) {
            contents.copy(file, &mut create(&file.path)).unwrap();
        }
    }
    runs.list().into_iter().map(|run| run.place).collect()
}

/// Everything in a logdir, sorted.
fn read(dir: &Path) -> Logged {
    let mut logged = Vec::new();
    for run in Logdir::open(dir).unwrap().runs() {
        let mut decoder = PointDecoder::default();
        for file in run.files() {
            let mut reader = EventReader::open(file).unwrap();
            while let EventItem::Event(record) = reader.next_item().unwrap() {
                #[expect(clippy::cast_possible_truncation, reason = "a date")]
                let time = (record.event.wall_time.as_secs() * 1000.0).round() as i64;
                for point in decoder.points(&record.event) {
                    let point = point.unwrap();
                    let Some((value, time)) = text(&point.value).map(|value| {
                        // Sessions have no times of their own in MLflow.
                        let timeless = matches!(point.value, Logs::HParams(_));
                        (value, if timeless { 0 } else { time })
                    }) else {
                        continue;
                    };
                    logged.push((point.tag.to_string(), record.event.step, time, value));
                }
            }
        }
    }
    logged.sort();
    logged
}

fn text(value: &Logs<'_>) -> Option<String> {
    Some(match value {
        Logs::Scalar(number) => format!("{:?}", number.as_f64()),
        Logs::Images(images) => format!("{:?}", images.samples),
        Logs::Audio(clips) => format!("{} sounds", clips.clips.len()),
        Logs::Text(text) => text.to_text().collect(),
        Logs::Histogram(_) | Logs::PrCurve(_) => format!("{value:?}"),
        Logs::HParams(event) => match &**event {
            HParamsEvent::SessionStart { hparams, .. } => format!("{:?}", hparams.values),
            HParamsEvent::SessionEnd { status, .. } => status.name().to_owned(),
            _ => return None,
        },
        _ => return None,
    })
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn what_mlflows_own_client_logged_is_in_the_event_files() {
    let Some(server) = Server::shared() else {
        return;
    };
    server.python(
        "import mlflow, numpy, wave\n\
         mlflow.set_experiment('pulled')\n\
         with mlflow.start_run(run_name='one', description='**note**'):\n\
         \x20   mlflow.log_params({'lr': 0.1, 'flag': True})\n\
         \x20   for step, value in enumerate([0.1, float('nan'), float('inf'), 2 / 3]):\n\
         \x20       mlflow.log_metric('a/loss', value, step=step, timestamp=1700000000000 + step)\n\
         \x20   mlflow.log_image(numpy.zeros((2, 3), dtype=numpy.uint8), key='x/y', step=4, timestamp=1700000000123)\n\
         \x20   with wave.open('beep.wav', 'wb') as sound:\n\
         \x20       sound.setparams((1, 2, 8000, 0, 'NONE', ''))\n\
         \x20       sound.writeframes(bytes(16))\n\
         \x20   mlflow.log_artifact('beep.wav', 'sounds')\n",
    );
    let dir = tempfile::tempdir().unwrap();
    let logged = pulled(server, "pulled", dir.path());
    let of = |tag: &str| {
        let points = logged.iter().filter(|(of, ..)| of == tag);
        points
            .map(|(_, step, time, value)| (*step, *time, &**value))
            .collect::<Vec<_>>()
    };
    let at = 1_700_000_000_000;
    assert_eq!(
        of("a/loss"),
        [
            (0, at, "0.1"),
            (1, at + 1, "NaN"),
            (2, at + 2, "inf"),
            (3, at + 3, "0.6666666666666666"),
        ]
    );
    assert_eq!(of("note")[0].2, "**note**");
    assert_eq!(of("sounds/beep").len(), 1);
    assert_eq!(of("x/y")[0].1, at + 123);
    assert_eq!(
        of("_hparams_/session_start_info")[0].2,
        r#"{"flag": Bool(true), "lr": Number(0.1)}"#
    );
    assert_eq!(of("_hparams_/session_end_info")[0].2, "success");
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn what_was_pushed_comes_back() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("exp")).unwrap();
    let session = writer
        .start_session(HParams::new().with("lr", 0.1).with("name", "adam"))
        .unwrap();
    let values = [
        0.1f32,
        f32::NAN,
        f32::INFINITY,
        f32::MIN_POSITIVE,
        // MLflow drops the sign of a negative zero.
        0.0,
        3e38,
    ];
    for (step, value) in (-2i64..).zip(values) {
        let at = At::from(step).at(1_700_000_000.125);
        writer.add_scalar("odd (tag)/loss=1", value, at).unwrap();
    }
    writer
        .add_text("about/it", Text::new("some **text**"), 3)
        .unwrap();
    let image = Image::new(&[9u8; 6], Layout::Hw, &[2, 3]).unwrap();
    writer
        .add_image("sample/a", image, At::from(7).at(1_700_000_001.5))
        .unwrap();
    writer
        .add_histogram("weights (all)", [0.5, 0.1], 4)
        .unwrap();
    let (labels, predictions) = ([true, false], [0.7, 0.4]);
    writer
        .add_pr_curve("curve", labels, predictions, 5)
        .unwrap();
    session.finish().unwrap();
    writer.close().unwrap();
    let options = Options {
        experiment: "there and back".to_owned(),
        ..Options::default()
    };
    crate::push(server.uri(), &Source::all(dir.path()).unwrap(), &options);
    let back = tempfile::tempdir().unwrap();
    assert_eq!(
        pulled(server, "there and back", back.path()),
        read(dir.path())
    );
}

/// What stock TensorBoard shows of a logdir by a loader, under other names for its runs.
fn shown(dir: &Path, mode: Mode, names: &[(&str, &str)]) -> Value {
    let mut shown = stock::ask(dir, mode, &[]).to_string();
    for (name, other) in names {
        shown = shown.replace(&format!("\"{name}\""), &format!("\"{other}\""));
    }
    serde_json::from_str(&shown).unwrap()
}

/// A time of TensorBoard's in whole milliseconds.
fn millis(point: &Value) -> i64 {
    (point[0].as_f64().unwrap() * 1000.0).round() as i64
}

/// Stock TensorBoard shows of a run that was pushed and pulled what it showed before, with both of its loaders: times of
/// metrics to the millisecond, everything else exactly.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn tensorboard_shows_the_same_of_what_was_pushed_and_pulled() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    everything::log_sound(&dir.path().join("exp"));
    let options = Options {
        experiment: "shown".to_owned(),
        ..Options::default()
    };
    crate::push(server.uri(), &Source::all(dir.path()).unwrap(), &options);
    let back = tempfile::tempdir().unwrap();
    // The fast loader shows no scalars of these types, and TensorBoard's hparams plugin fails at such steps.
    let hidden = |tag: &str| ["loss", "whole"].contains(&tag);
    let options = PullOptions {
        wants: Box::new(move |tag, _| !hidden(tag)),
        ..PullOptions::default()
    };
    let names = pull(server, "shown", back.path(), &options);
    let [name] = &names[..] else {
        panic!("{names:?}");
    };
    for mode in [Mode::Fast, Mode::Slow] {
        let before = shown(dir.path(), mode, &[]);
        let after = shown(back.path(), mode, &[(name, "exp")]);
        for dashboard in [
            "audio",
            "custom_scalars",
            "distributions",
            "graphs",
            "histograms",
            "images",
            "mesh",
            "plugins_listing",
            "pr_curves",
            "projector",
            "runs",
            "text",
        ] {
            assert_eq!(after[dashboard], before[dashboard], "{mode:?}: {dashboard}");
            assert!(!before[dashboard].is_null(), "{mode:?}: {dashboard}");
        }

        let groups = |shown: &Value| {
            let groups = shown["hparams"]["session_groups"]["sessionGroups"]
                .as_array()
                .unwrap();
            let groups = groups
                .iter()
                .map(|group| (group["name"].clone(), group["hparams"].clone()));
            groups.collect::<Vec<_>>()
        };
        assert_eq!(groups(&after), groups(&before), "{mode:?}");
        let series = before["scalars"]["exp"].as_object().unwrap();
        let mut compared = 0;
        for (tag, before) in series.iter().filter(|(tag, _)| !hidden(tag)) {
            let after = &after["scalars"]["exp"][tag];
            for about in ["displayName", "description"] {
                assert_eq!(after[about], before[about], "{mode:?}: {tag}");
            }
            let points = |series: &Value| -> Vec<_> {
                let points = series["points"].as_array().unwrap().iter();
                points
                    .map(|point| (millis(point).max(0), point[1].clone(), point[2].clone()))
                    .collect()
            };
            assert_eq!(points(after), points(before), "{mode:?}: {tag}");
            compared += 1;
        }
        assert!(compared > 5, "{mode:?}: {compared}");
    }
}
