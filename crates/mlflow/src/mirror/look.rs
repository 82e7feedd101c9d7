//! What is in a logdir at a moment.

use std::collections::{BTreeSet, HashMap};

use tfevents::{Logdir, Run};
use tfevents_analysis::hyperparameters::Trials;
use tfevents_analysis::writing::State;

use super::Plan;
use crate::source::Source;

/// The runs of a logdir, which of these belong to others, and what their files look like.
#[derive(Debug)]
pub(super) struct Look {
    logdir: Logdir,
    states: HashMap<String, Vec<State>>,
    trials: Trials,
}

impl Look {
    /// What is there; `None` if there is nothing yet. What belongs to what is found out again if there is news of a run of
    /// which `is_young` says that it may still turn out to be a part of another one.
    pub(super) fn at(
        plan: &Plan,
        before: Option<Self>,
        is_young: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>, tfevents::Error> {
        let logdir = match Logdir::open_all(&plan.roots) {
            Ok(logdir) => logdir.max_record(plan.max_record),
            Err(e) if is_missing(&e) => return Ok(None),
            Err(e) => return Err(e),
        };
        let states = |run: &Run| {
            run.files()
                .iter()
                .map(|file| State::of_content(file))
                .collect()
        };
        let states = logdir
            .runs()
            .iter()
            .map(|run| (run.name().to_owned(), states(run)));
        let states: HashMap<_, Vec<_>> = states.collect();
        let trials = before.filter(|before| {
            let mut young = states.iter().filter(|(name, _)| is_young(name));
            young.all(|(name, states)| before.states.get(name) == Some(states))
        });
        let trials = match trials {
            Some(before) => before.trials,
            None => Trials::of(logdir.runs(), |_| true),
        };
        Ok(Some(Self {
            logdir,
            states,
            trials,
        }))
    }

    /// What could not be listed.
    pub(super) fn problems(&self) -> &[tfevents::Error] {
        self.logdir.problems()
    }

    /// What the files of a run look like, and those of the runs that belong to it, for each run.
    pub(super) fn states(&self, run: &Run) -> Vec<Vec<State>> {
        let names = std::iter::once(run.name()).chain(self.trials.below(run.name()));
        let states = names.map(|name| self.states.get(name).cloned().unwrap_or_default());
        states.collect()
    }

    /// The runs that are not part of others, but for those that are not wanted.
    pub(super) fn runs<'s>(&'s self, plan: &'s Plan) -> impl Iterator<Item = &'s Run> {
        let runs = self.logdir.runs().iter();
        runs.filter(|run| !self.trials.has(run.name()) && (plan.wants_run)(run.name()))
    }

    /// Whether a run is part of another one.
    pub(super) fn is_part(&self, name: &str) -> bool {
        self.trials.has(name)
    }

    /// Whether a run is below another one, of which it may turn out to be a part.
    pub(super) fn is_below(&self, run: &Run) -> bool {
        let mut above = tfevents_analysis::runs::ancestors(run.name()).skip(1);
        above.any(|name| self.logdir.run(name).is_some())
    }

    /// Runs with what belongs to them and what they were configured with, by name.
    pub(super) fn sources(&self, plan: &Plan, names: BTreeSet<String>) -> HashMap<String, Source> {
        if names.is_empty() {
            return HashMap::new();
        }
        let sources = Source::among(&plan.roots, &self.logdir, &self.trials, &plan.lookup, names);
        // A logdir that cannot be listed any more has no sources either; the next look says why.
        let sources = sources.unwrap_or_default().into_iter();
        sources.map(|s| (s.run.name().to_owned(), s)).collect()
    }
}

fn is_missing(e: &tfevents::Error) -> bool {
    matches!(e.kind(), tfevents::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::NotFound)
}
