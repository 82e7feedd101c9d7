//! `tfevents repair`: everything that is intact, in new files.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::args::copying::Replace;
use crate::args::filters;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::output;
use crate::output::asked::Inputs;
use crate::output::belongings::{self, Belongings};
use crate::output::copies;
use crate::output::destination::{Destination, Targets};
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::text;

mod in_place;
mod report;
mod salvage;

use in_place::InPlace;
use salvage::{Repaired, copy, salvage};

/// Save everything that is intact to new files
///
/// TensorBoard stops at the first damaged record of a file; `repair` also saves what follows it. Records are
/// copied byte for byte, so intact files come out unchanged.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "recover", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Write to DIR, which must be new or empty, as DIR/RUN/NAME. If PATH is one event file, or if the name has
    /// `tfevents` in it, write one event file, FILE; `-` is standard output
    #[arg(short, long, value_name = "DIR|FILE")]
    #[arg(required_unless_present_any = ["in_place", "dry_run"])]
    output: Option<PathBuf>,

    #[command(flatten)]
    replace: Replace,

    /// Replace damaged files, keeping a backup of each that TensorBoard does not read
    #[arg(long, conflicts_with = "output")]
    in_place: bool,

    /// With --in-place, skip files that were modified within this time
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = numbers::parse_duration)]
    idle: Duration,

    /// Show what would be saved and what lost, but write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filters: filters::RunFilters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents repair runs --dry-run
  tfevents repair runs -o repaired
  tfevents repair runs/exp1/events.out.tfevents.1700000000.host -o new.tfevents
  tfevents repair runs --in-place
  ssh host cat run.tfevents | tfevents repair - -o run.tfevents

PATH can be - to read a single event file from standard input.

The backup of events.out.tfevents.1.host is events.out.tf_events.1.host.bak,
because TensorBoard reads any file with `tfevents` in its name.

A file that has several names in a run keeps them all, with one backup.

--in-place skips files that are being written: those that a process on this
machine has open, as far as the system can tell, or that change meanwhile. On a
network drive, `--idle 10min` also skips files that another machine wrote
recently.

TensorBoard also stops at a wall time that is NaN or infinite. `repair` gives
such an event the time of the one before it.

Exit status: 0 nothing was lost, 1 failed, 2 wrong usage, 3 something was lost,
has a new time or is being written, or other files that TensorBoard shows, or
hyperparameters that are in other runs, were not copied; or nothing matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let to_stdout = !args.dry_run && args.output.as_deref() == Some(Path::new("-"));
    if to_stdout && args.json {
        let problem = "--json and `-o -` cannot both use standard output";
        return Err(UsageError(problem.to_owned()).into());
    }
    let (all, others) = if args.paths.is_stdin()? {
        (stdin(args)?, Belongings::default())
    } else {
        files(args, reporter)?
    };
    if !all.iter().all(Repaired::is_intact) {
        reporter.finding();
    }
    let mut out = output::stdout();
    if to_stdout {
        for file in all.iter().filter(|file| !file.is_intact()) {
            if let Ok(salvage) = &file.result {
                reporter.file_health(&file.path, &salvage.health);
                if let Some(line) = report::retimed(salvage) {
                    reporter.warn(format_args!("{}: {line}", text::path(&file.path)));
                }
            }
            if let Some(e) = file.error() {
                reporter.warn(e);
            }
        }
    } else if args.json {
        report::json(&mut out, &all, &others, args.dry_run)?;
    } else {
        let writes = args.in_place || args.output.is_some();
        report::text(&mut out, &all, args.dry_run, writes)?;
    }
    out.flush()?;
    if all.iter().all(|file| file.is_empty() && !file.is_intact()) {
        bail!("nothing to save: no file has an intact record");
    }
    match all.iter().filter(|file| file.is_failure).count() {
        0 => Ok(()),
        n => bail!(
            "{} could not be replaced",
            number::counted(n as u64, "file")
        ),
    }
}

fn files(args: &Args, reporter: &Reporter) -> Result<(Vec<Repaired>, Belongings)> {
    let wanted = args.filters.compile()?;
    let sources = match args.in_place {
        true => args.paths.open_once(&wanted, reporter)?,
        false => copies::open(&args.paths, &wanted, args.output.as_deref(), reporter)?,
    };
    let destination = match &args.output {
        Some(path) => Some(Destination::new(
            path,
            &Inputs::of(&sources),
            args.replace.force,
        )?),
        None => None,
    };
    if !args.in_place {
        Targets::of(&sources).check_for(destination.as_ref(), reporter)?;
    }
    let in_place = InPlace::new(args.idle, args.dry_run, args.paths.limits);
    if args.in_place {
        in_place.clear(sources.runs.iter().flat_map(|source| source.run.paths()));
    }
    reporter.begin_progress(sources.bytes(), false);
    let limits = args.paths.limits;
    let mut all = Vec::new();
    for source in &sources.runs {
        for path in source.run.files() {
            all.push(match &destination {
                Some(destination) => copy(path, limits, &source.name, destination, args.dry_run)?,
                None if args.in_place => in_place.repair(&source.run, path, reporter)?,
                None => Repaired::new(path, salvage(path, limits, &mut io::sink())?),
            });
        }
    }
    reporter.end_progress();
    let mut others = match args.in_place {
        true => Belongings::default(),
        false => Belongings::of(&sources, belongings::same_name, destination.as_ref()),
    };
    if let Some(destination) = destination {
        if let (Destination::Dir(tree), false) = (&destination, args.dry_run) {
            others.copy(tree, reporter)?;
        }
        destination.finish()?;
    }
    others.report(reporter);
    Ok((all, others))
}

fn stdin(args: &Args) -> Result<Vec<Repaired>> {
    let (path, limits) = (Path::new("-"), args.paths.limits);
    filters::no_runs(&args.filters.compile()?)?;
    Ok(vec![match &args.output {
        Some(output) => {
            let destination = Destination::new(output, &Inputs::stdin(), args.replace.force)?;
            let repaired = copy(path, limits, ".", &destination, args.dry_run)?;
            destination.finish()?;
            repaired
        }
        None if args.in_place => {
            let problem = "`-`: standard input cannot be replaced";
            return Err(UsageError(problem.to_owned()).into());
        }
        None => Repaired::new(path, salvage(path, limits, &mut io::sink())?),
    }])
}
