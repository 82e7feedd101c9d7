//! `tfevents filter`: copies of runs with a part of their values.

use std::num::NonZeroU64;
use std::ops::Bound;
use std::sync::Arc;

use anyhow::Result;
use tfevents::edit::Rules;
use tfevents::{Kind, Selection};

use crate::args::copying::Copying;
use crate::args::filters::{self, Filters};
use crate::args::numbers;
use crate::output::asked::Inputs;
use crate::output::copies;
use crate::render::clock;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::{Patterns, SeenTags};

/// Copy runs with some of their values
///
/// Records that are kept whole are copied byte for byte. If only a dropped record said what a series is, the
/// first kept one says so instead.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    copying: Copying<Filters>,

    /// Leave out runs whose name matches. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    drop_run: Vec<String>,

    /// Leave out tags whose name matches. Can be repeated
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    drop_tag: Vec<String>,

    /// Only series of these kinds, separated by commas and named as in `inspect`
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = filters::kind, help_heading = "Filters")]
    kind: Vec<Kind>,

    /// Leave out series of these kinds, such as graphs,images
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = filters::kind, help_heading = "Filters")]
    drop: Vec<Kind>,

    /// Only these steps, inclusive: 5, 100..200, 100.. or ..200
    #[arg(long, value_name = "RANGE", value_parser = steps, allow_hyphen_values = true, help_heading = "Filters")]
    step: Option<Steps>,

    /// Only values logged at this time or later: seconds since 1970, or a date such as 2026-01-31T12:00
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time, help_heading = "Filters")]
    since: Option<f64>,

    /// Only values logged at this time or earlier
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time, help_heading = "Filters")]
    until: Option<f64>,

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
  tfevents filter runs --drop-run '*debug*' --every 10 -o tenth
  tfevents filter runs/exp1 --step ..5000 --dedup -o until5000
  zcat run.gz | tfevents filter - --tag loss -o - > loss.tfevents

PATH can be - to read a single event file from standard input.

Kinds: scalar, histogram, image, audio, text, graph, pr_curve, mesh, hparams,
custom_scalars, other.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something was not copied:
damaged records, or other files that TensorBoard shows.";

type Steps = (Bound<i64>, Bound<i64>);

fn steps(range: &str) -> Result<Steps, String> {
    let bound = |text: &str| match text {
        "" => Ok(Bound::Unbounded),
        text => numbers::parse(text).map(Bound::Included),
    };
    match range.split_once("..") {
        Some((from, to)) => match (bound(from)?, bound(to.trim_start_matches('='))?) {
            (Bound::Included(from), Bound::Included(to)) if from > to => Err(format!(
                "no step is in it: {from} comes after {to}; write {to}..{from}"
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
    let regex = wanted.regex();
    let wanted = wanted.compile()?;
    let dropped = filters::patterns("tag", &args.drop_tag, regex)?;
    if args
        .since
        .zip(args.until)
        .is_some_and(|(since, until)| since > until)
    {
        return Err(UsageError("--since is later than --until".to_owned()).into());
    }
    let dropped_runs = filters::patterns("run", &args.drop_run, regex)?;
    let seen = SeenTags::default();
    let (tags, dropped) = (Arc::new(wanted.tags), Arc::new(dropped));
    let rules = rules(args, &seen, &tags, &dropped);
    let copies = if paths.is_stdin()? {
        filters::no_runs(&[&wanted.runs, &dropped_runs])?;
        copies::of_stdin(paths.limits, &rules, output, reporter)?
    } else {
        let mut sources = paths.open_once(&wanted.runs, reporter)?;
        sources.leave_out(&dropped_runs, reporter)?;
        let names = sources.runs.iter().map(|source| &*source.name);
        let destination = output.destination(&Inputs::of(&sources))?;
        let dry_run = output.dry_run;
        copies::of_runs(&sources, names, &rules, destination, dry_run, reporter)?
    };
    Unmatched::of_seen(&tags, &seen).report(reporter)?;
    Unmatched::of_seen(&dropped, &seen).report(reporter)?;
    output.conclude(copies, reporter)
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
        let problem = steps("9..2").unwrap_err();
        assert_eq!(problem, "no step is in it: 9 comes after 2; write 2..9");
        assert_eq!(steps("2..2"), Ok((Included(2), Included(2))));
    }
}
