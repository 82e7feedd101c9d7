//! `tfevents plot`: curves on the terminal, and as SVG, PNG and PDF.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use tfevents::Policy;

use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::groups::Groups;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::args::policy::policies;
use crate::input::loaded::{Content, Loaded};
use crate::input::reduced::count_once;
use crate::output::asked::Inputs;
use crate::output::{self, Target};
use crate::ui::reporter::Reporter;
use crate::ui::style;

mod axes;
mod band;
mod build;
mod caption;
mod format;
mod gaps;
mod lines;
mod plan;
mod size;

use axes::AxesArgs;
use band::BandName;
use format::Format;
use plan::Plan;
use size::SizeArgs;
use tfevents_plot::terminal;

/// Draw curves on the terminal, or as an SVG, PNG or PDF figure
///
/// Draws one chart per tag, with one line per run or, with --group or --band, one line and a band per group
/// of runs. Where a step was logged again, its last point is drawn unless --policy says otherwise.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Write a figure to FILE (.svg, .png or .pdf) instead of drawing on the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    replace: Replace,

    /// Which points to draw where steps repeat or go back
    #[arg(long, value_parser = policies(), default_value_t = Policy::LastWins)]
    policy: Policy,

    /// Smooth like TensorBoard, with a weight from 0 to below 1; figures show the unsmoothed curve faintly
    #[arg(long, value_name = "WEIGHT", value_parser = numbers::parse_weight)]
    smooth: Option<f64>,

    /// Draw all tags in one chart, with a colour per run and dashes per tag
    #[arg(long)]
    together: bool,

    /// Draw the mean of each group of runs (the median for quartiles), with this band around it
    #[arg(long, value_enum, value_name = "BAND")]
    band: Option<BandName>,

    /// Title above the charts
    #[arg(long)]
    title: Option<String>,

    /// Replace REGEX in the legend; $1 in NEW is its first group. Can be repeated
    #[arg(long, value_names = ["REGEX", "NEW"], num_args = 2, allow_hyphen_values = true)]
    sub_label: Vec<String>,

    /// Number of charts per row
    #[arg(long, value_name = "N", value_parser = columns)]
    columns: Option<usize>,

    /// Print a caption for the figure, as text or for LaTeX
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true,
          default_missing_value = "text")]
    caption: Option<caption::Format>,

    #[command(flatten)]
    axes: AxesArgs,

    #[command(flatten)]
    size: SizeArgs,

    #[command(flatten)]
    groups: Groups,

    #[command(flatten)]
    filters: filters::Filters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents plot runs --tag '*loss'
  tfevents plot runs --tag train/loss --smooth 0.6 --log-y -o loss.svg
  tfevents plot runs --tag 'eval/*' --band ci -o eval.png --size 1200x800
  tfevents plot runs --tag acc --band std --width column --caption -o acc.pdf
  tfevents plot runs/exp1 --tag '*/loss' --together

Runs and tags are drawn in order of their names, up to 20 lines per chart and 12
charts. A run or group has the colour and dashes of its place among all runs or
groups in PATH, so filters do not change them; if two would look the same, the
second gets different dashes. The same data gives the same SVG, byte for byte.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged, or not
everything was drawn; or nothing matched.";

fn columns(text: &str) -> Result<usize, String> {
    match numbers::parse(text)? {
        0 => Err("expected at least 1".to_owned()),
        columns => Ok(columns),
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let format = Format::of(args.output.as_deref())?;
    let wanted = args.filters.compile()?;
    // Wrong usage is told before anything is read.
    let plan = Plan::new(args)?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let grouped = args.band.is_some() || args.groups.by.is_asked();
    // Before the work, so that what cannot be written is known at once.
    let target = match &args.output {
        Some(path) => Some(Target::open(
            path,
            &Inputs::of(&sources),
            args.replace.force,
        )?),
        None => None,
    };
    let (content, lookup) = (Content::Curves, args.groups.hparams.lookup());
    let loaded = Loaded::matching(
        &args.paths,
        sources,
        content,
        &lookup,
        wanted.tags,
        reporter,
    )?;
    let drawn = if grouped {
        let mut groups = loaded.groups(&plan.grouping, reporter)?;
        count_once(&mut groups, &loaded.sources, reporter);
        build::groups(&loaded, &groups, &plan, reporter)?
    } else {
        build::runs(&loaded, &plan, reporter)?
    };
    let mut out = output::styled_stdout();
    let file = format.file(&drawn.figure, &args.size, reporter)?;
    if let (Some(bytes), Some(mut target)) = (file, target) {
        target.write_all(&bytes)?;
        target.finish()?;
    } else {
        let colour = style::colour(&std::io::stdout());
        let (size, width) = (args.size.characters(), style::width().columns);
        terminal::print(&mut out, &drawn.figure, size, width, colour)?;
    }
    if let Some(format) = args.caption {
        writeln!(out, "{}", drawn.facts.caption(format))?;
    }
    out.flush()?;
    Ok(())
}
