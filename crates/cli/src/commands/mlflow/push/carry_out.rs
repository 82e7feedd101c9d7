//! Pushes, and says what became of it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;
use serde::Serialize;
use tfevents::{Kind, Run};
use tfevents_mlflow::{Mlflow, Options, Pushed, Source};

use super::{Args, NonFinite, dry_run, losses};
use crate::input::loaded::{Content, Loaded};
use crate::output;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::text;
use tfevents_table::json;

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
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
    let options = Options {
        experiment: args.experiment.clone(),
        run_id,
        run_name: args.run_name.clone(),
        nested: args.nested,
        wants: Box::new(seen.test(Arc::clone(&tags))),
        kinds: args.kinds.named().to_vec(),
        selection: selection(args),
        non_finite: args.non_finite.into(),
        best: args.best.clone(),
        event_files: args.with_event_files,
        verify: args.verify,
        ..Options::default()
    };
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

/// A run, as `--json` prints it.
#[derive(Serialize)]
struct Report<'a> {
    run: &'a str,
    run_id: &'a str,
    experiment_id: &'a str,
    created: bool,
    points: u64,
    params: u64,
    artifacts: u64,
    losses: losses::Counts<'a>,
    differences: &'a [String],
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
        let runs = pushed.iter().map(|(source, run)| Report::new(source, run));
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

impl<'a> Report<'a> {
    fn new(source: &'a Source, run: &'a Pushed) -> Self {
        Self {
            run: source.name(),
            run_id: &run.run_id,
            experiment_id: &run.experiment_id,
            created: run.is_new,
            points: run.points,
            params: run.params,
            artifacts: run.artifacts,
            losses: losses::Counts(&run.losses),
            differences: &run.differences,
        }
    }
}

/// `created 0a1b with 300 points, 4 parameters and 1 artifact`
fn summary(run: &Pushed) -> String {
    let counts = [
        (run.points, "point"),
        (run.params, "parameter"),
        (run.artifacts, "artifact"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, noun)| number::counted(*count, noun))
        .collect();
    let id = &run.run_id;
    let what = match (run.is_new, counts.is_empty()) {
        (true, true) => return format!("created {id}, which is empty"),
        (false, true) => return format!("nothing new for {id}"),
        (true, false) => format!("created {id} with"),
        (false, false) => format!("added to {id}:"),
    };
    match counts.split_last() {
        Some((last, others)) if !others.is_empty() => {
            format!("{what} {} and {last}", others.join(", "))
        }
        _ => format!("{what} {}", counts.concat()),
    }
}

fn warn(name: &str, run: &Pushed, reporter: &Reporter) {
    losses::warn(name, &run.losses, reporter);
    let (first, others) = few::first(&run.differences, few::NAMED);
    for difference in first {
        reporter.warn(format_args!("{name}: {}", text::printable(difference)));
    }
    if others > 0 {
        reporter.warn(format_args!(
            "{name}: {}",
            few::more(others, "difference", "")
        ));
    }
    if run.is_crowded() {
        let metrics = number::count(run.metrics as u64);
        reporter.warn(format_args!(
            "{name}: {metrics} metrics in one run, for which MLflow's pages are slow or fail; choose some with --tag"
        ));
    }
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
