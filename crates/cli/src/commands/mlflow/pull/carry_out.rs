//! Pulls, and says what became of it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use tfevents_mlflow::{PullOptions, Runs, Steps};

use super::super::server::stated;
use super::writing::Writing;
use super::{Args, Step, losses};
use crate::output::asked::Inputs;
use crate::output::destination::Targets;
use crate::output::written::Copies;
use crate::ui::progress;
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::unmatched::{NothingMatches, Unmatched};
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
    losses::tell("", runs.losses(), reporter);
    if runs.deleted() > 0 {
        let deleted = number::counted(runs.deleted() as u64, "deleted run");
        reporter.note(format_args!("{deleted} left out"));
    }
    let mut list = runs.list();
    if let Some(name) = args.experiment() {
        let experiments: BTreeSet<_> = list.iter().map(|run| &*run.experiment).collect();
        if !experiments.is_empty() && !experiments.contains(name) {
            let hint = suggest::hint(name, experiments);
            let nothing = format!("no runs in experiment {}{hint}", text::quoted(name));
            return Err(NothingMatches(nothing).into());
        }
        list.retain(|run| run.experiment == name);
    }
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
    let (read, began) = (Cell::new(0), Instant::now());
    let tell = |points: u64| {
        read.set(read.get() + points);
        let rate = read.get() as f64 / began.elapsed().as_secs_f64();
        progress::say(&format!("{} points/s", number::count(rate as u64)));
    };
    let mut writing = Writing {
        args,
        directory: directory.as_deref(),
        options,
        destination: destination.as_ref(),
        written: Vec::new(),
        at_one_step: 0,
        with_event_files: 0,
        reporter,
    };
    reporter.begin_progress_of_runs(list.len() as u64);
    for run in &list {
        let wrote = writing.run(&runs, run, &tell);
        wrote.with_context(|| text::printable(&run.place).into_owned())?;
        progress::advance(1);
    }
    let Writing {
        written,
        at_one_step: flat,
        with_event_files,
        ..
    } = writing;
    reporter.end_progress();
    let is_some = written.iter().any(|file| file.stays);
    Unmatched::of_seen(&tags, &seen).report(is_some, reporter)?;
    if flat > 0 {
        let metrics = number::counted(flat, "metric");
        reporter.note(format_args!(
            "{metrics} with all points at one step, of which TensorBoard shows one; --step index counts them"
        ));
    }
    if with_event_files > 0 {
        let runs = number::counted(with_event_files, "run");
        reporter.note(format_args!(
            "MLflow has the event files of {runs}; --with-event-files takes them byte for byte"
        ));
    }
    let copies = Copies {
        destination,
        written,
        ..Copies::default()
    };
    args.output.conclude(copies, reporter)
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
