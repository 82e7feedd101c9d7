//! What every sink has to keep, whoever wrote it.

use tfevents::sink::{Fanout, Memory};
use tfevents::{
    ErrorKind, HParams, Histogram, Image, Layout, LogdirState, Policy, Result, Selection, Sink,
    Status, SummaryWriter,
};
use tfevents_table::JsonLines;

/// Every method that logs.
type Log = fn(&dyn Sink) -> Result<()>;

const METHODS: [(&str, Log); 5] = [
    ("scalar", |sink| sink.log_scalar("s", 0.5, 1.into())),
    ("histogram", |sink| {
        sink.log_histogram("h", &Histogram::new([1.0]), 1.into())
    }),
    ("text", |sink| sink.log_text("t", "text", 1.into())),
    ("image", |sink| {
        let image = Image::new(&[0u8], Layout::Hw, &[1, 1])?;
        sink.log_image("i", &image, 1.into())
    }),
    ("hparams", |sink| {
        sink.log_hparams(&HParams::new().with("lr", 0.1))
    }),
];

/// Logs nothing after the end, says so, and takes a second end for nothing.
fn ends(name: &str, sink: &dyn Sink) {
    for (method, log) in METHODS {
        log(sink).unwrap_or_else(|e| panic!("{name}: {method}: {e}"));
    }
    sink.end(Status::Failure).unwrap();
    for (method, log) in METHODS {
        let error = log(sink).expect_err(&format!("{name}: {method}"));
        assert!(
            matches!(error.kind(), ErrorKind::Closed),
            "{name}: {method}: {error}"
        );
    }
    sink.end(Status::Success).unwrap();
}

#[test]
fn nothing_is_logged_after_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let writer = |run: &str| SummaryWriter::new(dir.path().join(run)).unwrap();
    ends("SummaryWriter", &writer("a"));

    let memory = Memory::new();
    ends("Memory", &memory);
    assert_eq!(memory.logged().len(), METHODS.len() + 1);

    let lines = JsonLines::new(Vec::new(), ".");
    ends("JsonLines", &lines);
    let lines = String::from_utf8(lines.into_inner()).unwrap();
    assert_eq!(lines.lines().count(), METHODS.len() + 1);
    let end = lines.lines().last().unwrap();
    assert!(
        end.contains(r#""session_end":{"status":"failure""#),
        "{end}"
    );

    let memory = Memory::new();
    let inner = Fanout::new().with("memory", memory.clone());
    let sinks = Fanout::new()
        .with("writer", writer("b"))
        .with("lines", JsonLines::new(Vec::new(), "."))
        .with("inner", inner);
    ends("Fanout", &sinks);
    assert_eq!(memory.logged().len(), METHODS.len() + 1);
}

#[test]
fn values_that_are_in_no_bucket_are_counted_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let lines = JsonLines::new(Vec::new(), ".");
    let nothing_but_nan = Histogram::new([f64::NAN, f64::INFINITY]);
    for sink in [&writer as &dyn Sink, &lines] {
        sink.log_histogram("h", &nothing_but_nan, 3.into()).unwrap();
        sink.end(Status::Success).unwrap();
    }
    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let run = state.run(".").unwrap();
    let counted = run.scalars("h/left_out", Policy::Raw).unwrap();
    assert_eq!(
        (&counted.steps[..], counted.values.to_f64()),
        (&[3][..], vec![2.0])
    );
    let lines = String::from_utf8(lines.into_inner()).unwrap();
    let counted: serde_json::Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    assert_eq!(
        (&counted["tag"], &counted["step"]),
        (&"h/left_out".into(), &3.into())
    );
    assert_eq!(
        (&counted["kind"], &counted["value"]),
        (&"scalar".into(), &2.0.into())
    );
}
