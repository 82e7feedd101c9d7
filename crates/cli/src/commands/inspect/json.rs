//! The statistics as JSON: see `docs/json.md`.

use std::io::Write;

use serde::{Serialize, Serializer};
use tfevents::Number;
use tfevents::reader::Foreign;

use crate::input::beside::{BesideReport, Pile};
use tfevents_analysis::stats::{FileStats, Range, RunStats, ScalarStats, Series};
use tfevents_analysis::text::natural_order;
use tfevents_table::json::{self, DamageReport, EndReport, Float, PathText};

#[derive(Serialize)]
struct Report<'a> {
    runs: Vec<RunReport<'a>>,
    beside: Vec<BesideReport<'a>>,
    problems: &'a [String],
}

#[derive(Serialize)]
struct RunReport<'a> {
    run: &'a str,
    directory: PathText<'a>,
    points: u64,
    bytes: u64,
    steps: Option<MinMax<i64>>,
    wall_time: Option<MinMax<Float>>,
    plugins: Vec<PluginReport<'a>>,
    files: Vec<FileReport<'a>>,
    series: SeriesOf<'a>,
}

/// One after the other, because there may be as many as points.
struct SeriesOf<'a>(&'a RunStats);

#[derive(Serialize)]
struct PluginReport<'a> {
    /// None for what belongs to no value.
    plugin: Option<&'a str>,
    points: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct FileReport<'a> {
    path: PathText<'a>,
    bytes: u64,
    disk: u64,
    events: u64,
    version: Option<&'a str>,
    writer: Option<&'a str>,
    /// What it is, if it is only called like an event file.
    foreign: Option<&'static str>,
    /// How many places are damaged or hold values that are broken, of which the first ones follow.
    damaged: u64,
    findings: Vec<DamageReport>,
    tail: EndReport,
    error: Option<String>,
}

#[derive(Serialize)]
struct SeriesReport<'a> {
    tag: &'a str,
    kind: &'static str,
    plugin: &'a str,
    points: u64,
    bytes: u64,
    steps: Option<MinMax<i64>>,
    wall_time: Option<MinMax<Float>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scalar: Option<ScalarReport>,
}

#[derive(Serialize)]
struct ScalarReport {
    first: Number,
    last: Number,
    min: Option<Number>,
    max: Option<Number>,
    nan: u64,
}

#[derive(Serialize)]
struct MinMax<T> {
    min: T,
    max: T,
}

pub(super) fn print(
    out: &mut impl Write,
    runs: &[RunStats],
    beside: &[Pile],
    problems: &[String],
) -> anyhow::Result<()> {
    let report = Report {
        runs: runs.iter().map(RunReport::new).collect(),
        beside: beside.iter().map(BesideReport::from).collect(),
        problems,
    };
    Ok(json::write_document(out, &report)?)
}

impl<'a> RunReport<'a> {
    fn new(run: &'a RunStats) -> Self {
        let rest = (run.rest() > 0).then(|| PluginReport {
            plugin: None,
            points: 0,
            bytes: run.rest(),
        });
        Self {
            run: &run.name,
            directory: PathText(&run.dir),
            points: run.points(),
            bytes: run.bytes(),
            steps: min_max(run.steps()),
            wall_time: min_max_time(run.times),
            plugins: run
                .plugins()
                .into_iter()
                .map(|(plugin, stats)| PluginReport {
                    plugin: Some(plugin),
                    points: stats.points,
                    bytes: stats.bytes,
                })
                .chain(rest)
                .collect(),
            files: run.files.iter().map(FileReport::new).collect(),
            series: SeriesOf(run),
        }
    }
}

impl<'a> FileReport<'a> {
    fn new(file: &'a FileStats) -> Self {
        let health = file.reading.health.as_ref();
        let damage = health.map_or(&[][..], |h| &h.defects);
        let mut findings: Vec<_> = damage
            .iter()
            .map(DamageReport::from)
            .chain(file.broken.iter().map(|b| DamageReport {
                record: b.record,
                offset: b.offset,
                bytes: None,
                problem: b.problem.clone(),
            }))
            .collect();
        findings.sort_by_key(|f| f.offset);
        Self {
            path: PathText(&file.path),
            bytes: file.bytes,
            disk: file.disk,
            events: file.events,
            version: file.version.as_deref(),
            writer: file.writer.as_deref(),
            foreign: file.foreign.map(Foreign::code),
            damaged: health.map_or(0, |h| h.damaged) + file.broken_count,
            findings,
            tail: EndReport::new(file.end()),
            error: file.reading.error.as_ref().map(ToString::to_string),
        }
    }
}

impl Serialize for SeriesOf<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut series: Vec<_> = self.0.series.iter().collect();
        series.sort_unstable_by(|(a, x), (b, y)| {
            x.kind.cmp(&y.kind).then_with(|| natural_order(a, b))
        });
        s.collect_seq(series.iter().map(|&(tag, s)| SeriesReport::new(tag, s)))
    }
}

impl<'a> SeriesReport<'a> {
    fn new(tag: &'a str, series: &'a Series) -> Self {
        let stats = series.stats();
        Self {
            tag,
            kind: series.kind.name(),
            plugin: series.plugin(),
            points: stats.points,
            bytes: stats.bytes,
            steps: min_max(stats.steps),
            wall_time: min_max_time(stats.times),
            scalar: stats.scalar.as_ref().map(ScalarReport::new),
        }
    }
}

impl ScalarReport {
    fn new(scalar: &ScalarStats) -> Self {
        Self {
            first: scalar.first,
            last: scalar.last,
            min: scalar.all.range().map(|(min, _)| min),
            max: scalar.all.range().map(|(_, max)| max),
            nan: scalar.all.nan(),
        }
    }
}

fn min_max(range: Range<i64>) -> Option<MinMax<i64>> {
    range.0.map(|(min, max)| MinMax { min, max })
}

fn min_max_time(range: Range<f64>) -> Option<MinMax<Float>> {
    range.0.map(|(min, max)| MinMax {
        min: Float(min),
        max: Float(max),
    })
}
