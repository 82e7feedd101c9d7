//! `tfevents reduce`: runs that repeat one another made into statistics.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::event::file_version;
use tfevents::proto::{self, Message as _};
use tfevents::{Kind, Policy, record};
use tfevents_analysis::reduce::{Alignment, Reduce, ReducedRun, ReducedSeries, Statistic};

use crate::args::filters;
use crate::args::groups::{Group, Grouping};
use crate::input::loaded::{Content, Loaded};
use crate::input::paths::Paths;
use crate::input::sources::Source;
use crate::output::destination::{self, Targets, relative};
use crate::output::{self, Target, Tree};
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};
use crate::ui::usage::UsageError;
use tfevents_analysis::number;

mod json;
mod table;
mod text;

/// Reduce runs that differ in their seeds to mean, spread and the like
///
/// The result is a logdir with a run for each group, in which every scalar tag has a tag for each statistic,
/// as `loss/mean`; TensorBoard draws bands of them on its Custom Scalars tab. Or it is a table.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Write into DIR, a new or empty directory: DIR/GROUP/NAME. Or the table to FILE, `-` for standard output
    #[arg(short, long, value_name = "DIR|FILE")]
    output: Option<PathBuf>,

    /// What is written
    #[arg(long, value_enum, default_value_t = Format::Events)]
    format: Format,

    /// What to compute: mean, std, sem, min, max, median, iqm, q25, q75, count, or the two ends of a band: ci,
    /// std_band, quartiles, range
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = statistics)]
    #[arg(default_value = "mean,std,min,max,ci")]
    stat: Vec<Statistics>,

    /// Write a run for each statistic, DIR/GROUP/STATISTIC, with the tags as they were
    #[arg(long)]
    split: bool,

    /// Only say what would be written
    #[arg(long)]
    dry_run: bool,

    /// Print JSON (shape: docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    groups: Groups,

    #[command(flatten)]
    filters: filters::Filters,
}

/// Which runs belong together, and how their steps are.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Groups")]
pub(crate) struct Groups {
    /// Runs that match are one group; with --regex, what it captures names groups. Can be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) group: Vec<String>,

    /// Which steps: those that all runs have (intersect), any has (union), any has, with straight lines in
    /// between (interpolate), or stretches of N steps (bin=N)
    #[arg(long, value_name = "HOW", value_parser = alignment, default_value = "intersect")]
    pub(crate) align: Alignment,

    /// Only steps at which so many runs have a value
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    pub(crate) min_runs: usize,

    /// The probability of confidence intervals
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    pub(crate) confidence: f64,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents reduce runs -o reduced
  tfevents reduce seed0 seed1 seed2 --stat iqm,quartiles -o reduced
  tfevents reduce runs --regex --group 'exp-(.*)-seed\\d+' --format csv
  tfevents reduce runs --align bin=1000 --tag 'eval/*' --format md

Without --group, runs belong together whose names differ in a seed only, such as
adam-seed0 and adam-seed1, or seed0/train and seed1/train; and runs of the same
name in several PATHs.

ci is the interval that holds the mean with probability P, by Student's t. iqm
is the mean without the upper and the lower quarter of the values. std divides
by the number of runs less one. NaN in a run makes the statistics of the step
NaN. Where a step was logged again, the last value counts.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged, or points
stand at steps that are not in the result.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// Event files
    Events,
    /// Comma-separated values with a header row: a row per group, tag and step
    Csv,
    /// The same as a table of Markdown
    Md,
    /// One JSON document
    Json,
}

/// One word of `--stat`.
#[derive(Clone, Copy, Debug)]
struct Statistics(&'static [Statistic]);

fn statistics(name: &str) -> Result<Statistics, String> {
    let named = Statistic::ALL.iter().find(|s| s.name() == name);
    if let Some(one) = named {
        return Ok(Statistics(std::slice::from_ref(one)));
    }
    Ok(Statistics(match name {
        "ci" => &[Statistic::CiLow, Statistic::CiHigh],
        "std_band" => &[Statistic::StdLow, Statistic::StdHigh],
        "quartiles" => &[Statistic::Q25, Statistic::Q75],
        "range" => &[Statistic::Min, Statistic::Max],
        _ => {
            let bands = ["ci", "std_band", "quartiles", "range"];
            let names = Statistic::ALL.map(Statistic::name).into_iter().chain(bands);
            let hint = crate::ui::suggest::hint(name, names);
            return Err(format!("there is no such statistic{hint}"));
        }
    }))
}

fn alignment(name: &str) -> Result<Alignment, String> {
    match name {
        "intersect" => Ok(Alignment::Intersect),
        "union" => Ok(Alignment::Union),
        "interpolate" => Ok(Alignment::Interpolate),
        _ => match name.strip_prefix("bin=") {
            Some(width) => number::parse(width).map(Alignment::Bin),
            None => Err("one of intersect, union, interpolate and bin=N".to_owned()),
        },
    }
}

impl Groups {
    /// The reduction to some statistics.
    ///
    /// # Errors
    ///
    /// A confidence that is none.
    pub(crate) fn reduce(&self, statistics: impl IntoIterator<Item = Statistic>) -> Result<Reduce> {
        let reduce = Reduce::new(statistics)
            .alignment(self.align)
            .min_runs(self.min_runs)
            .confidence(self.confidence);
        Ok(reduce.map_err(|e| UsageError(format!("--confidence: {e}")))?)
    }

    /// The groups among the runs.
    ///
    /// # Errors
    ///
    /// As for [`Grouping::of`].
    pub(crate) fn of(&self, sources: &[Source], regex: bool) -> Result<Vec<Group>> {
        Grouping::new(&self.group, regex)?.of(sources)
    }
}

/// A group that was reduced.
pub(crate) struct Reduced<'l> {
    pub(crate) name: String,
    pub(crate) runs: Vec<&'l Source>,
    pub(crate) result: ReducedRun,
    /// The files that were written, or would be.
    outputs: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    check_usage(args)?;
    let wanted = args.filters.compile()?;
    let statistics = args.stat.iter().flat_map(|s| s.0).copied();
    let reduce = args.groups.reduce(statistics)?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let groups = args.groups.of(&sources.runs, args.filters.regex())?;
    let alone = sources.runs.len() - groups.iter().map(|group| group.runs.len()).sum::<usize>();
    if alone > 0 {
        reporter.note(format_args!(
            "{} in no group",
            number::counted(alone as u64, "run")
        ));
    }
    // Before the work, so that what cannot be written is known at once.
    let mut target = match args.format {
        Format::Events => None,
        _ => {
            let path = args.output.as_deref().unwrap_or(Path::new("-"));
            Some(Target::open(path, &sources)?)
        }
    };
    let tree = match (&args.output, args.format) {
        (Some(path), Format::Events) => Some(destination::tree(path)?),
        _ => None,
    };
    let content = Content::Curves;
    let loaded = Loaded::matching(&args.paths, sources, content, wanted.tags, reporter)?;
    let mut reduced: Vec<_> = groups
        .iter()
        .map(|group| reduce_group(&loaded, group, &reduce))
        .collect();
    warn_of_gaps(&reduced, args.groups.align, reporter);
    if let Some(target) = &mut target {
        match args.format {
            Format::Json => json::print(target, &reduced, json::Told::Values)?,
            Format::Md => table::grid(&reduced).markdown(target)?,
            _ => table::grid(&reduced).csv(target)?,
        }
    }
    if let Some(target) = target {
        return target.finish();
    }
    if let Some(tree) = tree {
        let planned: Vec<_> = reduced.iter().map(|group| outputs(group, args)).collect();
        let mut targets = Targets::default();
        for (group, outputs) in reduced.iter().zip(&planned) {
            for (name, _) in outputs {
                targets.add(&group.name, name, [file_name(group)]);
            }
        }
        targets.check(Some(tree.path()))?;
        for (group, outputs) in reduced.iter_mut().zip(planned) {
            write(group, outputs, &tree, args.dry_run)?;
        }
        tree.finish()?;
    }
    let mut out = output::styled_stdout();
    if args.json {
        let dry_run = args.dry_run;
        json::print(&mut out, &reduced, json::Told::Report { dry_run })?;
    } else {
        let (width, styles) = (style::width(), Styles::for_stdout());
        text::print(&mut out, &reduced, args.dry_run, width, styles)?;
    }
    out.flush()?;
    Ok(())
}

fn check_usage(args: &Args) -> Result<()> {
    let problem = if args.format == Format::Events {
        if args.output.is_some() || args.dry_run {
            return Ok(());
        }
        "event files need a directory: give --output DIR, --dry-run, or a --format that is a table"
    } else if args.dry_run || args.json {
        "--dry-run and --json go with --format events"
    } else if args.split {
        "--split goes with --format events"
    } else {
        return Ok(());
    };
    Err(UsageError(problem.to_owned()).into())
}

/// Computes the statistics of every scalar tag that a run of the group has.
pub(crate) fn reduce_group<'l>(loaded: &'l Loaded, group: &Group, reduce: &Reduce) -> Reduced<'l> {
    let runs: Vec<_> = group
        .runs
        .iter()
        .filter_map(|&i| loaded.sources.runs.get(i))
        .collect();
    let states: Vec<_> = runs
        .iter()
        .filter_map(|source| loaded.run(source))
        .collect();
    let series = states.iter().flat_map(|run| run.series());
    let tags: BTreeSet<_> = series
        .filter(|series| series.kind == Kind::Scalar)
        .map(|series| series.tag)
        .collect();
    let mut result = ReducedRun::default();
    for tag in tags {
        let runs = states
            .iter()
            .filter_map(|run| run.scalars(&tag, Policy::Raw));
        let runs: Vec<_> = runs.collect();
        result.series.insert(tag.to_string(), reduce.series(&runs));
    }
    Reduced {
        name: group.name.clone(),
        runs,
        result,
        outputs: Vec::new(),
    }
}

/// Tells of points that went into nothing.
pub(crate) fn warn_of_gaps(reduced: &[Reduced<'_>], align: Alignment, reporter: &Reporter) {
    let series = || {
        reduced
            .iter()
            .flat_map(|group| group.result.series.values())
    };
    let left_out: usize = series().map(ReducedSeries::left_out).sum();
    if left_out == 0 {
        return;
    }
    let points = series().flat_map(|series| &series.inputs);
    let points: usize = points.map(|input| input.points - input.replaced).sum();
    let (which, advice) = match align {
        Alignment::Intersect => (
            "all runs",
            "; --align union, interpolate or bin=N has room for them",
        ),
        _ => ("enough runs", ""),
    };
    reporter.warn(format_args!(
        "left out {} of {}, at steps that not {which} have{advice}",
        number::count(left_out as u64),
        number::counted(points as u64, "point"),
    ));
    for group in reduced {
        let empty = group
            .result
            .series
            .iter()
            .filter(|(_, s)| s.steps.is_empty());
        let empty: Vec<_> = empty.map(|(tag, _)| format!("`{tag}`")).collect();
        if !empty.is_empty() {
            reporter.warn(format_args!(
                "{}: nothing is left of {}",
                group.name,
                empty.join(", ")
            ));
        }
    }
}

/// The runs that are made of a group, each with its statistic; without one, it is all of them.
fn outputs(group: &Reduced<'_>, args: &Args) -> Vec<(String, Option<Statistic>)> {
    if !args.split {
        return vec![(group.name.clone(), None)];
    }
    let statistics = args.stat.iter().flat_map(|s| s.0);
    let named = statistics.map(|&s| (format!("{}/{s}", group.name), Some(s)));
    named.collect()
}

/// As every file that is made of others, it is called as the first of them.
fn file_name<'l>(group: &Reduced<'l>) -> &'l Path {
    let first = group
        .runs
        .first()
        .and_then(|source| source.run.files().first());
    first.map_or(Path::new("events.out.tfevents"), PathBuf::as_path)
}

/// Writes a group's events, unless this is only to say where they would go.
fn write(
    group: &mut Reduced<'_>,
    outputs: Vec<(String, Option<Statistic>)>,
    tree: &Tree,
    dry_run: bool,
) -> Result<()> {
    let file = file_name(group);
    for (name, statistic) in outputs {
        let path = relative(&name, file);
        if !dry_run {
            match statistic {
                Some(statistic) => write_events(tree, &path, group.result.events_of(statistic))?,
                None => write_events(tree, &path, group.result.events())?,
            }
        }
        group.outputs.push(tree.path().join(path));
    }
    Ok(())
}

fn write_events(
    tree: &Tree,
    path: &Path,
    events: impl Iterator<Item = proto::Event>,
) -> Result<()> {
    let mut file = tree.create(path)?;
    let mut events = events.peekable();
    let version = file_version(events.peek().map_or(0.0, |first| first.wall_time));
    let mut frame = Vec::new();
    for event in std::iter::once(version).chain(events) {
        frame.clear();
        record::frame(&mut frame, &event.encode_to_vec());
        file.write_all(&frame)?;
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_have_names_and_nicknames() {
        assert_eq!(statistics("iqm").unwrap().0, [Statistic::Iqm]);
        let (low, high) = (Statistic::CiLow, Statistic::CiHigh);
        assert_eq!(statistics("ci").unwrap().0, [low, high]);
        assert!(statistics("maen").unwrap_err().contains("`mean`"));
    }

    #[test]
    fn bins_have_a_width() {
        assert!(matches!(alignment("bin=10"), Ok(Alignment::Bin(n)) if n.get() == 10));
        for wrong in ["bin=0", "bin=", "bin", "mean"] {
            assert!(alignment(wrong).is_err());
        }
    }
}
