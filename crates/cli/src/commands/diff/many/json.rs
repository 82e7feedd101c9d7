//! What differs among runs, for programs.

use std::io::Write;

use anyhow::Result;
use serde::{Serialize, Serializer};
use tfevents::Kind;
use tfevents::plugin::hparams::HParamValue;
use tfevents_analysis::diff::{Variation, Varying};
use tfevents_table::json;

#[derive(Serialize)]
struct Document<'a> {
    different: bool,
    compared: &'a [&'a str],
    hparams: Vec<HParamReport<'a>>,
    series: Vec<SeriesReport<'a>>,
}

#[derive(Serialize)]
struct HParamReport<'a> {
    name: &'a str,
    values: Values<'a, HParamValue>,
}

#[derive(Serialize)]
struct SeriesReport<'a> {
    tag: &'a str,
    kinds: Values<'a, Kind>,
}

/// What each run has, in their order; null where that is nothing.
struct Values<'a, V> {
    varying: &'a Varying<V>,
    runs: usize,
}

impl Serialize for Values<'_, HParamValue> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq((0..self.runs).map(|run| self.varying.of(run)))
    }
}

impl Serialize for Values<'_, Kind> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let name = |run| self.varying.of(run).map(|kind| kind.name());
        s.collect_seq((0..self.runs).map(name))
    }
}

/// Prints the differences that are `shown`, which are all or the first ones.
pub(super) fn print(
    out: &mut impl Write,
    runs: &[&str],
    found: &Variation,
    shown: (&[Varying<HParamValue>], &[Varying<Kind>]),
) -> Result<()> {
    let hparams = shown.0.iter().map(|varying| HParamReport {
        name: &varying.name,
        values: Values {
            varying,
            runs: runs.len(),
        },
    });
    let series = shown.1.iter().map(|varying| SeriesReport {
        tag: &varying.name,
        kinds: Values {
            varying,
            runs: runs.len(),
        },
    });
    let document = Document {
        different: !found.is_empty(),
        compared: runs,
        hparams: hparams.collect(),
        series: series.collect(),
    };
    Ok(json::write_document(out, &document)?)
}
