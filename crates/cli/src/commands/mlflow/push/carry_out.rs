//! Pushes, and says what became of it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;
use serde::Serialize;
use tfevents::{Kind, Run};
use tfevents_mlflow::{Mlflow, Options, Source, Wants};

use super::report::{Report, summary, warn};
use super::{Args, NonFinite, dry_run, watch};
use crate::input::loaded::{Content, Loaded};
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::text;
use tfevents_table::json;

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    if args.watch {
        let tags = wanted.tags;
        let options = options(args, None, Box::new(move |tag| tags.matches(tag)));
        return watch::run(args, wanted.runs, options, reporter);
    }
    let run_id = args.run_id.clone().filter(|id| !id.is_empty());
    let found = args.paths.open_once(&wanted.runs, reporter)?;
    let bytes = found.bytes();
    let (sources, is_one) = sources(args, found, reporter)?;
    if !is_one && (run_id.is_some() || args.run_name.is_some()) {
        let flag = match run_id {
            Some(_) => "--run-id (or MLFLOW_RUN_ID)",
            None => "--run-name",
        };
        let problem = format!("{flag} is for one run; choose it with --run");
        return Err(UsageError(problem).into());
    }
    let seen = SeenTags::default();
    let tags = Arc::new(wanted.tags);
    let wants = Box::new(seen.test(Arc::clone(&tags)));
    let options = options(args, run_id, wants);
    let met = if args.dry_run {
        reporter.begin_progress(bytes, false);
        dry_run::print(&sources, &options, args.json, reporter)?
    } else {
        let server = Mlflow::new(args.tracking_uri.as_deref().unwrap_or_default())?;
        reporter.begin_progress(bytes, false);
        push(&server, &sources, &options, args.json, reporter)?
    };
    let mut unmatched = Unmatched::of_seen(&tags, &seen);
    // Where nothing was new, nothing was read.
    if !met.is_empty() {
        unmatched = unmatched.and(args.kinds.unmatched(&met));
    }
    unmatched.report(true, reporter)
}

/// The filters of series, as they were given; empty without any.
fn selection(args: &Args) -> String {
    let kinds = args.kinds.named().iter().map(|kind| kind.name());
    let kinds: Vec<_> = kinds.collect();
    let tags = args.filters.of_tags();
    match kinds.is_empty() {
        true => tags,
        false => format!("{tags}--kind {} ", kinds.join(",")),
    }
}

fn options(args: &Args, run_id: Option<String>, wants: Wants) -> Options {
    Options {
        experiment: args.experiment.clone(),
        run_id,
        run_name: args.run_name.clone(),
        nested: args.nested,
        wants,
        kinds: args.kinds.named().to_vec(),
        selection: selection(args),
        non_finite: args.non_finite.into(),
        best: args.best.clone(),
        event_files: args.with_event_files,
        verify: args.verify,
        ..Options::default()
    }
}

/// The runs with their hyperparameters, and whether there is only one.
fn sources(
    args: &Args,
    found: crate::input::sources::Sources,
    reporter: &Reporter,
) -> Result<(Vec<Source>, bool)> {
    let lookup = args.hparams.lookup();
    let kinds = Content::Kinds(&[Kind::HParams]);
    let loaded = Loaded::read(&args.paths, found, kinds, &lookup, |_| false, reporter)?;
    let hparams = loaded.hparams(reporter)?;
    let runs = loaded.with_trials().zip(hparams);
    let sources = runs.map(|((source, trials), hparams)| {
        let trials: Vec<Run> = trials.iter().map(|trial| trial.run.clone()).collect();
        Source::new(&source.name, source.run.clone()).configured(hparams.values, trials)
    });
    let sources: Vec<_> = sources.collect();
    let is_one = sources.len() == 1;
    Ok((sources, is_one))
}

#[derive(Serialize)]
struct Document<'a> {
    runs: Vec<Report<'a>>,
}

fn push(
    server: &Mlflow,
    sources: &[Source],
    options: &Options,
    is_json: bool,
    reporter: &Reporter,
) -> Result<BTreeSet<Kind>> {
    let (sent, began) = (AtomicU64::new(0), Instant::now());
    let tell = |points: u64| {
        let sent = sent.fetch_add(points, Ordering::Relaxed) + points;
        let rate = sent as f64 / began.elapsed().as_secs_f64();
        crate::ui::progress::say(&format!("{} points/s", number::count(rate as u64)));
    };
    let outcomes = server.push(sources, options, &tell);
    reporter.end_progress();
    let mut out = output::styled_stdout();
    let (mut pushed, mut failed) = (Vec::new(), Vec::new());
    for (source, outcome) in sources.iter().zip(outcomes?) {
        let name = text::printable(source.name());
        match outcome {
            Ok(Some(run)) => pushed.push((source, run)),
            Ok(None) => reporter.note(format_args!("{name}: no events yet, so nothing was pushed")),
            Err(e) => failed.push(anyhow::Error::from(e).context(name.into_owned())),
        }
    }
    if is_json {
        let runs = pushed
            .iter()
            .map(|(source, run)| Report::new(source.name(), run));
        let runs = runs.collect();
        json::write_document(&mut out, &Document { runs })?;
    }
    for (source, run) in &pushed {
        let name = text::printable(source.name());
        if !is_json {
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
    last.map_or(Ok(met.collect()), Err)
}

impl From<NonFinite> for tfevents_mlflow::NonFinite {
    fn from(how: NonFinite) -> Self {
        match how {
            NonFinite::Keep => Self::Keep,
            NonFinite::Skip => Self::Skip,
            NonFinite::Fail => Self::Fail,
        }
    }
}
