//! What was reduced, for programs.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use tfevents_analysis::reduce::{Input, ReducedSeries};

use crate::input::reduced::Reduced;
use tfevents_table::json::{self, Float, PathText};

/// What is reported beside the names of runs and tags.
#[derive(Clone, Copy)]
pub(super) enum Told<'a> {
    /// Which files of each group were written, or would be.
    Report {
        dry_run: bool,
        outputs: &'a [Vec<PathBuf>],
    },
    /// Everything that was computed.
    Values,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
    groups: Vec<GroupReport<'a>>,
}

#[derive(Serialize)]
struct GroupReport<'a> {
    group: &'a str,
    runs: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<Vec<PathText<'a>>>,
    series: Vec<SeriesReport<'a>>,
}

#[derive(Serialize)]
struct SeriesReport<'a> {
    tag: &'a str,
    inputs: usize,
    points: usize,
    replaced: usize,
    left_out: usize,
    steps: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Values<'a>>,
}

/// The columns by name.
struct Values<'a>(ReducedSeries<'a>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("step", &self.0.steps)?;
        map.serialize_entry("wall_time", &Floats(self.0.wall_times))?;
        map.serialize_entry("runs", &self.0.counts)?;
        for (statistic, values) in self.0.columns() {
            map.serialize_entry(statistic.name(), &Floats(values))?;
        }
        map.end()
    }
}

struct Floats<'a>(&'a [f64]);

impl Serialize for Floats<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.0.iter().map(|&value| Float(value)))
    }
}

pub(super) fn print(out: &mut impl Write, reduced: &[Reduced], told: Told<'_>) -> Result<()> {
    let document = Document {
        dry_run: match told {
            Told::Report { dry_run, .. } => Some(dry_run),
            Told::Values => None,
        },
        groups: reduced
            .iter()
            .enumerate()
            .map(|(i, group)| report(group, i, told))
            .collect(),
    };
    Ok(json::write_document(out, &document)?)
}

fn report<'a>(group: &'a Reduced, i: usize, told: Told<'a>) -> GroupReport<'a> {
    let (values, outputs) = match told {
        Told::Values => (true, None),
        Told::Report { outputs, .. } => (false, outputs.get(i)),
    };
    let series = group.result.iter().map(|(tag, series)| {
        let sum = |of: fn(&Input) -> usize| series.inputs.iter().map(of).sum();
        SeriesReport {
            tag,
            inputs: series.inputs.len(),
            points: sum(|input| input.points),
            replaced: sum(|input| input.replaced),
            left_out: series.left_out(),
            steps: series.steps.len(),
            values: values.then_some(Values(series.clone())),
        }
    });
    GroupReport {
        group: &group.name,
        runs: group.runs.iter().map(String::as_str).collect(),
        outputs: outputs.map(|paths| paths.iter().map(|path| PathText(path)).collect()),
        series: series.collect(),
    }
}
