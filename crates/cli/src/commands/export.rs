//! `tfevents export`: values as tables for other programs, and media as files.
//!
//! Reading goes one of two ways: [`stream`] passes on values in file order, [`series`] sorts a run
//! into series first, which views and some formats need. Writing goes one of three: `Jsonl` takes values
//! whole, `Long` and `Wide` make rows of cells, which every other format writes: see `tfevents_table`.

use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use tfevents::Kind;

use crate::args::complete;
use crate::args::copying::Replace;
use crate::args::filters::{self, Wanted};
use crate::args::hparams::HParamsFrom;
use crate::args::paths::Paths;
use crate::input::sources::Sources;
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::{SeenTags, WantedTags};
use tfevents_analysis::text::natural_order;

mod family;
mod format;
mod media;
mod outlets;

#[cfg(feature = "parquet")]
mod partition;
mod plan;
mod series;
mod shard;
mod stream;
mod tally;
mod view;

use family::Family;
use format::{Format, Order};
use outlets::Outlets;
use plan::Plan;
use series::Series;
use shard::Shard;
use tally::Tally;
use view::View;

/// Write values as a table, and images and other media as files
///
/// Every point of every file is exported unless an option says otherwise, so values that a restarted run
/// logged again appear twice.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Output format; by default that of the output file's extension, or csv
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Write one row per run and step and one column per tag, instead of one row per value; holds all scalars
    /// in memory
    #[arg(long)]
    wide: bool,

    /// Write to FILE, which appears only once it is complete, compressed if its name ends in .gz or .zst; `-` is
    /// standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    #[command(flatten)]
    replace: Replace,

    /// Write one Parquet file per run to the directory --output, which must be new or empty:
    /// DIR/run=NAME/part-0.parquet
    #[cfg(feature = "parquet")]
    #[arg(
        long,
        value_enum,
        value_name = "BY",
        requires = "output",
        conflicts_with = "wide"
    )]
    partition: Option<Partition>,

    /// Write images, audio, graphs and embeddings to DIR, which must be new or empty, as
    /// DIR/RUN/TAG/STEP_SAMPLE.EXT
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,

    /// Show what would be written, but write nothing
    #[arg(long)]
    dry_run: bool,

    /// With --dry-run, print JSON (described in docs/json.md)
    #[arg(long, requires = "dry_run")]
    json: bool,

    #[command(flatten)]
    hparams: HParamsFrom,

    #[command(flatten)]
    view: View,

    #[command(flatten)]
    filters: filters::Filters,

    /// Only series of this kind; jsonl takes several, separated by commas. By default, jsonl has all kinds
    /// and tables have scalars
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = filters::kind)]
    #[arg(help_heading = "Filters", add = complete::kinds())]
    kind: Vec<Kind>,

    /// Only part I of N of the runs, from 1/N to N/N, to divide the work among machines
    #[arg(long, value_name = "I/N", help_heading = "Filters")]
    shard: Option<Shard>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents export runs > scalars.csv
  tfevents export runs --wide --tag '*loss' -o losses.csv
  tfevents export runs --format md --sample 10 --sample-by lttb --run exp1
  tfevents export runs --format jsonl --media media -o all.jsonl
  tfevents export runs --kind hparams -o hparams.parquet
  tfevents export runs --policy last-wins --smooth 0.9 -o curves.npz
  tfevents export runs --format parquet --partition run --shard 1/8 -o lake

A table has the columns run, tag, step, wall_time (seconds since 1970) and those
of its kind, which docs/export.md lists. scalar, histogram, text, hparams,
pr_curve and mesh can be written as tables. --kind hparams also includes those
that are not in event files (see docs/hyperparameters.md). Rows are in file
order in csv, jsonl, md and arrow, sorted by run and tag in npz, and sorted by
run, tag and step in parquet.

Numbers have just enough digits to identify them in their own type, usually a
32-bit float. Other values are NaN, inf and -inf; booleans are 1 and 0.

jsonl holds values of every kind as TensorBoard understands them (described in
docs/json.md), with bytes in base64 or in the files of --media.

With --wide, a value logged again at the same step replaces the earlier one
(exit status 3), and wall_time is the latest in the row.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 done, but something is missing;
or nothing matched.";

impl Args {
    /// The format that was asked for, by whatever means but the name of the output.
    fn asked_format(&self) -> Option<Format> {
        #[cfg(feature = "parquet")]
        if self.partition.is_some() {
            return self.format.or(Some(Format::Parquet));
        }
        self.format
    }
}

/// What parts a table into files.
#[cfg(feature = "parquet")]
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Partition {
    /// One directory per run
    Run,
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let plan = Plan::new(args)?;
    let wanted = args.filters.compile()?;
    let mut sources = args.paths.open(&wanted.runs, reporter)?;
    // They go where the runs do that they belong to.
    let trials = match plan.is_configuration() {
        true => sources.take_trials(),
        false => Vec::new(),
    };
    if let Some(shard) = args.shard {
        sources.runs.retain(|source| shard.has(&source.name));
    }
    if args.dry_run {
        return plan.describe(&sources, &trials);
    }
    // Before the work, so that what cannot be written is known at once.
    let mut output = plan.open(&sources)?;
    let media = plan.media(&sources)?;
    reporter.begin_progress(sources.bytes(), output.is_stdout());
    let mut outlets = Outlets {
        table: plan.table(&mut output)?,
        to: &args.output,
        media,
        tally: Tally::new(plan.kind, &args.kind),
    };
    let written = read_all(&mut outlets, args, &plan, sources, wanted, reporter);
    let media = outlets.media.take();
    drop(outlets);
    let Some(media) = media else {
        written?;
        return output.finish();
    };
    let failed = written.is_err();
    output::forgive_closed(written)?;
    if failed {
        bail!("standard output was closed, so the incomplete files of --media were removed");
    }
    output::forgive_closed(output.finish())?;
    media.finish()
}

/// The order of names, as people list them, or byte by byte as formats are sorted that say so.
fn names(sorted: bool, a: &str, b: &str) -> Ordering {
    match sorted {
        true => a.cmp(b),
        false => natural_order(a, b),
    }
}

/// Reads all runs.
fn read_all(
    outlets: &mut Outlets<'_>,
    args: &Args,
    plan: &Plan<'_>,
    sources: Sources,
    wanted: Wanted,
    reporter: &Reporter,
) -> Result<()> {
    let mut families = match plan.is_configuration() {
        true => Family::configured(args, sources, reporter)?,
        false => Family::alone(sources),
    };
    let names_tags = args.filters.names_tags();
    let view = args.view.to_view();
    if view.is_raw() && plan.format.order() == Order::Files {
        let mut tags = WantedTags::new(&wanted.tags);
        for family in &families {
            for source in family.sources() {
                stream::run(outlets, &family.source.name, source, &mut tags, reporter)?;
            }
            if let Some(row) = family.row().filter(|row| tags.wants(row.tag)) {
                outlets.value(&row)?;
            }
            outlets.embeddings(&family.source, |tag| tags.wants(tag), reporter)?;
        }
        reporter.end_progress();
        outlets.finish(Unmatched::of_tags(&tags), names_tags, reporter)
    } else {
        let sorted = plan.format.order() == Order::Steps;
        families.sort_by(|a, b| names(sorted, &a.source.name, &b.source.name));
        let patterns = Arc::new(wanted.tags);
        let seen = SeenTags::default();
        let wants = seen.test(Arc::clone(&patterns));
        let series = Series {
            view,
            selection: plan.selection(seen.test(Arc::clone(&patterns))),
            sorted,
        };
        for family in &families {
            series.run(outlets, family, reporter)?;
            outlets.embeddings(&family.source, &wants, reporter)?;
        }
        reporter.end_progress();
        let unmatched = Unmatched::of_seen(&patterns, &seen);
        outlets.finish(unmatched, names_tags, reporter)
    }
}
