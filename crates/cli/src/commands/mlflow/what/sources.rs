//! Finds the runs, and settles how they are mapped.

use anyhow::Result;
use tfevents::{Kind, Run};
use tfevents_mlflow::{Best, Options, Source, Wants};

use super::super::server::{DEFAULT, stated};
use super::{NonFinite, What};
use crate::input::loaded::{Content, Loaded};
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::unmatched::Unmatched;
use crate::ui::usage::UsageError;
use tfevents_analysis::pattern::{Patterns, SeenTags};
use tfevents_analysis::text;

impl What {
    /// The runs with their hyperparameters, and how many bytes they have.
    pub(in super::super) fn sources(
        &self,
        wanted: &Patterns,
        reporter: &Reporter,
    ) -> Result<(Vec<Source>, u64)> {
        let found = self.paths.open_once(wanted, reporter)?;
        let bytes = found.bytes();
        let lookup = self.hparams.lookup();
        let kinds = Content::Kinds(&[Kind::HParams]);
        let loaded = Loaded::read(&self.paths, found, kinds, &lookup, |_| false, reporter)?;
        let hparams = loaded.hparams(reporter)?;
        let runs = loaded.with_trials().zip(hparams);
        let sources = runs.map(|((source, trials), hparams)| {
            let trials: Vec<Run> = trials.iter().map(|trial| trial.run.clone()).collect();
            Source::new(&source.name, source.run.clone()).configured(hparams.values, trials)
        });
        let sources: Vec<_> = sources.collect();
        if sources.len() != 1 && self.run_id().is_some() {
            let problem = "--run-id (or MLFLOW_RUN_ID) is for one run; choose it with --run";
            return Err(UsageError(problem.to_owned()).into());
        }
        Ok((sources, bytes))
    }

    /// How they are mapped, for tags of which `wants` approves.
    pub(in super::super) fn options(&self, wants: Wants) -> Options {
        Options {
            experiment: stated(&self.experiment).unwrap_or(DEFAULT).to_owned(),
            run_id: self.run_id(),
            wants,
            kinds: self.kinds.named().to_vec(),
            selection: self.selection(),
            non_finite: self.non_finite.into(),
            best: self.best.clone(),
            event_files: self.with_event_files,
            ..Options::default()
        }
    }

    /// Whether filters left nothing of any run.
    pub(in super::super) fn is_nothing_left<T>(
        &self,
        outcomes: &[tfevents_mlflow::Result<Option<T>>],
    ) -> bool {
        let mut outcomes = outcomes.iter();
        !self.selection().is_empty() && outcomes.all(|outcome| matches!(outcome, Ok(None)))
    }

    /// Why nothing is left of a run.
    pub(in super::super) fn left_out(&self) -> &'static str {
        match self.selection().is_empty() {
            true => "no events yet",
            false => "nothing matches the filters",
        }
    }

    /// Patterns of tags, and tags of `--best`, that are not among those that were seen.
    pub(in super::super) fn unmatched(&self, patterns: &Patterns, seen: &SeenTags) -> Unmatched {
        let missing = |tags: &[&str]| {
            let wanted = self.best.iter().map(Best::tag);
            let missing = wanted.filter(|tag| !tags.contains(tag));
            let complaint = |tag: &str| {
                let hint = suggest::hint(tag, tags.iter().copied());
                format!("--best: no tag {}{hint}", text::quoted(tag))
            };
            missing.map(complaint).collect()
        };
        let missing = seen.with(missing);
        let best = Unmatched::of_flag("--best", self.best.len(), missing);
        Unmatched::of_seen(patterns, seen).and(best)
    }

    /// The run that is asked for by its id.
    pub(in super::super) fn run_id(&self) -> Option<String> {
        self.run_id.as_deref().and_then(stated).map(str::to_owned)
    }

    /// The filters of series, as they were given; empty without any.
    fn selection(&self) -> String {
        let kinds = self.kinds.named().iter().map(|kind| kind.name());
        let kinds: Vec<_> = kinds.collect();
        let tags = self.filters.of_tags();
        match kinds.is_empty() {
            true => tags,
            false => format!("{tags}--kind {} ", kinds.join(",")),
        }
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
