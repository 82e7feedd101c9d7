//! `tfevents prune`: moves unwanted runs to a trash folder.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::args::complete;
use crate::args::conditions;
use crate::args::filters;
use crate::args::hparams::HParamsFrom;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::input::idle::Guard;
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::{NothingMatches, Unmatched};

mod candidate;
mod carry_out;
mod links;
mod report;
mod script;
mod select;
mod trash;

use candidate::stay_together;
use carry_out::{carry_out, going, is_agreed, tell_what_stays};
use select::{Conditions, of_which_true};

/// Move unwanted runs to a trash folder
///
/// THIS COMMAND MOVES ITS INPUTS. It moves each run for which all given conditions hold: its event files, and any
/// directories that are left empty. Runs below it that add_hparams made move with it. Checkpoints and other files
/// stay. Runs still being written, symbolic links, and runs too damaged to judge are left alone.
#[derive(Debug, clap::Args)]
#[command(override_usage = "tfevents prune [OPTIONS] <CONDITIONS> <PATH>...", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    hparams: HParamsFrom,

    /// Keep runs whose name matches. Can be repeated
    #[arg(long, value_name = "PATTERN", add = complete::runs())]
    exclude_run: Vec<String>,

    /// Move files to DIR/TIME/RUN, with a script beside them that moves them back [default: PATH.trash]
    #[arg(long, value_name = "DIR")]
    trash: Option<PathBuf>,

    /// Delete files permanently
    #[arg(long, conflicts_with = "trash")]
    delete: bool,

    /// Leave alone runs that were modified within this time
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = numbers::parse_duration)]
    idle: Duration,

    /// Show what would be moved, but move nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,

    /// Print JSON (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    conditions: Conditions,

    /// Treat patterns as regular expressions, which may match anywhere in a name
    #[arg(long, help_heading = "Conditions, one or more")]
    regex: bool,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents prune runs --points '<100' --dry-run
  tfevents prune runs --points '<100' --older-than 30d
  tfevents prune runs --where 'last:val/acc < 0.1' --trash old-runs --yes
  tfevents prune runs --where 'last:loss == nan' --where '@lr > 0.1' --delete
  sh runs.trash/2026-01-31T12-00-00/RESTORE.sh

A condition on a tag that a run lacks is never true. Beside each run, the plan
shows the values that made --where select it. The trash must be outside of every
PATH, or TensorBoard would still show its runs.

Without --yes, `prune` shows its plan and asks for confirmation. If stdin is not
a terminal, it refuses.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 some selected runs stayed, or
something was damaged; or nothing matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let (run, exclude_run) = (&args.conditions.run, &args.exclude_run);
    let wanted = filters::both("run", run, exclude_run, args.regex)?;
    let conditions = conditions::parse_where(&args.conditions.conditions, args.regex)?;
    let mut sources = args.paths.open_once(&wanted, reporter)?;
    // Whoever mistypes what is to be kept must not lose it.
    if wanted
        .unused()
        .any(|unused| exclude_run.iter().any(|kept| kept == unused))
    {
        let problem = "nothing was moved or deleted, because --exclude-run matches no run";
        return Err(NothingMatches(problem.to_owned()).into());
    }
    if !args.dry_run {
        output::will_write();
    }
    let trash = match args.delete {
        true => None,
        false => Some(trash::dir(args.trash.as_deref(), &sources)?),
    };
    let trials = sources.take_trials();
    sources.keep_trials(&trials);
    let mut reasons = None;
    if !conditions.is_empty() {
        let (of_which_true, why) = of_which_true(
            &conditions,
            &args.paths,
            sources,
            &args.hparams.lookup(),
            reporter,
        )?;
        sources = of_which_true;
        reasons = Some(why);
    }
    let mut candidates = args
        .conditions
        .candidates(&sources, &trials, reasons, reporter);
    let asked = Unmatched::default().and_flags(args.conditions.flags());
    asked.report(!candidates.is_empty(), reporter)?;
    let guard = Guard::new(args.idle);
    for candidate in &mut candidates {
        candidate.judge(&guard, args.conditions.ask_values());
    }
    stay_together(&mut candidates);
    tell_what_stays(&candidates, reporter);
    links::find(&mut candidates, &args.paths, reporter)?;
    if let Some(dir) = &trash {
        trash::check(dir, going(&candidates))?;
    }
    let any = going(&candidates).next().is_some();
    let mut plan = report::Plan {
        trash,
        dry_run: args.dry_run,
    };
    let mut out = output::styled_stdout();
    if !args.json {
        // Whoever reads it has closed it; what was asked for is still to be done.
        output::forgive_closed(plan.text(&mut out, &candidates).and_then(|()| out.flush()))?;
    }
    if any && !args.dry_run {
        if !args.yes && !is_agreed(&plan)? {
            bail!("cancelled: nothing was moved or deleted");
        }
        plan.trash = carry_out(plan.trash.as_deref(), &mut candidates, reporter)?;
    }
    if args.json {
        plan.json(&mut out, &candidates)?;
    } else if any && !args.dry_run {
        plan.done(&mut out, &candidates)?;
    }
    out.flush()?;
    Ok(())
}
