//! Pushes, and says what became of it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::Result;
use tfevents_mlflow::{LossKind, Mlflow, Options, Pushed, Source};

use super::{Args, NonFinite};
use crate::output;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::text;

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let sources = args.paths.open_once(&wanted.runs, reporter)?;
    let server = Mlflow::new(args.tracking_uri.as_deref().unwrap_or_default())?;
    let runs: Vec<_> = sources.runs.iter().map(source).collect();
    let seen = SeenTags::default();
    let tags = Arc::new(wanted.tags);
    let options = Options {
        experiment: args.experiment.clone(),
        run_id: args.run_id.clone().filter(|id| !id.is_empty()),
        wants: Box::new(seen.test(Arc::clone(&tags))),
        kinds: args.kinds.named().to_vec(),
        non_finite: args.non_finite.into(),
        ..Options::default()
    };
    if options.run_id.is_some() && sources.runs.len() > 1 {
        let problem = "--run-id (or MLFLOW_RUN_ID) names one run in MLflow; choose one of the runs here with --run";
        return Err(UsageError(problem.to_owned()).into());
    }
    reporter.begin_progress(sources.bytes(), false);
    let pushed = server.push(&runs, &options, &|_| {});
    reporter.end_progress();
    let pushed = pushed?;
    let met: BTreeSet<_> = pushed
        .iter()
        .flatten()
        .flatten()
        .flat_map(|run| run.kinds.iter().copied())
        .collect();
    let mut unmatched = Unmatched::of_seen(&tags, &seen);
    if !met.is_empty() {
        unmatched = unmatched.and(args.kinds.unmatched(&met));
    }
    unmatched.report(true, reporter)?;
    let mut out = output::styled_stdout();
    let mut failed = None;
    for (run, pushed) in runs.iter().zip(pushed) {
        let name = text::printable(&run.name);
        match pushed {
            Ok(Some(pushed)) => {
                writeln!(out, "{name}: {}", summary(&pushed))?;
                warn(&name, &pushed, reporter);
            }
            Ok(None) => reporter.note(format_args!("{name}: no events yet, so nothing was pushed")),
            Err(e) => failed = Some(anyhow::Error::from(e).context(name.into_owned())),
        }
    }
    out.flush()?;
    failed.map_or(Ok(()), Err)
}

/// The run under the name that it gets in MLflow.
fn source(source: &crate::input::sources::Source) -> Source {
    let name = match source.name.as_str() {
        "." => source.run.dir().canonicalize().ok().and_then(|dir| {
            let name = dir.file_name()?;
            Some(text::path(name.as_ref()))
        }),
        name => Some(name.to_owned()),
    };
    Source {
        name: name.unwrap_or_else(|| source.name.clone()),
        run: source.run.clone(),
    }
}

fn summary(pushed: &Pushed) -> String {
    let points = number::counted(pushed.points, "point");
    let files = number::counted(pushed.artifacts, "file");
    let what = if pushed.is_new { "created" } else { "updated" };
    format!("{points} and {files} sent; {what} {}", pushed.run_id)
}

fn warn(name: &str, pushed: &Pushed, reporter: &Reporter) {
    for (kind, loss) in pushed.losses.iter() {
        let what = match kind {
            LossKind::Damage => "damaged, and not sent",
            LossKind::Unreadable => "cannot be read",
            LossKind::NonFinite => "NaN or infinite, and left out",
            LossKind::Infinity => "infinite, stored by MLflow as ±1.8e308",
            LossKind::Rounded => "beyond 2^53, rounded by MLflow",
            LossKind::Time => "without a time that MLflow can store, sent as of 1970",
            LossKind::Value => "not as its metadata say, and sent as it is stored",
            LossKind::Artifact => "not stored by the server",
            _ => "not sent as it is",
        };
        let first = text::printable(&loss.first);
        let more = match loss.count {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        reporter.warn(format_args!("{name}: {what}: {first}{more}"));
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
