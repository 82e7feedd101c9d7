//! Hyperparameters, one per row, and rows for everything else in events of the HParams plugin.

use serde::Serialize;
use std::io;
use tfevents::plugin::hparams::{HParamValue, HParamsEvent};

use crate::row_writer::{Cell, Column, Holds};

pub(crate) const COLUMNS: &[Column] = &[
    Column::new("item", Holds::Names),
    Column::new("name", Holds::Names),
    Column::new("type", Holds::Names),
    Column::optional("number", Holds::Floats),
    Column::optional("text", Holds::Text),
];

type Each<'e> = &'e mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>;

/// Hands the rows of an event to `each`, and says whether it is an event that is known here.
pub(crate) fn rows(event: &HParamsEvent, each: Each<'_>) -> io::Result<bool> {
    match event {
        HParamsEvent::SessionStart { hparams, time } => {
            for (name, value) in &hparams.values {
                hparam(name, value, each)?;
            }
            number("session", "start_time", time.as_secs(), each)?;
            text("session", "group", &hparams.group, each)?;
            text("session", "model_uri", &hparams.model_uri, each)?;
            text("session", "monitor_url", &hparams.monitor_url, each)?;
        }
        HParamsEvent::SessionEnd { status: end, time } => {
            number("session", "end_time", time.as_secs(), each)?;
            text("session", "status", end.name(), each)?;
        }
        HParamsEvent::Experiment(experiment) => {
            for hparam in &experiment.hparams {
                json("declared_hparam", &hparam.name, hparam, each)?;
            }
            for metric in &experiment.metrics {
                json("metric", &metric.tag, metric, each)?;
            }
            number(
                "experiment",
                "time_created",
                experiment.time_created.as_secs(),
                each,
            )?;
            text("experiment", "name", &experiment.name, each)?;
            text("experiment", "description", &experiment.description, each)?;
            text("experiment", "user", &experiment.user, each)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn hparam(name: &str, value: &HParamValue, each: Each<'_>) -> io::Result<()> {
    let item = "hparam";
    match value {
        HParamValue::Number(v) => number(item, name, *v, each),
        HParamValue::Bool(v) => {
            let number = Cell::float(u8::from(*v).into());
            each(&row(item, name, "bool", number, Cell::Empty))
        }
        HParamValue::Text(v) => each(&row(item, name, "text", Cell::Empty, Cell::Text(v))),
        HParamValue::Null => each(&row(item, name, "null", Cell::Empty, Cell::Empty)),
        other => json(item, name, other, each),
    }
}

fn number(item: &str, name: &str, v: f64, each: Each<'_>) -> io::Result<()> {
    each(&row(item, name, "number", Cell::float(v), Cell::Empty))
}

/// Nothing for empty text.
fn text(item: &str, name: &str, text: &str, each: Each<'_>) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    each(&row(item, name, "text", Cell::Empty, Cell::Text(text)))
}

fn json(item: &str, name: &str, value: &impl Serialize, each: Each<'_>) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    each(&row(item, name, "json", Cell::Empty, Cell::Text(&text)))
}

/// A cell for each of the [`COLUMNS`].
fn row<'a>(
    item: &'a str,
    name: &'a str,
    kind: &'a str,
    number: Cell<'a>,
    text: Cell<'a>,
) -> [Cell<'a>; 5] {
    let [item, name, kind] = [item, name, kind].map(Cell::Text);
    [item, name, kind, number, text]
}
