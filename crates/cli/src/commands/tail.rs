//! `tfevents tail`: what is logged, as it is logged.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use tfevents::reader::Tail;

use crate::args::filters;
use crate::args::numbers;
use crate::input::paths::Paths;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;

mod follow;
mod print;
mod runs;

use follow::{End, Follow};
use print::Reason;

/// Follow logdirs: print values as they are logged, and wait for conditions
///
/// Says so, too, when a run appears or starts over. A logdir need not exist yet.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Begin with the latest N values that are there
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    lines: usize,

    /// Begin with all values that are there
    #[arg(long, conflicts_with = "lines")]
    from_start: bool,

    /// End once this holds in a run, as in 'val/acc > 0.9'
    #[arg(long, value_name = "CONDITION")]
    until: Option<String>,

    /// Fail once this holds in a run, as in 'isnan(loss)'
    #[arg(long, value_name = "CONDITION")]
    fail_if: Option<String>,

    /// End after this time, as in 90s, 10m or 2h
    #[arg(long, value_name = "TIME", value_parser = numbers::parse_duration)]
    timeout: Option<Duration>,

    /// How long to wait between two looks
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = numbers::parse_duration)]
    interval: Duration,

    /// End with what is there
    #[arg(long, conflicts_with = "timeout")]
    no_follow: bool,

    /// Print JSON, one object per line (shape: docs/json.md)
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filters: filters::Filters,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents tail runs
  tfevents tail runs --tag '*loss' --json | jq .value
  tfevents tail runs/exp1 --until 'val/acc > 0.9' --fail-if 'isnan(*)'
  tfevents tail runs --until 'step(loss) >= 1000 and loss < 0.1' --timeout 2h

A condition is about one run, whichever it is; values that are there already
count. It compares tags, aggregates such as min:TAG, hyperparameters (@NAME) and
step or step(TAG), asks isnan(X), and is put together by and, or, not and
parentheses; docs/conditions.md has it all. Names with spaces or operators in
them stand in quotes; patterns stand for any name that they match. A tag without
a value makes nothing true. --tag chooses what is printed, not what conditions
see.

Exit status: 0 --until holds, or the end came and nothing was waited for;
1 failed, or --fail-if holds; 2 wrong usage; 3 the end came before --until held,
or damage was seen.";

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    if args.paths.is_stdin()? {
        return Err(UsageError("`-`: standard input cannot be followed".to_owned()).into());
    }
    let sources = args.paths.open(&wanted.runs, reporter);
    if let Err(e) = sources {
        if args.no_follow || e.downcast_ref::<UsageError>().is_some() {
            return Err(e);
        }
        reporter.note(format_args!("{e:#}; waiting"));
    }
    let max_record = args.paths.limits.max_record;
    let mut tail = Tail::of_roots(args.paths.roots()?).max_record(max_record);
    if args.no_follow {
        tail.finish();
    }
    let mut follow = Follow::new(args, &wanted, reporter)?;
    let began = Instant::now();
    loop {
        let listing = tail.poll(&mut |item| follow.item(item));
        follow.end_poll()?;
        if let Err(e) = listing {
            reporter.warn(e);
        }
        if let Some(end) = follow.end.take() {
            return follow.finish(end);
        }
        let left = match args.timeout {
            Some(timeout) => timeout.saturating_sub(began.elapsed()),
            None => args.interval,
        };
        if args.no_follow || left.is_zero() {
            let reason = if args.no_follow {
                Reason::EndOfData
            } else {
                Reason::Timeout
            };
            return follow.finish(End { reason, at: None });
        }
        thread::sleep(args.interval.min(left));
    }
}
