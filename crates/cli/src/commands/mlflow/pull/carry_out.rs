//! Pulls, and says what became of it.

use std::cell::Cell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use tfevents_mlflow::{LossKind, Losses, PullOptions, Pulled, RunToPull, Runs, Steps};

use super::super::server::stated;
use super::{Args, Step};
use crate::output::asked::Inputs;
use crate::output::destination::{Destination, Targets};
use crate::output::written::{Copies, Written};
use crate::ui::progress;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::pattern::SeenTags;
use tfevents_analysis::text;

pub(in super::super) fn run(args: &Args, reporter: &Reporter) -> Result<()> {
    let wanted = args.filters.compile()?;
    let directory = args.directory();
    let inputs = Inputs {
        dirs: directory.iter().map(PathBuf::as_path).collect(),
        ..Inputs::default()
    };
    let destination = args.output.destination(&inputs)?;
    let runs = args.open(directory.as_deref())?;
    losses("", runs.losses(), reporter);
    if runs.deleted() > 0 {
        let deleted = number::counted(runs.deleted() as u64, "deleted run");
        reporter.note(format_args!("{deleted} left out"));
    }
    let mut list = runs.list();
    list.retain(|run| args.experiment().is_none_or(|name| name == run.experiment));
    let places: Vec<_> = list.iter().map(|run| run.place.clone()).collect();
    list.retain(|run| wanted.runs.matches_any([&*run.place, &*run.id]));
    let unmatched = Unmatched::of(&wanted.runs, places.iter().map(String::as_str));
    unmatched.report(!list.is_empty(), reporter)?;
    if list.is_empty() {
        bail!("no runs found");
    }
    let mut targets = Targets::default();
    for run in &list {
        targets.add_new(&run.place, [&run.file_name]);
    }
    targets.check_for(destination.as_ref(), reporter)?;
    let (seen, tags, kinds) = (
        SeenTags::default(),
        Arc::new(wanted.tags),
        args.kinds.clone(),
    );
    let is_wanted = seen.test(Arc::clone(&tags));
    let options = PullOptions {
        wants: Box::new(move |tag, kind| is_wanted(tag) && kinds.has(kind)),
        steps: args.step.into(),
    };
    let mut written = Vec::new();
    let mut flat = 0;
    let (read, began) = (Cell::new(0), Instant::now());
    let tell = |points: u64| {
        read.set(read.get() + points);
        let rate = read.get() as f64 / began.elapsed().as_secs_f64();
        progress::say(&format!("{} points/s", number::count(rate as u64)));
    };
    reporter.begin_progress_of_runs(list.len() as u64);
    for run in &list {
        let output = destination.as_ref().filter(|_| !args.output.dry_run);
        let (pulled, bytes) = write(&runs, run, &options, output, &tell)
            .with_context(|| text::printable(&run.place).into_owned())?;
        losses(
            &format!("{}: ", text::printable(&run.place)),
            &pulled.losses,
            reporter,
        );
        progress::advance(1);
        flat += pulled.at_one_step;
        let values = values(&pulled);
        let path = destination.as_ref();
        let path = path.filter(|_| !is_empty(&pulled));
        let path = path.map(|output| output.path(&run.place, Path::new(&run.file_name)));
        written.push(Written {
            run: run.place.clone(),
            paths: directory.iter().cloned().collect(),
            output: path,
            read: values,
            kept: values,
            bytes,
            stays: !is_empty(&pulled),
        });
    }
    reporter.end_progress();
    let is_some = written.iter().any(|file| file.stays);
    Unmatched::of_seen(&tags, &seen).report(is_some, reporter)?;
    if flat > 0 {
        let metrics = number::counted(flat, "metric");
        reporter.note(format_args!(
            "{metrics} with all points at one step, of which TensorBoard shows one; --step index counts them"
        ));
    }
    let copies = Copies {
        destination,
        written,
        ..Copies::default()
    };
    args.output.conclude(copies, reporter)
}

/// Writes a run, and says how many bytes that took.
fn write(
    runs: &Runs,
    run: &RunToPull,
    options: &PullOptions,
    destination: Option<&Destination>,
    tell: &dyn Fn(u64),
) -> Result<(Pulled, u64)> {
    let Some(destination) = destination else {
        let mut output = Counted(io::sink(), 0);
        let pulled = runs.write(run, options, &mut output, tell)?;
        return Ok((pulled, output.1));
    };
    let target = destination.create(&run.place, Path::new(&run.file_name))?;
    let mut output = Counted(target, 0);
    let pulled = runs.write(run, options, &mut output, tell)?;
    if !is_empty(&pulled) {
        output.0.finish()?;
    }
    Ok((pulled, output.1))
}

fn values(pulled: &Pulled) -> u64 {
    let media = pulled.texts + pulled.images + pulled.audio;
    pulled.points + pulled.histograms + pulled.pr_curves + media
}

/// Whether there is nothing to see of a run, because it holds nothing or nothing of that is wanted.
fn is_empty(pulled: &Pulled) -> bool {
    values(pulled) + pulled.params == 0
}

/// An output, and how many bytes it took.
struct Counted<W>(W, u64);

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.0.write(bytes)?;
        self.1 += len as u64;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Says what is damaged, and what is not as it was or not there at all.
fn losses(name: &str, losses: &Losses, reporter: &Reporter) {
    for (kind, loss) in losses.iter() {
        let more = match loss.count {
            1 => String::new(),
            count => format!(" and {} more", number::count(count - 1)),
        };
        let first = text::printable(&loss.first);
        match kind {
            LossKind::Infinity => reporter.note(format_args!(
                "{name}±1.8e308 taken for infinite, as MLflow stores that: {first}{more}"
            )),
            LossKind::Artifact => {
                reporter.note(format_args!("{name}artifacts not copied: {first}{more}"));
            }
            LossKind::Damage => {
                reporter.warn(format_args!("{name}damaged, and left out: {first}{more}"));
            }
            _ => reporter.warn(format_args!("{name}cannot be read: {first}{more}")),
        }
    }
}

impl Args {
    /// The directory that is read, if it is not a server that is asked. MLflow takes paths for addresses, too.
    fn directory(&self) -> Option<PathBuf> {
        let local = || {
            let uri = stated(self.server.tracking_uri.as_deref()?)?;
            let path = uri.strip_prefix("file:");
            let path = path.map(|path| path.strip_prefix("//").unwrap_or(path));
            path.or((!uri.contains(':') && uri != "databricks").then_some(uri))
        };
        self.directory
            .clone()
            .or_else(|| local().map(PathBuf::from))
    }

    fn experiment(&self) -> Option<&str> {
        self.experiment.as_deref().and_then(stated)
    }

    fn open(&self, directory: Option<&Path>) -> Result<Runs> {
        if let Some(directory) = directory {
            return Ok(Runs::in_directory(directory)?);
        }
        let server = self.server.open()?;
        match self.experiment() {
            _ if !self.run_id.is_empty() => Ok(server.runs(&self.run_id)?),
            Some(experiment) => Ok(server.runs_in(experiment)?),
            None => {
                let problem = "name the experiment with --experiment (or MLFLOW_EXPERIMENT_NAME), or runs with --run-id";
                Err(UsageError(problem.to_owned()).into())
            }
        }
    }
}

impl From<Step> for Steps {
    fn from(step: Step) -> Self {
        match step {
            Step::Stored => Self::Stored,
            Step::Index => Self::Index,
        }
    }
}
