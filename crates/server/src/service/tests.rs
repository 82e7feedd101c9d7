use std::collections::BTreeMap;
use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::time::Duration;

use http_body::Body as _;
use prost::Message as _;
use tfevents::{Image, Layout, SummaryWriter};
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic::codegen::Bytes;

use super::*;
use crate::loader::Loader;

type Points = Vec<(i64, f32)>;

/// A server that has read a logdir.
fn server(logdir: &Path, options: Options) -> DataServer {
    let catalog = Arc::new(Catalog::default());
    let roots = crate::roots(logdir.to_str().unwrap()).unwrap();
    let loader = Loader::new(roots, options.policy, Arc::clone(&catalog));
    loader.checksum(options.checksum).load();
    DataServer::new(catalog, options)
}

fn wait<T>(answer: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap().block_on(answer)
}

/// What a client gets.
fn received<T: Message + Default>(answer: Result<Response<T>, Status>) -> T {
    let mut answer = answer.unwrap();
    match answer.extensions_mut().remove::<Arc<Place>>() {
        None => answer.into_inner(),
        Some(place) => {
            let mut body = crate::room::from_place(place);
            let mut bytes = Vec::new();
            while let Some(frame) = wait(poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))) {
                bytes.extend(frame.unwrap().into_data().unwrap_or_default());
            }
            let len = u32::from_be_bytes(bytes[1..5].try_into().unwrap());
            assert_eq!((bytes[0], len as usize), (0, bytes.len() - 5));
            T::decode(&bytes[5..]).unwrap()
        }
    }
}

fn names(names: &[&str]) -> Option<Bytes> {
    let names = names.iter().map(ToString::to_string).collect();
    Some(data::NameFilter { names }.encode_to_vec().into())
}

fn read_request(
    plugin: &str,
    filter: Option<data::RunTagFilter>,
    n: i64,
) -> Request<data::ReadRequest> {
    Request::new(data::ReadRequest {
        plugin_filter: Some(data::PluginFilter {
            plugin_name: plugin.into(),
        }),
        run_tag_filter: filter,
        downsample: Some(data::Downsample { num_points: n }),
    })
}

/// `run/tag` and the points of each.
fn scalars(
    server: &DataServer,
    filter: Option<data::RunTagFilter>,
    n: i64,
) -> BTreeMap<String, Points> {
    let answer = wait(server.read_scalars(read_request("scalars", filter, n)));
    let mut found = BTreeMap::new();
    for run in received(answer).runs {
        let run = data::ScalarsOfRun::decode(run).unwrap();
        for tag in run.tags {
            let data = tag.data.unwrap();
            assert_eq!(data.step.len(), data.wall_time.len());
            let points = data.step.into_iter().zip(data.value).collect();
            found.insert(format!("{}/{}", run.run_name, tag.tag_name), points);
        }
    }
    found
}

fn log(dir: &Path, tags: &[&str], values: impl IntoIterator<Item = (i64, f32)>) {
    let writer = SummaryWriter::new(dir).unwrap();
    for (step, value) in values {
        for tag in tags {
            writer.add_scalar(tag, value, step).unwrap();
        }
    }
    writer.close().unwrap();
}

#[test]
fn an_absent_filter_lets_all_through_and_an_empty_one_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for run in ["a", "b"] {
        log(&dir.path().join(run), &["x", "y"], [(0, 0.5)]);
    }
    let server = server(dir.path(), Options::default());
    let of = |runs, tags| {
        let found = scalars(&server, Some(data::RunTagFilter { runs, tags }), 10);
        found.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(scalars(&server, None, 10).len(), 4);
    assert_eq!(of(None, None).len(), 4);
    assert_eq!(of(names(&["b"]), None), ["b/x", "b/y"]);
    assert_eq!(of(None, names(&["y", "nobody"])), ["a/y", "b/y"]);
    assert_eq!(of(names(&["a", "nobody"]), names(&["x"])), ["a/x"]);
    for (runs, tags) in [
        (names(&[]), None),
        (None, names(&[])),
        (names(&["a"]), names(&[])),
    ] {
        assert!(of(runs, tags).is_empty());
    }
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), &["x"], [(0, 0.5)]);
    let server = server(dir.path(), Options::default());
    let code = |request| wait(server.read_scalars(request)).unwrap_err().code();
    assert_eq!(code(read_request("", None, 1)), Code::InvalidArgument);
    assert_eq!(
        code(read_request("scalars", None, -1)),
        Code::InvalidArgument
    );
    let nothing = Request::new(data::ReadRequest {
        downsample: None,
        ..read_request("scalars", None, 1).into_inner()
    });
    assert_eq!(code(nothing), Code::InvalidArgument);
    // A plugin without series is none of it.
    let answer = wait(server.read_scalars(read_request("nobody", None, 1)));
    assert!(answer.unwrap().into_inner().runs.is_empty());
}

#[test]
fn a_spike_in_a_million_points_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let value = |step| if step == 543_210 { 7.0 } else { 0.5 };
    log(
        dir.path(),
        &["loss"],
        (0..1_000_000).map(|step| (step, value(step))),
    );
    let server = server(dir.path(), Options::default());
    let points = &scalars(&server, None, 1000)["./loss"];
    assert_eq!(points.len(), 1000);
    assert!(points.contains(&(543_210, 7.0)));
    assert_eq!((points[0].0, points.last().unwrap().0), (0, 999_999));
    assert_eq!(scalars(&server, None, 1)["./loss"], [(999_999, 0.5)]);
    assert_eq!(scalars(&server, None, 2_000_000)["./loss"].len(), 1_000_000);
}

/// Else an answer that was planned to be small enough would be too large: negative steps take ten bytes each.
#[test]
fn an_answer_takes_no_more_than_was_planned() {
    let dir = tempfile::tempdir().unwrap();
    let firsts = [-500, 1 << 14, 1 << 40, i64::MAX - 500];
    for (run, first) in ["a", "b", "c", "d"].iter().zip(firsts) {
        let points = (0..200).map(|i| (first + i, 0.5));
        log(&dir.path().join(run.repeat(90)), &["loss"], points);
    }
    let server = server(dir.path(), Options::default());
    for n in [50, 1000] {
        let asked = read(read_request("scalars", None, n), DataClass::Scalar);
        let (asked, n) = asked.unwrap();
        let wanted = asked.wanted().unwrap();
        let planned = scalars::plan(&server.catalog, &wanted, n).bytes;
        let answer = wait(server.read_scalars(read_request("scalars", None, n as i64)));
        let takes = received(answer).encoded_len();
        assert!(takes <= planned, "{takes}, {planned}");
        assert!(takes + 4 * 40 > planned, "{takes}, {planned}");
    }
}

/// The chart of a line with margins has nothing to show unless the steps of all three are the same.
#[test]
fn what_belongs_into_one_chart_has_the_same_steps() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for step in 0..3000i16 {
        let value = (f32::from(step) * 0.3).sin();
        writer.add_scalar("value", value, i64::from(step)).unwrap();
        writer
            .add_scalar("upper", 2.0 + value * value, i64::from(step))
            .unwrap();
        if step % 2 == 0 {
            writer.add_scalar("other", value, i64::from(step)).unwrap();
        }
    }
    writer.close().unwrap();
    let server = server(dir.path(), Options::default());
    let steps = |runs, tags| {
        let found = scalars(&server, Some(data::RunTagFilter { runs, tags }), 100);
        let steps = |tag: &str| -> Vec<i64> {
            let points = &found[&format!("./{tag}")];
            assert_eq!(points.len(), 100);
            points.iter().map(|point| point.0).collect()
        };
        ["value", "upper", "other"].map(steps)
    };
    let tags = || names(&["value", "upper", "other"]);
    let [value, upper, other] = steps(names(&["."]), tags());
    assert_eq!(value, upper);
    assert!(other.iter().all(|step| step % 2 == 0));
    // By themselves they have what stands out of each.
    let [value, upper, _] = steps(None, tags());
    assert_ne!(value, upper);
}

/// Without flags, TensorBoard asks for 0 points of a plugin that it was told to show all points of.
#[test]
fn no_points_are_all_points_of_any_plugin() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let pixel = Image::new(&[0_u8, 0, 0], Layout::Hwc, &[1, 1, 3]).unwrap();
    for step in 0..3000 {
        writer.add_scalar("loss", 0.5, step).unwrap();
        if step < 200 {
            writer.add_text("story", "once", step).unwrap();
            writer.add_image("im", pixel.clone(), step).unwrap();
        }
    }
    writer.close().unwrap();
    let shown = |samples: &str, n| {
        let flag = format!("--samples-per-plugin={samples}");
        let options = match crate::Command::parse([flag]).unwrap() {
            crate::Command::Serve(options) => *options,
            other => panic!("{other:?}"),
        };
        let server = server(dir.path(), options);
        let texts = received(wait(server.read_tensors(read_request("text", None, n))));
        let texts = data::TensorsOfRun::decode(texts.runs[0].clone()).unwrap();
        let request = read_request("images", None, n);
        let images = received(wait(server.read_blob_sequences(request)));
        let images = data::BlobSequencesOfRun::decode(images.runs[0].clone()).unwrap();
        (
            scalars(&server, None, n)["./loss"].len(),
            texts.tags[0].data.as_ref().unwrap().step.len(),
            images.tags[0].data.as_ref().unwrap().step.len(),
        )
    };
    let all = (3000, 200, 200);
    assert_eq!(shown("", 0), all);
    assert_eq!(shown("scalars=0,text=0,images=0", 0), all);
    assert_eq!(shown("scalars=all,text=all,images=all", 0), all);
    assert_eq!(shown("scalars=0,text=0,images=0", 100_000), all);
    let some = shown("scalars=50,text=60,images=7", 0);
    assert_eq!(some, (50, 60, 7));
    // One too many costs one.
    assert_eq!(
        shown("scalars=2999,text=199,images=199", 0),
        (2999, 199, 199)
    );
}

#[test]
fn what_a_restart_hides_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let steps = [0, 1, 2, 3, 4, 2, 3];
    let values = (0u8..).map(f32::from);
    log(dir.path(), &["loss"], steps.into_iter().zip(values));
    let shown = |policy| {
        let options = Options {
            policy,
            ..Options::default()
        };
        let server = server(dir.path(), options);
        let health = server.catalog().health();
        assert_eq!(health.points, 7);
        let location =
            wait(server.get_experiment(Request::new(data::GetExperimentRequest {}))).unwrap();
        let location = location.into_inner().data_location;
        assert_eq!(
            location.contains("not shown"),
            health.hidden_points > 0,
            "{location}"
        );
        let found = scalars(&server, None, 10);
        let points = found["./loss"].iter();
        (
            points.map(|point| point.0).collect::<Vec<_>>(),
            health.hidden_points,
        )
    };
    assert_eq!(shown(Policy::Fast), (vec![0, 1, 2, 3], 3));
    assert_eq!(shown(Policy::LastWins), (vec![0, 1, 2, 3, 4], 2));
    assert_eq!(shown(Policy::Raw), (steps.to_vec(), 0));
    assert_eq!(shown(Policy::Slow), (steps.to_vec(), 0));
}

#[test]
fn damage_costs_what_is_damaged_and_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), &["loss"], (0..100).map(|step| (step, 0.5)));
    let file = fs::read_dir(dir.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&file, bytes).unwrap();
    let server = server(dir.path(), Options::default());
    assert_eq!(scalars(&server, None, 1000)["./loss"].len(), 99);
    let health = server.catalog().health();
    assert_eq!((health.damaged, health.damaged_files), (1, 1));
    let location = server.location();
    assert!(
        location.ends_with("(damaged records: 1 in 1 file)"),
        "{location}"
    );
}

/// Of large values only the records are counted that turn out to be damaged when they are asked for.
#[test]
fn a_large_value_is_verified_when_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for step in 0..3 {
        let text = "word ".repeat(20_000);
        writer.add_text("story", text, step).unwrap();
    }
    writer.add_scalar("loss", 0.5, 1).unwrap();
    writer.close().unwrap();
    let mut bytes = fs::read(writer.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(writer.path(), bytes).unwrap();

    let read = |server: &DataServer| {
        let request = read_request("text", None, 100);
        let answer = received(wait(server.read_tensors(request)));
        let run = data::TensorsOfRun::decode(answer.runs[0].clone()).unwrap();
        let data = run.tags[0].data.clone().unwrap();
        (data.step, server.catalog().health())
    };
    let lazy = server(dir.path(), Options::default());
    assert_eq!(lazy.catalog().health().damaged, 0);
    for _ in 0..2 {
        let (steps, health) = read(&lazy);
        assert_eq!(steps, [0, 2]);
        assert_eq!((health.damaged, health.damaged_files), (1, 1));
    }
    let eager = Options {
        checksum: true,
        ..Options::default()
    };
    let eager = server(dir.path(), eager);
    assert_eq!(eager.catalog().health().damaged, 1);
    assert_eq!(read(&eager).0, [0, 2]);
}

#[test]
fn files_are_read_by_their_keys_also_by_another_server() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let pixels = |step: u8| {
        let pixels = [step, 0, 0, 0, 0, step];
        Image::new(&pixels, Layout::Hwc, &[1, 2, 3]).unwrap()
    };
    for step in 0..3 {
        writer
            .add_image("im", pixels(step), i64::from(step))
            .unwrap();
    }
    writer.close().unwrap();
    let one = server(dir.path(), Options::default());
    let answer = wait(one.read_blob_sequences(read_request("images", None, 10))).unwrap();
    let run = answer.into_inner().runs.remove(0);
    let run = data::BlobSequencesOfRun::decode(run).unwrap();
    let data = run.tags[0].data.clone().unwrap();
    assert_eq!(data.step, [0, 1, 2]);
    let other = server(dir.path(), Options::default());
    let read = |key: &str| {
        wait(async {
            let blob_key = key.to_owned();
            let request = Request::new(data::ReadBlobRequest { blob_key });
            let mut stream = other.read_blob(request).await?.into_inner();
            let mut bytes = Vec::new();
            while let Some(piece) = stream.next().await {
                bytes.extend(piece?.data);
            }
            Ok::<_, Status>(bytes)
        })
    };
    for (step, sequence) in (0..).zip(&data.values) {
        let files: Vec<_> = sequence
            .blob_refs
            .iter()
            .map(|key| read(&key.blob_key).unwrap())
            .collect();
        assert_eq!(files, [b"2", &b"1"[..], pixels(step).as_bytes()]);
    }
    let mut key = crate::key::BlobKey::parse(&data.values[2].blob_refs[2].blob_key).unwrap();
    let code = |key: &crate::key::BlobKey| read(&key.to_text()).unwrap_err().code();
    key.index = 3;
    assert_eq!(code(&key), Code::NotFound);
    (key.index, key.nth) = (2, 1);
    assert_eq!(code(&key), Code::NotFound);
    (key.nth, key.step) = (0, 3);
    assert_eq!(code(&key), Code::NotFound);
    (key.step, key.tag) = (2, "other".into());
    assert_eq!(code(&key), Code::NotFound);
    (key.tag, key.run) = ("im".into(), "../..".into());
    assert_eq!(code(&key), Code::NotFound);
    key.run = ".".into();
    assert!(read(&key.to_text()).is_ok());
    fs::remove_dir_all(dir.path()).unwrap();
    assert_eq!(code(&key), Code::NotFound);
}

#[test]
fn large_files_come_in_pieces_and_empty_ones_in_none() {
    let file = Bytes::from(vec![7; (2 << 20) + 5]);
    let pieces: Vec<_> = blobs::pieces(file.clone()).collect();
    assert!(pieces.iter().all(|piece| piece.len() <= 1 << 20));
    assert_eq!(pieces.concat(), file);
    assert_eq!(blobs::pieces(Bytes::new()).count(), 0);
}

/// Nobody can stop it: if more began meanwhile, there would be any number of them.
#[test]
fn what_work_takes_is_held_until_it_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path(), Options::default());
    let held = Arc::new(());
    let is_held = Arc::downgrade(&held);
    let (go, waiting) = std::sync::mpsc::channel::<()>();
    wait(async {
        let work = server.compute(held, move |_| Ok(waiting.recv().is_ok()));
        let given_up = tokio::time::timeout(Duration::from_millis(10), work).await;
        assert!(given_up.is_err());
        assert!(is_held.upgrade().is_some());
        go.send(()).unwrap();
    });
    assert!(is_held.upgrade().is_none());
}
