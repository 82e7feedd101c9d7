//! `tfevents table`: one row per run, or per group of runs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use crate::args::complete;
use crate::args::conditions;
use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::groups::GroupBy;
use crate::args::hparams::HParamsFrom;
use crate::args::paths::Paths;
use crate::args::policy::policies;
use crate::args::sorting::Limit;
use crate::input::loaded::{Content, Loaded};
use crate::input::reduced::count_once;
use crate::input::sources::Sources;
use crate::output::asked::Inputs;
use crate::output::format::table_format;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents::Policy;
use tfevents_analysis::condition::{Condition, Reference};
use tfevents_analysis::hyperparameters::has_scalars;
use tfevents_analysis::number;
use tfevents_analysis::pattern::{Patterns, SeenTags};
use tfevents_analysis::run_table::{Column, ColumnSpec, Line, Names};

mod columns;
mod digits;
mod format;
mod json;
mod rows;
mod text;

use columns::Columns;
use digits::Digits;
use format::Format;
use rows::Rows;

/// Print a table with one row per run: final losses, best accuracies, hyperparameters
///
/// With --group, one row per group of repeated runs: mean, standard deviation and number of runs.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Columns to show, as described below; by default all hyperparameters and last values. Can be repeated
    #[arg(short, long = "column", value_name = "COLUMN", num_args = 1.., add = complete::columns())]
    columns: Vec<String>,

    #[command(flatten)]
    groups: GroupBy,

    /// Sort by COLUMN in ascending order, or in descending order with a minus before it. Numbers come first,
    /// then text, then runs without a value
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true, add = complete::sort_columns())]
    sort: Option<String>,

    /// Only runs for which CONDITION holds, as in 'min:val/loss < 0.1 and @opt == adam' (see
    /// docs/conditions.md). Can be repeated
    #[arg(long = "where", value_name = "CONDITION", allow_hyphen_values = true, add = complete::conditions())]
    conditions: Vec<String>,

    /// Leave out columns that have the same value in all rows
    #[arg(long)]
    differing: bool,

    /// Show N significant digits of measured values, or of COLUMN only; formats meant for programs always have all
    /// digits. Can be repeated
    #[arg(long, value_name = "[COLUMN=]N")]
    digits: Vec<Digits>,

    /// Which points count where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::Raw)]
    policy: Policy,

    #[command(flatten)]
    limit: Limit,

    /// Output format; by default that of the output file's extension, or text
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Write to FILE, which appears only once it is complete, compressed if its name ends in .gz or .zst; `-` is
    /// standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    replace: Replace,

    /// Print JSON (described in docs/json.md)
    #[arg(long, conflicts_with = "format")]
    json: bool,

    #[command(flatten)]
    hparams: HParamsFrom,

    #[command(flatten)]
    filters: filters::Filters,
}

const AFTER_HELP: &str = "\
Columns:
  TAG, AGGREGATE:TAG  the last value of a tag, or its first, last, min, max,
                      mean, median, std, sum, count, argmin or argmax (the steps
                      of the lowest and of the highest value)
  TAG@min:OTHER       its value at the step where OTHER is lowest, or the latest
  TAG@max:OTHER       one before; with max, where it is highest
  @HPARAM             a hyperparameter
  start, duration     when the run's first scalar was logged, and the time until
                      its last one
  COLUMN as TITLE     a column under another name
Names may be patterns. Only first, last and count include NaN.

Examples:
  tfevents table runs
  tfevents table runs/* -c 'max:*/acc' '@*' --sort=-max:val/acc --differing
  tfevents table runs -c 'val/acc@min:val/loss as Accuracy' --group --digits 3
  tfevents table runs -c min:val/loss --group @lr --format latex
  tfevents table runs -c last:loss --where 'last:acc > 0.9 and @opt == adam'
  tfevents table runs --group -o results.parquet

A group's std is the sample standard deviation, which divides by the number of
runs minus one. NaN and infinite values do not count; a message names their
runs.

A run's hyperparameters are those of its event files, of a run that add_hparams
made below it, or of hparams.yaml, params.json or .hydra in its directory; else
those of the nearest directory above it, or in its name (lr=0.1,seed=0). Numeric
ones compare and sort as numbers, even if they were logged as text. Other text
has no order, so < and > are false for it. Booleans are true or false, not
numbers.

In formats meant for programs, the mean, std and n of a group are separate
columns. See docs/tables.md for more, including a table for a paper.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged, values of
a group did not count, or nothing matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let asked = Columns::parse(args)?;
    let format = args.format.or(args.json.then_some(Format::Json));
    let format = table_format(format, &args.output)?;
    let grouping = match args.groups.is_asked() {
        true => Some(args.groups.compile(args.filters.regex())?),
        false => None,
    };
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    // Before the work, so that what cannot be written is known at once.
    let mut target = format.open(&args.output, &Inputs::of(&sources), args.replace.force)?;
    let (loaded, seen) = read(args, &asked, sources, wanted.tags, reporter)?;
    let hparams = loaded.hparams(reporter)?;
    let mut groups = match &grouping {
        Some(grouping) => Some(loaded.groups_by(grouping, &hparams)?),
        None => None,
    };
    if let Some(groups) = &mut groups {
        count_once(groups, &loaded.sources, reporter);
    }
    let lines = loaded.lines(hparams);
    let lines = lines.into_iter();
    let lines: Vec<_> = lines.map(|line| Some(line?.policy(args.policy))).collect();
    let names = Names::of(lines.iter().flatten(), seen);
    let name = match groups {
        Some(_) => Column::Group,
        None => Column::Run,
    };
    let mut heads = asked.resolve(name, &names)?;
    let sort = asked.sort(&heads, &names)?;
    let mut digits = digits::of(&args.digits, &heads, &names, args.filters.regex())?;
    for condition in &asked.conditions {
        conditions::found(names.check(condition))?;
    }
    // There may be as many columns as values.
    drop(names);

    let holds = |line: &Line<'_>| {
        asked
            .conditions
            .iter()
            .all(|condition| line.holds(condition))
    };
    let runs: HashMap<_, _> = loaded.runs_by_name().collect();
    let has_scalars = |name: &str| runs.get(name).is_some_and(|run| has_scalars(run));
    let mut rows = Rows::of(lines, groups, holds, reporter)?;
    rows.keep_answers(&heads, has_scalars, reporter);
    if let Some((column, descending)) = sort {
        rows.sort(&column, descending);
    }
    if args.differing {
        rows.keep_differing(&mut heads, &mut digits, reporter);
    }
    let (shown, others) = args.limit.first(&rows.rows);
    if others > 0 {
        let more = number::counted(others, &format!("more {}", rows.noun()));
        reporter.note(format_args!("{more}; --limit shows more"));
    }
    let shown = shown.len();
    rows.rows.truncate(shown);
    rows.report(&heads, reporter);
    format.write(&mut target, rows, heads, digits, reporter)?;
    target.finish()
}

/// Reads what columns and conditions ask for.
fn read(
    args: &Args,
    asked: &Columns,
    sources: Sources,
    wanted: Patterns,
    reporter: &Reporter,
) -> Result<(Loaded, SeenTags)> {
    let references = asked.conditions.iter().flat_map(Condition::references);
    let tags = asked.specs().flat_map(ColumnSpec::tags);
    let tags = tags.chain(references.flat_map(Reference::tags));
    let seen = SeenTags::default();
    let test_asked = seen.test_any(tags.collect());
    let (wanted, met) = (Arc::new(wanted), SeenTags::default());
    let is_wanted = Arc::new(met.test(Arc::clone(&wanted)));
    let shown = test_asked.clone();
    let test = move |tag: &str| is_wanted(tag) && test_asked(tag);
    let (content, lookup) = (Content::Curves, args.hparams.lookup());
    let loaded = Loaded::read(&args.paths, sources, content, &lookup, test, reporter)?;
    let unmatched = Unmatched::of_seen(&wanted, &met);
    // Of what no column shows, nothing is read that would say its kind.
    let unread = met.with(|tags| {
        let unread = tags.iter().filter(|tag| !shown(tag));
        unread.map(|&tag| tag.to_owned()).collect::<Vec<_>>()
    });
    let unread = unread.iter().map(String::as_str);
    loaded.report_scalars(&wanted, unmatched, unread, reporter)?;
    Ok((loaded, seen))
}
