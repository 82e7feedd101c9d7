//! Compares, and prints what differs.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Result;
use serde::Serialize;
use tfevents_mlflow::{Compared, DiffOptions, Difference, OnlyThere, Source, Stored};

use super::Args;
use crate::output;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::{number, text};
use tfevents_table::json::{self, Float};

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.what.filters.compile()?;
    let (sources, bytes) = args.what.sources(&wanted.runs, reporter)?;
    let seen = SeenTags::default();
    let tags = Arc::new(wanted.tags);
    let options = args.what.options(Box::new(seen.test(Arc::clone(&tags))));
    let server = args.what.server.open()?;
    reporter.begin_progress(bytes, false);
    let paths = args.what.paths.paths.iter();
    let options = DiffOptions {
        pushed: options,
        content: args.content,
        logdirs: paths.filter(|path| path.is_dir()).cloned().collect(),
    };
    let diff = server.diff(&sources, options);
    reporter.end_progress();
    let diff = diff?;
    let gone = diff.only_there.into_iter();
    let gone: Vec<_> = gone.filter(|run| wanted.runs.matches(&run.name)).collect();
    if gone.is_empty() && args.what.is_nothing_left(&diff.runs) {
        let met = sources.iter().flat_map(Source::kinds).collect();
        let unmatched = Unmatched::of_seen(&tags, &seen).and(args.what.kinds.unmatched(&met));
        return unmatched.report(false, reporter);
    }
    let (mut runs, mut failed) = (Vec::new(), None);
    for (source, compared) in sources.iter().zip(diff.runs) {
        let name = source.name();
        match compared {
            Ok(Some(run)) => runs.push((name, run)),
            Ok(None) => {
                let name = text::printable(name);
                reporter.note(format_args!("{name}: {}", args.what.left_out()));
            }
            Err(e) => failed = Some(anyhow::Error::from(e).context(name.to_owned())),
        }
    }
    args.what.unmatched(&tags, &seen).report(true, reporter)?;
    if !gone.is_empty() || runs.iter().any(|(_, run)| !run.differences.is_empty()) {
        reporter.finding();
    }
    print(&runs, &gone, args.json)?;
    failed.map_or(Ok(()), Err)
}

fn print(runs: &[(&str, Compared)], gone: &[OnlyThere], is_json: bool) -> Result<()> {
    let mut out = output::styled_stdout();
    if is_json {
        let runs = runs.iter().map(|(name, run)| Report::new(name, run));
        let document = Document {
            runs: runs.collect(),
            only_there: gone.iter().map(Gone::from).collect(),
        };
        json::write_document(&mut out, &document)?;
        return Ok(out.flush()?);
    }
    for (name, run) in runs {
        let name = text::printable(name);
        if run.differences.is_empty() {
            writeln!(out, "{name}: the same, {}", counts(run))?;
            continue;
        }
        let count = number::counted(run.differences.len() as u64, "difference");
        writeln!(out, "{name}: {count}")?;
        let (first, others) = few::first(&run.differences, few::NAMED);
        for difference in first {
            writeln!(out, "  {}", text::printable(&difference.to_string()))?;
        }
        if others > 0 {
            writeln!(out, "  {}", few::more(others, "difference", ""))?;
        }
    }
    let (first, others) = few::first(gone, few::NAMED);
    for run in first {
        let (name, id) = (text::printable(&run.name), &run.run_id);
        let dir = text::printable(&run.directory);
        writeln!(out, "{name}: only there, as run {id}; no longer in {dir}")?;
    }
    if others > 0 {
        writeln!(out, "{}", few::more(others, "run", "only there"))?;
    }
    Ok(out.flush()?)
}

fn counts(run: &Compared) -> String {
    [
        number::counted(run.points, "point"),
        number::counted(run.params, "parameter"),
        number::counted(run.artifacts, "artifact"),
    ]
    .join(", ")
}

#[derive(Serialize)]
struct Document<'a> {
    runs: Vec<Report<'a>>,
    only_there: Vec<Gone<'a>>,
}

#[derive(Serialize)]
struct Gone<'a> {
    run: &'a str,
    run_id: &'a str,
    directory: &'a str,
}

impl<'a> From<&'a OnlyThere> for Gone<'a> {
    fn from(run: &'a OnlyThere) -> Self {
        Self {
            run: &run.name,
            run_id: &run.run_id,
            directory: &run.directory,
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    run: &'a str,
    run_id: Option<&'a str>,
    points: u64,
    params: u64,
    artifacts: u64,
    differences: Vec<Line<'a>>,
}

/// What differs; null is what is missing on one side.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "of")]
enum Line<'a> {
    Run,
    Point {
        tag: &'a str,
        here: Option<Point>,
        there: Option<Point>,
    },
    Param {
        key: &'a str,
        here: Option<&'a str>,
        there: Option<&'a str>,
    },
    Artifact {
        path: &'a str,
        here: Option<u64>,
        there: Option<u64>,
    },
    Content {
        path: &'a str,
    },
}

#[derive(Serialize)]
struct Point {
    step: i64,
    timestamp: i64,
    value: Float,
}

impl From<Stored> for Point {
    fn from(point: Stored) -> Self {
        Self {
            step: point.step,
            timestamp: point.timestamp,
            value: Float(point.value),
        }
    }
}

impl<'a> Report<'a> {
    fn new(run: &'a str, compared: &'a Compared) -> Self {
        Self {
            run,
            run_id: compared.run_id.as_deref(),
            points: compared.points,
            params: compared.params,
            artifacts: compared.artifacts,
            differences: compared.differences.iter().filter_map(line).collect(),
        }
    }
}

fn line(difference: &Difference) -> Option<Line<'_>> {
    Some(match difference {
        Difference::Run => Line::Run,
        Difference::Point { tag, here, there } => Line::Point {
            tag,
            here: here.map(Point::from),
            there: there.map(Point::from),
        },
        Difference::Param { key, here, there } => Line::Param {
            key,
            here: here.as_deref(),
            there: there.as_deref(),
        },
        Difference::Artifact { path, here, there } => Line::Artifact {
            path,
            here: *here,
            there: *there,
        },
        Difference::Content { path } => Line::Content { path },
        _ => return None,
    })
}
