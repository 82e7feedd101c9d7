//! `tfevents tail`: what is logged, as it is logged.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use tfevents::Policy;
use tfevents::reader::Tail;

use crate::args::complete;
use crate::args::filters;
use crate::args::numbers;
use crate::args::paths::Paths;
use crate::args::policy::policies;
use crate::input::sources::Sources;
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;

mod backlog;
mod damaged;
mod follow;
mod print;
mod runs;

use backlog::Backlog;
use follow::{End, Follow};
use print::Reason;

/// The shortest time between two looks, so that looking is not all there is to do.
const SHORTEST: Duration = Duration::from_millis(1);

/// Follow logdirs: print values as they are logged, and wait for conditions
///
/// Also reports new runs and restarts. The logdir need not exist yet.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Start with only the latest N existing values
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    limit: usize,

    /// Start with all existing values
    #[arg(long, conflicts_with = "limit")]
    from_start: bool,

    /// Which of the existing values to show where steps repeat or go back. New ones are shown as they arrive, with a
    /// note if they replace values already shown
    #[arg(long, value_parser = policies(), default_value_t = Policy::Raw)]
    policy: Policy,

    /// Stop with success when CONDITION holds in a run, as in 'val/acc > 0.9'
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true, add = complete::conditions())]
    until: Option<String>,

    /// Stop with an error when CONDITION holds in a run, as in 'isnan(loss)'
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true, add = complete::conditions())]
    fail_if: Option<String>,

    /// Stop after this time, such as 90s, 10m or 2h
    #[arg(long, value_name = "TIME", value_parser = numbers::parse_duration)]
    timeout: Option<Duration>,

    /// How often to look for new values
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = numbers::parse_duration)]
    interval: Duration,

    /// Stop after the existing values
    #[arg(long, conflicts_with = "timeout")]
    no_follow: bool,

    /// Print one JSON object per line (described in docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filters: filters::Filters,

    #[command(flatten)]
    kinds: filters::Kinds,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents tail runs
  tfevents tail runs --tag '*loss' --json | jq .value
  tfevents tail runs/exp1 --until 'val/acc > 0.9' --fail-if 'isnan(*)'
  tfevents tail runs --until 'step(loss) >= 1000 and loss < 0.1' --timeout 2h
  tfevents tail runs --fail-if 'idle > 10min'

A condition holds as soon as it is true of any one run; existing values count.
It can compare tags, aggregates such as min:TAG, hyperparameters (@NAME), step,
step(TAG), and idle, the time since the last new value; it can test isnan(X),
and combine all of these with and, or, not and parentheses. Quote names that
contain spaces or operators. A pattern stands for any name that matches.
Comparisons with a tag that has no value are false. See docs/conditions.md.
--tag and --kind limit what is printed, not what conditions see.

Exit status: 0 --until held, or there was nothing to wait for; 1 failed, or
--fail-if held; 2 wrong usage; 3 ended before --until held, or damage was found,
or nothing matched.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    if args.paths.is_stdin()? {
        return Err(UsageError("`-`: standard input cannot be followed".to_owned()).into());
    }
    // Wrong usage is told before anything is read.
    let mut follow = Follow::new(args, &wanted, reporter)?;
    let roots = args.paths.roots()?;
    let sources = match args.paths.open(&wanted.runs, reporter) {
        Ok(sources) => Some(sources),
        Err(e) if args.no_follow || e.is::<UsageError>() => return Err(e),
        Err(e) => {
            let problem = format!("{e:#}");
            let waiting = match problem.ends_with('.') {
                true => " Waiting for some.",
                false => "; waiting",
            };
            reporter.note(format_args!("{problem}{waiting}"));
            None
        }
    };
    let bytes = sources.as_ref().map_or(0, Sources::bytes);
    // What could not be listed was said while opening.
    let mut told = sources.is_none().then(Vec::new);
    let max_record = args.paths.limits.max_record;
    let mut tail = Tail::of_roots(roots).max_record(max_record);
    if args.no_follow {
        tail.finish();
    }
    if let Some(sources) = &sources
        && args.policy != Policy::Raw
    {
        follow.begin_with(Backlog::read(args, sources)?)?;
    }
    let began = Instant::now();
    // What is new later is little.
    reporter.begin_progress(bytes, args.from_start);
    loop {
        let problems = tail.poll(&mut |item| follow.item(item));
        reporter.end_progress();
        follow.end_poll()?;
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        // Each is said once, for as long as it lasts.
        let told = told.replace(problems.clone()).unwrap_or(problems.clone());
        for problem in problems.iter().filter(|problem| !told.contains(problem)) {
            reporter.warn(problem);
        }
        if !args.no_follow {
            follow.wait();
        }
        if let Some(end) = follow.end.take() {
            return follow.finish(end);
        }
        if output::reader_has_left() {
            return Ok(());
        }
        let left = match args.timeout {
            Some(timeout) => timeout.saturating_sub(began.elapsed()),
            None => Duration::MAX,
        };
        if args.no_follow || left.is_zero() {
            let reason = if args.no_follow {
                Reason::EndOfData
            } else {
                Reason::Timeout
            };
            return follow.finish(End { reason, at: None });
        }
        thread::sleep(args.interval.max(SHORTEST).min(left));
    }
}
