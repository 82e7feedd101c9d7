//! Pushes, and says what became of it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;
use serde::Serialize;
use tfevents::Kind;
use tfevents_mlflow::{Mlflow, Options, Source, Wants};

use super::report::{Report, summary, warn};
use super::{Args, dry_run, watch};
use crate::output;
use crate::ui::progress;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::text;
use tfevents_table::json;

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.what.filters.compile()?;
    if args.watch {
        if args.what.run_id().is_some() {
            let problem =
                "--watch follows all runs, and --run-id (or MLFLOW_RUN_ID) is for one; unset it";
            return Err(UsageError(problem.to_owned()).into());
        }
        let tags = wanted.tags;
        let options = options(args, Box::new(move |tag| tags.matches(tag)));
        return watch::run(args, wanted.runs, options, reporter);
    }
    let (sources, bytes) = args.what.sources(&wanted.runs, reporter)?;
    if sources.len() != 1 && args.run_name.is_some() {
        let problem = "--run-name is for one run; choose it with --run";
        return Err(UsageError(problem.to_owned()).into());
    }
    let seen = SeenTags::default();
    let tags = Arc::new(wanted.tags);
    let wants = Box::new(seen.test(Arc::clone(&tags)));
    let options = options(args, wants);
    let kinds = &args.what.kinds;
    let met = if args.dry_run {
        reporter.begin_progress(bytes, false);
        dry_run::print(args, &sources, &options, reporter)?
    } else {
        let server = args.what.server.open()?;
        reporter.begin_progress(bytes, false);
        push(args, &server, &sources, &options, reporter)?
    };
    let unmatched = Unmatched::of_seen(&tags, &seen);
    match met {
        // Where nothing was new, nothing was read.
        Some(met) if met.is_empty() => unmatched.report(true, reporter),
        Some(met) => {
            let unmatched = args.what.unmatched(&tags, &seen);
            unmatched.and(kinds.unmatched(&met)).report(true, reporter)
        }
        None => {
            let met = sources.iter().flat_map(Source::kinds).collect();
            unmatched.and(kinds.unmatched(&met)).report(false, reporter)
        }
    }
}

fn options(args: &Args, wants: Wants) -> Options {
    Options {
        run_name: args.run_name.clone(),
        nested: args.nested,
        verify: args.verify,
        ..args.what.options(wants)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    runs: Vec<Report<'a>>,
}

/// Pushes, and returns the kinds of series that were met; `None` if filters leave nothing.
fn push(
    args: &Args,
    server: &Mlflow,
    sources: &[Source],
    options: &Options,
    reporter: &Reporter,
) -> Result<Option<BTreeSet<Kind>>> {
    let (sent, began) = (AtomicU64::new(0), Instant::now());
    let tell = |points: u64| {
        let sent = sent.fetch_add(points, Ordering::Relaxed) + points;
        let rate = sent as f64 / began.elapsed().as_secs_f64();
        progress::sent(sent, &format!("{} points/s", number::count(rate as u64)));
    };
    let outcomes = server.push(sources, options, &tell);
    reporter.end_progress();
    let outcomes = outcomes?;
    if args.what.is_nothing_left(&outcomes) {
        return Ok(None);
    }
    let mut out = output::styled_stdout();
    let (mut pushed, mut failed) = (Vec::new(), Vec::new());
    for (source, outcome) in sources.iter().zip(outcomes) {
        let name = text::printable(source.name());
        match outcome {
            Ok(Some(run)) => pushed.push((source, run)),
            Ok(None) => reporter.note(format_args!(
                "{name}: {}, so nothing was pushed",
                args.what.left_out()
            )),
            Err(e) => failed.push(anyhow::Error::from(e).context(name.into_owned())),
        }
    }
    if args.json {
        let runs = pushed
            .iter()
            .map(|(source, run)| Report::new(source.name(), run));
        let runs = runs.collect();
        json::write_document(&mut out, &Document { runs })?;
    }
    for (source, run) in &pushed {
        let name = text::printable(source.name());
        if !args.json {
            writeln!(out, "{name}: {}", summary(run))?;
        }
        warn(&name, run, reporter);
    }
    out.flush()?;
    let last = failed.pop();
    for error in failed {
        reporter.error(format_args!("{error:#}"));
    }
    let met = pushed.iter().flat_map(|(_, run)| run.kinds.iter().copied());
    last.map_or(Ok(Some(met.collect())), Err)
}
