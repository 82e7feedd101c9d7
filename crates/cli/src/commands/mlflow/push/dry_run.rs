//! What a push would do.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::Result;
use serde::Serialize;
use tfevents::Kind;
use tfevents_mlflow::{Options, Planned, Source, plan};

use super::report::crowded;
use super::{Args, losses};
use crate::output;
use crate::render::clock;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use tfevents_analysis::{number, text};
use tfevents_table::json;

/// A run, as `--json` prints it.
#[derive(Serialize)]
struct Report<'a> {
    run: &'a str,
    run_name: &'a str,
    identity: &'a str,
    status: &'a str,
    start_time: f64,
    end_time: Option<f64>,
    params: Vec<Param<'a>>,
    metrics: Vec<Metric<'a>>,
    artifacts: &'a [String],
    description: Option<&'a str>,
    losses: losses::Counts<'a>,
}

#[derive(Serialize)]
struct Param<'a> {
    name: &'a str,
    key: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Metric<'a> {
    tag: &'a str,
    key: &'a str,
    points: u64,
}

#[derive(Serialize)]
struct Document<'a> {
    dry_run: bool,
    runs: Vec<Report<'a>>,
}

/// Prints what would become of each run, and returns the kinds of series that were met; `None` if filters leave nothing.
pub(super) fn print(
    args: &Args,
    sources: &[Source],
    options: &Options,
    reporter: &Reporter,
) -> Result<Option<BTreeSet<Kind>>> {
    let plans: Vec<_> = sources.iter().map(|source| plan(source, options)).collect();
    if args.what.is_nothing_left(&plans) {
        return Ok(None);
    }
    let mut planned = Vec::new();
    for (source, plan) in sources.iter().zip(plans) {
        match plan? {
            Some(plan) => planned.push((source, plan)),
            None => {
                let name = text::printable(source.name());
                reporter.note(format_args!(
                    "{name}: {}, so nothing would be pushed",
                    args.what.left_out()
                ));
            }
        }
    }
    reporter.end_progress();
    let mut out = output::styled_stdout();
    if args.json {
        let runs = planned
            .iter()
            .map(|(source, plan)| Report::new(source, plan));
        let runs = runs.collect();
        let dry_run = true;
        json::write_document(&mut out, &Document { dry_run, runs })?;
    } else {
        for (number, (source, plan)) in planned.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            describe(&mut out, source, plan)?;
        }
    }
    out.flush()?;
    for (source, plan) in &planned {
        let name = text::printable(source.name());
        losses::warn(&name, &plan.losses, reporter);
        if plan.is_crowded() {
            crowded(&name, plan.metrics.len(), reporter);
        }
    }
    let met = planned
        .iter()
        .flat_map(|(_, plan)| plan.kinds.iter().copied());
    Ok(Some(met.collect()))
}

fn describe(out: &mut impl std::io::Write, source: &Source, plan: &Planned) -> Result<()> {
    let (name, run_name) = (
        text::printable(source.name()),
        text::printable(&plan.run_name),
    );
    let start = clock::time(plan.start as f64 / 1e3);
    let status = plan.status;
    writeln!(
        out,
        "{name} becomes the run {run_name}: {status}, since {start}"
    )?;
    if let Some(tag) = &plan.description {
        writeln!(out, "  description from the text {}", text::printable(tag))?;
    }
    for param in few::first(&plan.params, few::NAMED).0 {
        let renamed = renamed(&param.name, &param.key);
        let value = text::without_middle(&param.value, |text| text.chars().count() <= SHOWN);
        let value = text::printable(&value);
        writeln!(out, "  parameter {renamed}: {value}")?;
    }
    more(out, plan.params.len(), "parameter")?;
    for metric in few::first(&plan.metrics, few::NAMED).0 {
        let renamed = renamed(&metric.tag, &metric.key);
        let points = number::counted(metric.points, "point");
        writeln!(out, "  metric {renamed}: {points}")?;
    }
    more(out, plan.metrics.len(), "metric")?;
    for path in few::first(&plan.artifacts, few::NAMED).0 {
        writeln!(out, "  artifact {}", text::printable(path))?;
    }
    more(out, plan.artifacts.len(), "artifact")
}

/// Characters of a value.
const SHOWN: usize = 60;

fn more(out: &mut impl std::io::Write, count: usize, noun: &str) -> Result<()> {
    let others = count.saturating_sub(few::or_all(few::NAMED));
    if others > 0 {
        writeln!(out, "  {}", few::more(others as u64, noun, ""))?;
    }
    Ok(())
}

/// `lr=0.1 as lr_x3D_0.1`
fn renamed(name: &str, key: &str) -> String {
    match name == key {
        true => key.to_owned(),
        false => format!("{} as {key}", text::printable(name)),
    }
}

impl<'a> Report<'a> {
    fn new(source: &'a Source, plan: &'a Planned) -> Self {
        let params = plan.params.iter().map(|param| Param {
            name: &param.name,
            key: &param.key,
            value: &param.value,
        });
        let metrics = plan.metrics.iter().map(|metric| Metric {
            tag: &metric.tag,
            key: &metric.key,
            points: metric.points,
        });
        Self {
            run: source.name(),
            run_name: &plan.run_name,
            identity: &plan.identity,
            status: plan.status,
            start_time: plan.start as f64 / 1e3,
            end_time: plan.end.map(|end| end as f64 / 1e3),
            params: params.collect(),
            metrics: metrics.collect(),
            artifacts: &plan.artifacts,
            description: plan.description.as_deref(),
            losses: losses::Counts(&plan.losses),
        }
    }
}
