//! `tfevents prune`: moves unwanted runs to a trash folder.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use tfevents::WallTime;

use crate::args::complete;
use crate::args::conditions;
use crate::args::filters;
use crate::args::hparams::HParamsFrom;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::input::idle::Guard;
use crate::input::loaded::{Content, Loaded};
use crate::input::sources::Sources;
use crate::output;
use crate::ui::reporter::Reporter;
use tfevents_analysis::condition::{Bound, Condition, Reference};
use tfevents_analysis::extent::ByExtent;
use tfevents_analysis::hyperparameters::{Lookup, Trials};
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::run_table::Names;

mod candidate;
mod carry_out;
mod links;
mod report;
mod script;
mod trash;

use candidate::{Candidate, stay_together};
use carry_out::{carry_out, going, is_agreed, tell_what_stays};

/// Move unwanted runs to a trash folder
///
/// THIS COMMAND MOVES ITS INPUTS. It moves each run for which all given conditions hold: its event files, and
/// any directories that are left empty. What add_hparams logged into a run below goes along. Checkpoints and
/// other files stay. Runs still being written, symbolic links, and runs too damaged to judge are left alone.
#[derive(Debug, clap::Args)]
#[command(override_usage = "tfevents prune [OPTIONS] <CONDITIONS> <PATH>...", after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    conditions: Conditions,

    /// Treat patterns as regular expressions, which may match anywhere in a name
    #[arg(long, help_heading = "Conditions, one or more")]
    regex: bool,

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
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
#[command(next_help_heading = "Conditions, one or more")]
struct Conditions {
    /// Runs whose name matches; `*` and `?` also match slashes. Can be repeated
    #[arg(long, value_name = "PATTERN", add = complete::runs())]
    run: Vec<String>,

    /// Runs with this many values of all kinds, as in '<100'
    #[arg(long, value_name = "BOUND")]
    points: Option<Bound>,

    /// Runs whose last event is older than this: 90min, 12h, 30d
    #[arg(long, value_name = "TIME", value_parser = numbers::parse_duration)]
    older_than: Option<Duration>,

    /// Runs for which CONDITION holds, as in 'last:val/acc < 0.1 or @lr > 1' (see docs/conditions.md). Can be
    /// repeated
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents prune runs --points '<100' --dry-run
  tfevents prune runs --points '<100' --older-than 30d
  tfevents prune runs --where 'last:val/acc < 0.1' --trash old-runs --yes
  tfevents prune runs --where 'last:loss == nan' --where '@lr > 0.1' --delete
  sh runs.trash/2026-01-31T12-00-00/RESTORE.sh

A condition on a tag that a run does not have is false. The trash must be
outside of every PATH, or TensorBoard would go on showing what is in it.

Without --yes, `prune` shows its plan and asks. Where nobody can answer, it does
nothing.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 some selected runs stayed, or
something was damaged.";

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
        bail!("nothing was moved or deleted, because --exclude-run matches no run");
    }
    let trash = match args.delete {
        true => None,
        false => Some(trash::dir(args.trash.as_deref(), &sources)?),
    };
    let trials = sources.take_trials();
    sources.keep_trials(&trials);
    let told = !conditions.is_empty();
    if told {
        sources = of_which_true(
            &conditions,
            &args.paths,
            sources,
            &args.hparams.lookup(),
            reporter,
        )?;
    }
    let mut candidates = candidates(&args.conditions, &sources, &trials, told, reporter);
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

impl Conditions {
    /// Whether any is about what a run holds.
    fn ask_values(&self) -> bool {
        self.points.is_some() || !self.conditions.is_empty()
    }
}

/// The runs of which all conditions of `--where` are true.
fn of_which_true(
    conditions: &[Condition],
    paths: &Paths,
    sources: Sources,
    lookup: &Lookup,
    reporter: &Reporter,
) -> Result<Sources> {
    let seen = SeenTags::default();
    let references = conditions.iter().flat_map(Condition::references);
    let test = seen.test_any(references.filter_map(Reference::tags).collect());
    let content = Content::Curves;
    let loaded = Loaded::read(paths, sources, content, lookup, test, reporter)?;
    let mut lines = loaded.lines(reporter)?;
    let names = Names::of(&lines, seen);
    for condition in conditions {
        conditions::found(names.check(condition))?;
        lines.retain(|line| line.holds(condition));
    }
    let names: BTreeSet<_> = lines.iter().map(|line| line.name().to_owned()).collect();
    let mut sources = loaded.sources;
    sources.runs.retain(|source| names.contains(&source.name));
    Ok(sources)
}

/// The runs for which the other conditions hold, each followed by those of sessions that belong to it.
fn candidates(
    conditions: &Conditions,
    sources: &Sources,
    trials: &[Trials],
    told: bool,
    reporter: &Reporter,
) -> Vec<Candidate> {
    reporter.begin_progress(sources.bytes(), false);
    let now = WallTime::now().as_secs();
    let age = conditions.older_than.as_ref().map(Duration::as_secs_f64);
    let wanted = ByExtent {
        points: conditions.points,
        before: age.map(|age| now - age),
    };
    let mut candidates = Vec::new();
    for source in &sources.runs {
        let candidate = Candidate::read(source, told, reporter);
        let below = sources.trials_of(source, trials);
        let below = below.map(|trial| Candidate::read(trial, told, reporter).of(&source.name));
        let below: Vec<_> = below.collect();
        let all = || below.iter().chain([&candidate]);
        let points = all().map(|candidate| candidate.points).sum();
        let last_time = all().map(|candidate| candidate.last_time);
        let last_time = last_time.fold(f64::NEG_INFINITY, f64::max);
        if wanted.selects(points, last_time) {
            candidates.push(candidate);
            candidates.extend(below);
        }
    }
    reporter.end_progress();
    candidates
}
