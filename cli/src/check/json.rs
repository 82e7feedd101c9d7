//! Findings as JSON: see `docs/json.md`.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use tfevents::check::Finding;

use super::{Checked, Totals, name};
use crate::json::PathText;

#[derive(Serialize)]
struct Document<'a> {
    runs: Vec<RunReport<'a>>,
    totals: TotalsReport,
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
struct FindingReport<'a> {
    severity: &'static str,
    problem: &'static str,
    message: String,
    file: Option<PathText<'a>>,
    record: Option<u64>,
    offset: Option<u64>,
    tag: Option<&'a str>,
    count: u64,
}

#[derive(Serialize)]
struct TotalsReport {
    loss: usize,
    hidden: usize,
    warning: usize,
    note: usize,
}

pub(super) fn print(
    out: &mut impl Write,
    checked: &[Checked<'_>],
    totals: &Totals,
    problems: &[String],
) -> Result<()> {
    let document = Document {
        runs: checked.iter().map(RunReport::new).collect(),
        totals: TotalsReport {
            loss: totals.loss,
            hidden: totals.hidden,
            warning: totals.warning,
            note: totals.note,
        },
        problems,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    Ok(())
}

impl<'a> RunReport<'a> {
    fn new(run: &'a Checked<'_>) -> Self {
        Self {
            run: &run.source.name,
            directory: PathText(run.source.run.dir()),
            files: run.source.run.files().len(),
            findings: run.report.findings.iter().map(FindingReport::new).collect(),
        }
    }
}

impl<'a> FindingReport<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            severity: name(finding.severity()),
            problem: finding.problem.code(),
            message: finding.problem.to_string(),
            file: finding.file.as_deref().map(PathText),
            record: finding.place.map(|place| place.record),
            offset: finding.place.map(|place| place.offset),
            tag: finding.tag.as_deref(),
            count: finding.count,
        }
    }
}
