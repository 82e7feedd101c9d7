//! What differs, for programs.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use tfevents::plugin::hparams::HParamValue;
use tfevents::{Kind, Number};
use tfevents_analysis::diff::{Difference, LogdirDiff, RunDiff, SeriesDiff};
use tfevents_table::json;

use super::Shown;

#[derive(Serialize)]
struct Document<'a> {
    different: bool,
    only_left: &'a [String],
    only_right: &'a [String],
    runs: Vec<RunReport<'a>>,
}

#[derive(Serialize)]
struct RunReport<'a> {
    run: &'a str,
    different: bool,
    hparams: Vec<HParamReport<'a>>,
    series: Vec<SeriesReport<'a>>,
}

#[derive(Serialize)]
struct HParamReport<'a> {
    name: &'a str,
    left: Option<&'a HParamValue>,
    right: Option<&'a HParamValue>,
}

#[derive(Serialize)]
struct SeriesReport<'a> {
    tag: &'a str,
    /// None where that side does not have it.
    left_kind: Option<&'static str>,
    right_kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<PointsReport>,
}

#[derive(Serialize)]
struct PointsReport {
    only_left: usize,
    only_right: usize,
    compared: usize,
    differing: usize,
    first_step: Option<i64>,
    furthest: Option<Furthest>,
}

#[derive(Serialize)]
struct Furthest {
    step: i64,
    left: Number,
    right: Number,
}

impl<'a> SeriesReport<'a> {
    fn new(series: &'a SeriesDiff) -> Self {
        let (left, right, points) = match &series.difference {
            Difference::OnlyLeft(kind) => (Some(*kind), None, None),
            Difference::OnlyRight(kind) => (None, Some(*kind), None),
            Difference::Kinds(left, right) => (Some(*left), Some(*right), None),
            Difference::Points(points) => (Some(points.kind), Some(points.kind), Some(points)),
            _ => (None, None, None),
        };
        Self {
            tag: &series.tag,
            left_kind: left.map(Kind::name),
            right_kind: right.map(Kind::name),
            points: points.map(|points| PointsReport {
                only_left: points.only_left,
                only_right: points.only_right,
                compared: points.compared,
                differing: points.differing,
                first_step: points.first,
                furthest: points
                    .furthest
                    .map(|(step, left, right)| Furthest { step, left, right }),
            }),
        }
    }
}

fn report<'a>((run, diff): &'a (String, RunDiff)) -> RunReport<'a> {
    let hparams = diff.hparams.iter().map(|(name, left, right)| HParamReport {
        name,
        left: left.as_ref(),
        right: right.as_ref(),
    });
    RunReport {
        run,
        different: !diff.is_empty(),
        hparams: hparams.collect(),
        series: diff.series.iter().map(SeriesReport::new).collect(),
    }
}

pub(super) fn print(out: &mut impl Write, diff: &LogdirDiff, shown: &Shown<'_>) -> Result<()> {
    let document = Document {
        different: !diff.is_empty(),
        only_left: shown.only_left,
        only_right: shown.only_right,
        runs: shown.runs.iter().map(|run| report(run)).collect(),
    };
    Ok(json::write_document(out, &document)?)
}
