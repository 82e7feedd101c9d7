//! New names of runs that move.

use crate::args::substitutions::Substitutions;
use crate::input::sources::{Source, Sources};
use crate::ui::suggest;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::hyperparameters::Trials;
use tfevents_analysis::text::quoted;

/// The new names of runs. One that belongs to another goes where that one goes, unless it is moved by its own name.
pub(super) fn of(sources: &Sources, moves: &Moves<'_>, sub_run: &Substitutions) -> Vec<String> {
    let trials = sources.trials();
    let new_name = |name: &str| sub_run.apply(None, &moves.apply(name));
    let is_moved = |name: &str| moves.apply(name) != name;
    let names = sources.runs.iter().map(|source| {
        let (name, new) = (&*source.name, new_name(&source.name));
        let belongs = |trials: &Trials| trials.has(source.run.name());
        let belongs = trials.get(source.path).is_some_and(belongs);
        let Some((above, last)) = above(name).filter(|_| belongs) else {
            return new;
        };
        match join(&new_name(above), "") {
            _ if is_moved(name) && !is_moved(above) => new,
            there if new.starts_with(&there) => new,
            there => there + last,
        }
    });
    names.collect()
}

/// The run directly above, and the rest of the name.
fn above(run: &str) -> Option<(&str, &str)> {
    let is_all = (run != ".").then_some((".", run));
    run.rsplit_once('/').or(is_all)
}

fn join(above: &str, last: &str) -> String {
    match above.trim_end_matches("/.") {
        "." | "" => last.to_owned(),
        above => format!("{above}/{last}"),
    }
}

/// New names of runs and all below them.
pub(super) struct Moves<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Moves<'a> {
    pub(super) fn new(pairs: &'a [String]) -> Self {
        let pairs = pairs.chunks_exact(2).map(|pair| {
            let [old, new] = [&pair[0], &pair[1]].map(|name| name.trim_end_matches('/'));
            (old, new)
        });
        Self(pairs.collect())
    }

    /// Those of runs that are not there.
    pub(super) fn unmatched(&self, runs: &[Source]) -> Unmatched {
        let names = runs.iter().map(|source| &*source.name);
        let is_nowhere = |(old, new): &&(&str, &str)| {
            let mut names = names.clone();
            names.all(|name| moved(name, old, new).is_none())
        };
        let complaint = |(old, _): &(&str, &str)| {
            let (name, hint) = (quoted(old), suggest::hint(old, names.clone()));
            format!("--move-run: no run is called {name}{hint}")
        };
        let complaints = self.0.iter().filter(is_nowhere).map(complaint);
        Unmatched::of_flag("--move-run", self.0.len(), complaints.collect())
    }

    /// By the first that is about the run.
    pub(super) fn apply(&self, run: &str) -> String {
        let mut moved = self.0.iter().filter_map(|(old, new)| moved(run, old, new));
        moved.next().unwrap_or_else(|| run.to_owned())
    }
}

/// What a run is called when `old` is moved, if it is that or below it.
fn moved(run: &str, old: &str, new: &str) -> Option<String> {
    let rest = run.strip_prefix(old)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{new}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_run_moves_with_it() {
        assert_eq!(moved("a", "a", "x/y").as_deref(), Some("x/y"));
        assert_eq!(moved("a/b", "a", "x").as_deref(), Some("x/b"));
        assert_eq!(moved("ab", "a", "x"), None);
    }
}
