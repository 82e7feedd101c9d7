//! Nothing is lost on the way, whatever is pushed and whatever the server does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tfevents::plugin::PointDecoder;
use tfevents::reader::{EventItem, EventReader};
use tfevents::{Kind, Logdir, Run as Logged, SummaryWriter, Value};
use tfevents_mlflow::{LossKind, Mlflow, Options, Source};

use crate::server::{Run, Server};
use crate::{everything, push};

/// A point as MLflow compares them: step, time in milliseconds, bits of the value.
type Point = (i64, i64, u64);

/// What the files of a run hold: the points of each tag, and the checksums of pictures, sounds and graphs.
#[derive(Debug, Default)]
struct Expected {
    scalars: BTreeMap<String, BTreeSet<Point>>,
    files: BTreeSet<String>,
    /// How many values of other kinds there are, by kind and tag.
    others: BTreeMap<(String, String), usize>,
}

fn expected(run: &Logged) -> Expected {
    let mut expected = Expected::default();
    let mut decoder = PointDecoder::default();
    for file in run.files() {
        let mut reader = EventReader::open(file).unwrap();
        reader.finish();
        loop {
            let record = match reader.next_item().unwrap() {
                EventItem::Event(record) => record,
                EventItem::Damage(_) => continue,
                EventItem::End(_) => break,
            };
            for point in decoder.points(&record.event).flatten() {
                expected.add(&point, record.event.step, record.event.wall_time.as_secs());
            }
        }
    }
    expected
}

impl Expected {
    fn add(&mut self, point: &tfevents::plugin::Point<'_>, step: i64, time: f64) {
        let bytes: Vec<&[u8]> = match &point.value {
            Value::Scalar(number) => {
                let time = (time * 1000.0).round().max(0.0) as i64;
                let point_at = (step, time, stored(number.as_f64()));
                let points = self.scalars.entry(point.tag.to_owned()).or_default();
                points.insert(point_at);
                return;
            }
            Value::Images(images) => images.samples.clone(),
            Value::Audio(clips) => clips.clips.iter().map(|clip| clip.encoded).collect(),
            Value::Graph(bytes) | Value::RunMetadata(bytes) | Value::KerasModel(bytes) => {
                vec![bytes]
            }
            _ => Vec::new(),
        };
        if point.kind == Kind::Scalar {
            return;
        }
        self.files.extend(bytes.into_iter().map(checksum));
        let series = (point.kind.name().to_owned(), point.tag.to_owned());
        *self.others.entry(series).or_default() += 1;
    }
}

/// The bits of a value as MLflow has it.
fn stored(value: f64) -> u64 {
    match value {
        value if value.is_nan() => f64::NAN.to_bits(),
        // It does not tell a negative zero.
        0.0 => 0,
        value => value.clamp(f64::MIN, f64::MAX).to_bits(),
    }
}

fn checksum(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tag of a key, which says which it is, or is the start of a long one.
fn tag_of(key: &str, tags: &BTreeMap<String, BTreeSet<Point>>) -> String {
    if let Some((start, _)) = key.rsplit_once("_xCUT_") {
        let is_of = |tag: &&String| tag.len() > 250 && tag.starts_with(start);
        return tags.keys().find(is_of).unwrap().clone();
    }
    let mut tag = String::new();
    let mut rest = key;
    while let Some((before, after)) = rest.split_once("_x") {
        let code = after.split_once('_').and_then(|(code, after)| {
            let is_code = code.len() >= 2
                && code
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
            let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
            is_code.then_some((c, after))
        });
        tag += before;
        match code {
            Some((c, after)) => {
                tag.push(c);
                rest = after;
            }
            None => {
                tag += "_x";
                rest = after;
            }
        }
    }
    tag + rest
}

/// Holds what the server has of a run against what its files have.
fn compare(server: &Server, run: &Run, expected: &Expected) {
    let name = &run.info.name;
    let metrics: BTreeMap<_, BTreeSet<_>> = run
        .metrics
        .iter()
        .map(|(key, points)| {
            let points = points.iter().map(|p| (p.step, p.time, stored(p.value)));
            (tag_of(key, &expected.scalars), points.collect())
        })
        .collect();
    let tags: Vec<_> = metrics.keys().collect();
    assert_eq!(tags, expected.scalars.keys().collect::<Vec<_>>(), "{name}");
    for (tag, points) in &metrics {
        assert_eq!(points, &expected.scalars[tag], "{name}: {tag}");
    }
    let files: BTreeSet<_> = run
        .artifacts
        .values()
        .map(|file| file.sha256.clone())
        .collect();
    let missing: Vec<_> = expected.files.difference(&files).collect();
    assert!(missing.is_empty(), "{name}: {missing:?}");
    let mut others: BTreeMap<_, usize> = BTreeMap::new();
    for path in run.artifacts.keys().filter(|path| is_series(path)) {
        let bytes = server.artifact(run, path);
        for line in std::str::from_utf8(&bytes).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let of = |key: &str| line[key].as_str().unwrap().to_owned();
            *others.entry((of("kind"), of("tag"))).or_default() += 1;
        }
    }
    assert_eq!(others, expected.others, "{name}");
}

fn is_series(path: &str) -> bool {
    path.starts_with("tfevents/") && path.matches('/').count() == 2
}

/// The runs of a logdir, each with all that is in it; of copies the first, as the others are pushed no differently.
fn runs(logdir: &Path) -> Vec<Logged> {
    let logdir = Logdir::open(logdir).unwrap();
    let mut known = BTreeSet::new();
    let mut is_new = |run: &&Logged| {
        let file = run.files()[0].file_name().unwrap().to_owned();
        known.insert((run.dir().file_name().unwrap().to_owned(), file))
    };
    logdir
        .runs()
        .iter()
        .filter(|run| is_new(run))
        .cloned()
        .collect()
}

fn source(run: &Logged) -> Source {
    Source::new(run.name(), run.clone())
}

/// Pushes a logdir twice, and compares: all runs are there, and the second push sends nothing.
fn push_and_compare(server: &Server, logdir: &Path, experiment: &str) {
    let options = Options {
        experiment: experiment.to_owned(),
        ..Options::default()
    };
    let runs = runs(logdir);
    let sources: Vec<_> = runs.iter().map(source).collect();
    push(server.uri(), &sources, &options);
    let found = server.runs(experiment);
    for logged in &runs {
        let expected = expected(logged);
        let of_name: Vec<_> = found
            .iter()
            .filter(|run| run.info.name == logged.name())
            .collect();
        match of_name[..] {
            [run] => compare(server, run, &expected),
            [] => assert!(
                expected.scalars.is_empty() && expected.others.is_empty(),
                "{}",
                logged.name()
            ),
            _ => panic!("{}: {} runs", logged.name(), of_name.len()),
        }
    }
    for again in push(server.uri(), &sources, &options) {
        assert_eq!((again.points, again.artifacts), (0, 0));
    }
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn the_fixtures_arrive_whole() {
    let Some(server) = Server::shared() else {
        return;
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    push_and_compare(server, &fixtures, "fixtures");
}

/// The larger collection that is not part of the repository, if it is there.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn the_corpus_arrives_whole() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("TFEVENTS_CORPUS").map_or(beside, PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("SKIPPED: there is no corpus");
        return;
    }
    let Some(server) = Server::shared() else {
        return;
    };
    push_and_compare(server, &corpus, "corpus");
}

/// With names and passwords. They are in no tag that the run gets.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_server_with_accounts_takes_all() {
    let Some(server) = Server::start(&["--auth"]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    everything::log(&dir.path().join("exp1"));
    let uri = server.uri().replace("://", "://admin:a%20password%20123@");
    let logged = runs(dir.path()).remove(0);
    push(&uri, &[source(&logged)], &Options::default());
    let run = server.runs("Default").remove(0);
    compare(&server, &run, &expected(&logged));
    assert!(!format!("{:?}", run.tags).contains("password"));
    let denied = Mlflow::new(server.uri()).unwrap();
    let error = denied.push(&[], &Options::default(), &|_| {}).unwrap_err();
    assert!(
        error.to_string().contains("MLFLOW_TRACKING_PASSWORD"),
        "{error}"
    );
}

/// A server that passes no files on signs addresses at which the object store takes them.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn an_object_store_gets_files_by_signed_addresses() {
    let Some(server) = Server::start(&["--s3"]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    everything::log(&dir.path().join("exp1"));
    let logged = runs(dir.path()).remove(0);
    let pushed = push(server.uri(), &[source(&logged)], &Options::default());
    let run = server.runs("Default").remove(0);
    assert!(run.info.artifact_uri.starts_with("s3://"));
    assert_eq!(run.artifacts.len() as u64, pushed[0].artifacts);
    let expected = expected(&logged);
    let files: BTreeSet<_> = run
        .artifacts
        .values()
        .map(|file| file.sha256.clone())
        .collect();
    assert!(expected.files.is_subset(&files));
}

/// A server that takes no files gets the numbers, and each file is counted as lost.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_server_that_takes_no_files_gets_the_numbers() {
    let Some(server) = Server::start(&["--", "--no-serve-artifacts"]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    everything::log(&dir.path().join("exp1"));
    let logged = runs(dir.path()).remove(0);
    let pushed = push(server.uri(), &[source(&logged)], &Options::default());
    let expected = expected(&logged);
    let run = server.runs("Default").remove(0);
    assert_eq!(run.metrics.len(), expected.scalars.len());
    assert_eq!(pushed[0].artifacts, 0);
    let mut losses = pushed[0].losses.iter();
    let (_, loss) = losses
        .find(|(kind, _)| *kind == LossKind::Artifact)
        .unwrap();
    assert!(loss.count > expected.others.len() as u64);
    assert!(loss.first.contains("--serve-artifacts"), "{}", loss.first);
}

#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_file_of_200_megabytes_arrives() {
    let Some(server) = Server::shared() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("large");
    SummaryWriter::new(&run)
        .unwrap()
        .add_scalar("loss", 0.5, 0)
        .unwrap();
    let session = run.join("plugins/profile/session");
    fs::create_dir_all(&session).unwrap();
    let file = session.join("host.xplane.pb");
    File::create(&file).unwrap().set_len(200 << 20).unwrap();
    let options = Options {
        experiment: "large".to_owned(),
        ..Options::default()
    };
    push(server.uri(), &[source(&runs(dir.path())[0])], &options);
    let found = server.runs("large").remove(0);
    let artifact = &found.artifacts["plugins/profile/session/host.xplane.pb"];
    assert_eq!(artifact.size, 200 << 20);
    assert_eq!(artifact.sha256, checksum(&fs::read(file).unwrap()));
}

/// A server that goes away while runs are pushed, and comes back, has them in the end.
#[test]
#[ignore = "starts mlflow server, see .ci/full"]
fn a_server_that_starts_again_meanwhile_gets_all() {
    let Some(mut server) = Server::start(&[]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("long")).unwrap();
    for step in 0..20_000 {
        writer.add_scalar("loss", step as f32, step).unwrap();
        if step % 200 == 0 {
            writer
                .add_image("picture", everything::picture(8, (step / 200) as u8), step)
                .unwrap();
        }
    }
    writer.close().unwrap();
    let logged = runs(dir.path()).remove(0);
    let source = source(&logged);
    let sent = AtomicU64::new(0);
    let mlflow = Mlflow::new(server.uri()).unwrap();
    thread::scope(|scope| {
        let pushing = scope.spawn(|| {
            let count = |points| {
                sent.fetch_add(points, Ordering::Relaxed);
            };
            mlflow.push(&[source], &Options::default(), &count).unwrap()
        });
        while sent.load(Ordering::Relaxed) < 3000 && !pushing.is_finished() {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(!pushing.is_finished(), "it was too quick to be interrupted");
        server.stop();
        thread::sleep(Duration::from_secs(3));
        server.start_again();
        for pushed in pushing.join().unwrap() {
            pushed.unwrap();
        }
    });
    compare(&server, &server.runs("Default")[0], &expected(&logged));
}
