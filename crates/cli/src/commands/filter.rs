//! `tfevents filter`: copies of runs with a part of their values.

use std::num::NonZeroU64;
use std::ops::Bound;
use std::sync::Arc;

use anyhow::Result;
use tfevents::edit::Rules;
use tfevents::{Kind, Selection};

use crate::args::complete;
use crate::args::copying::Copying;
use crate::args::filters::{self, Filters, Kinds};
use crate::args::numbers;
use crate::output::asked::Inputs;
use crate::output::copies;
use crate::render::clock;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::{Patterns, SeenTags};

/// Copy runs, keeping only selected tags, kinds or steps
///
/// Records that are kept whole are copied byte for byte. If only a dropped record has the metadata of a series, the
/// first kept one gets it.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    copying: Copying<Filters>,

    #[command(flatten)]
    kinds: Kinds,

    /// Leave out series of these kinds, such as graphs,images
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = filters::kind, help_heading = "Filters")]
    #[arg(add = complete::kinds())]
    drop: Vec<Kind>,

    /// Only these steps, inclusive: 5, 100..200, 100.. or ..200
    #[arg(long, value_name = "RANGE", value_parser = steps, allow_hyphen_values = true, help_heading = "Filters")]
    step: Option<Steps>,

    /// Only values logged at this time or later: seconds since 1970, or a date such as 2026-01-31T12:00
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    since: Option<String>,

    /// Only values logged at this time or earlier
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    until: Option<String>,

    /// Where a tag repeats a step, keep only the last value
    #[arg(long, help_heading = "Filters")]
    dedup: bool,

    /// Where the steps of a tag go back, as after a restart, leave out its earlier values from that step on
    #[arg(long, help_heading = "Filters")]
    drop_rewound: bool,

    /// Keep the first value of each tag and every Nth after it
    #[arg(long, value_name = "N", help_heading = "Filters")]
    every: Option<NonZeroU64>,

    /// Keep at most N values of each tag, evenly spaced, including the last
    #[arg(long, value_name = "N", help_heading = "Filters")]
    cap: Option<NonZeroU64>,
}

const AFTER_HELP: &str = "\
Examples:
  tfevents filter runs --drop graphs,images -o small
  tfevents filter runs --tag '*loss' --cap 1000 -o losses
  tfevents filter runs --exclude-run '*debug*' --every 10 -o tenth
  tfevents filter runs/exp1 --step ..5000 --dedup -o until5000
  zcat run.gz | tfevents filter - --tag loss -o - > loss.tfevents

PATH can be - to read a single event file from standard input.

Kinds: scalar, histogram, image, audio, text, graph, pr_curve, mesh, hparams,
custom_scalars, other.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was not copied:
damaged records, other files that TensorBoard shows, or hyperparameters that are
in other runs; or nothing matched.";

type Steps = (Bound<i64>, Bound<i64>);

fn steps(range: &str) -> Result<Steps, String> {
    let bound = |text: &str| match text {
        "" => Ok(Bound::Unbounded),
        text => numbers::parse(text).map(Bound::Included),
    };
    match range.split_once("..") {
        Some((from, to)) => match (bound(from)?, bound(to.trim_start_matches('='))?) {
            (Bound::Included(from), Bound::Included(to)) if from > to => Err(format!(
                "the range is empty: {from} comes after {to}; write {to}..{from}"
            )),
            steps => Ok(steps),
        },
        None if range.is_empty() => Err("expected a step or a range".to_owned()),
        None => Ok((bound(range)?, bound(range)?)),
    }
}

pub(crate) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let Copying {
        paths,
        output,
        filters: wanted,
    } = &args.copying;
    let wanted = wanted.compile()?;
    let [since, until] = [("--since", &args.since), ("--until", &args.until)]
        .map(|(flag, text)| time(flag, text.as_deref()));
    let times = (since?, until?);
    if let (Some(since), Some(until)) = times
        && since > until
    {
        return Err(UsageError("--since is later than --until".to_owned()).into());
    }
    let seen = SeenTags::default();
    let tags = Arc::new(wanted.tags);
    let rules = rules(args, times, &seen, &tags);
    let copies = if paths.is_stdin()? {
        filters::no_runs(&wanted.runs)?;
        copies::of_stdin(paths.limits, &rules, output, reporter)?
    } else {
        let sources = copies::open(paths, &wanted.runs, output.output.as_deref(), reporter)?;
        let names = sources.runs.iter().map(|source| &*source.name);
        let destination = output.destination(&Inputs::of(&sources))?;
        let dry_run = output.dry_run;
        copies::of_runs(&sources, names, &rules, destination, dry_run, reporter)?
    };
    let unmatched = Unmatched::of_seen(&tags, &seen)
        .and(args.kinds.unmatched(&copies.met))
        .and_left_out(Unmatched::of_kinds("--drop", &args.drop, &copies.met))
        .and_flags([
            ("--step", args.step.is_some()),
            ("--since", args.since.is_some()),
            ("--until", args.until.is_some()),
        ]);
    let is_left = copies.written.iter().any(|file| file.kept > 0);
    unmatched.report(is_left, reporter)?;
    output.conclude(copies, reporter)
}

/// A time in the zone that was chosen, which is known only after all arguments.
fn time(flag: &str, text: Option<&str>) -> Result<Option<f64>> {
    let parse = |text| {
        let invalid = |e| UsageError(format!("invalid value '{text}' for '{flag} <TIME>': {e}"));
        clock::parse_time(text).map_err(invalid)
    };
    Ok(text.map(parse).transpose()?)
}

fn rules(
    args: &Args,
    (since, until): (Option<f64>, Option<f64>),
    seen: &SeenTags,
    tags: &Arc<Patterns>,
) -> Rules {
    let mut selection = Selection::all().tags(seen.test(Arc::clone(tags)));
    if !args.kinds.all() {
        selection = selection.kinds(args.kinds.named().iter().copied());
    }
    if let Some(steps) = args.step {
        selection = selection.steps(steps);
    }
    if since.is_some() || until.is_some() {
        let bound = |time: Option<f64>| time.map_or(Bound::Unbounded, Bound::Included);
        selection = selection.times((bound(since), bound(until)));
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
        let problem = steps("9..2").unwrap_err();
        assert_eq!(problem, "the range is empty: 9 comes after 2; write 2..9");
        assert_eq!(steps("2..2"), Ok((Included(2), Included(2))));
    }
}
