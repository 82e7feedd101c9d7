//! `tfevents table`: one row per run.

use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::args::complete;
use crate::args::conditions;
use crate::args::filters;
use crate::args::hparams::HParamsFrom;
use crate::args::paths::Paths;
use crate::args::policy::policies;
use crate::args::sorting::Limit;
use crate::input::loaded::{Content, Loaded};
use crate::output;
use crate::render::columns::print_grid;
use crate::ui::reporter::Reporter;
use crate::ui::style::{self, Styles};
use crate::ui::unmatched::Unmatched;
use tfevents::Policy;
use tfevents_analysis::cell::{Cell, SortKey};
use tfevents_analysis::condition::{Condition, Reference};
use tfevents_analysis::hyperparameters::has_scalars;
use tfevents_analysis::number;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::run_table::{Column, ColumnSpec, Line, Names};
use tfevents_analysis::text::natural_order;
use tfevents_table::Grid;

mod json;

/// Print a table with one row per run: final losses, best accuracies, hyperparameters
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// AGGREGATE:TAG, TAG (its last value), @HPARAM, or patterns for them; by default all hyperparameters and
    /// last values. Can be repeated
    #[arg(short, long = "column", value_name = "COLUMN", num_args = 1.., add = complete::columns())]
    columns: Vec<String>,

    /// Sort by COLUMN in ascending order, or in descending order with a minus before it. Numbers come first,
    /// then text, then runs without a value
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true, add = complete::columns())]
    sort: Option<String>,

    /// Only runs for which CONDITION holds, as in 'min:val/loss < 0.1 and @opt == adam' (see
    /// docs/conditions.md). Can be repeated
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,

    /// Which points count where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::Raw)]
    policy: Policy,

    #[command(flatten)]
    limit: Limit,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Print JSON (described in docs/json.md)
    #[arg(long, conflicts_with = "format")]
    json: bool,

    #[command(flatten)]
    hparams: HParamsFrom,

    #[command(flatten)]
    filters: filters::Filters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents table runs
  tfevents table runs -c min:val/loss argmin:val/loss last:val/acc '@lr'
  tfevents table runs/* -c 'max:*/acc' '@*' --sort=-max:val/acc --format md
  tfevents table runs -c last:loss '@*/lr' --hparams-from config.yaml
  tfevents table runs -c last:loss --where 'last:acc > 0.9' --where '@opt == adam'

Aggregates, over all points of a tag in file order: first, last, min, max, mean,
median, std, sum, count, argmin and argmax (the steps of the lowest and of the
highest value). Only first, last and count include NaN.

A run's hyperparameters are those of its event files, of a run that add_hparams
made below it, or of hparams.yaml, params.json or .hydra in its directory; else
those of the nearest directory above it, or in its name (lr=0.1,seed=0). csv and
--json print all digits, the other formats five.

Numeric hyperparameters compare and sort as numbers, even if they were logged as
text. Other text has no order, so < and > are false for it. Booleans are true or
false, not numbers.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Format {
    /// Aligned columns
    Text,
    /// A Markdown table
    Md,
    /// Comma-separated values with a header row
    Csv,
    /// A LaTeX tabular, for the package booktabs
    Latex,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let regex = args.filters.regex();
    let spec = |text: &str| conditions::column(text, regex);
    let shown: Vec<_> = match &*args.columns {
        [] => vec![spec("@*")?, ColumnSpec::every_tag()?],
        columns => columns
            .iter()
            .map(|text| spec(text))
            .collect::<Result<_>>()?,
    };
    let conditions = conditions::parse_where(&args.conditions, regex)?;
    let sort = args
        .sort
        .as_deref()
        .map(|text| match text.strip_prefix('-') {
            Some(text) => Ok::<_, anyhow::Error>((spec(text)?, true)),
            None => Ok((spec(text)?, false)),
        });
    let sort = sort.transpose()?;

    let sources = args.paths.open(&wanted.runs, reporter)?;
    let references = conditions.iter().flat_map(Condition::references);
    let specs = shown.iter().chain(sort.iter().map(|(spec, _)| spec));
    let tags = specs.filter_map(ColumnSpec::tags);
    let tags = tags.chain(references.filter_map(Reference::tags));
    let seen = SeenTags::default();
    let asked = seen.test_any(tags.collect());
    let (wanted, met) = (Arc::new(wanted.tags), SeenTags::default());
    let is_wanted = Arc::new(met.test(Arc::clone(&wanted)));
    let test = move |tag: &str| is_wanted(tag) && asked(tag);
    let (content, lookup) = (Content::Curves, args.hparams.lookup());
    let loaded = Loaded::read(&args.paths, sources, content, &lookup, test, reporter)?;
    Unmatched::of_seen(&wanted, &met).report(reporter)?;

    let lines = loaded.lines(reporter)?.into_iter();
    let mut lines: Vec<_> = lines.map(|line| line.policy(args.policy)).collect();
    lines.sort_by(|a, b| natural_order(a.name(), b.name()));
    let names = Names::of(&lines, seen);
    let mut columns = vec![Column::Run];
    for spec in &shown {
        conditions::found(spec.resolve(&names, &mut columns))?;
    }
    let all = lines.len();
    for condition in &conditions {
        conditions::found(names.check(condition))?;
        lines.retain(|line| line.holds(condition));
    }
    if lines.is_empty() && all > 0 {
        reporter.note("no run meets the conditions of --where");
    }
    if let Some((spec, descending)) = &sort {
        let column = conditions::found(spec.resolve_one(&names))?;
        let Some(column) = column else {
            bail!("no hyperparameters to sort by");
        };
        lines.sort_by_cached_key(|line| SortKey::new(line.cell(&column), *descending));
    }
    // There may be as many columns as values.
    drop(names);
    let runs: HashMap<_, _> = loaded.runs_by_name().collect();
    let has_scalars = |name: &str| runs.get(name).is_some_and(|run| has_scalars(run));
    let mut grid = grid(columns, &lines, has_scalars, reporter);
    let (shown, others) = args.limit.first(&grid.rows);
    if others > 0 {
        let runs = number::counted(others, "more run");
        reporter.note(format_args!("{runs}; --limit shows more"));
    }
    grid.rows.truncate(shown.len());
    let mut out = match args.format {
        _ if args.json => output::stdout(),
        Format::Text => output::styled_stdout(),
        _ => output::stdout(),
    };
    match args.format {
        _ if args.json => json::print(&mut out, &grid)?,
        Format::Text => print_grid(&grid, &mut out, style::width(), Styles::for_stdout().dim)?,
        Format::Md => grid.markdown(&mut out)?,
        Format::Csv => grid.csv(&mut out)?,
        Format::Latex => grid.latex(&mut out)?,
    }
    out.flush()?;
    Ok(())
}

fn grid<'l>(
    columns: Vec<Column<'l>>,
    lines: &[Line<'_>],
    has_scalars: impl Fn(&str) -> bool,
    reporter: &Reporter,
) -> Grid<Column<'l>> {
    let is_series = |column: &&Column<'_>| matches!(column, Column::Series(..));
    let has_series = columns.iter().any(|column| is_series(&column));
    let names: BTreeSet<_> = lines.iter().map(Line::name).collect();
    // What runs below it share with it is on their lines.
    let is_shared = |name: &str| {
        let below = format!("{name}/");
        let mut after = names.range(&*below..);
        names.len() > 1 && (name == "." || after.next().is_some_and(|n| n.starts_with(&below)))
    };
    let mut rows = Vec::new();
    for line in lines {
        let row: Vec<_> = columns.iter().map(|column| line.cell(column)).collect();
        let answered = columns.iter().zip(&row);
        let mut answered = answered
            .filter(|(column, cell)| **column != Column::Run && **cell != Cell::Empty)
            .map(|(column, _)| column)
            .peekable();
        let is_configured = answered.peek().is_some();
        // Where values of series are asked for, runs that have none are no answer, unless they are yet to log any.
        let is_answer = match has_series {
            true => {
                answered.any(|column| is_series(&column))
                    || is_configured && !is_shared(line.name()) && !has_scalars(line.name())
            }
            false => is_configured,
        };
        if is_answer {
            rows.push(row);
        }
    }
    let empty = lines.len() - rows.len();
    if empty > 0 {
        let runs = number::counted(empty as u64, "run");
        reporter.note(format_args!("left out {runs} without any of these values"));
    }
    Grid {
        head: columns,
        rows,
    }
}
