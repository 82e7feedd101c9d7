//! `tfevents plot`: curves on the terminal, as SVG and as PNG.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents_analysis::reduce::Band;

use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::groups::Groups;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::input::loaded::{Content, Loaded};
use crate::input::reduced::count_once;
use crate::output::asked::Inputs;
use crate::output::packed::{format_ending, unknown_ending};
use crate::output::{self, Target};
use crate::ui::reporter::Reporter;
use crate::ui::style;

mod build;

use tfevents_plot::{Size, png, svg, terminal};

/// Draw curves on the terminal, or as an SVG or PNG image
///
/// Draws one chart per tag, with one line per run or, with --group or --band, one line and a band per group
/// of runs. Where a step was logged again, its last point is drawn.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Write an image to FILE (.svg or .png) instead of drawing on the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    replace: Replace,

    /// Smooth like TensorBoard, with a weight from 0 to below 1; images show the unsmoothed curve faintly
    #[arg(long, value_name = "WEIGHT", value_parser = numbers::parse_weight)]
    smooth: Option<f64>,

    /// What the x-axis shows
    #[arg(long, value_enum, default_value_t = XAxis::Step)]
    x: XAxis,

    /// Use a logarithmic x-axis
    #[arg(long)]
    log_x: bool,

    /// Use a logarithmic y-axis
    #[arg(long)]
    log_y: bool,

    /// Draw all tags in one chart
    #[arg(long)]
    together: bool,

    /// Draw the mean of each group of runs (the median for quartiles), with this band around it
    #[arg(long, value_enum, value_name = "BAND")]
    band: Option<BandName>,

    /// Title above the charts
    #[arg(long)]
    title: Option<String>,

    /// Size in pixels or, on the terminal, of each chart in characters
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,

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
  tfevents plot runs/exp1 --tag '*/loss' --together

Runs and tags are drawn in order of their names, up to 20 lines per chart and 12
charts. The same data gives the same SVG, byte for byte.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was damaged, or not
everything was drawn.";

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum XAxis {
    /// Steps
    Step,
    /// Time since the first point of the line
    Relative,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum BandName {
    /// The confidence interval of the mean
    Ci,
    /// One standard deviation on either side of the mean
    Std,
    /// The middle half of the runs
    Quartiles,
    /// From the lowest to the highest value
    Range,
}

impl From<BandName> for Band {
    fn from(name: BandName) -> Self {
        match name {
            BandName::Ci => Self::Confidence,
            BandName::Std => Self::Deviation,
            BandName::Quartiles => Self::Quartiles,
            BandName::Range => Self::Range,
        }
    }
}

fn size(text: &str) -> Result<Size, String> {
    let parse = |text: &str| {
        text.trim()
            .parse()
            .ok()
            .filter(|n| (1..=20_000).contains(n))
    };
    let parts = text.split_once(['x', 'X', '×']);
    let parts = parts.and_then(|(width, height)| Some((parse(width)?, parse(height)?)));
    let (width, height) = parts.ok_or("expected WIDTHxHEIGHT up to 20000, such as 800x500")?;
    Ok(Size { width, height })
}

/// What the picture is written as.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    Terminal,
    Svg,
    Png,
}

impl Format {
    fn of(output: Option<&Path>) -> Result<Self> {
        let Some(path) = output else {
            return Ok(Self::Terminal);
        };
        match format_ending(path).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            ending => Err(unknown_ending(ending, &["svg", "png"], "")),
        }
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let format = Format::of(args.output.as_deref())?;
    let wanted = args.filters.compile()?;
    let sources = args.paths.open(&wanted.runs, reporter)?;
    let grouped = args.band.is_some() || !args.groups.group.is_empty();
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
    let figure = if grouped {
        let mut groups = loaded.groups(&args.groups, args.filters.regex(), reporter)?;
        count_once(&mut groups, &loaded.sources, reporter);
        build::groups(&loaded, &groups, args, reporter)?
    } else {
        build::runs(&loaded, args, reporter)?
    };
    match (format, target) {
        (Format::Svg, Some(mut target)) => {
            target.write_all(svg::render(&figure, args.size).as_bytes())?;
            target.finish()
        }
        (Format::Png, Some(mut target)) => {
            target.write_all(&png::render(&figure, args.size)?)?;
            target.finish()
        }
        _ => {
            let mut out = output::styled_stdout();
            let colour = style::colour(&std::io::stdout());
            terminal::print(&mut out, &figure, args.size, style::width().columns, colour)?;
            out.flush()?;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_numbers() {
        let parsed = size("800x500").unwrap();
        assert_eq!((parsed.width, parsed.height), (800, 500));
        for wrong in ["800", "x", "0x5", "-1x5", "99999x1", "axb"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
