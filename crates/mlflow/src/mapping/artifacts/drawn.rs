//! Series that are drawn as a whole: a page with a picture of all their steps.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use tfevents::json::Float;
use tfevents::{Kind, Value};
use tfevents_table::Row;

use super::page::{self, Script};
use super::series::directory;
use super::thinned::Thinned;
use super::{Artifact, file};
use crate::error::Result;

/// How large a value gets that is drawn, as JSON.
const LARGEST: usize = 4 << 20;
/// How many steps of a mesh are drawn at least, since each may be large.
const MESHES: usize = 4;

/// What a value is drawn with: others of its own series, or of its mesh.
pub(super) fn subject<'a>(row: &'a Row<'_>) -> Option<&'a str> {
    match row.value {
        Value::Histogram(_) | Value::PrCurve(_) => Some(row.tag),
        // Its parts are series of their own.
        Value::Mesh(part) => Some(match part.name.is_empty() {
            true => row.tag,
            false => &part.name,
        }),
        _ => None,
    }
}

/// What is drawn on one page.
#[derive(Debug)]
pub(super) struct Drawn {
    kind: Kind,
    title: String,
    path: String,
    /// By tag, because the parts of a mesh come each in their own series.
    steps: BTreeMap<String, Thinned<Box<RawValue>>>,
    too_large: u64,
    grown: bool,
}

#[derive(Serialize)]
struct Step<'a> {
    step: i64,
    time: Float,
    value: &'a Value<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    steps: Vec<&'a RawValue>,
}

impl Drawn {
    pub(super) fn new(kind: Kind, title: &str, name: &str) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            path: format!("{}/{name}.html", directory(kind)),
            steps: BTreeMap::new(),
            too_large: 0,
            grown: false,
        }
    }

    pub(super) fn add(&mut self, row: &Row<'_>) {
        let step = Step {
            step: row.step,
            time: Float(row.wall_time.as_secs()),
            value: row.value,
        };
        self.grown = true;
        let Some(step) = serde_json::value::to_raw_value(&step)
            .ok()
            .filter(|step| step.get().len() <= LARGEST)
        else {
            self.too_large += 1;
            return;
        };
        let kind = self.kind;
        let new = || match kind {
            Kind::Mesh => Thinned::new(MESHES),
            _ => Thinned::default(),
        };
        self.steps
            .entry(row.tag.to_owned())
            .or_insert_with(new)
            .add(step);
    }

    /// The page, if it has changed since this was asked last.
    pub(super) fn page(&mut self) -> Result<Option<Artifact>> {
        if !std::mem::take(&mut self.grown) {
            return Ok(None);
        }
        let script = match self.kind {
            Kind::PrCurve => Script::PrCurve,
            Kind::Mesh => Script::Mesh,
            _ => Script::Histogram,
        };
        let steps: Vec<_> = self
            .steps
            .values()
            .flat_map(Thinned::iter)
            .map(AsRef::as_ref)
            .collect();
        let added: u64 = self.steps.values().map(Thinned::added).sum();
        let mut note = String::new();
        if (steps.len() as u64) < added {
            note = format!("{} of {added} values are drawn. ", steps.len());
        }
        if self.too_large > 0 {
            note += &format!("{} values are too large to be drawn. ", self.too_large);
        }
        let page = page::page(&self.title, &note, script, &Data { steps })?;
        Ok(Some(file(self.path.clone(), page)))
    }
}
