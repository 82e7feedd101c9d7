use crate::proto::{self, Message as _, event::What, summary::value::Value};
use crate::state::RunState;
use crate::state::purges::work;
use crate::state::seen::Seen;
use crate::{Logdir, Policy, Selection, record, tensor};

fn event(step: i64, what: What) -> Vec<u8> {
    event_at(1.5e9, step, what)
}

fn event_at(wall_time: f64, step: i64, what: What) -> Vec<u8> {
    let event = proto::Event {
        wall_time,
        step,
        what: Some(what),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    record::frame(&mut bytes, &event.encode_to_vec());
    bytes
}

pub(in crate::state) fn value(
    tag: &str,
    plugin: Option<&str>,
    value: Option<Value>,
) -> proto::summary::Value {
    proto::summary::Value {
        tag: tag.into(),
        metadata: plugin.map(|plugin| crate::plugin::metadata(plugin, Vec::new())),
        value,
        ..Default::default()
    }
}

pub(in crate::state) fn logged(step: i64, value: proto::summary::Value) -> Vec<u8> {
    logged_at(1.5e9, step, value)
}

pub(in crate::state) fn logged_at(
    wall_time: f64,
    step: i64,
    value: proto::summary::Value,
) -> Vec<u8> {
    let summary = proto::Summary { value: vec![value] };
    event_at(wall_time, step, What::Summary(summary))
}

pub(in crate::state) fn number(step: i64, tag: &str) -> Vec<u8> {
    logged(step, value(tag, None, Some(Value::SimpleValue(0.5))))
}

pub(in crate::state) fn tensor(plugin: Option<&str>, dims: &[usize]) -> proto::summary::Value {
    let values = vec![0.5; dims.iter().product()];
    value(
        "x",
        plugin,
        Some(Value::Tensor(tensor::float_tensor(dims, values))),
    )
}

pub(in crate::state) fn start(step: i64) -> Vec<u8> {
    event(
        step,
        What::SessionLog(proto::SessionLog {
            status: proto::session_log::SessionStatus::Start as i32,
            ..Default::default()
        }),
    )
}

fn run(files: &[Vec<Vec<u8>>], selection: &Selection) -> RunState {
    let dir = tempfile::tempdir().unwrap();
    for (i, file) in files.iter().enumerate() {
        let path = dir.path().join(format!("e.tfevents.{i}"));
        std::fs::write(path, file.concat()).unwrap();
    }
    let logdir = Logdir::open(dir.path()).unwrap();
    RunState::load(&logdir.runs()[0], selection)
}

fn steps(run: &RunState, tag: &str, policy: Policy) -> Option<Vec<i64>> {
    run.scalars(tag, policy).map(|scalars| scalars.steps)
}

pub(in crate::state) fn version() -> Vec<u8> {
    event(0, What::FileVersion("brain.Event:2".into()))
}

/// Each tag goes back, and there are as many restarts as tags: a look at every mark for every tag would be the
/// square of that.
#[test]
fn asking_for_every_tag_looks_at_each_mark_once() {
    const TAGS: i64 = 300;
    let tags = || (0..TAGS).map(|i| format!("tag {i}"));
    let old = tags()
        .zip(0..)
        .flat_map(|(tag, i)| [number(2 * i + 1, &tag), number(2 * i, &tag)]);
    let new = tags()
        .zip(0..)
        .flat_map(|(tag, i)| [start(2 * i + 1), number(2 * i, &tag)]);
    let files = [old.collect(), [version()].into_iter().chain(new).collect()];
    let run = run(&files, &Selection::all());
    work::take();
    for tag in tags() {
        assert!(run.scalars(&tag, Policy::Slow).is_some());
    }
    assert_eq!(run.hidden().count(), 300);
    let looks = work::take();
    assert!(
        (300..1500).contains(&looks),
        "{looks} looks at 300 marks of 300 tags"
    );
}

#[test]
fn metadata_that_come_late_are_too_late_for_one_loader_only() {
    let files = [vec![
        logged(1, tensor(None, &[])),
        logged(2, tensor(Some("scalars"), &[])),
        logged(3, tensor(Some("scalars"), &[])),
    ]];
    let late = run(&files, &Selection::all());
    assert_eq!(steps(&late, "x", Policy::Slow), Some(vec![1, 2, 3]));
    assert_eq!(steps(&late, "x", Policy::Fast), None);

    let files = [
        vec![logged(1, tensor(None, &[]))],
        vec![logged(2, tensor(Some("scalars"), &[]))],
    ];
    let late = run(&files, &Selection::all());
    assert_eq!(steps(&late, "x", Policy::Slow), Some(vec![1, 2]));
    assert_eq!(steps(&late, "x", Policy::Fast), None);
}

/// The data server decides by it all the same.
#[test]
fn a_first_value_of_another_shape_is_a_point_that_is_missing() {
    for first in [
        tensor(Some("scalars"), &[2]),
        tensor(Some("scalars"), &[0]),
        value(
            "x",
            Some("scalars"),
            Some(Value::Tensor(tensor::string_tensor(
                &[],
                vec![b"a".to_vec()],
            ))),
        ),
    ] {
        let files = [vec![
            logged(1, first),
            logged(2, tensor(None, &[])),
            logged(3, tensor(None, &[])),
        ]];
        let run = run(&files, &Selection::all());
        assert_eq!(steps(&run, "x", Policy::Fast), Some(vec![2, 3]));
        assert!(run.blobs("x", Policy::Fast).is_none());
    }
}

#[test]
fn a_class_that_no_dashboard_asks_for_hides_the_series() {
    let mut scalar = tensor(Some("scalars"), &[]);
    scalar.metadata.as_mut().unwrap().data_class = proto::DataClass::Tensor as i32;
    let run = run(&[vec![logged(1, scalar)]], &Selection::all());
    assert_eq!(steps(&run, "x", Policy::Raw), Some(vec![1]));
    for policy in [Policy::Fast, Policy::Slow] {
        assert!(run.scalars("x", policy).is_none() && run.blobs("x", policy).is_none());
    }
}

/// Also those that come before the series of the other form begins.
#[test]
fn values_of_another_form_discard_points() {
    let histogram = || {
        value(
            "x",
            None,
            Some(Value::Histo(proto::HistogramProto::default())),
        )
    };
    let files = [
        vec![number(1, "x"), number(3, "x"), number(5, "x")],
        vec![logged(2, histogram()), number(9, "x")],
    ];
    let run = run(&files, &Selection::all());
    assert_eq!(steps(&run, "x", Policy::Fast), Some(vec![1, 9]));
}

#[test]
fn what_was_not_asked_for_counts_all_the_same() {
    let files = [vec![
        logged(0, tensor(Some("scalars"), &[])),
        logged(11, tensor(None, &[])),
        logged(12, tensor(None, &[])),
        logged(3, tensor(None, &[])),
        logged(14, tensor(None, &[])),
    ]];
    let late = run(&files, &Selection::all().steps(10..));
    assert_eq!(steps(&late, "x", Policy::Raw), Some(vec![11, 12, 14]));
    assert_eq!(steps(&late, "x", Policy::Fast), Some(vec![14]));

    let plain = [[0, 11, 12, 3, 14].map(|step| number(step, "x")).to_vec()];
    let late = run(&plain, &Selection::all().steps(10..));
    assert_eq!(steps(&late, "x", Policy::Fast), Some(vec![14]));
}

#[test]
fn what_tensorboard_cannot_make_an_array_of_is_counted() {
    let unsigned = |plugin| {
        let mut value = tensor(Some(plugin), &[]);
        value.value = Some(Value::Tensor(proto::TensorProto {
            dtype: proto::DataType::Uint32 as i32,
            uint32_val: vec![1],
            ..Default::default()
        }));
        logged(1, value)
    };
    let unreadable = |plugin| {
        let run = run(&[vec![unsigned(plugin)]], &Selection::all());
        let hidden = run.hidden().next().unwrap();
        (
            hidden.fast.unwrap().unreadable,
            hidden.slow.unwrap().unreadable,
        )
    };
    assert_eq!(unreadable("mesh"), (1, 1));
    // The data server has no point for such a scalar in the first place.
    assert_eq!(unreadable("scalars"), (0, 1));
}

#[test]
fn pictures_are_in_order_and_one_a_step() {
    let picture = |step| {
        let image = proto::summary::Image {
            height: 1,
            width: 1,
            ..Default::default()
        };
        logged(step, value("x", None, Some(Value::Image(image))))
    };
    let files = [vec![
        version(),
        picture(5),
        picture(1),
        picture(5),
        picture(3),
    ]];
    let run = run(&files, &Selection::all());
    let steps = |policy| -> Vec<i64> {
        run.blobs("x", policy)
            .unwrap()
            .iter()
            .map(|blob| blob.step)
            .collect()
    };
    assert_eq!(steps(Policy::Raw), [5, 1, 5, 3]);
    assert_eq!(steps(Policy::Slow), [1, 3, 5]);
    assert_eq!(steps(Policy::Fast), [1, 3]);
}

#[test]
fn of_several_sessions_the_first_one_counts() {
    let session = |step, group: &str| {
        let start = proto::hparams::SessionStartInfo {
            group_name: group.into(),
            ..Default::default()
        };
        let content = proto::hparams::HParamsPluginData {
            data: Some(proto::hparams::h_params_plugin_data::Data::SessionStartInfo(start)),
            ..Default::default()
        };
        let mut value = value(
            crate::plugin::hparams::SESSION_START_TAG,
            Some("hparams"),
            None,
        );
        let metadata = value.metadata.as_mut().unwrap();
        metadata.data_class = 0;
        metadata.plugin_data.as_mut().unwrap().content = content.encode_to_vec();
        logged(step, value)
    };
    let run = run(
        &[
            vec![session(0, "a"), session(0, "b")],
            vec![session(0, "c")],
        ],
        &Selection::all(),
    );
    let tag = crate::plugin::hparams::SESSION_START_TAG;
    for policy in [Policy::Fast, Policy::Slow] {
        let points = run.blobs(tag, policy).unwrap();
        let [first] = points.as_slice() else {
            panic!("{points:?}");
        };
        let blob = first.read();
        // The directory is gone, but not what was first in it.
        assert!(blob.is_err() && first.file().ends_with("e.tfevents.0"));
        let all = run.blobs(tag, Policy::Raw).unwrap();
        assert_eq!((first.offset(), all.len()), (all[0].offset(), 3));
    }
    let hidden = run.hidden().next().unwrap();
    assert_eq!(hidden.fast.as_ref().unwrap().later, 2);
    assert_eq!(hidden.slow.as_ref().unwrap().later, 2);
}

#[test]
fn a_graph_inside_a_meta_graph_is_a_graph() {
    let graph = proto::GraphDef {
        node: vec![proto::NodeDef {
            name: "n".into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut meta_graph = vec![0x0a, 0, 0x12];
    let bytes = graph.encode_to_vec();
    meta_graph.push(u8::try_from(bytes.len()).unwrap());
    meta_graph.extend_from_slice(&bytes);
    let run = run(
        &[vec![event(4, What::MetaGraphDef(meta_graph))]],
        &Selection::all(),
    );
    let tag = crate::plugin::META_GRAPH_TAG;
    let points = run.blobs(tag, Policy::Raw).unwrap();
    assert_eq!((points.len(), points[0].size()), (1, bytes.len() as u64));
    assert!(run.blobs(tag, Policy::Fast).is_none() && run.blobs(tag, Policy::Slow).is_none());
}

/// Metadata without a value go as values do, but nothing is missing then.
#[test]
fn what_is_no_value_does_not_count_as_discarded() {
    let text = || {
        let string = tensor::string_tensor(&[], vec![b"a".to_vec()]);
        value("x", Some("text"), Some(Value::Tensor(string)))
    };
    let files = [vec![
        start(0),
        logged(1, text()),
        logged(5, value("x", Some("text"), None)),
        start(4),
        logged(3, text()),
    ]];
    let run = run(&files, &Selection::all());
    let hidden = run.hidden().next().unwrap();
    let counts = |seen: &Result<Seen, _>| {
        let seen = seen.as_ref().unwrap();
        (seen.kept, seen.discarded)
    };
    assert_eq!(
        (counts(&hidden.fast), counts(&hidden.slow)),
        ((2, 0), (2, 0))
    );
}
