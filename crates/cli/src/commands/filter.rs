//! `tfevents filter`: copies of runs with a part of their values.

use std::num::NonZeroU64;
use std::ops::Bound;
use std::sync::Arc;

use anyhow::Result;
use tfevents::edit::Rules;
use tfevents::{Kind, Selection};

use crate::args::filters;
use crate::args::numbers;
use crate::input::paths::Paths;
use crate::output::copies;
use crate::render::clock;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::{Patterns, SeenTags};

/// Copy runs with a part of their values
///
/// Records that stay whole are copied byte for byte. What only a dropped record said of a series, the
/// first one that is kept says in its place.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    output: copies::Output,

    #[command(flatten)]
    filters: filters::Filters,

    /// Leave out runs of this name. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    drop_run: Vec<String>,

    /// Leave out tags of this name. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    drop_tag: Vec<String>,

    /// Only series of these kinds, as `inspect` names them
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = filters::kind, help_heading = "Filters")]
    kind: Vec<Kind>,

    /// Leave out series of these kinds, as in `graphs,images`
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = filters::kind, help_heading = "Filters")]
    drop: Vec<Kind>,

    /// Only these steps, both ends included: 5, 100..200, 100.. or ..200
    #[arg(long, value_name = "RANGE", value_parser = steps, allow_hyphen_values = true, help_heading = "Filters")]
    step: Option<Steps>,

    /// Only values since then: seconds since 1970, or a date such as 2026-01-31T12:00
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time, help_heading = "Filters")]
    since: Option<f64>,

    /// Only values until then
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time, help_heading = "Filters")]
    until: Option<f64>,

    /// Of values at the same step of a tag, only the last
    #[arg(long, help_heading = "Filters")]
    dedup: bool,

    /// Where the steps of a tag go back, as after a restart, leave out its earlier values from that step on
    #[arg(long, help_heading = "Filters")]
    drop_rewound: bool,

    /// Only the first value of each tag and every Nth after it
    #[arg(long, value_name = "N", help_heading = "Filters")]
    every: Option<NonZeroU64>,

    /// At most N values of each tag, evenly spread, the last one among them
    #[arg(long, value_name = "N", help_heading = "Filters")]
    cap: Option<NonZeroU64>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents filter runs --drop graphs,images -o small
  tfevents filter runs --tag '*loss' --cap 1000 -o losses
  tfevents filter runs --drop-run '*debug*' --every 10 -o tenth
  tfevents filter runs/exp1 --step ..5000 --dedup -o until5000
  zcat run.gz | tfevents filter - --tag loss -o - > loss.tfevents

PATH - is standard input, a single event file.
Kinds: scalar, histogram, image, audio, text, graph, pr_curve, mesh, hparams,
custom_scalars, other.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something is not in the copy:
what was damaged, or files beside the events that TensorBoard shows.";

type Steps = (Bound<i64>, Bound<i64>);

fn steps(range: &str) -> Result<Steps, String> {
    let bound = |text: &str| match text {
        "" => Ok(Bound::Unbounded),
        text => numbers::parse(text).map(Bound::Included),
    };
    match range.split_once("..") {
        Some((from, to)) => Ok((bound(from)?, bound(to.trim_start_matches('='))?)),
        None if range.is_empty() => Err("give a step or a range".to_owned()),
        None => Ok((bound(range)?, bound(range)?)),
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let dropped = filters::patterns("tag", &args.drop_tag, args.filters.regex())?;
    if args
        .since
        .zip(args.until)
        .is_some_and(|(since, until)| since > until)
    {
        return Err(UsageError("--since is later than --until".to_owned()).into());
    }
    let dropped_runs = filters::patterns("run", &args.drop_run, args.filters.regex())?;
    let seen = SeenTags::default();
    let (tags, dropped) = (Arc::new(wanted.tags), Arc::new(dropped));
    let rules = rules(args, &seen, &tags, &dropped);
    let copies = if args.paths.is_stdin()? {
        filters::no_runs(&[&wanted.runs, &dropped_runs])?;
        copies::of_stdin(args.paths.limits, &rules, &args.output, reporter)?
    } else {
        let mut sources = args.paths.open_once(&wanted.runs, reporter)?;
        sources.leave_out(&dropped_runs, reporter)?;
        let names = sources.runs.iter().map(|source| &*source.name);
        let destination = args.output.files(&sources.files())?;
        let dry_run = args.output.dry_run;
        copies::of_runs(&sources, names, &rules, destination, dry_run, reporter)?
    };
    filters::check_seen(&tags, &seen, reporter)?;
    filters::check_seen(&dropped, &seen, reporter)?;
    args.output.conclude(copies, reporter)
}

fn rules(args: &Args, seen: &SeenTags, tags: &Arc<Patterns>, dropped: &Arc<Patterns>) -> Rules {
    let wanted = seen.test(Arc::clone(tags));
    let unwanted = seen.test(Arc::clone(dropped));
    let none_dropped = dropped.is_empty();
    let mut selection = Selection::all().tags(move |tag| {
        let keep = wanted(tag);
        (none_dropped || !unwanted(tag)) && keep
    });
    if !args.kind.is_empty() {
        selection = selection.kinds(args.kind.iter().copied());
    }
    if let Some(steps) = args.step {
        selection = selection.steps(steps);
    }
    if args.since.is_some() || args.until.is_some() {
        let bound = |time: Option<f64>| time.map_or(Bound::Unbounded, Bound::Included);
        selection = selection.times((bound(args.since), bound(args.until)));
    }
    let mut rules = Rules::default()
        .select(selection)
        .drop_kinds(args.drop.iter().copied());
    if args.dedup {
        rules = rules.dedup();
    }
    if args.drop_rewound {
        rules = rules.drop_rewound();
    }
    if let Some(every) = args.every {
        rules = rules.every(every);
    }
    if let Some(cap) = args.cap {
        rules = rules.cap(cap.get());
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_both_ends() {
        use Bound::{Included, Unbounded};
        assert_eq!(steps("5"), Ok((Included(5), Included(5))));
        assert_eq!(steps("-5..7"), Ok((Included(-5), Included(7))));
        assert_eq!(steps("5.."), Ok((Included(5), Unbounded)));
        assert_eq!(steps("..=7"), Ok((Unbounded, Included(7))));
        assert!(steps("").is_err() && steps("a..").is_err());
    }
}
