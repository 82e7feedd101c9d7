//! What TensorBoard would hide or choke on is refused, and only that.

use tfevents::plugin::graph::{Graph, Node};
use tfevents::plugin::histogram::Histogram;
use tfevents::proto::{Event, GraphDef, Summary, event::What, summary};
use tfevents::{ErrorKind, Image, Result, SummaryWriter};

use super::{patient, scalars, time};

fn assert_refused(result: Result<()>, because: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Argument(_)), "{error:?}");
    assert!(error.to_string().contains(because), "{error}");
}

fn scalar_event(wall_time: f64, tag: &str) -> Event {
    let value = summary::Value {
        tag: tag.into(),
        value: Some(summary::value::Value::SimpleValue(1.0)),
        ..Default::default()
    };
    Event {
        wall_time,
        step: 1,
        what: Some(What::Summary(Summary { value: vec![value] })),
        ..Default::default()
    }
}

#[test]
fn what_is_refused_leaves_no_trace_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    writer.add_scalar("a", 1, 1).unwrap();

    assert_refused(writer.add_scalar("", 1, 1), "empty");
    assert_refused(writer.add_text("", "text", 1), "empty");
    assert_refused(writer.add_event(&scalar_event(1.0, "")), "empty");
    assert_refused(writer.add_scalar("__run_graph__", 1, 1), "__run_graph__");
    assert_refused(
        writer.add_event(&scalar_event(1.0, "__run_graph__")),
        "__run_graph__",
    );
    assert_refused(writer.add_text("a", "text", 2), "\"a\" holds a scalar");
    assert_refused(writer.add_histogram("a", [1.0], 2), "\"a\" holds a scalar");
    for wall_time in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_refused(writer.add_event(&scalar_event(wall_time, "a")), "wall time");
        let at = tfevents::At::from(2).at(wall_time);
        assert_refused(writer.add_scalar("a", 1, at), "wall time");
        assert_refused(writer.scalar("a").unwrap().log(1, at), "wall time");
        assert_refused(writer.add_text("words", "text", at), "wall time");
        let given = SummaryWriter::builder(dir.path().join("clock"))
            .clock(move || time(wall_time))
            .open();
        assert_refused(given.map(drop), "wall time");
    }
    assert_refused(
        writer.add_images("images", &[] as &[Image; 0], 1),
        "no images",
    );

    writer.add_scalar("a", 2, 2).unwrap();
    writer.add_event(&scalar_event(1.0, "b")).unwrap();
    writer.close().unwrap();
    assert_eq!(
        scalars(writer.path()),
        [
            ("a".into(), 1, 1.0),
            ("a".into(), 2, 2.0),
            ("b".into(), 1, 1.0)
        ]
    );
}

#[test]
fn a_tag_keeps_its_kind_whichever_way_it_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    writer.add_event(&scalar_event(1.0, "a")).unwrap();
    assert_refused(writer.add("a", &Histogram::new([1]), 1), "a scalar series");
    writer.add_text("b", "text", 1).unwrap();
    assert_refused(writer.add_event(&scalar_event(1.0, "b")), "a text series");
    writer.close().unwrap();
}

#[test]
fn a_run_has_one_graph() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    let graph = Graph::new().node(Node::new("a", "Add"));
    writer.add_graph(&graph).unwrap();
    assert_refused(writer.add_graph(&graph), "a graph already");
    assert_refused(
        writer.add_graph_def(&GraphDef::default()),
        "a graph already",
    );
    let another = Event {
        what: Some(What::GraphDef(Vec::new())),
        ..Default::default()
    };
    assert_refused(writer.add_event(&another), "a graph already");
    writer.close().unwrap();
}

#[test]
fn times_may_be_early_or_negative() {
    let dir = tempfile::tempdir().unwrap();
    let writer = patient(dir.path());
    for secs in [0.0, -1.5e9, f64::MAX, f64::MIN_POSITIVE] {
        let at = tfevents::At::from(0).at(time(secs));
        writer.add_scalar("a", 0, at).unwrap();
        let event = super::events({
            writer.flush().unwrap();
            writer.path()
        })
        .pop()
        .unwrap();
        assert_eq!(event.wall_time.to_bits(), secs.to_bits());
    }
}

#[test]
fn a_logdir_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = SummaryWriter::new(&file).unwrap_err();
    assert!(error.is_io(), "{error:?}");
    assert_eq!(error.path(), Some(&*file));
}
