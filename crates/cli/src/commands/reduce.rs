//! `tfevents reduce`: runs that repeat one another made into statistics.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::Policy;

use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::groups::Groups;
use crate::args::paths::Paths;
use crate::args::policy::policies;
use crate::input::loaded::{Content, Loaded, scalar_tags};
use crate::input::reduced::{count_once, reduce_group, warn_of_gaps};
use crate::output::asked::Inputs;
use crate::output::destination::Destination;
use crate::output::packed::{format_ending, is_of_table, unknown_ending};
use crate::output::{self, Target};
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_table::Csv;

mod events;
mod json;
mod statistics;
mod table;
mod text;

use statistics::{Statistics, statistics};

/// Reduce runs that differ only in their seed to mean, spread and other statistics
///
/// The result is a logdir with one run per group, where each scalar tag has become one tag per statistic,
/// such as `loss/mean`; TensorBoard draws them as bands on its Custom Scalars tab. It can also be a table.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Write to DIR, which must be new or empty, as DIR/GROUP/NAME. With --format, or if the name ends in .csv, .tsv,
    /// .md or .json (or one of these and .gz or .zst), write a table to FILE; `-` is standard output
    #[arg(short, long, value_name = "DIR|FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    replace: Replace,

    /// Output format; by default that of the output file's extension, or events
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Statistics to compute: mean, std, sem, min, max, median, iqm, q25, q75, count, or the two ends of a
    /// band: ci, std_band, quartiles, range
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = statistics)]
    #[arg(default_value = "mean,std,min,max,ci")]
    stat: Vec<Statistics>,

    /// Which points to use where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::Raw)]
    policy: Policy,

    /// Write one run per statistic, DIR/GROUP/STATISTIC, and keep the names of tags
    #[arg(long)]
    split: bool,

    /// Show what would be written, but write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    groups: Groups,

    #[command(flatten)]
    filters: filters::Filters,
}

const AFTER_HELP: &str = r"Examples:
  tfevents reduce runs -o reduced
  tfevents reduce seed0 seed1 seed2 --stat iqm,quartiles -o reduced
  tfevents reduce runs --regex --group 'exp-(.*)-seed\d+' --format csv
  tfevents reduce runs --group @lr --group @batch_size -o reduced
  tfevents reduce runs --align bin=1000 --tag 'eval/*' --format md

Without --group, runs whose names differ only in a seed form a group, such as
adam-seed0 and adam-seed1, lr=0.1,seed=0 and lr=0.1,seed=1, or seed0/train and
seed1/train; so do runs of the same name in several PATHs. If there are none,
runs whose hyperparameters differ only in a seed do. --group @lr groups by the
values of a hyperparameter.

ci is the confidence interval of the mean, from Student's t-distribution. iqm is
the mean without the lowest and the highest quarter of the values. std divides
by the number of runs minus one. NaN in any run makes the statistics of its step
NaN. Where a run logged a step again, the last value counts.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged, or points
were left out because not enough runs have their steps; or nothing matched.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// Event files
    Events,
    /// Comma-separated values with a header row: one row per group, tag and step
    Csv,
    /// The same with tabs instead of commas
    Tsv,
    /// The same as a Markdown table
    Md,
    /// One JSON document
    Json,
}

impl Args {
    /// A table where one is asked for, by whatever means.
    ///
    /// # Errors
    ///
    /// The name of a table in a format that is not among these: a directory of that name is hardly meant.
    fn format(&self) -> Result<Format> {
        let ending = self.output.as_deref().and_then(format_ending);
        Ok(match (self.format, ending.as_deref()) {
            (Some(format), _) => format,
            (None, Some("csv")) => Format::Csv,
            (None, Some("tsv")) => Format::Tsv,
            (None, Some("md")) => Format::Md,
            (None, Some("json")) => Format::Json,
            (None, Some(ending)) if is_of_table(ending) => {
                let advice = "; for a directory of event files, add --format events";
                let known = ["csv", "tsv", "md", "json"];
                return Err(unknown_ending(Some(ending), &known, advice));
            }
            _ => Format::Events,
        })
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let format = args.format()?;
    check_usage(args, format)?;
    let wanted = args.filters.compile()?;
    let statistics: Vec<_> = args.stat.iter().flat_map(|s| s.0).copied().collect();
    let reduce = args.groups.reduce(statistics.iter().copied())?;
    let grouping = args.groups.compile(args.filters.regex())?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    // Before the work, so that what cannot be written is known at once.
    let (inputs, force) = (Inputs::of(&sources).of_many(), args.replace.force);
    let output = args.output.as_deref();
    let (mut target, destination) = match (format, output) {
        (Format::Events, None) => (None, None),
        (Format::Events, Some(path)) => (None, Some(Destination::new(path, &inputs, force)?)),
        _ => {
            let path = output.unwrap_or(Path::new("-"));
            (Some(Target::open(path, &inputs, force)?), None)
        }
    };
    drop(inputs);
    let (content, lookup) = (Content::Curves, args.groups.hparams.lookup());
    let loaded = Loaded::matching(
        &args.paths,
        sources,
        content,
        &lookup,
        wanted.tags,
        reporter,
    )?;
    let mut groups = loaded.groups(&grouping, reporter)?;
    let grouped: usize = groups.iter().map(|group| group.runs.len()).sum();
    if let alone @ 1.. = loaded.sources.runs.len() - grouped {
        let runs = number::counted(alone as u64, "run");
        reporter.note(format_args!("{runs} in no group"));
    }
    count_once(&mut groups, &loaded.sources, reporter);
    let reduced: Vec<_> = groups
        .iter()
        .map(|group| {
            let tags = scalar_tags(loaded.at(&group.runs).map(|(_, run)| run));
            reduce_group(&loaded, group, tags, args.policy, &reduce)
        })
        .collect();
    // There may be as many series as points, and what was read of them is not needed any more.
    drop(loaded);
    warn_of_gaps(&reduced, args.groups.align, reporter);
    if let Some(target) = &mut target {
        match format {
            Format::Json => json::print(target, &reduced, json::Told::Values)?,
            Format::Md => table::grid(&reduced).markdown(target)?,
            Format::Tsv => drop(table::grid(&reduced).write(&mut Csv::tabs(target))?),
            _ => drop(table::grid(&reduced).write(&mut Csv::new(target))?),
        }
    }
    if let Some(target) = target {
        return target.finish();
    }
    let outputs = match destination {
        Some(destination) => {
            let split = args.split.then_some(&*statistics);
            events::write(&reduced, split, destination, args.dry_run, reporter)?
        }
        None => vec![Vec::new(); reduced.len()],
    };
    if !args.dry_run && output == Some(Path::new("-")) {
        return Ok(());
    }
    let mut out = output::styled_stdout();
    if args.json {
        let dry_run = args.dry_run;
        let told = json::Told::Report {
            dry_run,
            outputs: &outputs,
        };
        json::print(&mut out, &reduced, told)?;
    } else {
        let (width, styles) = (style::width(), Styles::for_stdout());
        text::print(&mut out, &reduced, &outputs, args.dry_run, width, styles)?;
    }
    out.flush()?;
    Ok(())
}

fn check_usage(args: &Args, format: Format) -> Result<()> {
    let problem = if format == Format::Events {
        if args.json && !args.dry_run && args.output.as_deref() == Some(Path::new("-")) {
            let problem = "--json and `-o -` cannot both use standard output";
            return Err(UsageError(problem.to_owned()).into());
        }
        if args.output.is_some() || args.dry_run {
            return Ok(());
        }
        "event files need --output DIR; or use --dry-run, or --format csv, tsv, md or json"
    } else if args.dry_run || args.json {
        "--dry-run and --json need event files, not a table"
    } else if args.split {
        "--split needs event files, not a table"
    } else {
        return Ok(());
    };
    Err(UsageError(problem.to_owned()).into())
}
