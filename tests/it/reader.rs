//! Reading in every circumstance that the specification of readers lists, a test a row; where stock
//! TensorBoard does otherwise, the comment says what. FAST is its data server, SLOW its Python path.

use std::fs;
use std::path::Path;

use tfevents::proto::{self, Message as _, event::What, summary};
use tfevents::{LogdirState, Policy, RunItem, Selection, record};

mod change;
mod copies;
mod damage;
mod discovery;
mod large;
mod migration;
mod scale;
mod tail;
#[cfg(unix)]
mod unix;

/// An event file of scalars with the tag `x`, value equal to step.
fn scalars(steps: impl IntoIterator<Item = i64>) -> Vec<u8> {
    steps
        .into_iter()
        .flat_map(|step| framed(&scalar(step)))
        .collect()
}

fn scalar(step: i64) -> proto::Event {
    value(step, "x", summary::value::Value::SimpleValue(step as f32))
}

fn value(step: i64, tag: &str, value: summary::value::Value) -> proto::Event {
    event(
        step,
        summary::Value {
            tag: tag.into(),
            value: Some(value),
            ..Default::default()
        },
    )
}

fn event(step: i64, value: summary::Value) -> proto::Event {
    proto::Event {
        wall_time: 1_700_000_000.0 + step as f64,
        step,
        what: Some(What::Summary(proto::Summary { value: vec![value] })),
        ..Default::default()
    }
}

fn framed(event: &proto::Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    record::frame(&mut bytes, &event.encode_to_vec());
    bytes
}

fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    let path = path.as_ref();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The steps of the scalar `x` of a run, by a fresh reading of the logdir.
fn steps(logdir: &Path, run: &str) -> Vec<i64> {
    let state = LogdirState::load(logdir, Selection::all()).unwrap();
    state_steps(&state, run)
}

fn state_steps(state: &LogdirState, run: &str) -> Vec<i64> {
    let run = state.run(run).unwrap_or_else(|| panic!("no run {run:?}"));
    run.scalars("x", Policy::Raw)
        .map_or(Vec::new(), |scalars| scalars.steps)
}

/// All defects of a file read alone, as text.
fn defects(path: &Path) -> Vec<String> {
    let logdir = tfevents::Logdir::open(path).unwrap();
    let mut reader = logdir.runs()[0].read();
    let mut found = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        if let RunItem::Damage { defect, .. } = item {
            found.push(defect.to_string());
        }
    }
    found
}
