//! New names of runs that move.

use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use tfevents_analysis::text::quoted;

/// New names of runs and all below them.
pub(super) struct Moves<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Moves<'a> {
    /// Warns of runs that are not there.
    pub(super) fn new(pairs: &'a [String], runs: &[Source], reporter: &Reporter) -> Self {
        let pairs = pairs.chunks_exact(2).map(|pair| {
            let (old, new) = (pair[0].trim_end_matches('/'), pair[1].trim_end_matches('/'));
            let names = runs.iter().map(|source| &*source.name);
            if names.clone().all(|name| moved(name, old, new).is_none()) {
                let (name, hint) = (quoted(old), suggest::hint(old, names));
                reporter.warn(format_args!("--move-run: no run is called {name}{hint}"));
            }
            (old, new)
        });
        Self(pairs.collect())
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
