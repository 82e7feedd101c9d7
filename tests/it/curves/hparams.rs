//! Sessions: what a run's file says of its hyperparameters, and of how it ended.

use std::collections::BTreeMap;
use std::path::Path;

use tfevents::plugin::graph::{Graph, Node};
use tfevents::plugin::histogram::Histogram;
use tfevents::plugin::hparams::{HParamsEvent, Status};
use tfevents::{
    Experiment, HParam, HParams, Image, Kind, Layout, Metric, OnFull, Session, Sink, SummaryWriter,
    Sweep, Value, WallTime,
};

use super::{each_point, hparams_of, points};

const NOW: f64 = 1.7e9;

fn writer(dir: &Path) -> SummaryWriter {
    SummaryWriter::builder(dir)
        .clock(|| WallTime::from_secs(NOW))
        .open()
        .unwrap()
}

fn hparams() -> HParams {
    HParams::new()
        .with("lr", 0.1)
        .with("optimizer", "adam")
        .with("fast", true)
}

fn experiment() -> Experiment {
    Experiment::new()
        .hparam(HParam::number("lr"))
        .hparam(HParam::text("optimizer"))
        .hparam(HParam::bool("fast"))
        .metric(Metric::new("loss"))
}

fn start() -> HParamsEvent {
    HParamsEvent::SessionStart {
        hparams: hparams(),
        time: NOW.into(),
    }
}

fn end(status: Status) -> HParamsEvent {
    HParamsEvent::SessionEnd {
        status,
        time: NOW.into(),
    }
}

/// The status of the one session of a run, if it has ended.
fn status(dir: &Path) -> Option<Status> {
    let mut ends = hparams_of(dir).into_iter().filter_map(|event| match event {
        HParamsEvent::SessionEnd { status, .. } => Some(status),
        _ => None,
    });
    let status = ends.next();
    assert_eq!(ends.next(), None, "a session ends once");
    status
}

#[test]
fn a_session_is_in_the_run_that_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(dir.path());
    writer.add_experiment(&experiment()).unwrap();
    let session = writer.start_session(hparams()).unwrap();
    writer.flush().unwrap();
    let declared = HParamsEvent::Experiment(Experiment {
        time_created: NOW.into(),
        ..experiment()
    });
    assert_eq!(hparams_of(dir.path()), [declared.clone(), start()]);

    writer.add_scalar("loss", 1, 1).unwrap();
    session.writer().add_scalar("loss", 2, 2).unwrap();
    session.finish().unwrap();
    // Finishing waits for the file.
    assert_eq!(
        hparams_of(dir.path()),
        [declared, start(), end(Status::Success)]
    );
    writer.add_scalar("loss", 3, 3).unwrap();
    writer.close().unwrap();
    let scalars = points(dir.path(), |point| match point.value {
        Value::Scalar(_) => Some(()),
        _ => None,
    });
    assert_eq!(scalars.len(), 3);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_session_that_is_not_finished_has_failed() {
    fn gives_up(session: &Session) -> Result<(), Box<dyn std::error::Error>> {
        session.writer().add_scalar("loss", f64::NAN, 1)?;
        Err("diverged".into())
    }
    fn trains(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let writer = writer(dir);
        let session = writer.start_session(hparams())?;
        gives_up(&session)?;
        session.finish()?;
        Ok(())
    }
    let dir = tempfile::tempdir().unwrap();
    let run = |name: &str| dir.path().join(name);
    trains(&run("early")).unwrap_err();
    assert_eq!(status(&run("early")), Some(Status::Failure));

    let fails = writer(&run("fails"));
    fails.start_session(hparams()).unwrap().fail().unwrap();
    assert_eq!(status(&run("fails")), Some(Status::Failure));

    let panics = run("panics");
    std::thread::spawn(move || {
        let _session = writer(&panics).start_session(hparams()).unwrap();
        panic!("this panic is part of the test");
    })
    .join()
    .unwrap_err();
    assert_eq!(status(&run("panics")), Some(Status::Failure));
}

#[test]
fn a_session_whose_writer_is_closed_cannot_end() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(dir.path());
    let session = writer.start_session(hparams()).unwrap();
    writer.close().unwrap();
    assert!(session.finish().unwrap_err().to_string().contains("closed"));
    assert_eq!(status(dir.path()), None);
}

#[test]
fn closing_a_session_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let session = writer(dir.path()).start_session(hparams()).unwrap();
    session.writer().add_scalar("loss", 1, 1).unwrap();
    session.close().unwrap();
    session.close().unwrap();
    assert!(session.writer().add_scalar("loss", 1, 2).is_err());
    drop(session);
    assert_eq!(status(dir.path()), Some(Status::Success));

    // And says so where it cannot.
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(dir.path());
    let session = writer.start_session(hparams()).unwrap();
    writer.close().unwrap();
    assert!(session.close().unwrap_err().to_string().contains("closed"));
    assert_eq!(status(dir.path()), None);
}

/// What a disk that does not keep up must not cost: the end of a session, the result, what TensorBoard draws.
#[test]
fn a_full_buffer_costs_points_only() {
    let mut dropped = 0;
    for _ in 0..50 {
        let dir = tempfile::tempdir().unwrap();
        let writer = SummaryWriter::builder(dir.path())
            .buffer_size(0)
            .on_full(OnFull::Drop)
            .open()
            .unwrap();
        let points = |step| {
            for i in 0..200 {
                writer.add_scalar("loss", i, step).unwrap();
            }
            writer.add_histogram("weights", [1, 2], step).unwrap();
        };
        points(0);
        writer
            .add_experiment(&experiment().metric(Metric::new("accuracy")))
            .unwrap();
        points(1);
        writer.add_text("text", "once", 1).unwrap();
        points(2);
        writer
            .add_scalars("group", [("a", 1), ("b", 2)], 2)
            .unwrap();
        points(3);
        writer
            .add_graph(&Graph::new().node(Node::new("a", "Add")))
            .unwrap();
        points(4);
        writer
            .add_hparams(hparams(), [("accuracy", 0.9)], 4)
            .unwrap();
        writer.close().unwrap();
        dropped += writer.dropped();

        let mut kinds = BTreeMap::new();
        each_point(dir.path(), |_, _, point| {
            *kinds.entry(point.kind).or_insert(0) += 1;
            if point.tag == "accuracy" {
                *kinds.entry(Kind::Other).or_insert(0) += 1;
            }
        });
        kinds.remove(&Kind::Scalar);
        kinds.remove(&Kind::Histogram);
        let expected = [
            (Kind::Text, 1),
            (Kind::Graph, 1),
            // The experiment, and the session's start and end.
            (Kind::HParams, 3),
            (Kind::CustomScalars, 1),
            // The result.
            (Kind::Other, 1),
        ];
        assert_eq!(kinds, BTreeMap::from(expected));
    }
    assert!(dropped > 0, "the buffer was never full");
}

#[test]
fn a_run_is_one_session_of_one_experiment() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(dir.path());
    writer.add_experiment(&experiment()).unwrap();
    writer.add_hparams(hparams(), [("loss", 0.5)], 100).unwrap();
    let refused = |error: tfevents::Error| error.to_string().contains("is one session");
    assert!(refused(writer.add_experiment(&experiment()).unwrap_err()));
    assert!(refused(writer.start_session(hparams()).unwrap_err()));
    let again = writer.add_hparams(hparams(), [("other", 0.5)], 100);
    assert!(refused(again.unwrap_err()));
    writer.close().unwrap();
    assert_eq!(hparams_of(dir.path()).len(), 3);
    let scalars = points(dir.path(), |point| match point.value {
        Value::Scalar(value) => Some((point.tag.to_owned(), value.as_f64())),
        _ => None,
    });
    assert_eq!(scalars, [("loss".into(), 0.5)]);
}

#[test]
fn hparams_at_once_are_a_success() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(dir.path());
    let too_late = writer.add_hparams(hparams(), [("loss", 1)], 1i64 << 31);
    assert!(too_late.unwrap_err().to_string().contains("2^31"));
    writer
        .add_hparams(hparams(), [("loss", 1)], (1i64 << 31) - 1)
        .unwrap();
    writer.close().unwrap();
    assert_eq!(hparams_of(dir.path()), [start(), end(Status::Success)]);
}

#[test]
fn values_are_checked_against_the_experiment() {
    let dir = tempfile::tempdir().unwrap();
    let writer = writer(dir.path());
    writer.add_experiment(&experiment()).unwrap();
    let undeclared = hparams().with("layers", 3);
    let error = writer.start_session(undeclared).unwrap_err().to_string();
    assert!(error.contains("\"layers\" is not declared"), "{error}");
    let none: [(&str, f32); 0] = [];
    let wrong = writer.add_hparams(hparams().with("lr", "high"), none, 0);
    assert!(wrong.unwrap_err().to_string().contains("\"lr\""));
    // Nothing of this was logged, so the session can still start.
    writer.start_session(hparams()).unwrap().finish().unwrap();
}

#[test]
fn a_sweep_has_one_experiment_and_a_run_for_each_trial() {
    let dir = tempfile::tempdir().unwrap();
    let sweep = Sweep::new(dir.path(), experiment()).unwrap();
    std::thread::scope(|scope| {
        for i in 0..4 {
            let sweep = &sweep;
            scope.spawn(move || {
                let hparams = HParams::new().with("lr", i).group("g");
                let trial = sweep.trial(&format!("set {}/{i}", i % 2), hparams).unwrap();
                trial.writer().add_scalar("loss", i, 1).unwrap();
                if i != 3 {
                    trial.finish().unwrap();
                }
            });
        }
    });
    let root = hparams_of(dir.path());
    assert!(
        matches!(&root[..], [HParamsEvent::Experiment(e)] if e.metrics == experiment().metrics)
    );
    for i in 0..4 {
        let run = dir.path().join(format!("set {}/{i}", i % 2));
        let events = hparams_of(&run);
        let HParamsEvent::SessionStart { hparams, .. } = &events[0] else {
            panic!("{events:?}");
        };
        assert_eq!(*hparams, HParams::new().with("lr", i).group("g"));
        let expected = if i == 3 {
            Status::Failure
        } else {
            Status::Success
        };
        assert_eq!(status(&run), Some(expected));
    }

    for name in ["", ".", "..", "a/../b", "/tmp/x", "./a"] {
        let refused = sweep.trial(name, HParams::new()).unwrap_err();
        assert!(
            refused.to_string().contains("cannot be a trial's name"),
            "{name}"
        );
    }
    let taken = sweep
        .trial("set 0/2", HParams::new())
        .unwrap_err()
        .to_string();
    assert!(taken.contains("a run already exists"), "{taken}");
    let undeclared = sweep.trial("new", HParams::new().with("x", 1));
    assert!(undeclared.unwrap_err().to_string().contains("not declared"));
    assert!(!dir.path().join("new").exists());
}

#[test]
fn a_sink_is_a_session_that_ends_once() {
    let dir = tempfile::tempdir().unwrap();
    let log = |name: &str, log: fn(&SummaryWriter)| {
        let dir = dir.path().join(name);
        log(&writer(&dir));
        dir
    };
    let ended = log("ended", |writer| {
        Sink::log_hparams(writer, &hparams()).unwrap();
        assert!(Sink::log_hparams(writer, &hparams()).is_err(), "one a run");
        writer.end(Status::Failure).unwrap();
        assert!(
            Sink::log_scalar(writer, "loss", 0.5, 1.into()).is_err(),
            "closed"
        );
        writer.end(Status::Success).unwrap();
    });
    assert_eq!(hparams_of(&ended), [start(), end(Status::Failure)]);

    let plain = log("no hyperparameters", |writer| {
        Sink::log_scalar(writer, "loss", 0.5, 1.into()).unwrap();
        writer.end(Status::Success).unwrap();
    });
    assert_eq!(hparams_of(&plain), []);

    // Whoever holds the session ends the same one.
    let shared = log("shared", |writer| {
        let session = writer.start_session(hparams()).unwrap();
        session.writer().end(Status::Success).unwrap();
        drop(session);
    });
    assert_eq!(status(&shared), Some(Status::Success));
}

#[test]
fn a_sink_logs_what_the_methods_of_the_writer_do() {
    let dir = tempfile::tempdir().unwrap();
    let image = Image::new(&[0u8, 60, 120, 255], Layout::Hw, &[2, 2]).unwrap();
    let values = [1.0, 2.0, f64::NAN];
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    let (methods, sink) = (writer(&a), writer(&b));
    methods.add_scalar("s", 0.1, 1).unwrap();
    methods.add_histogram("h", values, 2).unwrap();
    methods.add_text("t", "text", 3).unwrap();
    methods.add_image("i", &image, 4).unwrap();
    methods.close().unwrap();
    let dynamic: &dyn Sink = &sink;
    dynamic.log_scalar("s", 0.1, 1.into()).unwrap();
    dynamic
        .log_histogram("h", &Histogram::new(values), 2.into())
        .unwrap();
    dynamic.log_text("t", "text", 3.into()).unwrap();
    dynamic.log_image("i", &image, 4.into()).unwrap();
    dynamic.end(Status::Success).unwrap();
    let bytes = |writer: &SummaryWriter| std::fs::read(writer.path()).unwrap();
    assert_eq!(bytes(&methods), bytes(&sink));
}
