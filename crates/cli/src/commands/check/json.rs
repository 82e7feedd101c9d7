//! Findings as JSON: see `docs/json.md`.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use tfevents::check::Finding;

use super::{Checked, Totals, severity};
use crate::input::beside::{BesideReport, Pile};
use tfevents_table::json::{self, PathText};

#[derive(Serialize)]
struct Document<'a> {
    runs: Vec<RunReport<'a>>,
    beside: Vec<BesideFinding<'a>>,
    totals: &'a Totals,
    problems: &'a [String],
}

#[derive(Serialize)]
struct RunReport<'a> {
    run: &'a str,
    directory: PathText<'a>,
    files: usize,
    findings: Vec<FindingReport<'a>>,
}

#[derive(Serialize)]
struct BesideFinding<'a> {
    severity: &'static str,
    #[serde(flatten)]
    beside: BesideReport<'a>,
}

#[derive(Serialize)]
struct FindingReport<'a> {
    severity: &'static str,
    problem: &'static str,
    message: String,
    cure: Option<&'a str>,
    file: Option<PathText<'a>>,
    record: Option<u64>,
    offset: Option<u64>,
    tag: Option<&'a str>,
    count: u64,
}

pub(super) fn print(
    out: &mut impl Write,
    checked: &[&Checked],
    beside: &[Pile],
    totals: &Totals,
    problems: &[String],
) -> Result<()> {
    let document = Document {
        runs: checked.iter().map(|run| RunReport::new(run)).collect(),
        beside: beside.iter().map(BesideFinding::new).collect(),
        totals,
        problems,
    };
    Ok(json::write_document(out, &document)?)
}

impl<'a> RunReport<'a> {
    fn new(run: &'a Checked) -> Self {
        Self {
            run: &run.name,
            directory: PathText(&run.dir),
            files: run.files,
            findings: run.findings.iter().map(FindingReport::new).collect(),
        }
    }
}

impl<'a> BesideFinding<'a> {
    fn new(beside: &'a Pile) -> Self {
        Self {
            severity: severity(beside).name(),
            beside: beside.into(),
        }
    }
}

impl<'a> FindingReport<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            severity: finding.severity().name(),
            problem: finding.problem.code(),
            message: finding.problem.to_string(),
            cure: finding.problem.cure(),
            file: finding.file.as_deref().map(PathText),
            record: finding.place.map(|place| place.record),
            offset: finding.place.map(|place| place.offset),
            tag: finding.tag.as_deref(),
            count: finding.count,
        }
    }
}
